"""Which command an event means: typed, tapped, or a step in the dialogue of one."""

from collections.abc import Sequence

from bot.commands import load
from bot.commands.forms import resume, resume_page, start, step_into
from bot.commands.words import build, parse
from bot.scene import Scene
from dialogues.dialogue import Move, Typed
from dialogues.messages import Button, Command, Filled, Incoming, Message, Tap, Text, say
from dialogues.tokens import CommandToken, FormToken, PageToken, read
from storage import drafts

COMMANDS = load()
TREE = build(COMMANDS)
BY_NAME = {command.name: command for command in COMMANDS}
HELP = Button(say("label.help"), "c:help")


def decide(scene: Scene, incoming: Incoming) -> Sequence[Message]:
    """What is said to a command, a button or words outside rounds.

    Raises:
        Refusal: Nothing is to be done, and what to say instead.
    """
    match incoming.event:
        case Command(text=text):
            parsed = parse(TREE, text)
            return start(scene, parsed.command, parsed.raw)
        case Tap(token=token):
            return _tapped(scene, token)
        case Text(body=body):
            return _typed(scene, body)
        case Filled(token=token, values=values):
            page = read(token)
            pending = drafts.pending(scene.unit, scene.person.id)
            if isinstance(page, PageToken) and pending is not None and pending.id == page.form:
                return resume_page(scene, BY_NAME[pending.command], pending, values)
    return [Message(say("fault.stale"))]


def _tapped(scene: Scene, token: str) -> Sequence[Message]:
    match read(token):
        case CommandToken(text=text):
            parsed = parse(TREE, step_into(scene, text))
            return start(scene, parsed.command, parsed.raw)
        case FormToken(form=form, act=act, key=key, option=option):
            pending = drafts.pending(scene.unit, scene.person.id)
            if pending is None or pending.id != form:
                return [Message(say("fault.stale"), (HELP,))]
            command = BY_NAME[pending.command]
            return resume(scene, command, pending, Move(act, key, option))
    return [Message(say("fault.stale"), (HELP,))]


def _typed(scene: Scene, body: str) -> Sequence[Message]:
    pending = drafts.pending(scene.unit, scene.person.id)
    if pending is not None and pending.waiting:
        return resume(scene, BY_NAME[pending.command], pending, Typed(body))
    return start(scene, BY_NAME["start"], {})
