"""`language`: English or Indonesian, for this person everywhere."""

from collections.abc import Sequence

from bot.commands import start
from bot.commands.command import Command, Field, one, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from storage import partnerships, people


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which one."""
    options = (("en", say("label.language_en")), ("id", say("label.language_id")))
    return (Field("language", say("language/ask"), "one", options),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep it, and go on in it."""
    people.set_person(scene.unit, scene.person.id, language=one(given, "language"))
    scene.renew()
    if not partnerships.memberships(scene.unit, scene.person.id):
        return start.run(scene, {})
    return reply("language/set")


COMMAND = Command("language", run, fields=fields, rest="language", aliases=("bahasa",))
