"""Reviews that come again and again: a rule, a wall time, a zone, and the instants they mean.

Pure: the present and the days off are handed in. A day that is no working day moves to the
next one, at the same time; a skipped hour is its first valid instant, a repeated one comes
once. Days that move to the same day are one.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from dialogues.model import Purpose
from dialogues.when import DAY, Unreadable, wall, working_days

UNITS = {
    **dict.fromkeys(("d", "day", "days", "hari"), "day"),
    **dict.fromkeys(("w", "week", "weeks", "minggu", "pekan"), "week"),
    **dict.fromkeys(("month", "months", "bulan"), "month"),
}
LONGEST = {"day": 731, "week": 104, "month": 24}
"""Two years of each."""
FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOVED = 60 * DAY
"""More than any chain of days off can move a day."""
USEFUL = timedelta(days=1)
"""How late a review may still start by itself."""


@dataclass(frozen=True, slots=True)
class Every:
    """An interval: 3 months. `unit` is day, week or month."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


def read_every(text: str) -> Every:
    """ "3 months", "month", "2 minggu": from a day to two years. Raises Unreadable."""
    found = re.fullmatch(r"(?:(\d{1,4}) ?)?([a-z]+)", " ".join(text.casefold().split()))
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        raise Unreadable(text, "every")
    count = int(found[1] or 1)
    if not 1 <= count <= LONGEST[unit]:
        raise Unreadable(text, "every")
    return Every(count, unit)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule as RFC 5545 words it, from the day *first* on; `until` is the last possible day."""

    rule: str
    first: date
    at: time
    zone: ZoneInfo
    until: date | None = None

    @property
    def every(self) -> Every:
        """The interval alone."""
        parts = dict(part.split("=") for part in self.rule.split(";"))
        unit = next(unit for unit, name in FREQUENCIES.items() if name == parts["FREQ"])
        return Every(int(parts["INTERVAL"]), unit)

    def after(self, moment: datetime, off: Container[date] = ()) -> datetime | None:
        """The first occurrence later than *moment*; None when there is none any more."""
        return next(self._after(moment, off), None)

    def next_few(self, moment: datetime, off: Container[date] = (), few: int = 3) -> list[datetime]:
        """The first occurrences later than *moment*."""
        return list(islice(self._after(moment, off), few))

    def _after(self, moment: datetime, off: Container[date]) -> Iterator[datetime]:
        begin = datetime.combine(self.first, time())
        days = cast(rrule, rrulestr(self.rule, dtstart=begin))
        since = moment.astimezone(self.zone).replace(tzinfo=None) - MOVED
        last = moment
        for nominal in days.xafter(since, inc=True):
            day = next(working_days(nominal.date(), off))
            if self.until is not None and day > self.until:
                return
            instant = wall(day, self.at, self.zone)
            if instant > last:
                last = instant
                yield instant


@dataclass(frozen=True, slots=True)
class Schedule:
    """Reviews that start by themselves; `due_at` is the next start, moved to a working day."""

    id: int
    partnership_id: int
    assignment_id: int | None
    made_by: int
    checkin_id: str
    purpose: Purpose
    recurrence: Recurrence
    due_at: datetime
    ended_at: datetime | None = None


def recurrence(
    every: Every,
    on: int | date | None,
    at: time,
    zone: ZoneInfo,
    now: datetime,
    off: Container[date] = (),
) -> Recurrence:
    """A rule that begins with the first fitting day whose time is to come.

    *on*: a weekday (Monday 0), the first day, or None for the next working day. Months keep
    the weekday's place ("the last Monday") or the day of the month, where there is none the
    last one. Raises Unreadable: "past", or "weekdays" for days that drift from the weekday.
    """
    if isinstance(on, int) and every.unit == "day" and every.count % 7:
        raise Unreadable(str(every), "weekdays")
    first = on if isinstance(on, date) else _first(on, at, zone, now, off)
    found = Recurrence(_rule(every, first, on), first, at, zone)
    if wall(next(working_days(first, off)), at, zone) <= now:
        raise Unreadable(first.isoformat(), "past")
    return found


def _first(
    weekday: int | None, at: time, zone: ZoneInfo, now: datetime, off: Container[date]
) -> date:
    day = now.astimezone(zone).date()
    if weekday is None:
        while next(working_days(day, off)) != day or wall(day, at, zone) <= now:
            day += DAY
        return day
    day += (weekday - day.weekday()) % 7 * DAY
    return day if wall(next(working_days(day, off)), at, zone) > now else day + 7 * DAY


def _rule(every: Every, first: date, on: int | date | None) -> str:
    rule = f"FREQ={FREQUENCIES[every.unit]};INTERVAL={every.count}"
    if every.unit != "month":
        return rule
    if isinstance(on, int):
        place = (first.day - 1) // 7 + 1
        return f"{rule};BYDAY={place if place < 5 else -1}{WEEKDAYS[on]}"
    days = ",".join(str(day) for day in range(min(28, first.day), first.day + 1))
    return f"{rule};BYMONTHDAY={days};BYSETPOS=-1"


def warning(due: datetime, zone: ZoneInfo, off: Container[date] = ()) -> datetime:
    """When it is said that something starts at *due*: the working day before, at its time."""
    local = due.astimezone(zone)
    day = local.date() - DAY
    while next(working_days(day, off)) != day:
        day -= DAY
    return wall(day, local.time(), zone)


def still_useful(due: datetime, later: datetime | None, now: datetime) -> bool:
    """Whether what was missed at *due* may start at *now*: within a day, none later is due."""
    return now - due <= USEFUL and (later is None or later > now)
