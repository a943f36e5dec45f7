"""`people`: who takes part, by organisation. Never who answered."""

from collections.abc import Sequence

from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import ReviewState, Role
from storage import brokers, partnerships, people, reviews


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Everybody enrolled, with what they are."""
    coordinator = scene.holds(frozenset({Role.COORDINATOR}))
    everybody = partnerships.members(scene.unit, scene.group.id)
    gone = people.out_of_reach(scene.unit, (m.person_id for m in everybody))
    if not coordinator or _asked_now(scene):
        gone = set()
    groups: dict[str, list[dict[str, object]]] = {}
    serving = brokers.appointments(scene.unit, scene.group.id, scene.today)
    brokering = {service.member_id for service in serving}
    for member in everybody:
        held = member.roles if member.id in brokering else member.roles - {Role.BROKER}
        roles = [say(f"phrase.role_{r.value}") for r in Role if r in held]
        groups.setdefault(member.organisation or "", []).append(
            {"name": member.name, "roles": roles, "gone": member.person_id in gone}
        )
    return reply(
        "people/list",
        *((button("links_again", "invite"),) if coordinator else ()),
        partnership=scene.group.name,
        gone=bool(gone),
        groups=[{"name": name, "people": found} for name, found in groups.items()],
    )


def _asked_now(scene: Scene) -> bool:
    """Whether a check-in is open: then nobody is pointed at."""
    found = reviews.reviews(scene.unit, scene.group.id)
    return any(review.state is ReviewState.OPEN for review in found)


COMMAND = Command("people", run, ANYBODY_ENROLLED)
