"""`start`: the first words, and later the person's own page. `/start CODE` means `join CODE`."""

from collections.abc import Sequence

from bot.commands import join
from bot.commands.command import Command, one
from bot.commands.command import Field as FormField
from bot.commands.home import home
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """A code, perhaps."""
    return (FormField("code", say("phrase.field_code"), default="-"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Join with a code, say hello to somebody new, or show somebody's page."""
    code = one(given, "code")
    if code and code != "-":
        return join.run(scene, given)
    return [home(scene)]


COMMAND = Command(
    "start",
    run,
    fields=fields,
    rest="code",
    hidden=True,
    aliases=("menu", "settings", "pengaturan"),
)
