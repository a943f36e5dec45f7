"""The hours of a review: when it ends, and how far an end can be put off."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dialogues.due import DAY, LONGEST, extension, longest, plan, spread, until

ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Europe/Berlin", "America/Lima"])
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
OPENS = st.timedeltas(timedelta(0), timedelta(days=730)).map(lambda later: FIRST + later)
WINDOWS = st.timedeltas(DAY, LONGEST)


@given(OPENS, WINDOWS, st.timedeltas(-DAY, 3 * LONGEST), ZONES.map(ZoneInfo))
def test_an_end_is_put_off_by_a_day_at_least_and_at_most_as_long_again(
    opens: datetime, window: timedelta, by: timedelta, zone: ZoneInfo
) -> None:
    before = plan(opens, window, zone)
    most = longest(opens, before.closes)
    assert most == max(DAY, before.closes - opens)
    after = extension(opens, before.closes, by, zone)
    assert (after is not None) == (DAY <= by <= most)
    if after is None:
        return
    assert after.opens == opens and not after.live
    assert before.closes < after.closes
    ends = after.closes.astimezone(zone)
    assert (ends.hour, ends.minute) == (17, 0) and ends.weekday() < 5
    assert after.closes - (before.closes + by) < 3 * DAY, "a weekend later at the most"


@given(OPENS, WINDOWS, st.floats(0, 1), ZONES.map(ZoneInfo))
def test_reminder_and_signal_follow_a_new_end_and_never_come_sooner(
    opens: datetime, window: timedelta, share: float, zone: ZoneInfo
) -> None:
    before = plan(opens, window, zone)
    by = DAY + (longest(opens, before.closes) - DAY) * share
    after = extension(opens, before.closes, by, zone)
    assert after is not None and after == until(opens, after.closes, zone)
    assert before.signal is not None and after.signal is not None
    assert before.reminders[0] < after.reminders[0] < after.signal < after.closes
    assert before.signal <= after.signal


@given(OPENS, WINDOWS, ZONES.map(ZoneInfo))
def test_the_signal_comes_in_working_hours_before_the_end(
    opens: datetime, window: timedelta, zone: ZoneInfo
) -> None:
    times = plan(opens, window, zone)
    assert times.signal is not None
    assert opens + (times.closes - opens) * 3 / 4 <= times.signal < times.closes
    there = times.signal.astimezone(zone)
    assert 8 <= there.hour < 18 and there.weekday() < 5


@given(OPENS, WINDOWS, st.integers(0, 3))
def test_reminders_are_spread_over_the_time(
    opens: datetime, window: timedelta, number: int
) -> None:
    found = spread(opens, opens + window, number)
    edges = [opens, *found, opens + window]
    gaps = [b - a for a, b in pairwise(edges)]
    assert len(found) == number and max(gaps) - min(gaps) < timedelta(seconds=1)
