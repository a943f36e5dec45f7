"""`broker list`: who serves as broker, on what terms, with consent or not."""

from collections.abc import Sequence

from bot.commands import consent
from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.scene import Scene, term
from dialogues.answers import Answers
from dialogues.messages import Message
from dialogues.model import Role
from storage import brokers


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """A paragraph each."""
    serving = brokers.assignments(scene.unit, scene.group.id, scene.today)
    coordinator = scene.holds(frozenset({Role.COORDINATOR}))
    return reply(
        "broker/list",
        *((button("appoint", "broker appoint"),) if coordinator else ()),
        partnership=scene.group.name,
        term=term(scene.group),
        lines=[consent.described(a) for a in serving],
        invited=brokers.invited(scene.unit, scene.group.id, scene.now),
    )


COMMAND = Command("broker list", run, ANYBODY_ENROLLED, aliases=("broker",))
