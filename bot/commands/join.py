"""`join CODE`: what is kept, for whom, how long, how to leave; Join is the consent."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import consent, partnership_new
from bot.commands.appointing import not_twice
from bot.commands.codes import find_by_code
from bot.commands.command import Command, button, one, reply
from bot.commands.command import Field as FormField
from bot.commands.inviting import invitation, organisation_of, proposed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Role
from storage import brokers, outbox, partnerships, people
from storage.brokers import Code

CONSENT_VERSION = "1"


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """The code; "yes CODE" is what the Join button says, "yes CODE as 7" that of a proposal."""
    return (FormField("code", say("join/ask"), "words"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Show the invitation, or accept it."""
    text = one(given, "code") or ""
    agreed = text.casefold().startswith("yes ")
    text, _, rather = text.partition(" as ")
    typed = text[4:] if agreed else text
    code = find_by_code(
        scene, lambda: brokers.find_code(scene.unit, typed, scene.now), "join/bad_code"
    )
    if code.partnership_id is None:
        return partnership_new.found(scene, code.code)
    scene.enter(code.partnership_id)
    instead = proposed(scene, code)
    if instead is not None and rather == str(instead.id):
        code = replace(code, organisation_id=instead.id)
    if _already(scene, code):
        return reply("join/already", partnership=scene.group.name)
    if not agreed:
        return _show(scene, code)
    return _join(scene, code)


def _already(scene: Scene, code: Code) -> bool:
    member = scene.member
    if member is None or code.role not in member.roles:
        return False
    return code.organisation_id is None or code.organisation_id == member.organisation_id


def _show(scene: Scene, code: Code) -> Sequence[Message]:
    instead = proposed(scene, code)
    return [invitation(scene, code, scene.person, scene.spot.installation, instead)]


def _join(scene: Scene, code: Code) -> Sequence[Message]:
    if code.service is not None:
        not_twice(scene, scene.person.id, code.service)
    if not brokers.use_code(scene.unit, code.code):
        raise Refusal("join/bad_code")
    person = scene.person
    people.set_person(
        scene.unit,
        person.id,
        language=person.language or scene.language,
        zone=person.zone or scene.group.zone,
        consent_version=CONSENT_VERSION,
        consent_at=scene.now,
    )
    scene.renew()
    member = partnerships.enrol(
        scene.unit, scene.group.id, person.id, code.organisation_id, (code.role,), scene.now
    )
    _tell(scene, member.id, member.name, code)
    if code.service is not None:
        made = brokers.appoint(scene.unit, scene.group.id, person.id, code.service, scene.now)
        scene.enter(scene.group.id)
        assignment = brokers.assignment(scene.unit, made)
        return [consent.asking(assignment, scene.group, code.made_by)]
    scene.enter(scene.group.id)
    return reply(
        "join/joined",
        button("privacy", "privacy"),
        button("help", "help"),
        partnership=scene.group.name,
        organisation=organisation_of(scene, code),
        coordinator=code.role is Role.COORDINATOR,
        stopped=person.stopped,
    )


def _tell(scene: Scene, member: int, name: str, code: Code) -> None:
    message = Message(
        say(
            "join/told",
            name=name,
            partnership=scene.group.name,
            organisation=organisation_of(scene, code),
            role=say(f"phrase.role_{code.role.value}"),
            partner=code.role is Role.PARTNER,
        ),
        (button("not_right", f"wrong {member}"),),
    )
    for coordinator in partnerships.with_role(scene.unit, scene.group.id, Role.COORDINATOR):
        if coordinator.id != member:
            key = f"joined:{member}:{scene.now.timestamp():.0f}:{coordinator.id}"
            outbox.put(scene.unit, key, message, scene.now, person=coordinator.person_id)


COMMAND = Command("join", run, fields=fields, rest="code", aliases=("gabung",))
