"""`review unschedule`: nothing starts by itself any more; what is open stays open."""

from collections.abc import Sequence

from bot import recurring
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import only_buttons
from bot.commands.scheduled import line, numbered, which
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which schedule."""
    return (which(scene),)


def confirm(scene: Scene, given: Answers) -> Message:
    """What would not come again."""
    schedule = numbered(scene, one(given, "schedule"))
    asking = say("schedule/confirm_end", **line(scene, schedule))
    return Message(asking, only_buttons("unschedule"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Ended; its timers go."""
    schedule = numbered(scene, one(given, "schedule"))
    recurring.end(scene.unit, schedule, scene.now)
    return reply("schedule/ended", **line(scene, schedule))


COMMAND = Command(
    "review unschedule", run, COORDINATOR, fields=fields, rest="schedule", confirm=confirm
)
