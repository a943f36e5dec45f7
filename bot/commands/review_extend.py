"""`review extend for DURATION`: once, at most as long again, and everybody is told (F12)."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.commands.review_close import which
from bot.commands.review_start import shown_window
from bot.extending import put_off
from bot.scene import Scene
from dialogues import due, when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Localised, Message, say
from dialogues.model import Review, ReviewState
from storage import reviews, rounds


def read_length(scene: Scene, text: str) -> str:
    """How much longer, kept as seconds."""
    try:
        return str(int(when.read_duration(text).total_seconds()))
    except when.Unreadable:
        raise Refusal("fault.duration", words=text) from None


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review, and how much longer."""
    longer = Field("for", say("review/ask_longer"), read=read_length, shown=shown_window)
    field = which(scene, ReviewState.OPEN)
    if field.settled:
        _movable(scene, one({"review": field.default}, "review"))
    return field, longer


def _movable(scene: Scene, number: str | None) -> tuple[Review, Localised]:
    """A review whose end can be put off, and its title. Raises Refusal."""
    review = reviews.review(scene.unit, int(number or 0))
    title = scene.house.library.checkins[review.checkin_id].title
    if scene.now >= review.closes_at:
        raise Refusal("review/none_open")
    if rounds.rounds(scene.unit, review.id)[0].live:
        raise Refusal("review/extend_live", title=title, closes=review.closes_at)
    if review.extended:
        raise Refusal("review/extended_once", title=title, closes=review.closes_at)
    return review, title


def _meant(scene: Scene, given: Answers) -> tuple[Review, Localised, due.Times]:
    """The review and its new hours. Raises Refusal with what works instead."""
    review, title = _movable(scene, one(given, "review"))
    by = timedelta(seconds=int(one(given, "for") or 0))
    zone = ZoneInfo(scene.group.zone)
    times = due.extension(review.opens_at, review.closes_at, by, zone)
    if times is None:
        most = timedelta(days=due.longest(review.opens_at, review.closes_at).days)
        worded = when.say_duration(most, scene.language)
        raise Refusal("review/extend_most", title=title, most=worded)
    return review, title, times


def confirm(scene: Scene, given: Answers) -> Message:
    """The new end, and how many are told."""
    review, title, times = _meant(scene, given)
    asked = len(rounds.asked(scene.unit, review.id))
    asking = say("review/confirm_extend", title=title, closes=times.closes, asked=asked)
    return Message(asking, confirm_buttons("extend_it"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Put off, everything with it."""
    review, title, times = _meant(scene, given)
    told = say(
        "review/extended_told", title=title, partnership=scene.group.name, closes=times.closes
    )
    put_off(scene.house, scene.unit, review, times, Message(told), scene.now)
    return reply("review/extended", title=title, closes=times.closes)


COMMAND = Command(
    "review extend",
    run,
    COORDINATOR,
    fields=fields,
    rest="for",
    keywords={"for": "for", "of": "review", "by": "for"},
    confirm=confirm,
)
