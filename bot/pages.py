"""A whole check-in on one page."""

from bot.screens import Showing
from dialogues.checkin import Multi, Number, Words
from dialogues.dialogue import Draft
from dialogues.messages import Form, FormField, Localised, Say, say
from dialogues.model import Confidence
from dialogues.texts import Reader, named
from dialogues.tokens import WholeToken, write


def whole_form(showing: Showing, draft: Draft, reader: Reader, faults: dict[str, Say]) -> Form:
    """The whole check-in on one page. A cast ballot's answers are not put in (A23)."""
    word = showing.house.texts.label
    naming = showing.broker
    name = naming.in_language(reader.language) if isinstance(naming, Localised) else naming
    fields = []
    for item, question in zip(showing.form, showing.questions, strict=True):
        label = named(showing.wording(question).in_language(reader.language), name)
        options = () if isinstance(question, Words) else question.options
        skip = "label.skip" if isinstance(question, Words | Multi) else "label.cant_say"
        hint = ""
        if isinstance(question, Number):
            hint = f"{word(question.low, reader)} · {word(question.high, reader)}"
        elif isinstance(question, Multi):
            hint = word(say("phrase.up_to", most=question.most), reader)
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
    return Form(
        write(WholeToken(showing.round.id)),
        word(showing.round.checkin.title, reader),
        tuple(fields),
        word(say("label.send"), reader),
        word(say("label.cancel"), reader),
    )
