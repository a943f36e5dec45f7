"""`invite`: a link to pass on. It belongs to one organisation, ten people and fourteen days."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.inviting import invitation, organisation_of
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, Spot, say
from dialogues.model import Role
from dialogues.service import Service
from storage import brokers, outbox, partnerships, people
from storage.brokers import Code

LINKED_ROLES = (Role.COORDINATOR, Role.LINE_MANAGER, Role.REPRESENTATIVE)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which organisation, or a single-use link for a role, or all at once."""
    own = tuple((str(o.id), o.name) for o in partnerships.organisations(scene.unit, scene.group.id))
    roles = tuple((r.value, say(f"label.link_{r.value}")) for r in LINKED_ROLES)
    every = (("all", say("label.link_all")),)
    wanted = Field("for", say("invite/ask"), "one", (*own, *every, *roles))
    if not scene.ability.picks:
        return (wanted,)
    return (wanted, Field("people", say("invite/ask_people"), "people", optional=True))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The messages to pass on; an older link for the same organisation ends."""
    not_while_reviewed(scene)
    wanted = one(given, "for") or ""
    if wanted == "all":
        own = partnerships.organisations(scene.unit, scene.group.id)
        messages = [forward(scene, organisation.id) for organisation in own]
    elif wanted in {role.value for role in LINKED_ROLES}:
        code = brokers.make_code(
            scene.unit, scene.group.id, scene.now, scene.person.name, role=Role(wanted)
        )
        messages = [_message(scene, code, "")]
    else:
        code = _for_organisation(scene, int(wanted))
        messages = [_message(scene, code, organisation_of(scene, code))]
        picked = given.get("people")
        if isinstance(picked, tuple) and picked:
            return [*_write_to(scene, code, picked), *messages]
    role = wanted in {role.value for role in LINKED_ROLES}
    return [*reply("invite/pass_on", count=len(messages), role=role), *messages]


def _write_to(scene: Scene, code: Code, users: Sequence[str]) -> list[Message]:
    """Invite people of this workspace where they are. Each finds Join and Not me."""
    names = []
    assert scene.incoming is not None
    here = scene.incoming.sender
    for user in users[: code.uses_left]:
        home = scene.incoming.homes.get(user, here.workspace)
        address = replace(here, user=user, workspace=home)
        chat = Spot(here.installation, user)
        person = people.know(scene.unit, address, chat, scene.mentions.get(user, ""), scene.now)
        names.append(person.name)
        message = invitation(scene, code, person, here.installation)
        key = f"invited:{code.code}:{person.id}"
        outbox.put(scene.unit, key, replace(message, at=chat), scene.now, person=person.id)
    return reply("invite/written", names=names, left=len(users) - len(names))


def forward(scene: Scene, organisation: int) -> Message:
    """A message made for forwarding to one organisation."""
    code = _for_organisation(scene, organisation)
    return _message(scene, code, organisation_of(scene, code))


def _for_organisation(scene: Scene, organisation: int) -> Code:
    return brokers.make_code(
        scene.unit, scene.group.id, scene.now, scene.person.name, organisation=organisation
    )


def broker(scene: Scene, name: str, service: Service) -> Message:
    """A single-use message for a broker who is not here yet."""
    code = brokers.make_code(
        scene.unit,
        scene.group.id,
        scene.now,
        scene.person.name,
        role=Role.BROKER,
        service=service,
        name=name,
    )
    return _message(scene, code, "")


def _message(scene: Scene, code: Code, organisation: str) -> Message:
    return Message(
        say(
            "invite/forward",
            partnership=scene.group.name,
            organisation=organisation,
            role=code.role.value,
            role_name=say(f"phrase.role_{code.role.value}"),
            name=code.name,
            by=scene.person.name,
            code=code.code,
            links=list(scene.house.links(code.code)),
            until=code.expires_at,
        )
    )


COMMAND = Command("invite", run, COORDINATOR, fields=fields, rest="for", aliases=("undang",))
