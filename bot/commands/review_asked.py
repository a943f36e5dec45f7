"""[Who is asked] under the word before a scheduled start: person by person, as of now."""

from collections.abc import Sequence

from bot import recurring
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.scheduled import line, numbered
from bot.reviews import asked
from bot.scene import Scene
from bot.starting import newcomers
from dialogues.answers import Answers
from dialogues.messages import Message, say


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which schedule."""
    return (Field("schedule", say("schedule/ask_which"), default="-"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Names with organisations, and who has joined too lately."""
    schedule = numbered(scene, one(given, "schedule"))
    about = recurring.about(scene.unit, schedule, scene.now)
    seats = asked(scene.unit, scene.group.id, about)
    new = newcomers(scene.unit, scene.group.id, seats, scene.now)
    return reply(
        "schedule/asked",
        **line(scene, schedule),
        names=[
            f"{m.name} ({m.organisation})" if m.organisation else m.name
            for m in seats
            if m.id not in new
        ],
        left_out=[m.name for m in seats if m.id in new],
    )


COMMAND = Command("review asked", run, COORDINATOR, fields=fields, rest="schedule", hidden=True)
