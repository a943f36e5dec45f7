"""When things happen in a review. Times in and out are aware; the zone is the partnership's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogues.when import waking, working_end

DAY = timedelta(days=1)
NOTICE = timedelta(days=1)
"""How long before an early close everybody is told (DESIGN 4)."""
BETWEEN = timedelta(days=14)
"""The least time between a close and the next start of the same check-in (DESIGN 4)."""
SHARE = timedelta(days=3)
"""How long the broker reads alone (DESIGN 3)."""
COMMENTS = timedelta(days=90)
RECEIPTS = timedelta(days=30)
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=60)
NEWCOMER = timedelta(days=60)
"""Who joined less than this ago starts unticked (domain d.4)."""


@dataclass(frozen=True, slots=True)
class Times:
    """A review's hours. Live: under a day, no reminder, no signal, no quiet hours."""

    opens: datetime
    closes: datetime
    live: bool
    reminders: tuple[datetime, ...]
    signal: datetime | None


def plan(opens: datetime, window: timedelta, zone: ZoneInfo, reminders: int = 1) -> Times:
    """A review that opens at *opens* and lasts about *window*.

    A window of a day or more ends at 17:00 of a working day; the reminders are
    spread over it, the coordinators' one signal comes at three quarters, in working hours.
    """
    if window < DAY:
        return Times(opens, opens + window, True, (), None)
    return until(opens, working_end(opens + window, zone), zone, reminders)


def until(opens: datetime, closes: datetime, zone: ZoneInfo, reminders: int = 1) -> Times:
    """The hours of a review of a day or more that ends at *closes*."""
    signal = waking(opens + (closes - opens) * 3 / 4, zone)
    return Times(opens, closes, False, spread(opens, closes, reminders), signal)


def spread(opens: datetime, closes: datetime, reminders: int) -> tuple[datetime, ...]:
    """When reminders are due: one at half of the time, two at its thirds, three at its quarters."""
    span = closes - opens
    return tuple(opens + span * n / (reminders + 1) for n in range(1, reminders + 1))


def extension(opens: datetime, closes: datetime, by: timedelta, zone: ZoneInfo) -> Times | None:
    """The hours of a review whose end is put off by *by* (DESIGN 4); live ones never are.

    Like every end, the new one falls at 17:00 of a working day.

    Returns:
        None where *by* is less than a day, or more than `longest`.
    """
    if not DAY <= by <= longest(opens, closes):
        return None
    return until(opens, working_end(closes + by, zone), zone)


def longest(opens: datetime, closes: datetime) -> timedelta:
    """By how much an end can be put off: as long as the review was to last, a day at least."""
    return max(DAY, closes - opens)


def early_close(opens: datetime, closes: datetime, now: datetime, live: bool) -> datetime | None:
    """When a review asked to close early may close: a day's notice, not before half of it.

    Returns:
        None where it ends as announced: a live one, or one that ends sooner anyway.
    """
    if live:
        return None
    at = max(now + NOTICE, opens + (closes - opens) / 2)
    return at if at < closes else None


def share(closed: datetime, zone: ZoneInfo) -> datetime:
    """When the coordinators get the report if the broker has not replied before."""
    return working_end(closed + SHARE, zone)
