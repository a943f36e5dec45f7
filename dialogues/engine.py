"""One person's way through a form: a check-in, its mirror, or the arguments of a command.

`advance` takes where somebody is and what they did, and says where they are now and
which screen to show. It knows no language, no platform and no clock. Whatever arrives,
in whatever order and however often, gives a valid place or a reason: a move that does
not belong to the question on the screen changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dialogues.answers import Answer, Answers, Fault, tidy
from dialogues.checkin import Multi, Question, Words
from dialogues.dialogue import (
    CHANGE,
    END,
    LOOK,
    SENT,
    START,
    WITHDRAW,
    Act,
    Draft,
    Item,
    Move,
    Screen,
    State,
    Turn,
    Typed,
    Whole,
)


def items(questions: tuple[Question, ...]) -> tuple[Item, ...]:
    """The items of a check-in's questions."""
    return tuple(_item(question) for question in questions)


def _item(question: Question) -> Item:
    match question:
        case Words(key=key, most=most):
            return Item(key, "words", most=most)
        case Multi(key=key, most=most, options=options):
            alone = tuple(o.key for o in options if o.alone)
            return Item(key, "many", tuple(o.key for o in options), most, alone=alone)
        case _:
            return Item(question.key, "one", tuple(o.key for o in question.options))


def begin(form: tuple[Item, ...], given: Answers) -> Draft:
    """A form with some answers given in advance, standing at the first open question."""
    known = {key: value for key, value in given.items() if any(i.key == key for i in form)}
    return Draft(State.DRAFT, _next_place(form, known, START), known)


def advance(
    form: tuple[Item, ...],
    draft: Draft,
    event: Move | Typed | Whole,
    fresh_receipt: Callable[[], str],
) -> Turn:
    """One step through *form*.

    Args:
        fresh_receipt: Called once for each new cast or change, never otherwise.
    """
    match event:
        case Whole(answers=answers):
            return _whole(form, draft, answers, fresh_receipt)
        case Typed(body=body):
            return _typed(form, draft, tidy(body), fresh_receipt)
        case Move() if draft.state is State.DRAFT:
            return _drafting(form, draft, event, fresh_receipt)
        case Move() if draft.state is State.CAST:
            return _changing(form, draft, event, fresh_receipt)
        case Move(act=Act.BEGIN):
            return show(form, _again(draft, form))
        case Move(act=Act.LATER):
            return Turn(replace(draft, state=State.LATER), Screen.LATER)
        case Move(act=Act.DECLINE):
            return Turn(replace(draft, state=State.DECLINED), Screen.DECLINED)
        case Move(act=Act.QUIET):
            return Turn(replace(draft, quiet=True), Screen.QUIET)
        case Move():
            return show(form, draft)


def show(form: tuple[Item, ...], draft: Draft) -> Turn:
    """The screen somebody is at, without a move: after a restart, from `checkin`."""
    if draft.state not in (State.DRAFT, State.CAST):
        return Turn(draft, Screen.INVITATION)
    if _at(form, draft.place):
        return Turn(draft, Screen.QUESTION)
    if draft.state is State.DRAFT:
        return Turn(draft, Screen.LOOK if draft.place == LOOK else Screen.END)
    screens = {CHANGE: Screen.CHANGE, WITHDRAW: Screen.WITHDRAW}
    return Turn(draft, screens.get(draft.place, Screen.SENT))


def position(form: tuple[Item, ...], draft: Draft) -> tuple[int, int]:
    """Which question this is, and of how many: (2, 7)."""
    keys = [item.key for item in form]
    return (keys.index(draft.place) + 1 if draft.place in keys else len(keys)), len(keys)


def waits_for_words(form: tuple[Item, ...], draft: Draft) -> bool:
    """Whether typed words would be taken as the answer to the question shown."""
    item = _at(form, draft.place)
    return draft.state in (State.DRAFT, State.CAST) and item is not None and item.kind == "words"


def _drafting(
    form: tuple[Item, ...], draft: Draft, move: Move, fresh_receipt: Callable[[], str]
) -> Turn:
    here = _at(form, draft.place)
    match move.act:
        case Act.QUIET:
            return Turn(replace(draft, quiet=True), Screen.QUIET)
        case Act.DECLINE:
            return Turn(replace(_blank(draft), state=State.DECLINED), Screen.DECLINED)
        case Act.LEAVE if _complete(form, draft.answers):
            return show(form, replace(draft, place=END, partial=()))
        case Act.STOP if here is None:
            return Turn(_blank(draft), Screen.STOPPED)
        case Act.PASS_ON if here is None:
            return show(form, replace(draft, pass_on=not draft.pass_on))
        case Act.SEND if here is None and _complete(form, draft.answers):
            return Turn(_cast(draft, draft.answers, fresh_receipt()), Screen.SENT)
        case Act.LOOK if draft.place == END:
            return show(form, replace(draft, place=LOOK))
        case Act.CHANGE_ONE if here is None and _at(form, move.key):
            return show(form, _return_to(draft, move.key))
        case Act.BACK if here is not None and move.key == here.key:
            return show(form, _return_to(draft, _before(form, here)))
        case Act.BACK if draft.place == LOOK and move.key == "":
            return show(form, replace(draft, place=END))
        case Act.BACK if here is None and move.key == "" and form:
            return show(form, _return_to(draft, form[-1].key))
        case Act.LATER:
            return Turn(draft, Screen.LATER)
    if here is None or move.key != here.key:
        return show(form, draft)
    return _answer(form, draft, here, move, fresh_receipt)


