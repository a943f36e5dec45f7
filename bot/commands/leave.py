"""`leave`: out of one partnership, from the next check-in on. What is open stays one's own."""

from collections.abc import Sequence

from bot import leaving
from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.commands.forms import only_buttons
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Member


def confirm(scene: Scene, given: Answers) -> Message:
    """What ends and what goes on."""
    member = _mine(scene)
    asking = say(
        "leave/confirm",
        partnership=scene.group.name,
        open=leaving.asked_now(scene.unit, member),
        broker=leaving.serves(scene, member),
    )
    return Message(asking, only_buttons("leave"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Out; the coordinators are told."""
    member = _mine(scene)
    still_open = leaving.asked_now(scene.unit, member)
    told = say("leave/told", name=member.name, partnership=scene.group.name)
    leaving.end(scene, member)
    leaving.tell_coordinators(scene, member, Message(told))
    return reply(
        "leave/left",
        *((button("my_checkins", "checkin"),) if still_open else ()),
        button("forget_me", "forget me"),
        partnership=scene.group.name,
        open=still_open,
    )


def _mine(scene: Scene) -> Member:
    """The membership meant. Raises Refusal for the last coordinator."""
    assert scene.member is not None
    leaving.not_the_last(scene.unit, scene.member)
    return scene.member


COMMAND = Command("leave", run, ANYBODY_ENROLLED, confirm=confirm, aliases=("keluar",))
