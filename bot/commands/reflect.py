"""`reflect [all]`: the broker's private reflection, any time; nobody else hears of it."""

from collections.abc import Sequence

from bot import reflecting
from bot.commands.command import BROKER, Command, Field, one
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say

ALL = "all"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Begin one, or look at those that were kept."""
    options = (("new", say("label.reflect")), (ALL, say("label.my_reflections")))
    return (Field("which", say("phrase.field_which"), "one", options, default=("new",)),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The first question, the one somebody was at, or the log."""
    if one(given, "which") == ALL:
        return reflecting.log(scene)
    return reflecting.start(scene, COMMAND.name)


COMMAND = Command(
    "reflect",
    run,
    BROKER,
    fields=fields,
    rest="which",
    goes_on=reflecting.step,
    aliases=("refleksi",),
)
