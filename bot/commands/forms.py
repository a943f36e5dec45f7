"""A command's arguments as a short form, run by the same engine as a check-in.

Roles are checked here and nowhere else: before a form starts and again before it runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.commands import sheet
from bot.commands.command import Command, Field
from bot.commands.matching import resolve
from bot.scene import Scene, worded_fault
from dialogues.answers import Answer, Answers
from dialogues.dialogue import END, LOOK, Act, Draft, Item, Move, State, Typed
from dialogues.engine import advance, begin, position
from dialogues.errors import Refusal
from dialogues.messages import Button, Label, Message, Say, say
from dialogues.model import Member, Role
from dialogues.tokens import FormToken, write
from storage import drafts, partnerships

PARTNERSHIP = "~partnership"


def candidates(scene: Scene, roles: frozenset[Role]) -> list[Member]:
    """The person's memberships in which they hold one of *roles* (any, where none is asked)."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    return [m for m in mine if not roles or roles & m.roles]


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
    for key in raw:
        field = _field(command.fields(scene, given), key)
        if field is not None:
            answer, note = resolve(scene, field, raw[key])
            if note is None:
                given[key] = answer
            else:
                notes.append((key, note))
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
            chosen = int(event.option)
            if any(m.partnership_id == chosen for m in candidates(scene, command.roles)):
                scene.enter(chosen)
                return start(scene, command, pending.body["raw"])
        return [_which(scene, command, pending.body["raw"], candidates(scene, command.roles))]
    draft = _again(scene, command, pending)
    if isinstance(event, Move) and event.act in (Act.STOP, Act.SEND):
        return _finish(scene, command, draft, event.act)
    fields = command.fields(scene, draft.answers)
    note: Say | None = None
    if isinstance(event, Typed):
        here = _field(fields, draft.place)
        if here is None:
            return _go(scene, command, draft, say("fault.tap"))
        answer, note = resolve(scene, here, event.body)
        if note is not None:
            return _go(scene, command, draft, note)
        draft = replace(draft, answers={**draft.answers, here.key: answer})
        return _go(scene, command, _begin(scene, command, draft.answers), None)
    turn = advance(_items(fields), draft, event, str)
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
    if pending.partnership_id is not None:
        scene.enter(pending.partnership_id)
    if not scene.holds(command.roles):
        drafts.drop(scene.unit, scene.person.id)
        raise _not_allowed(scene, command)
    return _draft(pending.body)


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
    for _ in range(12):
        for field in fields:
            if field.key not in known and field.settled:
                known[field.key] = field.default
        again = command.fields(scene, known)
        if [f.key for f in again] == [f.key for f in fields]:
            break
        fields = again
    return begin(_items(fields), known)


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
        return [_ask(fields, here, draft, kept.id, note)]
    if draft.place == LOOK:
        return [_look(scene, fields, draft, kept.id)]
    assert command.confirm is not None
    message = command.confirm(scene, draft.answers)
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
        Button(say("label.change_this"), "~look"),
        Button(say("label.cancel"), "~stop"),
    )


def only_buttons(yes: str) -> tuple[Button, ...]:
    """The buttons of a confirmation in which there is nothing to change."""
    return Button(say(f"label.{yes}"), "~send"), Button(say("label.cancel"), "~stop")


def _ask(
    fields: Sequence[Field], here: Field, draft: Draft, form: int, note: Say | None
) -> Message:
    asked = [f for f in fields if not f.settled]
    number, of = position(_items(asked), draft) if here in asked else (0, 0)
    buttons = []
    for key, label in here.options:
        ticked = key in draft.partial
        text: Label = say("label.ticked", text=label) if ticked else label
        buttons.append(Button(text, write(FormToken(form, Act.PICK, here.key, key))))
    if here.kind == "many":
        buttons.append(Button(say("label.done"), write(FormToken(form, Act.DONE, here.key))))
    if here.optional:
        label = here.skip or say("label.skip")
        buttons.append(Button(label, write(FormToken(form, Act.UNABLE, here.key))))
    if here.settled and here.key in draft.answers:
        buttons.append(Button(say("label.back"), write(FormToken(form, Act.LEAVE))))
    elif number > 1:
        buttons.append(Button(say("label.back"), write(FormToken(form, Act.BACK, here.key))))
    buttons.append(Button(say("label.cancel"), write(FormToken(form, Act.STOP))))
    values = {"number": number, "of": of, "ask": here.ask, "fault": note or ""}
    return Message(say("commands/ask", **values), tuple(buttons))


def _look(scene: Scene, fields: Sequence[Field], draft: Draft, form: int) -> Message:
    lines = []
    buttons = []
    for field in fields:
        value = _shown(scene, field, draft.answers.get(field.key))
        lines.append({"ask": say(f"phrase.field_{field.key}"), "value": value})
        buttons.append(
            Button(
                say(f"phrase.field_{field.key}"),
                write(FormToken(form, Act.CHANGE_ONE, field.key)),
            )
        )
    buttons.append(Button(say("label.back"), write(FormToken(form, Act.BACK))))
    return Message(say("commands/look", lines=lines), tuple(buttons))


def _shown(scene: Scene, field: Field, answer: Answer) -> list[Label]:
    if answer is None:
        return [field.skip or say("phrase.nothing")]
    if isinstance(answer, str) and answer not in dict(field.options):
        return [field.shown(scene, answer) if field.shown else answer]
    chosen = (answer,) if isinstance(answer, str) else answer
    return [label for key, label in field.options if key in chosen]


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
    return Message(say("commands/which"), tuple(buttons))


def _not_allowed(scene: Scene, command: Command) -> Refusal:
    if not partnerships.memberships(scene.unit, scene.person.id):
        return Refusal("fault.not_enrolled")
    role = "broker" if command.roles == frozenset({Role.BROKER}) else "coordinator"
    return Refusal("fault.not_allowed", role=say(f"phrase.role_{role}"))


def _items(fields: Sequence[Field]) -> tuple[Item, ...]:
    return tuple(
        Item(
            f.key,
            f.kind,
            tuple(key for key, _ in f.options),
            len(f.options) if f.kind == "many" else f.most,
            f.optional,
        )
        for f in fields
    )


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