def _changing(
    form: tuple[Item, ...], draft: Draft, move: Move, fresh_receipt: Callable[[], str]
) -> Turn:
    here = _at(form, draft.place)
    match move.act:
        case Act.CHANGE:
            return show(form, replace(draft, place=CHANGE, partial=()))
        case Act.CHANGE_ONE if draft.place == CHANGE and _at(form, move.key):
            return show(form, replace(draft, place=move.key, partial=()))
        case Act.LEAVE | Act.LATER:
            return show(form, replace(draft, place=SENT, partial=()))
        case Act.BACK if here is not None and move.key == here.key:
            return show(form, replace(draft, place=CHANGE, partial=()))
        case Act.WITHDRAW:
            return show(form, replace(draft, place=WITHDRAW, partial=()))
        case Act.WITHDRAW_YES if draft.place == WITHDRAW:
            return Turn(_blank(draft), Screen.WITHDRAWN)
    if here is None or move.key != here.key:
        return show(form, draft)
    return _answer(form, draft, here, move, fresh_receipt)


def _answer(
    form: tuple[Item, ...], draft: Draft, here: Item, move: Move, fresh: Callable[[], str]
) -> Turn:
    match move.act, here.kind:
        case Act.UNABLE, _ if here.optional:
            return _record(form, draft, here, None, fresh)
        case Act.PICK, "one" if move.option in here.options:
            return _record(form, draft, here, (move.option,), fresh)
        case Act.PICK, "words" if move.option in here.options:
            return _record(form, draft, here, move.option, fresh)
        case Act.PICK, "many" if move.option in here.options:
            return _toggle(form, draft, here, move.option)
        case Act.DONE, "many" if draft.partial:
            return _record(form, draft, here, draft.partial, fresh)
        case Act.DONE, "many":
            return Turn(draft, Screen.QUESTION, {here.key: Fault("answer.none_yet")})
    return show(form, draft)


def _toggle(form: tuple[Item, ...], draft: Draft, here: Item, option: str) -> Turn:
    chosen = here.toggled(draft.partial, option)
    if len(chosen) > here.most:
        return Turn(draft, Screen.QUESTION, {here.key: Fault("answer.too_many", here.most)})
    return show(form, replace(draft, partial=chosen))


def _typed(
    form: tuple[Item, ...], draft: Draft, body: str, fresh_receipt: Callable[[], str]
) -> Turn:
    here = _at(form, draft.place)
    if here is None or draft.state not in (State.DRAFT, State.CAST):
        return show(form, draft)
    fault = here.fault(body)
    if fault:
        return Turn(draft, Screen.QUESTION, {here.key: fault})
    return _record(form, draft, here, body, fresh_receipt)


def _whole(
    form: tuple[Item, ...],
    draft: Draft,
    given: Mapping[str, Answer],
    fresh_receipt: Callable[[], str],
) -> Turn:
    faults: dict[str, Fault] = {}
    answers: dict[str, Answer] = dict(draft.answers) if draft.state is State.CAST else {}
    for item in form:
        if item.key not in given:
            answers.setdefault(item.key, None)
            if answers[item.key] is None and not item.optional:
                faults[item.key] = Fault("answer.needed")
            continue
        value = given[item.key]
        if isinstance(value, str):
            value = tidy(value) or None
        elif value is not None:
            value = tuple(dict.fromkeys(value))
        fault = item.fault(value)
        if fault:
            faults[item.key] = fault
        answers[item.key] = value
    if faults:
        return Turn(draft, show(form, draft).screen, faults)
    changed = draft.state is State.CAST
    cast = _cast(draft, answers, fresh_receipt())
    return Turn(cast, Screen.CHANGED if changed else Screen.SENT)


def _record(
    form: tuple[Item, ...], draft: Draft, here: Item, answer: Answer, fresh: Callable[[], str]
) -> Turn:
    answers = {**draft.answers, here.key: answer}
    if draft.state is State.CAST:
        return Turn(_cast(draft, answers, fresh()), Screen.CHANGED)
    place = _next_place(form, answers, here.key)
    return show(form, replace(draft, answers=answers, place=place, partial=()))


def _return_to(draft: Draft, key: str) -> Draft:
    """To a question answered before; ticks of a multiple choice are still there."""
    before = draft.answers.get(key)
    return replace(draft, place=key, partial=before if isinstance(before, tuple) else ())


def _blank(draft: Draft) -> Draft:
    """Nothing said, nothing kept, but where it is shown and whether to remind."""
    return Draft(quiet=draft.quiet, touched=draft.touched, shown=draft.shown)


def _again(draft: Draft, form: tuple[Item, ...]) -> Draft:
    fresh = begin(form, {})
    return replace(fresh, quiet=draft.quiet, touched=draft.touched, shown=draft.shown)


def _cast(draft: Draft, answers: Answers, receipt: str) -> Draft:
    return replace(
        draft, state=State.CAST, place=SENT, answers=answers, partial=(), receipt=receipt
    )


def _next_place(form: tuple[Item, ...], answers: Answers, after: str) -> str:
    keys = [item.key for item in form]
    start = keys.index(after) + 1 if after in keys else 0
    for key in [*keys[start:], *keys[:start]]:
        if key not in answers:
            return key
    return END


def _before(form: tuple[Item, ...], here: Item) -> str:
    index = form.index(here)
    return form[max(index - 1, 0)].key


def _complete(form: tuple[Item, ...], answers: Answers) -> bool:
    return all(item.key in answers for item in form)


def _at(form: tuple[Item, ...], key: str) -> Item | None:
    return next((item for item in form if item.key == key), None)
