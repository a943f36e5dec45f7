"""`timezone`: whose clock messages follow."""

from collections.abc import Sequence

from bot.commands.command import Command, Field, one, reply
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from storage import people


def read_zone(scene: Scene, text: str) -> str:
    """A zone somebody typed: an IANA name, WIB, WITA, WIT, a city."""
    try:
        return when.read_zone(text).key
    except when.Unreadable:
        raise Refusal("fault.zone", words=text) from None


ZONES = (("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT"))


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which one: the three Indonesian ones as buttons, any other typed."""
    return (Field("zone", say("timezone/ask"), "words", ZONES, read=read_zone),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep it, and say what time it is there."""
    people.set_person(scene.unit, scene.person.id, zone=one(given, "zone"))
    scene.renew()
    return reply("timezone/set", now=scene.now)


COMMAND = Command("timezone", run, fields=fields, rest="zone")
