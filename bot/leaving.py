"""How a part in a partnership ends. It acts from the next check-in on: open rosters are frozen."""

from collections.abc import Sequence

from bot.scene import Scene
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, say
from dialogues.model import Member, Role
from storage import brokers, outbox, partnerships, rounds
from storage.store import Unit


def not_the_last(unit: Unit, member: Member) -> None:
    """A group keeps a coordinator, unless nobody else is left in it. Raises Refusal."""
    coordinating = partnerships.with_role(unit, member.partnership_id, Role.COORDINATOR)
    alone = len(partnerships.members(unit, member.partnership_id)) == 1
    if [m.id for m in coordinating] == [member.id] and not alone:
        raise Refusal(
            "leave/last",
            partnership=partnerships.partnership(unit, member.partnership_id).name,
            buttons=(Button(say("label.another_coordinator"), "c:coordinator add"),),
        )


def asked_now(unit: Unit, member: Member) -> bool:
    """Whether a check-in of this partnership is open for somebody."""
    return any(seat == member.id for _, seat in rounds.open_rounds(unit, member.person_id))


def serves(scene: Scene, member: Member) -> bool:
    """Whether somebody is broker now."""
    serving = brokers.assignments(scene.unit, member.partnership_id, scene.today)
    return any(assignment.member_id == member.id for assignment in serving)


def end(scene: Scene, member: Member) -> None:
    """End a membership and a service as broker. What is open goes on, ballots stay theirs."""
    brokers.end_service(scene.unit, member.id, scene.now)
    partnerships.dismiss(scene.unit, member.id, scene.now)


def end_of(scene: Scene, member: Member) -> Sequence[Message]:
    """The same by a coordinator, who is named to whoever has to go.

    The link of their organisation ends too, or it would let them in again.
    """
    still_open = asked_now(scene.unit, member)
    told = Message(
        say(
            "join/ended",
            partnership=scene.group.name,
            by=scene.person.name,
            open=still_open,
        )
    )
    end(scene, member)
    key = f"ended:{member.id}:{scene.now.timestamp():.0f}"
    outbox.put(scene.unit, key, told, scene.now, person=member.person_id)
    linked = brokers.end_link(scene.unit, member.partnership_id, member.organisation_id, scene.now)
    removed = say(
        "join/removed",
        name=member.name,
        partnership=scene.group.name,
        open=still_open,
        linked=linked,
        organisation=member.organisation,
    )
    links = (Button(say("label.links_again"), "c:invite"),) if linked else ()
    return [Message(removed, links)]


def tell_coordinators(scene: Scene, member: Member, message: Message) -> None:
    """Each coordinator but the one it is about."""
    for coordinator in partnerships.with_role(scene.unit, member.partnership_id, Role.COORDINATOR):
        if coordinator.id != member.id:
            key = f"{message.say.key}:{member.id}:{coordinator.id}:{scene.now.timestamp():.0f}"
            outbox.put(scene.unit, key, message, scene.now, person=coordinator.person_id)
