"""`away [until DATE]`: invitations and reminders wait for somebody to be back; `away off`."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from bot.arranging import arrange_person
from bot.commands.command import Command, Field, button, one, reply
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from storage import people

OFF = "off"
BACK = frozenset({OFF, "back", "selesai", "kembali"})
WEEKS = (1, 2, 4)
LONGEST = timedelta(days=366)


def read_until(scene: Scene, text: str) -> str:
    """The last day away, kept as ISO: a date, how long, or "off"."""
    if text.casefold() in BACK:
        return OFF
    with suppress(when.Unreadable):
        return _after(scene, when.read_duration(text)).isoformat()
    try:
        day = when.read_day(text, scene.today)
    except when.Unreadable as error:
        raise Refusal(f"fault.away_{error.why}", words=text) from None
    if day - scene.today > LONGEST:
        raise Refusal("fault.away_long", words=text)
    return day.isoformat()


def _after(scene: Scene, length: timedelta) -> date:
    if not timedelta(days=1) <= length <= LONGEST:
        raise Refusal("fault.away_long", words=when.say_duration(length, scene.language))
    return scene.today + length


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Until when; whoever is away can say that they are back."""
    weeks = [(f"{count} weeks", say("label.weeks", count=count)) for count in WEEKS]
    away = scene.person.away_until is not None and scene.person.away_until >= scene.today
    back = [(OFF, say("label.am_back"))] if away else []
    return (Field("until", say("away/ask"), "words", (*weeks, *back), read=read_until),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept, and what waits for them waits until then."""
    chosen = one(given, "until") or OFF
    if chosen.endswith("weeks"):
        chosen = _after(scene, when.read_duration(chosen)).isoformat()
    until = None if chosen == OFF else date.fromisoformat(chosen)
    people.set_person(scene.unit, scene.person.id, away_until=until)
    scene.renew()
    arrange_person(scene.unit, scene.person, scene.now)
    if until is None:
        return reply("away/back", button("my_checkins", "checkin"))
    return reply("away/set", button("am_back", "away off"), until=until)


COMMAND = Command(
    "away",
    run,
    fields=fields,
    rest="until",
    keywords={"until": "until", "sampai": "until"},
    aliases=("cuti",),
)
