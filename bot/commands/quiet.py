"""`quiet 20:00 to 07:00`: the hours at which Titian does not write first; `quiet off`."""

import re
from collections.abc import Sequence
from datetime import datetime, time

from bot.arranging import arrange_person
from bot.commands.command import Command, Field, one, reply
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, say
from storage import people

OFF = "off"
NONE = frozenset({OFF, "none", "mati", "tanpa"})
BETWEEN = re.compile(r"\s+(?:to|until|till|sampai|hingga|s/d)\s+|\s*[-–—]\s*", re.IGNORECASE)
FROM = re.compile(r"^(?:from|dari)\s+", re.IGNORECASE)
USUAL = ("18:00-08:00", "20:00-07:00", "22:00-06:00")


def read_hours(scene: Scene, text: str) -> str:
    """Two times of day, kept as "20:00-07:00", or "off"."""
    words = FROM.sub("", text.strip())
    if words.casefold() in NONE:
        return OFF
    ends = BETWEEN.split(words)
    try:
        begin, end = (when.read_time(part) for part in ends)
    except ValueError:  # not two of them, or not times
        raise Refusal("fault.quiet_hours", words=text) from None
    return OFF if begin == end else f"{begin:%H:%M}-{end:%H:%M}"


def _hours(scene: Scene, kept: str) -> tuple[datetime, datetime]:
    """A kept value as moments of today, of which only the time is said."""
    begin, end = (time.fromisoformat(part) for part in kept.split("-"))
    return (
        datetime.combine(scene.today, begin, scene.zone),
        datetime.combine(scene.today, end, scene.zone),
    )


def shown_hours(scene: Scene, kept: str) -> Label:
    """A kept value, said back."""
    if kept == OFF:
        return say("label.never_quiet")
    begin, end = _hours(scene, kept)
    return say("label.hours", begin=begin, end=end)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """From when to when: three usual ones as buttons, any other typed."""
    options = tuple((kept, shown_hours(scene, kept)) for kept in (*USUAL, OFF))
    return (Field("hours", say("quiet/ask"), "words", options, read=read_hours, shown=shown_hours),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept, and what waits for them waits until their hours are over."""
    kept = one(given, "hours") or OFF
    begin, end = _hours(scene, "00:00-00:00" if kept == OFF else kept)
    people.set_person(
        scene.unit,
        scene.person.id,
        quiet_from=begin.hour * 60 + begin.minute,
        quiet_until=end.hour * 60 + end.minute,
    )
    scene.renew()
    arrange_person(scene.unit, scene.person, scene.now)
    return reply("quiet/set", never=kept == OFF, quiet_from=begin, quiet_until=end)


COMMAND = Command("quiet", run, fields=fields, rest="hours", aliases=("tenang",))
