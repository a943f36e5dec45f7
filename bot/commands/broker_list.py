"""`broker list`: who serves as broker, on what terms, with consent or not; and who did before."""

from collections.abc import Sequence

from bot.commands.appointing import facts
from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.scene import Scene, role
from dialogues.answers import Answers
from dialogues.messages import Message
from dialogues.model import Role
from storage import brokers


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """A paragraph each, but none for who never began or had themself erased."""
    found = brokers.history(scene.unit, scene.group.id)
    known = [a for a in found if a.name and (a.ends is None or a.ends >= a.starts)]
    now = [a for a in known if a.ends is None or a.ends >= scene.today]
    buttons = []
    if scene.holds(frozenset({Role.COORDINATOR})):
        buttons = [button("appoint", "broker appoint")]
        if now:
            buttons += [button("change_broker", "broker change"), button("end_it", "broker end")]
    return reply(
        "broker/list",
        *buttons,
        partnership=scene.group.name,
        term=role(scene.group),
        lines=[facts(a) for a in now],
        before=[facts(a) for a in known if a not in now],
        invited=brokers.invited(scene.unit, scene.group.id, scene.now),
    )


COMMAND = Command("broker list", run, ANYBODY_ENROLLED, aliases=("broker",))
