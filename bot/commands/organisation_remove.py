"""`organisation remove`: a partner organisation leaves; what it took part in stays as it was."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import confirm_buttons
from bot.leaving import asked_now
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Member, Organisation, Role
from storage import brokers, organisations, outbox, partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which one."""
    found = partnerships.organisations(scene.unit, scene.group.id)
    if not found:
        raise Refusal("organisation/none", partnership=scene.group.name)
    options = tuple((str(o.id), o.name) for o in found)
    return (Field("of", say("organisation/ask_remove"), "one", options),)


def _read(scene: Scene, given: Answers) -> tuple[Organisation, list[Member]]:
    """Which, and its people. Raises Refusal while a broker serves from it or for it."""
    not_while_reviewed(scene)
    found = partnerships.organisations(scene.unit, scene.group.id)
    meant = next((o for o in found if str(o.id) == one(given, "of")), None)
    if meant is None:
        raise Refusal("fault.stale")
    for service in brokers.appointments(scene.unit, scene.group.id, scene.today):
        said = brokers.service_of(scene.unit, service.id)
        if meant.id in (said.home, said.contracting):
            raise Refusal(
                "organisation/serves",
                organisation=meant.name,
                broker=service.name,
                buttons=(
                    button("change_broker", "broker change"),
                    button("end_it", "broker end"),
                ),
            )
    members = partnerships.members(scene.unit, scene.group.id)
    return meant, [m for m in members if m.organisation_id == meant.id]


def confirm(scene: Scene, given: Answers) -> Message:
    """How many people it means, who stays all the same, what ends, and that the history is kept."""
    meant, people = _read(scene, given)
    asking = say(
        "organisation/confirm_remove",
        organisation=meant.name,
        partnership=scene.group.name,
        leaving=sum(_leaves(m) for m in people),
        staying=[m.name for m in people if not _leaves(m)],
        open=any(asked_now(scene.unit, m) for m in people),
        invited=organisations.brokers_invited(scene.unit, scene.group.id, meant.id, scene.now),
    )
    return Message(asking, confirm_buttons("remove"))


def _leaves(member: Member) -> bool:
    return member.roles <= {Role.PARTNER}


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """All of it in one transaction, told to everybody it is about."""
    meant, people = _read(scene, given)
    for member in people:
        if member.person_id == scene.person.id:
            continue
        told = say(
            "join/ended" if _leaves(member) else "organisation/told_staying",
            partnership=scene.group.name,
            by=scene.person.name,
            organisation=meant.name,
            open=asked_now(scene.unit, member),
        )
        key = f"organisation:{meant.id}:removed:{member.id}"
        outbox.put(scene.unit, key, Message(told), scene.now, person=member.person_id)
    organisations.remove(scene.unit, scene.group.id, meant.id, scene.now)
    return reply("organisation/removed", organisation=meant.name, partnership=scene.group.name)


COMMAND = Command(
    "organisation remove",
    run,
    COORDINATOR,
    fields=fields,
    rest="of",
    confirm=confirm,
)
