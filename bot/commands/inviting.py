"""An invitation as its reader finds it: what is kept, for whom, how to leave; Join and Not me."""

from bot.commands.command import button
from bot.scene import Scene, language_of
from dialogues.messages import Button, Message, say
from dialogues.model import Organisation, Person, Role
from storage import links, partnerships
from storage.brokers import Code


def organisation_of(scene: Scene, code: Code) -> str:
    """The name of the organisation a link belongs to, or ""."""
    for organisation in partnerships.organisations(scene.unit, scene.group.id):
        if organisation.id == code.organisation_id:
            return organisation.name
    return ""


def proposed(scene: Scene, code: Code) -> Organisation | None:
    """The organisation whose name the workspace of who joins bears, where the link has another."""
    place = scene.incoming.workspace.casefold() if scene.incoming is not None else ""
    if not place or code.role is not Role.PARTNER:
        return None
    own = partnerships.organisations(scene.unit, scene.group.id)
    found = [o for o in own if o.name.casefold() in place or place in o.name.casefold()]
    if len(found) != 1 or found[0].id == code.organisation_id:
        return None
    return found[0]


def invitation(
    scene: Scene,
    code: Code,
    person: Person,
    installation: str,
    instead: Organisation | None = None,
) -> Message:
    """The invitation as *person* reads it on one of the apps.

    Args:
        instead: The organisation they may rather belong to.
    """
    other = "id" if language_of(person, scene.group) == "en" else "en"
    twin = _twin(scene, person, installation)
    return Message(
        say(
            "join/invitation",
            name=person.name,
            by=code.made_by or say("phrase.a_coordinator"),
            partnership=scene.group.name,
            organisation=organisation_of(scene, code),
            role=say(f"phrase.role_{code.role.value}"),
            partner=code.role is Role.PARTNER,
            operator=scene.house.operator,
            twin=twin,
            instead=instead.name if instead else "",
        ),
        (
            button("join", f"join yes {code.code}"),
            *_rather(code, instead),
            *((button("same_person", "link"),) if twin else ()),
            button("not_me", "start"),
            button(f"language_{other}", f"language {other}"),
        ),
    )


def _rather(code: Code, instead: Organisation | None) -> list[Button]:
    if instead is None:
        return []
    told = f"join yes {code.code} as {instead.id}"
    return [button("join_for", told, organisation=instead.name)]


def _twin(scene: Scene, person: Person, installation: str) -> str:
    """A member of the same name who is met on other apps only: perhaps the same person."""
    for member in partnerships.members(scene.unit, scene.group.id):
        same = member.name.casefold() == person.name.casefold() and member.person_id != person.id
        if same and installation not in links.apps(scene.unit, member.person_id):
            return member.name
    return ""
