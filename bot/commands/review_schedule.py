"""`review schedule`: a review that comes again by itself, by a wall time in the group's zone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot import recurring
from bot.commands import fitting
from bot.commands.appointing import not_far
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import confirm_buttons
from bot.commands.review_start import chosen, meant
from bot.commands.scheduled import worded
from bot.reviews import asked
from bot.scene import Scene, term
from bot.starting import no_broker
from dialogues import due, when
from dialogues.answers import Answers
from dialogues.bounds import bounds
from dialogues.checkin import CheckIn
from dialogues.daysoff import DaysOff
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, say
from dialogues.model import Assignment, Purpose
from dialogues.recurring import Recurrence, read_every, recurrence
from dialogues.reply import LATEST
from storage import schedules

ANY = "-"
USUAL = "09:00"
OFTEN = ("month", "3 months", "6 months")


def read_interval(scene: Scene, text: str) -> str:
    """How often, kept as "3 month"."""
    try:
        return str(read_every(text))
    except when.Unreadable:
        raise Refusal("fault.every", words=text) from None


def read_on(scene: Scene, text: str) -> str:
    """A weekday, kept as its number, or the first day, kept as ISO."""
    weekday = when.read_weekday(text)
    if weekday is not None:
        return str(weekday)
    kept = read_coming_day(scene, text)
    if date.fromisoformat(kept) > scene.today + LATEST:
        raise Refusal("fault.too_far", words=text)
    return kept


def read_coming_day(scene: Scene, text: str) -> str:
    """A day to come where the group is, kept as ISO."""
    today = scene.now.astimezone(ZoneInfo(scene.group.zone)).date()
    try:
        day = when.read_day(text, today)
    except when.Unreadable as error:
        key = "fault.past_day" if error.why == "past" else "fault.day"
        raise Refusal(key, words=text) from None
    return not_far(day, today, text).isoformat()


def read_clock(scene: Scene, text: str) -> str:
    """A time of day, kept as "09:00"."""
    try:
        return f"{when.read_time(text):%H:%M}"
    except when.Unreadable:
        raise Refusal("fault.clock", words=text) from None


def shown_every(scene: Scene, kept: str) -> Label:
    """A kept interval, said back."""
    return worded(read_every(kept))


def shown_on(scene: Scene, kept: str) -> Label:
    """A kept day, said back."""
    if kept == ANY:
        return say("phrase.next_working_day")
    if kept.isdigit():
        return when.say_weekday(int(kept), scene.language)
    return when.say_date(date.fromisoformat(kept), scene.language, scene.today)


def shown_until(scene: Scene, kept: str) -> Label:
    """The last day, said back."""
    return say("phrase.no_end") if kept == ANY else shown_on(scene, kept)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Check-in, broker where it is not clear, how often; the rest has defaults."""
    checkin = meant(scene, given)
    if checkin is not None:
        fitting.must_fit(scene, checkin, "review schedule")
    serving = fitting.about(scene, checkin)
    purposes = tuple((p.value, say(f"phrase.purpose_{p.value}")) for p in Purpose)
    often = tuple((text, worded(read_every(text))) for text in OFTEN)
    found = [fitting.field(scene), *fitting.which(serving, checkin)]
    return [
        *found,
        Field("every", say("schedule/ask_every"), "words", often, read=read_interval,
              shown=shown_every),
        Field("on", say("schedule/ask_on"), read=read_on, shown=shown_on, default=ANY),
        Field("at", say("schedule/ask_at"), read=read_clock, default=USUAL),
        Field("until", say("schedule/ask_until"), read=read_coming_day, shown=shown_until,
              default=ANY),
        Field("purpose", say("review/ask_purpose"), "one", purposes, default=("learn",)),
    ]  # fmt: skip


def _meant(scene: Scene, given: Answers) -> tuple[CheckIn, Assignment | None, Recurrence]:
    """What would be kept. Raises Refusal with what works instead."""
    checkin = scene.house.library.checkins[one(given, "checkin") or ""]
    about = chosen(scene, given)
    if about is None and checkin.about == "broker":
        raise no_broker(scene.unit, scene.group, scene.now)
    if about is not None and about.person_id == scene.person.id:
        link = button("make_the_link", "invite coordinator")
        raise Refusal("review/about_you", buttons=(link,))
    for known in schedules.schedules(scene.unit, scene.group.id):
        if (known.checkin_id, known.assignment_id) == (checkin.id, about.id if about else None):
            raise Refusal(
                "schedule/already",
                title=checkin.title,
                due=known.due_at,
                buttons=(button("unschedule", f"review unschedule {known.id}"),),
            )
    return checkin, about, _rule(scene, given)


def _rule(scene: Scene, given: Answers) -> Recurrence:
    on, until = one(given, "on") or ANY, one(given, "until") or ANY
    day: int | date | None = None
    if on != ANY:
        day = int(on) if on.isdigit() else date.fromisoformat(on)
    every = read_every(one(given, "every") or "")
    at = time.fromisoformat(one(given, "at") or USUAL)
    zone, off = ZoneInfo(scene.group.zone), DaysOff(scene.group.country)
    try:
        found = recurrence(every, day, at, zone, scene.now, off)
    except when.Unreadable as error:
        raise Refusal("fault.weekdays" if error.why == "weekdays" else "fault.started") from None
    if until == ANY:
        return found
    ending = replace(found, until=date.fromisoformat(until))
    if ending.after(scene.now, off) is None:
        raise Refusal("fault.until", due=found.after(scene.now, off))
    return ending


def confirm(scene: Scene, given: Answers) -> Message:
    """How often, the next three starts, and whom it would ask as things stand."""
    checkin, about, rule = _meant(scene, given)
    group = scene.group
    seats = asked(scene.unit, group.id, about)
    ready = bounds((m.organisation_id for m in seats), group.protect.value, group.minimum)
    coming = rule.next_few(scene.now, DaysOff(group.country))
    room = timedelta(days=group.window_days) + due.BETWEEN
    asking = say(
        "schedule/confirm",
        title=checkin.title,
        broker=about.name if about else term(group),
        about=about is not None,
        formal=one(given, "purpose") == Purpose.FORMAL.value,
        every=worded(rule.every),
        coming=coming,
        until=rule.until or "",
        often=any(b - a < room for a, b in pairwise(coming)),
        asked=len(seats),
        organisations=len({m.organisation_id for m in seats}),
        enough=ready.needed is not None,
        days=group.window_days,
    )
    return Message(asking, confirm_buttons("schedule_it"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep it; the clock does the rest."""
    checkin, about, rule = _meant(scene, given)
    assert scene.member is not None
    first = rule.after(scene.now, DaysOff(scene.group.country))
    assert isinstance(first, datetime)
    made = schedules.new_schedule(
        scene.unit,
        scene.group.id,
        about.id if about else None,
        scene.member.id,
        checkin.id,
        Purpose(one(given, "purpose") or Purpose.LEARN.value),
        rule,
        first,
        scene.now,
    )
    recurring.put_timers(scene.unit, made, scene.now)
    listed = button("all_reviews", "review list")
    return reply(
        "schedule/kept",
        listed,
        title=checkin.title,
        every=worded(rule.every),
        due=first,
        formal=recurring.is_set_up_first(made),
        broker=about.name if about else "",
    )


COMMAND = Command(
    "review schedule",
    run,
    COORDINATOR,
    fields=fields,
    rest="checkin",
    who="about",
    keywords={
        "every": "every",
        "on": "on",
        "at": "at",
        "until": "until",
        "purpose": "purpose",
        "about": "about",
    },
    confirm=confirm,
)
