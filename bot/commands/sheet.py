"""A command's form as one page, where nobody can type: what is missing, asked at once."""

from collections.abc import Mapping, Sequence

from bot.commands.command import Field
from bot.commands.matching import resolve
from bot.scene import Scene
from dialogues.answers import Answer, Answers
from dialogues.dialogue import Act, Draft
from dialogues.errors import Refusal
from dialogues.markup import plain
from dialogues.messages import Button, Form, FormField, Message, Say, say
from dialogues.tokens import FormToken, PageToken, write

SHOWN_CHOICES = 6
"""How many of the usual values stand under a field in which others can be typed too."""


def missing(fields: Sequence[Field], here: Field, draft: Draft) -> Sequence[Field]:
    """The fields of the next page: *here* alone if it is being changed, else all still open."""
    if here.key in draft.answers or here.settled:
        return (here,)
    known = draft.answers
    asked = [f for f in fields if not f.settled and f.key not in known]
    return [f for f in asked if not f.after or f.after in known or f is here]


def page(
    scene: Scene, asked: Sequence[Field], draft: Draft, form: int, notes: Mapping[str, Say]
) -> Message:
    """The page, and the message that stands in the chat should it fail to open."""
    word = scene.house.texts.label
    title = scene.partnership.name if scene.partnership else word(say("label.titian"), scene.reader)
    made = Form(
        write(PageToken(form)),
        title,
        tuple(_field(scene, f, draft, notes.get(f.key)) for f in asked),
        word(say("label.continue_"), scene.reader),
        word(say("label.cancel"), scene.reader),
    )
    buttons = (
        Button(say("label.open_page"), write(FormToken(form, Act.BEGIN))),
        Button(say("label.cancel"), write(FormToken(form, Act.STOP))),
    )
    return Message(say("commands/page"), buttons, form=made)


def take(
    scene: Scene, fields: Sequence[Field], values: Mapping[str, tuple[str, ...] | str]
) -> tuple[Answers, Mapping[str, Say]]:
    """What was handed in of a page with *fields*, and what is wrong with some."""
    answers: dict[str, Answer] = {}
    notes: dict[str, Say] = {}
    for field in fields:
        given = values.get(field.key, "")
        offered = (*field.options, *field.more)
        if not given or (isinstance(given, str) and not given.strip()):
            if field.settled and not (field.optional and field.key in values):
                continue
            if not field.optional:
                notes[field.key] = say("fault.needed")
            answers[field.key] = None
        elif isinstance(given, str):
            answer, note = resolve(scene, field, given)
            if note is not None:
                notes[field.key] = note
            answers[field.key] = given if note is not None else answer
        elif field.kind == "people":
            answers[field.key] = tuple(dict.fromkeys(given))
            if strangers := [user for user in given if user in _strangers(scene)]:
                names = [scene.mentions.get(user, "") for user in strangers]
                told = [name for name in names if name not in ("", *strangers)]
                notes[field.key] = say("fault.strangers", names=told)
        elif set(given) <= {key for key, _ in offered}:
            chosen = tuple(dict.fromkeys(given))
            answers[field.key] = chosen[0] if field.kind == "words" else chosen
        else:
            notes[field.key] = say("fault.tap")
    return answers, notes


def _strangers(scene: Scene) -> frozenset[str]:
    """Those picked to whom nobody can write here."""
    return scene.incoming.strangers if scene.incoming is not None else frozenset()


def _field(scene: Scene, field: Field, draft: Draft, note: Say | None) -> FormField:
    texts, reader = scene.house.texts, scene.reader
    options = tuple(
        (key, texts.label(label, reader)) for key, label in (*field.options, *field.more)
    )
    hint = ""
    if field.kind == "words" and options:
        hint = " · ".join(label for _, label in options[:SHOWN_CHOICES])
        options = ()
    skip = field.skip or say("label.skip")
    return FormField(
        field.key,
        field.kind,
        plain(texts.word(field.ask, reader)),
        options,
        len(options) if field.kind == "many" else field.most,
        not field.optional and not field.settled,
        texts.label(note, reader) if note else "",
        _written(scene, field, draft.answers.get(field.key)) or "",
        texts.label(skip, reader) if field.optional else "",
        hint,
    )


def _written(scene: Scene, field: Field, known: Answer) -> Answer:
    """An answer as its reader would write it, where what is kept is no word of theirs.

    What was handed in and refused is no answer yet, and comes back as it was typed.
    """
    if field.shown is None or not isinstance(known, str):
        return known
    try:
        shown = scene.house.texts.label(field.shown(scene, known), scene.reader)
    except (Refusal, ValueError):
        return known
    return next((t for t in (shown, known) if resolve(scene, field, t) == (known, None)), None)
