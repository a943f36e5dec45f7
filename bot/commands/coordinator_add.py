"""`coordinator add`: a member who may start reviews too, or a link for somebody not here yet."""

from collections.abc import Sequence

from bot.commands import invite
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import confirm_buttons
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Role
from storage import outbox, partnerships

SOMEBODY_ELSE = "else"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who."""
    members = partnerships.members(scene.unit, scene.group.id)
    options = tuple((f"m{m.id}", m.name) for m in members if Role.COORDINATOR not in m.roles)
    other = ((SOMEBODY_ELSE, say("label.somebody_else")),)
    return (Field("who", say("coordinator/ask"), "one", (*options, *other)),)


def confirm(scene: Scene, given: Answers) -> Message:
    """What that person may do from then on."""
    not_while_reviewed(scene)
    name = _name(scene, one(given, "who") or "")
    text = say("coordinator/confirm", name=name, partnership=scene.group.name)
    return Message(text, confirm_buttons("make_coordinator" if name else "make_the_link"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The role, and a word to whoever got it; or a single-use link."""
    not_while_reviewed(scene)
    who = one(given, "who") or ""
    name = _name(scene, who)
    if not name:
        return invite.run(scene, {"for": (Role.COORDINATOR.value,)})
    member = partnerships.member(scene.unit, int(who.removeprefix("m")))
    partnerships.enrol(
        scene.unit, scene.group.id, member.person_id, None, (Role.COORDINATOR,), scene.now
    )
    told = Message(
        say("coordinator/told", partnership=scene.group.name, by=scene.person.name),
        (button("help", "help"),),
    )
    key = f"coordinator:{member.id}:{scene.now.timestamp():.0f}"
    outbox.put(scene.unit, key, told, scene.now, person=member.person_id)
    return reply("coordinator/added", name=name, partnership=scene.group.name)


def _name(scene: Scene, who: str) -> str:
    members = partnerships.members(scene.unit, scene.group.id)
    return next((m.name for m in members if f"m{m.id}" == who), "")


COMMAND = Command(
    "coordinator add",
    run,
    COORDINATOR,
    fields=fields,
    rest="who",
    who="who",
    confirm=confirm,
)
