"""`people remove`: somebody takes part no more, from the next check-in on."""

from collections.abc import Sequence

from bot import leaving
from bot.commands.command import COORDINATOR, Command, Field, button, one
from bot.commands.forms import confirm_buttons
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Member
from storage import partnerships


def who(scene: Scene, ask: str) -> Field:
    """The field for one of the members."""
    members = partnerships.members(scene.unit, scene.group.id)
    return Field("who", say(ask), "one", tuple((f"m{m.id}", m.name) for m in members))


def chosen(scene: Scene, given: Answers) -> Member:
    """The member meant. Raises Refusal in a review about oneself, and for one gone meanwhile."""
    not_while_reviewed(scene)
    members = partnerships.members(scene.unit, scene.group.id)
    found = next((m for m in members if f"m{m.id}" == one(given, "who")), None)
    if found is None:
        raise Refusal("fault.stale")
    return found


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who."""
    return (who(scene, "people/ask_remove"),)


def _other(scene: Scene, given: Answers) -> Member:
    member = chosen(scene, given)
    if member.person_id == scene.person.id:
        raise Refusal("people/yourself", buttons=(button("leave", "leave"),))
    return member


def confirm(scene: Scene, given: Answers) -> Message:
    """Whom, and what goes on unchanged."""
    member = _other(scene, given)
    asking = say(
        "people/confirm_remove",
        name=member.name,
        partnership=scene.group.name,
        open=leaving.asked_now(scene.unit, member),
        broker=leaving.serves(scene, member),
    )
    return Message(asking, confirm_buttons("remove"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Ended, and told to whoever it is about."""
    return leaving.end_of(scene, _other(scene, given))


COMMAND = Command(
    "people remove", run, COORDINATOR, fields=fields, rest="who", who="who", confirm=confirm
)
