"""A broker's own reflection, step by step or on one page: for their eyes only.

Where somebody is and what they said is sealed under their own key (`storage/reflections.py`);
the row of commands under way says only that one is.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.scene import Scene, worded_fault
from bot.screens import answer_label
from dialogues.answers import Answer
from dialogues.checkin import CheckIn, Multi, Number, Question, Words
from dialogues.dialogue import Act, Draft, Move, Screen, State, Turn, Typed, Whole
from dialogues.engine import advance, begin, items, position, show
from dialogues.messages import Button, Form, FormField, Message, say
from dialogues.tokens import FormToken, PageToken, number, write
from storage import drafts, reflections
from storage.reflections import Reflection, Reflections

CHECKIN = "broker-reflection"
SHOWN = 6
"""How many times stand beside each other in the log."""


def checkin(scene: Scene) -> CheckIn:
    """What a broker reflects on."""
    return scene.house.library.checkins[CHECKIN]


def mine(scene: Scene) -> Reflections:
    """The broker's own, opened for them."""
    return reflections.read(scene.unit, scene.house.keyring, _member(scene))


def start(scene: Scene, command: str) -> Sequence[Message]:
    """Begin, or go on with what was begun."""
    known = mine(scene)
    form = items(checkin(scene).questions)
    if known.draft.state is not State.DRAFT:
        known = replace(known, draft=begin(form, {}))
        _write(scene, known)
    kept = drafts.keep(scene.unit, scene.person.id, scene.group.id, command, {}, scene.now)
    return [_screen(scene, kept.id, show(form, known.draft), first=True)]


def step(scene: Scene, form_id: int, event: Move | Typed | Whole) -> Sequence[Message]:
    """One step; when it is sent it is kept, and stands beside the last one."""
    known, questions = mine(scene), checkin(scene).questions
    if isinstance(event, Move):
        event = _meant(questions, event)
    if known.draft.state is not State.DRAFT:
        known = replace(known, draft=begin(items(questions), {}))
    if isinstance(event, Whole):
        known_keys = {question.key for question in questions}
        event = Whole({k: v for k, v in event.answers.items() if k in known_keys})
    turn = advance(items(questions), known.draft, event, str)
    match turn.screen:
        case Screen.SENT:
            now = Reflection(scene.today, turn.draft.answers)
            _write(scene, Reflections(Draft(), (*known.kept, now)))
            drafts.drop(scene.unit, scene.person.id)
            return [_kept(scene, known.kept[-1:], now)]
        case Screen.QUESTION | Screen.END | Screen.LOOK:
            _write(scene, replace(known, draft=turn.draft))
            typed = scene.incoming.message if scene.incoming else None
            erases = typed if isinstance(event, Typed) and scene.ability.erases else None
            return [replace(_screen(scene, form_id, turn), erases=erases)]
        case _:
            _write(scene, replace(known, draft=Draft()))
            drafts.drop(scene.unit, scene.person.id)
            return [Message(say("commands/cancelled"))]


def log(scene: Scene) -> Sequence[Message]:
    """What was kept, question by question, the latest last."""
    kept = mine(scene).kept[-SHOWN:]
    topics = [
        {
            "topic": question.topic,
            "times": [
                {"day": one.day, "answer": _read(question, one.answers.get(question.key))}
                for one in (kept[-2:] if isinstance(question, Words) else kept)
            ],
        }
        for question in checkin(scene).questions
    ]
    again = Button(say("label.reflect"), "c:reflect")
    return [Message(say("reflect/log", topics=topics if kept else []), (again,))]


def _member(scene: Scene) -> int:
    assert scene.member is not None
    return scene.member.id


def _write(scene: Scene, known: Reflections) -> None:
    reflections.write(scene.unit, scene.house.keyring, _member(scene), known)


def _meant(questions: Sequence[Question], move: Move) -> Move:
    """A button holds numbers, never an answer: the question and the option they stand for."""
    place, step = number(move.key), number(move.option)
    if place is None or place >= len(questions):
        return Move(move.act)
    question = questions[place]
    options = () if isinstance(question, Words) else question.options
    if step is None or step >= len(options):
        return Move(move.act, question.key)
    return Move(move.act, question.key, options[step].key)


