"""`coordinator remove`: somebody coordinates no more; they stay a member."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Member, Role
from storage import outbox, partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who of the coordinators."""
    held = partnerships.with_role(scene.unit, scene.group.id, Role.COORDINATOR)
    options = tuple((f"m{m.id}", m.name) for m in held)
    return (Field("who", say("coordinator/ask_remove"), "one", options),)


def confirm(scene: Scene, given: Answers) -> Message:
    """Whom, before it is done."""
    member = _chosen(scene, given)
    text = say("coordinator/confirm_remove", name=member.name, partnership=scene.group.name)
    return Message(text, confirm_buttons("remove"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Take the role away and say so to whoever had it."""
    member = _chosen(scene, given)
    partnerships.withdraw_role(scene.unit, member.id, Role.COORDINATOR)
    if member.person_id != scene.person.id:
        told = Message(
            say("coordinator/told_removed", partnership=scene.group.name, by=scene.person.name)
        )
        key = f"uncoordinator:{member.id}:{scene.now.timestamp():.0f}"
        outbox.put(scene.unit, key, told, scene.now, person=member.person_id)
    return reply("coordinator/removed", name=member.name, partnership=scene.group.name)


def _chosen(scene: Scene, given: Answers) -> Member:
    """The coordinator meant. Raises Refusal for the last one, and in a review about oneself."""
    not_while_reviewed(scene)
    held = partnerships.with_role(scene.unit, scene.group.id, Role.COORDINATOR)
    if len(held) < 2:
        raise Refusal("coordinator/last")
    found = next((m for m in held if f"m{m.id}" == one(given, "who")), None)
    if found is None:
        raise Refusal("fault.stale")
    return found


COMMAND = Command(
    "coordinator remove",
    run,
    COORDINATOR,
    fields=fields,
    rest="who",
    who="who",
    confirm=confirm,
)
