"""Options too long for a button: a numbered list in the text, and the numbers as buttons."""

from dataclasses import replace

from dialogues.checkin import Multi, Question, Words
from dialogues.markup import escape
from dialogues.messages import Outgoing

TICK = "✓ "
"""What stands before a chosen option (`label.ticked`); it stays on its button."""


def numbered(message: Outgoing, longest: int) -> Outgoing:
    """*message* with all its options as a list, where one is longer than *longest*."""
    options = message.buttons[: message.options]
    if all(len(label) <= longest for label, _ in options):
        return message
    listed = [f"{place}. {escape(label)}" for place, (label, _) in enumerate(options, 1)]
    short = [
        (f"{TICK if label.startswith(TICK) else ''}{place}", token)
        for place, (label, token) in enumerate(options, 1)
    ]
    text = "\n\n".join((message.text, "\n".join(listed)))
    return replace(message, text=text, buttons=(*short, *message.buttons[message.options :]))


def typed_option(question: Question, text: str, language: str) -> str | None:
    """The option somebody typed instead of tapping: its label or its number, exactly.

    Its number is its place in the list, where it is not what the option itself is called.
    """
    if isinstance(question, Words | Multi):
        return None
    wanted = text.strip().casefold()
    options = question.options
    names = [(o.key, (o.key, o.text.in_language(language).casefold())) for o in options]
    found = [key for key, known in names if wanted in known]
    if len(found) == 1:
        return found[0]
    place = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    if 1 <= place <= len(options) and not any(o.key.isdigit() for o in options):
        return options[place - 1].key
    return None
