"""`organisation list`: the partner organisations, and how many people of each have joined."""

from collections.abc import Sequence

from bot.commands.command import ANYBODY_ENROLLED, Command, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Standing
from storage import partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """A line each."""
    members = partnerships.members(scene.unit, scene.group.id)
    lines = [
        {
            "name": o.name,
            "sector": say(f"phrase.sector_{o.sector.value}") if o.sector else "",
            "standing": say(f"phrase.standing_{o.standing.value}")
            if o.standing is not Standing.PARTNER
            else "",
            "people": sum(m.organisation_id == o.id for m in members),
        }
        for o in partnerships.organisations(scene.unit, scene.group.id)
    ]
    return reply("organisation/list", partnership=scene.group.name, lines=lines)


COMMAND = Command(
    "organisation list", run, ANYBODY_ENROLLED, aliases=("organisation", "organisations")
)
