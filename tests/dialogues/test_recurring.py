"""Reviews that come again: two years in five zones, clocks that jump, days off, last days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.daysoff import DaysOff
from dialogues.recurring import (
    Every,
    Recurrence,
    read_every,
    recurrence,
    still_useful,
    warning,
)
from dialogues.when import Unreadable, working_days

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
TWO_YEARS = timedelta(days=731)
NAMES = {
    "Asia/Jakarta": "ID",
    "Asia/Jayapura": "ID",
    "Europe/London": "GB",
    "America/New_York": "US",
    "Australia/Lord_Howe": "AU",
}
PLACES = st.sampled_from([(ZoneInfo(name), DaysOff(land)) for name, land in NAMES.items()])
EVERY = st.one_of(
    st.builds(Every, st.integers(1, 60), st.just("day")),
    st.builds(Every, st.integers(1, 20), st.just("week")),
    st.builds(Every, st.integers(1, 24), st.just("month")),
)
MOMENTS = st.timedeltas(timedelta(0), TWO_YEARS).map(lambda later: NOW + later)


def two_years(rule: Recurrence, off: DaysOff, since: datetime = NOW) -> list[datetime]:
    return [s for s in rule.next_few(since, off, 800) if s < since + TWO_YEARS]


@settings(deadline=None, max_examples=60)  # a year of holidays takes its time, once
@given(EVERY, st.none() | st.integers(0, 6), st.times(), PLACES, MOMENTS)
def test_starts_are_on_working_days_at_the_wall_time_each_once(
    every: Every, on: int | None, at: time, place: tuple[ZoneInfo, DaysOff], now: datetime
) -> None:
    zone, off = place
    at = at.replace(second=0, microsecond=0, fold=0)
    if every.unit == "day" and on is not None:
        every = Every(every.count * 7, "day")
    rule = recurrence(every, on, at, zone, now, off)
    assert rule.every == every
    found = rule.next_few(now, off, 20)
    assert found and found[0] > now
    assert found == sorted(set(found))
    for start in found:
        local = start.astimezone(zone)
        assert local.weekday() < 5 and local.date() not in off
        jumped = (
            timedelta(0)
            < local.replace(tzinfo=None) - datetime.combine(local, at)
            <= (timedelta(hours=1))
        )
        assert local.time() == at or jumped
    assert len({start.astimezone(zone).date() for start in found}) == len(found)


@settings(deadline=None, max_examples=60)  # a year of holidays takes its time, once
@given(EVERY, PLACES, MOMENTS, MOMENTS)
def test_asking_from_any_moment_gives_the_same_starts(
    every: Every, place: tuple[ZoneInfo, DaysOff], now: datetime, asked: datetime
) -> None:
    zone, off = place
    rule = recurrence(every, None, time(9), zone, now, off)
    every_start = two_years(rule, off, now)
    later = [start for start in every_start if start > asked]
    if later:
        assert rule.after(max(asked, now), off) == later[0]


@settings(deadline=None, max_examples=60)  # a year of holidays takes its time, once
@given(EVERY, PLACES, MOMENTS)
def test_the_word_before_comes_on_an_earlier_working_day(
    every: Every, place: tuple[ZoneInfo, DaysOff], now: datetime
) -> None:
    zone, off = place
    start = recurrence(every, None, time(9), zone, now, off).after(now, off)
    assert start is not None
    early = warning(start, zone, off).astimezone(zone)
    assert early.time() == time(9) and early.date() < start.astimezone(zone).date()
    assert next(working_days(early.date(), off)) == early.date()


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), "2027-03-28T01:00"),  # skipped
        ("Europe/London", date(2027, 10, 31), time(1, 30), "2027-10-31T00:30"),  # twice
        ("America/New_York", date(2027, 3, 14), time(2, 30), "2027-03-14T07:00"),
        ("America/New_York", date(2027, 11, 7), time(1, 30), "2027-11-07T05:30"),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-02T15:30"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "2027-04-03T14:45"),
        ("Asia/Jakarta", date(2027, 3, 28), time(2, 30), "2027-03-27T19:30"),
        ("Asia/Jayapura", date(2027, 10, 31), time(1, 30), "2027-10-30T16:30"),
    ],
)
def test_clocks_that_jump(
    monkeypatch: pytest.MonkeyPatch, zone: str, day: date, at: time, utc: str
) -> None:
    """They jump on Sundays: here every day works."""
    monkeypatch.setattr("dialogues.recurring.working_days", lambda day, off: iter([day]))
    rule = Recurrence("FREQ=DAILY;INTERVAL=1", day - timedelta(days=2), at, ZoneInfo(zone))
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    found = rule.next_few(expected - timedelta(hours=20), few=3)
    assert found[0] == expected
    assert found[1] - found[0] >= timedelta(hours=22) and len(set(found)) == 3


@pytest.mark.parametrize(
    ("every", "on", "days"),
    [
        ("3 months", 0, ["2026-11-30", "2027-02-22", "2027-05-31", "2027-08-30"]),
        ("month", date(2027, 1, 31), ["2027-02-01", "2027-03-01", "2027-03-31", "2027-04-30"]),
        ("2 weeks", 4, ["2026-12-04", "2026-12-18", "2027-01-04", "2027-01-15"]),
        ("12 months", date(2028, 2, 29), ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
        ("day", None, ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"]),
        ("6 months", 2, ["2026-12-02", "2027-06-02", "2027-12-01", "2028-06-07"]),
    ],
)
def test_rules_in_indonesia(every: str, on: int | date | None, days: list[str]) -> None:
    zone, off = ZoneInfo("Asia/Makassar"), DaysOff("ID")
    rule = recurrence(read_every(every), on, time(9), zone, NOW, off)
    found = rule.next_few(NOW, off, len(days))
    assert [start.astimezone(zone).date().isoformat() for start in found] == days


def test_nothing_starts_after_the_last_day() -> None:
    zone, off = ZoneInfo("Asia/Jakarta"), DaysOff("ID")
    last = date(2026, 12, 26)  # a Saturday: what falls on it would move past the end
    rule = Recurrence("FREQ=WEEKLY;INTERVAL=1", date(2026, 12, 5), time(9), zone, last)
    found = two_years(rule, off)
    assert [start.astimezone(zone).day for start in found] == [7, 14, 21]
    assert rule.after(found[-1], off) is None


@pytest.mark.parametrize("text", ["", "hour", "3 hours", "0 days", "732 days", "25 months", "x 3"])
def test_intervals_below_a_day_or_above_two_years_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_every(text)


def test_intervals_in_both_languages() -> None:
    assert read_every("2 Minggu") == read_every("2 weeks") == Every(2, "week")
    assert read_every("3 bulan") == Every(3, "month")
    assert read_every("hari") == Every(1, "day") and str(Every(1, "day")) == "1 day"


def test_days_that_would_drift_from_their_weekday_are_refused() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    with pytest.raises(Unreadable, match="weekdays"):
        recurrence(Every(10, "day"), 0, time(9), zone, NOW)
    assert recurrence(Every(14, "day"), 0, time(9), zone, NOW).first == date(2026, 11, 30)
    with pytest.raises(Unreadable, match="past"):
        recurrence(Every(1, "week"), date(2026, 11, 27), time(8), zone, NOW)


def test_what_was_missed_is_useful_for_a_day_unless_the_next_is_due() -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert still_useful(NOW, NOW + 7 * day, NOW + day)
    assert still_useful(NOW, None, NOW)
    assert not still_useful(NOW, NOW + 7 * day, NOW + day + hour)
    assert not still_useful(NOW, NOW + hour, NOW + hour)


def test_days_off_of_a_country_nobody_knows() -> None:
    assert date(2027, 8, 17) in DaysOff("ID") and date(2027, 8, 17) not in DaysOff("XX")
    assert "2027-08-17" not in DaysOff("ID")
