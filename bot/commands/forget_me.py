"""`forget me`: what goes and what stays, asked once; then it works at once (R10)."""

from collections.abc import Sequence

from bot import forgetting as steps
from bot import leaving
from bot.commands.command import Command, button, reply
from bot.commands.forms import only_buttons
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from storage import forgetting, partnerships, rounds


def confirm(scene: Scene, given: Answers) -> Message:
    """What goes, what stays. Raises Refusal for the last coordinator of a group."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    for member in mine:
        leaving.not_the_last(scene.unit, member)
    groups = [partnerships.partnership(scene.unit, m.partnership_id).name for m in mine]
    broker = any(leaving.serves(scene, member) for member in mine)
    asking = say(
        "forget/confirm",
        groups=groups,
        open=bool(rounds.open_rounds(scene.unit, scene.person.id)),
        broker=broker or bool(forgetting.reviews_about(scene.unit, scene.person.id)),
    )
    yes, no = only_buttons("erase")
    return Message(asking, (yes, button("mydata", "mydata"), no))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Gone. The reply still knows whom it is for; nothing else does."""
    steps.forget(scene)
    return reply("forget/done")


COMMAND = Command("forget me", run, confirm=confirm, aliases=("forget", "lupakan", "lupakan saya"))
