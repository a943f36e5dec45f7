"""`people`: who takes part, by organisation. Never who answered."""

from collections.abc import Sequence

from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Role
from storage import partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Everybody enrolled, with what they are."""
    groups: dict[str, list[dict[str, object]]] = {}
    for member in partnerships.members(scene.unit, scene.group.id):
        roles = [say(f"phrase.role_{r.value}") for r in Role if r in member.roles]
        groups.setdefault(member.organisation or "", []).append(
            {"name": member.name, "roles": roles}
        )
    coordinator = scene.holds(frozenset({Role.COORDINATOR}))
    return reply(
        "people/list",
        *((button("links_again", "invite"),) if coordinator else ()),
        partnership=scene.group.name,
        groups=[{"name": name, "people": found} for name, found in groups.items()],
    )


COMMAND = Command("people", run, ANYBODY_ENROLLED)
