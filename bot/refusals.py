"""What cannot be done, as a message that says what to do instead."""

from collections.abc import Mapping, Sequence

from bot.commands.command import Command
from dialogues import messages
from dialogues.errors import Refusal
from dialogues.messages import Button, Event, Message, say


def refused(refusal: Refusal, commands: Mapping[str, Command], event: Event) -> Sequence[Message]:
    """A refusal in words, with what was probably meant as buttons.

    Nothing is said of an unknown command in a group that names no bot: another may be meant.
    """
    unknown = refusal.key == "commands/unknown" and not refusal.values.get("choices")
    if unknown and isinstance(event, messages.Command) and not event.named:
        return ()
    values = dict(refusal.values)
    found = (*_strings(values.get("near")), *_strings(values.get("choices")))
    choices = list(dict.fromkeys(found))
    buttons = [Button(f"/{choice}", f"c:{choice}") for choice in choices]
    name = values.get("command")
    if isinstance(name, str) and name in commands:
        values["usage"] = usage(commands[name])
    extra = values.pop("buttons", ())
    assert isinstance(extra, tuple)
    return [Message(say(refusal.key, **values), (*buttons[:8], *extra))]


def usage(command: Command) -> str:
    """How to type a command: "review start CHECKIN … for … purpose …"."""
    parts = [command.name]
    if command.rest:
        parts.append(command.rest.upper() + "…")
    if command.who:
        parts.append("[@…]")
    parts += [f"[{word} …]" for word in command.keywords]
    return " ".join(parts)


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
