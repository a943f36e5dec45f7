"""A command's arguments as a short form, run by the same engine as a check-in.

Roles are checked here and nowhere else: before a form starts and again before it runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.commands import sheet
from bot.commands.command import Command, Field
from bot.commands.matching import resolve
from bot.commands.questions import MORE, ask, items, look
from bot.scene import Scene, worded_fault
from dialogues.answers import Answer, Answers
from dialogues.dialogue import END, LOOK, Act, Draft, Move, State, Typed, Whole
from dialogues.engine import advance, begin
from dialogues.errors import Mendable, Refusal
from dialogues.messages import Button, Message, Say, say
from dialogues.model import Member, Role
from dialogues.tokens import FormToken, number, write
from storage import drafts, partnerships

PARTNERSHIP = "~partnership"


def candidates(scene: Scene, roles: frozenset[Role]) -> list[Member]:
    """The person's memberships in which they hold one of *roles* (any, where none is asked)."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    return [m for m in mine if not roles or roles & m.roles]


def takes_part(scene: Scene, partnership_id: int) -> bool:
    """Whether the person takes part in that group."""
    return any(m.partnership_id == partnership_id for m in candidates(scene, frozenset()))


def step_into(scene: Scene, text: str) -> str:
    """What a button says, after entering the group it names where the person takes part in it."""
    if not text.startswith("@"):
        return text
    named, _, rest = text.removeprefix("@").partition(" ")
    group = number(named)
    if group is not None and takes_part(scene, group):
        scene.enter(group)
    return rest


def start(scene: Scene, command: Command, raw: Mapping[str, str]) -> Sequence[Message]:
    """Begin *command* with what was typed: ask for what is missing, or do it."""
    if command.needs_group and scene.partnership is None:
        found = candidates(scene, command.roles)
        if not found:
            raise _not_allowed(scene, command)
        if len(found) > 1:
            return [_which(scene, command, raw, found)]
        scene.enter(found[0].partnership_id)
    if not scene.holds(command.roles):
        raise _not_allowed(scene, command)
    given: dict[str, Answer] = {}
    notes: list[tuple[str, Say]] = []
    waiting = dict(raw)
    while field := next((f for f in command.fields(scene, given) if f.key in waiting), None):
        answer, note = resolve(scene, field, waiting.pop(field.key))
        if note is None:
            given[field.key] = answer
        else:
            notes.append((field.key, note))
    kept = drafts.pending(scene.unit, scene.person.id)
    if kept is not None and kept.command == command.name:
        drafts.drop(scene.unit, scene.person.id)  # begun anew: its old buttons mean nothing now
    draft = _begin(scene, command, given)
    if not notes:
        return _go(scene, command, draft, None)
    key, first = notes[0]
    return _go(scene, command, replace(draft, place=key), first)


def resume(
    scene: Scene, command: Command, pending: drafts.Pending, event: Move | Typed
) -> Sequence[Message]:
    """Go on with a form: a tap on one of its buttons, or typed words."""
    if pending.body.get("raw") is not None:
        if isinstance(event, Move) and event.act is Act.PICK and event.key == PARTNERSHIP:
            chosen = number(event.option)
            mine = candidates(scene, command.roles)
            if chosen is not None and any(m.partnership_id == chosen for m in mine):
                scene.enter(chosen)
                return start(scene, command, pending.body["raw"])
        return [_which(scene, command, pending.body["raw"], candidates(scene, command.roles))]
    if command.goes_on is not None:
        _enter(scene, command, pending)
        return command.goes_on(scene, pending.id, event)
    draft = _again(scene, command, pending)
    if isinstance(event, Move) and event.act in (Act.STOP, Act.SEND):
        return _finish(scene, command, draft, event.act)
    if isinstance(event, Move) and event.act is Act.LOOK and command.confirm is None:
        return _go(scene, command, _begin(scene, command, draft.answers), None)  # no such button
    fields = command.fields(scene, draft.answers)
    note: Say | None = None
    if isinstance(event, Move) and event.option == MORE and event.key == draft.place:
        further = () if MORE in draft.partial else (MORE,)
        return _go(scene, command, replace(draft, partial=further), None)
    if isinstance(event, Typed):
        here = _field(fields, draft.place)
        if here is None:
            return _go(scene, command, draft, say("fault.tap"))
        answer, note = resolve(scene, here, event.body)
        if note is not None:
            return _go(scene, command, draft, note)
        draft = replace(draft, answers={**draft.answers, here.key: answer})
        return _go(scene, command, _begin(scene, command, draft.answers), None)
    turn = advance(items(fields), draft, event, str)
    for fault in turn.faults.values():
        note = worded_fault(fault)
    after = turn.draft
    if after.answers != draft.answers or after.place == END:
        after = _begin(scene, command, after.answers)
    return _go(scene, command, after, note)


def resume_page(
    scene: Scene,
    command: Command,
    pending: drafts.Pending,
    values: Mapping[str, tuple[str, ...] | str],
) -> Sequence[Message]:
    """Go on with a form of which a whole page was handed in."""
    if command.goes_on is not None:
        _enter(scene, command, pending)
        given = {key: value or None for key, value in values.items()}
        return command.goes_on(scene, pending.id, Whole(given))
    draft = _again(scene, command, pending)
    fields = command.fields(scene, draft.answers)
    asked = [f for f in fields if f.key in pending.body.get("page", ())]
    answers, notes = sheet.take(scene, asked, values)
    draft = replace(draft, answers={**draft.answers, **answers})
    if notes:
        return [sheet.page(scene, asked, draft, pending.id, notes)]
    return _go(scene, command, _begin(scene, command, draft.answers), None)


