"""`start`: the first words. On Telegram `/start CODE` means `join CODE`."""

from collections.abc import Sequence

from bot.commands import join, partnership_show
from bot.commands.command import Command, button, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import Role
from storage import partnerships


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """A code, perhaps."""
    return (FormField("code", say("phrase.field_code"), default="-"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Join with a code, say hello to somebody new, or show where somebody stands."""
    code = one(given, "code")
    if code and code != "-":
        return join.run(scene, given)
    mine = partnerships.memberships(scene.unit, scene.person.id)
    if not mine:
        other = "id" if scene.language == "en" else "en"
        return reply(
            "start/hello",
            button("set_up", "partnership new"),
            button("have_code", "join"),
            button("example", "catalogue responsibilities"),
            button(f"language_{other}", f"language {other}"),
            name=scene.person.name,
        )
    if len(mine) == 1 and Role.COORDINATOR in mine[0].roles:
        scene.enter(mine[0].partnership_id)
        return partnership_show.run(scene, {})
    groups = [partnerships.partnership(scene.unit, m.partnership_id).name for m in mine]
    return reply(
        "start/again",
        button("my_checkins", "checkin"),
        button("help", "help"),
        button("privacy", "privacy"),
        name=scene.person.name,
        groups=groups,
    )


COMMAND = Command("start", run, fields=fields, rest="code", hidden=True)
