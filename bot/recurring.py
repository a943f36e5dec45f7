"""Reviews that start by themselves: announced the day before, started, or told why not.

Each function runs inside one transaction. A schedule has at most two timers: the next
announcement and the next start.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.reviews import asked, open_review
from bot.scene import House, term
from bot.starting import may_start, newcomers
from dialogues import due
from dialogues.daysoff import DaysOff
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, Say, say
from dialogues.model import Assignment, Partnership, Purpose, Role
from dialogues.recurring import Schedule, still_useful, warning
from storage import brokers, outbox, partnerships, reviews, schedules, timers
from storage.store import Unit

log = structlog.get_logger()


def put_timers(unit: Unit, schedule: Schedule, now: datetime) -> None:
    """Let the next start ring, and the word before it where there is time for it."""
    group = partnerships.partnership(unit, schedule.partnership_id)
    timers.forget_schedule(unit, schedule.id)
    early = warning(schedule.due_at, schedule.recurrence.zone, DaysOff(group.country))
    name = f"schedule:{schedule.id}"
    if early > now:
        timers.put(unit, f"{name}:warn", "warn", early, schedule=schedule.id)
    timers.put(unit, f"{name}:start", "scheduled", schedule.due_at, schedule=schedule.id)


def move_on(unit: Unit, schedule: Schedule, now: datetime) -> datetime | None:
    """To the next start after this one and after now; ended where there is none."""
    group = partnerships.partnership(unit, schedule.partnership_id)
    following = schedule.recurrence.after(max(now, schedule.due_at), DaysOff(group.country))
    if following is None:
        end(unit, schedule, now)
    else:
        put_timers(unit, schedules.set_due(unit, schedule.id, following), now)
    return following


def end(unit: Unit, schedule: Schedule, now: datetime) -> None:
    """Nothing starts by it any more."""
    schedules.end_schedule(unit, schedule.id, now)
    timers.forget_schedule(unit, schedule.id)


def about(unit: Unit, schedule: Schedule, now: datetime) -> Assignment | None:
    """The service it asks about, while that lasts."""
    today = now.astimezone(schedule.recurrence.zone).date()
    serving = brokers.assignments(unit, schedule.partnership_id, today)
    return next((a for a in serving if a.id == schedule.assignment_id), None)


def warn(house: House, unit: Unit, schedule_id: int, now: datetime) -> None:
    """The word before: when, with a way to leave this one out."""
    schedule = schedules.find_schedule(unit, schedule_id)
    if schedule is None or schedule.ended_at or schedule.due_at <= now:
        return
    group = partnerships.partnership(unit, schedule.partnership_id)
    if group.paused:
        return
    here = f"c:@{group.id} review"
    buttons = (
        Button(
            say("label.skip_this_one"), f"{here} skip {schedule.id} at {stamp(schedule.due_at)}"
        ),
        Button(say("label.who_is_asked"), f"{here} asked {schedule.id}"),
    )
    soon = say("schedule/soon", **_facts(house, unit, schedule, group, now))
    _tell(unit, schedule, "soon", Message(soon, buttons), now)


def start(house: House, unit: Unit, schedule_id: int, now: datetime) -> None:
    """Start what is due, or tell why not; then on to the next."""
    schedule = schedules.find_schedule(unit, schedule_id)
    if schedule is None or schedule.ended_at or schedule.due_at > now:
        return
    group = partnerships.partnership(unit, schedule.partnership_id)
    service = about(unit, schedule, now)
    facts = _facts(house, unit, schedule, group, now)
    if schedule.assignment_id is not None and service is None:
        end(unit, schedule, now)
        _tell(unit, schedule, "ended", Message(say("schedule/broker_ended", **facts)), now)
        return
    later = schedule.recurrence.after(schedule.due_at, DaysOff(group.country))
    buttons: tuple[Button, ...] = ()
    if not still_useful(schedule.due_at, later, now):
        log.warning("schedule_missed", schedule=schedule.id, due=schedule.due_at.isoformat())
        kind = "missed"
    else:
        try:
            if is_set_up_first(schedule):
                _check(house, unit, schedule, group, service, now)
                kind, buttons = "to_set_up", (_set_up(schedule, group),)
            else:
                facts["closes"] = _open(house, unit, schedule, group, service, now)
                kind = "started"
        except Refusal as refusal:
            values = dict(refusal.values)
            extra = values.pop("buttons", ())
            assert isinstance(extra, tuple)
            buttons = extra
            facts["reason"] = Say(refusal.key, values)
            kind = "not_started"
    facts["following"] = move_on(unit, schedule, now) or ""
    _tell(unit, schedule, kind, Message(say(f"schedule/{kind}", **facts), buttons), now)


def is_set_up_first(schedule: Schedule) -> bool:
    """Whether a coordinator settles what it holds before it starts: a formal review of a broker."""
    return schedule.purpose is Purpose.FORMAL and schedule.assignment_id is not None


def _set_up(schedule: Schedule, group: Partnership) -> Button:
    command = f"c:@{group.id} review start {schedule.checkin_id} purpose formal"
    return Button(say("label.start_review"), command)


def _check(
    house: House,
    unit: Unit,
    schedule: Schedule,
    group: Partnership,
    service: Assignment | None,
    now: datetime,
) -> Collection[int]:
    """Whether it may start. Returns whom it would leave out. Raises Refusal."""
    checkin = house.library.checkins[schedule.checkin_id]
    without = newcomers(unit, group.id, asked(unit, group.id, service, checkin), now)
    may_start(unit, group, checkin, service, without, now)
    return without


def _open(
    house: House,
    unit: Unit,
    schedule: Schedule,
    group: Partnership,
    service: Assignment | None,
    now: datetime,
) -> datetime:
    checkin = house.library.checkins[schedule.checkin_id]
    without = _check(house, unit, schedule, group, service, now)
    times = due.plan(now, timedelta(days=group.window_days), ZoneInfo(group.zone))
    review = reviews.new_review(
        unit,
        group.id,
        service.id if service else None,
        schedule.made_by,
        checkin.id,
        schedule.purpose,
        times.opens,
        times.closes,
        without,
        now,
    )
    open_review(house, unit, review, without, now)
    return times.closes


def _facts(
    house: House, unit: Unit, schedule: Schedule, group: Partnership, now: datetime
) -> dict[str, object]:
    service = about(unit, schedule, now)
    return {
        "title": house.library.checkins[schedule.checkin_id].title,
        "partnership": group.name,
        "broker": service.name if service else term(group),
        "about": schedule.assignment_id is not None,
        "formal": is_set_up_first(schedule),
        "due": schedule.due_at,
    }


def stamp(moment: datetime) -> str:
    """A start inside a button: whoever taps it later means that one and no other."""
    return f"{moment:%Y%m%d%H%M}"


def _tell(unit: Unit, schedule: Schedule, kind: str, message: Message, now: datetime) -> None:
    """Tell every coordinator, but not one whom the reviews are about (R8)."""
    own = None
    if schedule.assignment_id is not None:
        own = brokers.assignment(unit, schedule.assignment_id).person_id
    for member in partnerships.with_role(unit, schedule.partnership_id, Role.COORDINATOR):
        if member.person_id != own:
            key = f"schedule:{schedule.id}:{kind}:{stamp(schedule.due_at)}:{member.id}"
            outbox.put(unit, key, message, now, person=member.person_id)