def _again(scene: Scene, command: Command, pending: drafts.Pending) -> Draft:
    """The form as it was left, in its partnership, if the person may still use it."""
    _enter(scene, command, pending)
    return _draft(pending.body)


def _enter(scene: Scene, command: Command, pending: drafts.Pending) -> None:
    if pending.partnership_id is not None and takes_part(scene, pending.partnership_id):
        scene.enter(pending.partnership_id)  # whoever left since goes on outside it, if at all
    if not scene.holds(command.roles):
        drafts.drop(scene.unit, scene.person.id)
        raise _not_allowed(scene, command)


def _finish(scene: Scene, command: Command, draft: Draft, act: Act) -> Sequence[Message]:
    if act is Act.STOP:
        drafts.drop(scene.unit, scene.person.id)
        return [Message(say("commands/cancelled"))]
    again = _begin(scene, command, draft.answers)
    if again.place != END:
        return _go(scene, command, again, None)
    drafts.drop(scene.unit, scene.person.id)
    return command.run(scene, again.answers)


def _begin(scene: Scene, command: Command, given: Answers) -> Draft:
    """The draft at the first field that nobody gave and that has no default."""
    known = dict(given)
    fields = command.fields(scene, known)
    while new := {f.key: f.default for f in fields if f.key not in known and f.settled}:
        known.update(new)
        fields = command.fields(scene, known)
    return begin(items(fields), known)


def _go(scene: Scene, command: Command, draft: Draft, note: Say | None) -> Sequence[Message]:
    fields = command.fields(scene, draft.answers)
    here = _field(fields, draft.place)
    if here is None and draft.place != LOOK and command.confirm is None:
        kept_before = drafts.pending(scene.unit, scene.person.id)
        if kept_before is not None and kept_before.command == command.name:
            drafts.drop(scene.unit, scene.person.id)
        return command.run(scene, draft.answers)
    partnership = scene.partnership.id if scene.partnership else None
    page = sheet.missing(fields, here, draft) if here and not scene.ability.types else ()
    body = {**_body(draft), "page": [field.key for field in page]}
    kept = drafts.keep(scene.unit, scene.person.id, partnership, command.name, body, scene.now)
    if here is not None and page:
        notes = {here.key: note} if note else {}
        return [sheet.page(scene, page, draft, kept.id, notes)]
    if here is not None:
        return [ask(fields, here, draft, kept.id, note)]
    if draft.place == LOOK:
        return [look(scene, fields, draft, kept.id)]
    assert command.confirm is not None
    try:
        message = command.confirm(scene, draft.answers)
    except Mendable as fault:
        values = dict(fault.values)
        extra = values.pop("buttons", ())
        assert isinstance(extra, tuple)
        message = Message(Say(fault.key, values), (*extra, *CHANGE))
    buttons = [
        _button(kept.id, b) if isinstance(b.label, Say) and b.token.startswith("~") else b
        for b in message.buttons
    ]
    return [replace(message, buttons=tuple(buttons))]


def _button(form: int, button: Button) -> Button:
    act, _, key = button.token.removeprefix("~").partition(":")
    return Button(button.label, write(FormToken(form, Act(act), key)))


def confirm_buttons(yes: str, *others: tuple[str, str]) -> tuple[Button, ...]:
    """The buttons of a confirmation: yes, further ones ("label", "~one:field"), change, cancel."""
    return (
        Button(say(f"label.{yes}"), "~send"),
        *(Button(say(f"label.{label}"), token) for label, token in others),
        *CHANGE,
    )


CHANGE = Button(say("label.change_this"), "~look"), Button(say("label.cancel"), "~stop")


def only_buttons(yes: str) -> tuple[Button, ...]:
    """The buttons of a confirmation in which there is nothing to change."""
    return Button(say(f"label.{yes}"), "~send"), Button(say("label.cancel"), "~stop")


def _which(
    scene: Scene, command: Command, raw: Mapping[str, str], found: Sequence[Member]
) -> Message:
    body = {"raw": dict(raw)}
    kept = drafts.keep(scene.unit, scene.person.id, None, command.name, body, scene.now)
    buttons = [
        Button(
            partnerships.partnership(scene.unit, m.partnership_id).name,
            write(FormToken(kept.id, Act.PICK, PARTNERSHIP, str(m.partnership_id))),
        )
        for m in found
    ]
    return Message(say("commands/which"), tuple(buttons), options=len(buttons))


def _not_allowed(scene: Scene, command: Command) -> Refusal:
    if not partnerships.memberships(scene.unit, scene.person.id):
        return Refusal("fault.not_enrolled")
    role = "broker" if command.roles == frozenset({Role.BROKER}) else "coordinator"
    return Refusal("fault.not_allowed", role=say(f"phrase.role_{role}"))


def _field(fields: Sequence[Field], key: str) -> Field | None:
    return next((f for f in fields if f.key == key), None)


def _body(draft: Draft) -> dict[str, object]:
    answers = {k: list(v) if isinstance(v, tuple) else v for k, v in draft.answers.items()}
    return {"place": draft.place, "answers": answers, "partial": list(draft.partial)}


def _draft(body: Mapping[str, object]) -> Draft:
    answers, partial = body["answers"], body["partial"]
    assert isinstance(answers, dict) and isinstance(partial, list)
    known: dict[str, Answer] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in answers.items()
    }
    return Draft(State.DRAFT, str(body["place"]), known, tuple(partial))
