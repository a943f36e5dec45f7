"""A whole check-in on one page: a modal, a web form."""

from collections.abc import Mapping
from dataclasses import replace

from bot.showing import Showing
from dialogues import comments
from dialogues.answers import Answer
from dialogues.checkin import Multi, Number, Words
from dialogues.dialogue import Draft, State, Whole
from dialogues.messages import Filled, Form, FormField, Localised, Say, say
from dialogues.model import Confidence
from dialogues.texts import HOME, Reader, named
from dialogues.tokens import WholeToken, read, write

PASS_ON = "~pass_on"
"""The field beside a comment: whether it may be passed on though few answered (R6)."""


def whole_form(
    showing: Showing, draft: Draft, reader: Reader, faults: Mapping[str, Say], warned: bool = False
) -> Form:
    """The whole check-in on one page. A cast ballot's answers are not put in (A23).

    *warned*: its author has read what their words tell, and may send them as they are.
    """
    word = showing.house.texts.label
    naming = showing.broker
    name = naming.in_language(reader.language) if isinstance(naming, Localised) else naming
    home = showing.home or HOME.in_language(reader.language)
    fields = []
    for item, question in zip(showing.form, showing.questions, strict=True):
        label = named(showing.wording(question).in_language(reader.language), name, home)
        options = () if isinstance(question, Words) else question.options
        skip = "label.skip" if isinstance(question, Words | Multi) else "label.cant_say"
        hint = ""
        if isinstance(question, Number):
            hint = f"{word(question.low, reader)} · {word(question.high, reader)}"
        elif isinstance(question, Multi):
            all_fit = question.most == len(question.options)
            up_to = say("phrase.up_to", most=question.most)
            hint = word(say("phrase.all_that_fit") if all_fit else up_to, reader)
        elif isinstance(question, Words) and showing.round.confidence is Confidence.SEALED:
            hint = word(say("phrase.words_warning"), reader)
        fault = faults.get(item.key)
        known = draft.answers.get(item.key) if draft.state == "draft" else None
        fields.append(
            FormField(
                item.key,
                item.kind,
                label,
                tuple((o.key, word(o.text, reader)) for o in options),
                item.most,
                error=word(fault, reader) if fault else "",
                value=known or "",
                unable=word(say(skip), reader),
                hint=hint,
            )
        )
    written = any(isinstance(question, Words) for question in showing.questions)
    if written and showing.round.confidence is Confidence.SEALED:
        fields.append(_pass_on(showing, draft, reader))
    return Form(
        write(WholeToken(showing.round.id, warned)),
        word(showing.round.checkin.title, reader),
        tuple(fields),
        word(say("label.send"), reader),
        word(say("label.cancel"), reader),
    )


def _pass_on(showing: Showing, draft: Draft, reader: Reader) -> FormField:
    word = showing.house.texts.label
    yes = (("yes", word(say("label.pass_on"), reader)),)
    ticked = ("yes",) if draft.pass_on else ()
    return FormField(PASS_ON, "many", word(say("phrase.my_words"), reader), yes, 1, value=ticked)


def taken(showing: Showing, draft: Draft, event: Filled) -> tuple[Draft, Whole]:
    """What was handed in: the draft as it takes it, and the answers."""
    known = {q.key for q in showing.questions}
    answers: dict[str, Answer] = {k: (v or None) for k, v in event.values.items() if k in known}
    return replace(draft, pass_on=bool(event.values.get(PASS_ON))), Whole(answers)


def refilled(draft: Draft, event: Filled) -> Draft:
    """A draft that shows again what was handed in, for a form that needs another look."""
    answers: dict[str, Answer] = {k: (v or None) for k, v in event.values.items()}
    ticked = bool(event.values.get(PASS_ON))
    return replace(draft, state=State.DRAFT, answers=answers, pass_on=ticked)


def unwarned(showing: Showing, event: Filled) -> dict[str, Say]:
    """Words that may point to somebody, where their author was not told yet (R6)."""
    token = read(event.token)
    if showing.round.confidence is not Confidence.SEALED:
        return {}
    if isinstance(token, WholeToken) and token.warned:
        return {}
    found = {}
    for question in showing.questions:
        text = event.values.get(question.key)
        if isinstance(question, Words) and isinstance(text, str):
            words = comments.revealing(text, showing.names)
            rare = comments.language(text) in showing.rare
            if words or rare:
                found[question.key] = say("fault.revealing", words=list(words), rare=rare)
    return found
