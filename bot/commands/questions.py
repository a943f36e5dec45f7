"""A command's form as messages: a question with its buttons, and the list of what was given."""

from collections.abc import Sequence

from bot.commands.command import Field
from bot.scene import Scene
from dialogues.answers import Answer
from dialogues.dialogue import Act, Draft, Item
from dialogues.engine import position
from dialogues.messages import Button, Label, Message, Say, say
from dialogues.tokens import FormToken, write

MORE = "~more"
"""The button that shows the options a field keeps behind [All others], and back again."""


def items(fields: Sequence[Field]) -> tuple[Item, ...]:
    """The fields as the engine has them."""
    return tuple(
        Item(
            f.key,
            f.kind,
            tuple(key for key, _ in (*f.options, *f.more)),
            len(f.options) if f.kind == "many" else f.most,
            f.optional,
        )
        for f in fields
    )


def ask(fields: Sequence[Field], here: Field, draft: Draft, form: int, note: Say | None) -> Message:
    """One question: its options, and the ways on and back."""
    asked = [f for f in fields if not f.settled]
    number, of = position(items(asked), draft) if here in asked else (0, 0)
    unsure = any(f.branches and (f is here or f.key not in draft.answers) for f in asked)
    further = MORE in draft.partial
    buttons = []
    for key, label in here.more if further else here.options:
        ticked = key in draft.partial
        text: Label = say("label.ticked", text=label) if ticked else label
        buttons.append(Button(text, write(FormToken(form, Act.PICK, here.key, key))))
    options = len(buttons)
    if here.more:
        turn = "back" if further else "all_others"
        buttons.append(
            Button(say(f"label.{turn}"), write(FormToken(form, Act.PICK, here.key, MORE)))
        )
    if here.kind == "many":
        buttons.append(Button(say("label.done"), write(FormToken(form, Act.DONE, here.key))))
    if here.optional:
        label = here.skip or say("label.skip")
        buttons.append(Button(label, write(FormToken(form, Act.UNABLE, here.key))))
    if here.settled and here.key in draft.answers:
        buttons.append(Button(say("label.back"), write(FormToken(form, Act.LEAVE))))
    elif number > 1 and not further:
        buttons.append(Button(say("label.back"), write(FormToken(form, Act.BACK, here.key))))
    buttons.append(Button(say("label.cancel"), write(FormToken(form, Act.STOP))))
    values = {"number": number, "of": of, "unsure": unsure, "ask": here.ask, "fault": note or ""}
    return Message(say("commands/ask", **values), tuple(buttons), options=options)


def look(scene: Scene, fields: Sequence[Field], draft: Draft, form: int) -> Message:
    """What was given, each with a button to change it."""
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
    if isinstance(answer, str) and answer not in dict(field.every):
        return [field.shown(scene, answer) if field.shown else answer]
    chosen = (answer,) if isinstance(answer, str) else answer
    return [label for key, label in field.every if key in chosen] or [say("phrase.nothing")]
