"""`broker appoint`: record who the broker is, from where and for what; consent is asked."""

from collections.abc import Sequence

from bot.commands import consent, invite
from bot.commands.appointing import KEYWORDS, described, kind_field, not_twice, read_service, terms
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.oneself import not_while_reviewed
from bot.scene import Scene, role
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Member
from dialogues.service import Service
from storage import brokers, outbox, partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who, inside or independent, whose or contracted by whom, and what is optional."""
    members = tuple((f"m{m.id}", m.name) for m in partnerships.members(scene.unit, scene.group.id))
    who = Field("who", say("broker/ask_who"), "words", members, most=80)
    return [who, kind_field(), *terms(scene, given)]


def confirm(scene: Scene, given: Answers) -> Message:
    """What will be recorded, before the broker hears of it."""
    person, name, service = _read(scene, given)
    return Message(
        say(
            "broker/confirm",
            broker=name,
            term=role(scene.group),
            here=person is not None,
            partnership=scene.group.name,
            **described(scene, service),
        ),
        confirm_buttons("record"),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Record the appointment and ask the broker; somebody not here yet gets a link."""
    not_while_reviewed(scene)
    person, name, service = _read(scene, given)
    if person is None:
        link = invite.broker(scene, name, service)
        return [*reply("broker/link", broker=name), link]
    made = brokers.appoint(scene.unit, scene.group.id, person, service, scene.now)
    found = brokers.assignment(scene.unit, made)
    if person == scene.person.id:
        return consent.ask(scene, found)
    message = consent.asking(found, scene.group, scene.person.name)
    outbox.put(scene.unit, f"consent:{made}", message, scene.now, person=person)
    return reply("broker/asked", broker=name, partnership=scene.group.name)


def _read(scene: Scene, given: Answers) -> tuple[int | None, str, Service]:
    who = one(given, "who") or ""
    members = partnerships.members(scene.unit, scene.group.id)
    member: Member | None = next((m for m in members if f"m{m.id}" == who), None)
    service = read_service(scene, given)
    if member is not None:
        not_twice(scene, member.person_id, service)
    return member.person_id if member else None, member.name if member else who.lstrip("@"), service


COMMAND = Command(
    "broker appoint",
    run,
    COORDINATOR,
    fields=fields,
    keywords=KEYWORDS,
    rest="who",
    who="who",
    confirm=confirm,
)
