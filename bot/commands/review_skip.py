"""[Skip this one] under the word before a scheduled start: that one is left out."""

from collections.abc import Sequence

from bot import recurring
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.scheduled import line, numbered
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which schedule, and which of its starts."""
    return (
        Field("schedule", say("schedule/ask_which"), default="-"),
        Field("due", say("schedule/ask_which"), default="-"),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """On to the next; a second tap, or one that comes too late, changes nothing."""
    schedule = numbered(scene, one(given, "schedule"))
    known = line(scene, schedule)
    if one(given, "due") != recurring.stamp(schedule.due_at):
        raise Refusal("schedule/not_that_one", **known)
    following = recurring.move_on(scene.unit, schedule, scene.now)
    return reply("schedule/skipped", **known, following=following or "")


COMMAND = Command(
    "review skip",
    run,
    COORDINATOR,
    fields=fields,
    rest="schedule",
    keywords={"at": "due"},
    hidden=True,
)
