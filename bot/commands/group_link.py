"""`group`: how a group chat is linked; the link itself is a button in the group."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """What to open or to type, on each app this partnership can be met on."""
    return reply("group/how", links=list(scene.house.groups()), partnership=scene.group.name)


COMMAND = Command("group", run, COORDINATOR, aliases=("grup",))
