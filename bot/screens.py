"""A turn of a check-in as a message: which template, which values, which buttons."""

from bot.scene import worded_fault
from bot.showing import Showing
from dialogues import comments
from dialogues.answers import Answer, Fault
from dialogues.checkin import Multi, Number, Question, Words
from dialogues.dialogue import Act, Draft, Screen, Turn
from dialogues.engine import position
from dialogues.messages import Button, Message, say
from dialogues.model import Confidence
from dialogues.tokens import RoundToken, write

BUILT_LATE = frozenset({"checkin/invitation", "checkin/reminder"})
"""Messages kept in the outbox by name only, and built for the platform they are sent on."""


def page_button(showing: Showing, label: str) -> Button:
    """A button that opens the whole check-in on one page."""
    return Button(say(f"label.{label}"), f"c:checkin page {showing.round.id}")


def on_a_page(showing: Showing, draft: Draft) -> Message:
    """Where nobody can type: a word and the button that opens the page."""
    text = say("checkin/page", cast=draft.state == "cast", **showing.facts)
    return Message(text, (page_button(showing, "continue_"),), showing.round.id)


def invitation(showing: Showing, key: str = "checkin/invitation") -> Message:
    """The first message, and what stands there again after Later or Stop."""
    buttons = [showing.button("begin", Act.BEGIN)]
    if not showing.ability.types:
        buttons = [page_button(showing, "begin")]
    elif showing.ability.forms:
        buttons.append(page_button(showing, "one_page"))
    again = key == "checkin/reminder"
    buttons.append(showing.button("tomorrow" if again else "later", Act.LATER))
    buttons.append(showing.button("not_this_time", Act.DECLINE))
    if again:
        buttons.append(showing.button("no_reminders", Act.QUIET))
    else:
        buttons.append(Button(say("label.who_sees"), f"c:checkin who {showing.round.id}"))
    return Message(
        say(key, **showing.facts),
        tuple(buttons),
        round_id=showing.round.id,
        preview=say("phrase.preview"),
    )


def screen(showing: Showing, turn: Turn, fresh: bool = True, typed: str = "") -> Message:
    """What to show after *turn*.

    Args:
        fresh: The receipt was just made and may be shown.
        typed: The words that led here, for a warning about what they tell.
    """
    draft = turn.draft
    match turn.screen:
        case Screen.INVITATION:
            return invitation(showing)
        case Screen.QUESTION if not showing.ability.types:
            return on_a_page(showing, draft)
        case Screen.QUESTION:
            return _question(showing, turn)
        case Screen.END:
            return _end(showing, draft)
        case Screen.LOOK:
            return _look(showing, draft)
        case Screen.SENT | Screen.CHANGED:
            return _sent(showing, turn, fresh, typed)
        case Screen.CHANGE:
            return _change(showing)
        case Screen.WITHDRAW:
            yes = showing.button("withdraw_them", Act.WITHDRAW_YES)
            buttons: tuple[Button, ...] = (yes, showing.button("keep_them", Act.LEAVE))
        case _:
            buttons = (showing.button("begin", Act.BEGIN),)
    return Message(say(f"checkin/{turn.screen.value}", **showing.facts), buttons, showing.round.id)


def _question(showing: Showing, turn: Turn) -> Message:
    """A question; made once where it is the same for everybody: nothing ticked, nothing wrong."""
    draft = turn.draft
    number, of = position(showing.form, draft)
    cast = draft.state == "cast"
    fault = turn.faults.get(showing.questions[number - 1].key)
    if fault or draft.partial:
        return _asked(showing, number, of, cast, draft.partial, fault)
    same = number, of, cast
    if same not in showing.same:
        showing.same[same] = _asked(showing, number, of, cast)
    return showing.same[same]