def _screen(scene: Scene, form: int, turn: Turn, first: bool = False) -> Message:
    questions, draft = checkin(scene).questions, turn.draft
    if not scene.ability.types:
        return _page(scene, form, turn)
    if turn.screen is Screen.QUESTION:
        return _question(scene, form, turn, first)
    if turn.screen is Screen.END:
        acts = (("keep_it", Act.SEND), ("look", Act.LOOK), ("stop", Act.STOP))
        return Message(say("reflect/end"), tuple(_button(form, *act) for act in acts))
    lines = [
        {"topic": question.topic, "answer": _read(question, draft.answers.get(question.key))}
        for question in questions
    ]
    buttons = [
        Button(
            say("label.numbered", number=number + 1, text=question.topic),
            write(FormToken(form, Act.CHANGE_ONE, str(number))),
        )
        for number, question in enumerate(questions)
    ]
    around = (_button(form, "keep_it", Act.SEND), *buttons, _button(form, "back", Act.BACK))
    return Message(say("checkin/look", lines=lines), around)


def _button(form: int, label: str, act: Act, number: str = "") -> Button:
    return Button(say(f"label.{label}"), write(FormToken(form, act, number)))


def _question(scene: Scene, form: int, turn: Turn, first: bool) -> Message:
    questions, draft = checkin(scene).questions, turn.draft
    number, of = position(items(questions), draft)
    question, key = questions[number - 1], str(number - 1)
    buttons = []
    for place, option in enumerate(() if isinstance(question, Words) else question.options):
        ticked = option.key in draft.partial
        label = say("label.ticked", text=option.text) if ticked else option.text
        buttons.append(Button(label, write(FormToken(form, Act.PICK, key, str(place)))))
    options = len(buttons)
    if isinstance(question, Multi):
        buttons.append(_button(form, "done", Act.DONE, key))
    skip = "skip" if isinstance(question, Words | Multi) else "cant_say"
    buttons.append(_button(form, skip, Act.UNABLE, key))
    if number > 1:
        buttons.append(_button(form, "back", Act.BACK, key))
    fault = turn.faults.get(question.key)
    values: dict[str, object] = {
        "first": first,
        "operator": scene.house.operator,
        "number": number,
        "of": of,
        "text": question.text,
        "words": isinstance(question, Words),
        "erases": scene.ability.erases,
        "fault": worded_fault(fault, question) if fault else "",
    }
    return Message(say("reflect/question", **values), tuple(buttons), options=options)


def _page(scene: Scene, form: int, turn: Turn) -> Message:
    """All on one page, where nobody can type."""
    word, reader = scene.house.texts.label, scene.reader
    fields = []
    questions = checkin(scene).questions
    for item, question in zip(items(questions), questions, strict=True):
        options = () if isinstance(question, Words) else question.options
        skip = "label.skip" if isinstance(question, Words | Multi) else "label.cant_say"
        fault = turn.faults.get(item.key)
        ends = (question.low, question.high) if isinstance(question, Number) else ()
        fields.append(
            FormField(
                item.key,
                item.kind,
                word(question.text, reader),
                tuple((o.key, word(o.text, reader)) for o in options),
                item.most,
                error=word(worded_fault(fault, question), reader) if fault else "",
                value=turn.draft.answers.get(item.key) or "",
                unable=word(say(skip), reader),
                hint=" · ".join(word(end, reader) for end in ends),
            )
        )
    page = Form(
        write(PageToken(form)),
        word(checkin(scene).title, reader),
        tuple(fields),
        word(say("label.keep_it"), reader),
        word(say("label.cancel"), reader),
    )
    again = Button(say("label.open_page"), "c:reflect")
    return Message(say("reflect/page"), (again, _button(form, "stop", Act.STOP)), form=page)


def _kept(scene: Scene, before: Sequence[Reflection], now: Reflection) -> Message:
    last = before[0] if before else None
    lines = []
    for question in checkin(scene).questions:
        this = now.answers.get(question.key)
        then = last.answers.get(question.key) if last else None
        lines.append(
            {
                "topic": question.topic,
                "now": _read(question, this),
                "before": _read(question, then) if last and then != this else [],
                "same": last is not None and then == this,
            }
        )
    buttons = (Button(say("label.my_reflections"), "c:reflect all"),) if last else ()
    return Message(say("reflect/kept", lines=lines, last=last.day if last else None), buttons)


def _read(question: Question, answer: Answer) -> list[object]:
    """An answer in words."""
    label = answer_label(question, answer)
    return label if isinstance(label, list) else [label]