def _asked(
    showing: Showing,
    number: int,
    of: int,
    cast: bool,
    partial: tuple[str, ...] = (),
    fault: Fault | None = None,
) -> Message:
    index = number - 1
    question = showing.questions[index]
    buttons: list[Button] = []
    if not isinstance(question, Words):
        for place, option in enumerate(question.options):
            ticked = option.key in partial
            buttons.append(
                Button(
                    say("label.ticked", text=option.text) if ticked else option.text,
                    write(RoundToken(showing.round.id, Act.PICK, index, place)),
                )
            )
    options = len(buttons)
    if isinstance(question, Multi):
        buttons.append(showing.button("done", Act.DONE, index))
    skip = "skip" if isinstance(question, Words | Multi) else "cant_say"
    buttons.append(showing.button(skip, Act.UNABLE, index))
    if number > 1 or cast:
        buttons.append(showing.button("back", Act.BACK, index))
    values = {
        **showing.facts,
        "number": number,
        "of": of,
        "changing": cast,
        "text": showing.wording(question),
        "words": isinstance(question, Words),
        "most": question.most if isinstance(question, Multi) else 0,
        "any": isinstance(question, Multi) and question.most == len(question.options),
        "low": question.low if isinstance(question, Number) else "",
        "high": question.high if isinstance(question, Number) else "",
        "erases": showing.ability.erases,
        "fault": worded_fault(fault, question) if fault else "",
    }
    return Message(
        say("checkin/question", **values), tuple(buttons), showing.round.id, options=options
    )


def _written(showing: Showing, draft: Draft) -> str:
    said = [draft.answers.get(q.key) for q in showing.questions if isinstance(q, Words)]
    return "\n".join(text for text in said if isinstance(text, str))


def _end(showing: Showing, draft: Draft) -> Message:
    written = _written(showing, draft)
    sealed = showing.round.confidence is Confidence.SEALED
    buttons = [
        showing.button("send", Act.SEND),
        showing.button("look", Act.LOOK),
        showing.button("stop", Act.STOP),
    ]
    if written and sealed:
        kind = "pass_on_off" if draft.pass_on else "pass_on"
        buttons.append(showing.button(kind, Act.PASS_ON))
    values = {
        **showing.facts,
        "wrote": bool(written) and sealed,
        "pass_on": draft.pass_on,
        **_told_by(showing, written),
    }
    return Message(say("checkin/end", **values), tuple(buttons), showing.round.id)


def _look(showing: Showing, draft: Draft) -> Message:
    lines = []
    buttons = [showing.button("send", Act.SEND)]
    for index, question in enumerate(showing.questions):
        answer = answer_label(question, draft.answers.get(question.key))
        lines.append({"number": index + 1, "topic": question.topic, "answer": answer})
        buttons.append(
            Button(
                say("label.numbered", number=index + 1, text=question.topic),
                write(RoundToken(showing.round.id, Act.CHANGE_ONE, index)),
            )
        )
    buttons.append(showing.button("back", Act.BACK))
    return Message(
        say("checkin/look", lines=lines, **showing.facts), tuple(buttons), showing.round.id
    )


def answer_label(question: Question, answer: Answer) -> object:
    """An answer as it reads: the option's text, the words, or "can't say"."""
    if answer is None:
        return say("phrase.skipped" if isinstance(question, Words) else "phrase.cant_say")
    if isinstance(answer, str) or isinstance(question, Words):
        return answer
    return [option.text for option in question.options if option.key in answer]


def _sent(showing: Showing, turn: Turn, fresh: bool, typed: str) -> Message:
    change = showing.button("change", Act.CHANGE)
    if not showing.ability.types:
        change = page_button(showing, "change")
    buttons = (change, showing.button("withdraw", Act.WITHDRAW))
    key = "changed" if turn.screen is Screen.CHANGED else "sent"
    receipt = turn.draft.receipt if fresh else ""
    values = {**showing.facts, **_told_by(showing, typed), "receipt": receipt}
    return Message(say(f"checkin/{key}", **values), buttons, showing.round.id)


def _told_by(showing: Showing, words: str) -> dict[str, object]:
    """What the author is warned of (R6): whom the words name, a language that few use."""
    sealed = showing.round.confidence is Confidence.SEALED
    return {
        "revealing": list(comments.revealing(words, showing.names)) if sealed else [],
        "rare": sealed and comments.language(words) in showing.rare,
    }


def _change(showing: Showing) -> Message:
    buttons = [
        Button(
            say("label.numbered", number=index + 1, text=question.topic),
            write(RoundToken(showing.round.id, Act.CHANGE_ONE, index)),
        )
        for index, question in enumerate(showing.questions)
    ]
    buttons.append(showing.button("leave_it", Act.LEAVE))
    return Message(say("checkin/change", **showing.facts), tuple(buttons), showing.round.id)


def closed_text(showing: Showing, answered: int | None) -> Message:
    """The closed text, the same for everybody (F15)."""
    values = {**showing.facts, "answered": answered or 0, "enough": answered is not None}
    return Message(say("checkin/closed", **values), (), showing.round.id)
