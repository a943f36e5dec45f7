"""Times as people type them, in both languages, and as they are said back."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.when import (
    LOCALES,
    Unreadable,
    read_date,
    read_duration,
    read_moment,
    read_zone,
    say_date,
    say_duration,
    say_moment,
    say_time,
    waking,
    wall,
    working_end,
)

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # Thursday, 10.00 in Jakarta
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Jakarta",
        "Asia/Makassar",
        "Asia/Jayapura",
        "Europe/London",
        "America/New_York",
        "Australia/Lord_Howe",
    )
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("friday 17:00", "2026-11-27 17:00"),
        ("Friday at 5 pm", "2026-11-27 17:00"),
        ("jumat 17.00", "2026-11-27 17:00"),
        ("Jum'at 17.00", "2026-11-27 17:00"),
        ("Jum’at pukul 17.00", "2026-11-27 17:00"),
        ("tomorrow 9:00", "2026-11-27 09:00"),
        ("besok 9.00", "2026-11-27 09:00"),
        ("besok jam 9", "2026-11-27 09:00"),
        ("besok", "2026-11-27 09:00"),
        ("lusa 10.30", "2026-11-28 10:30"),
        ("today 17:00", "2026-11-26 17:00"),
        ("hari ini 17.00", "2026-11-26 17:00"),
        ("thursday 17:00", "2026-11-26 17:00"),
        ("thursday 09:00", "2026-12-03 09:00"),
        ("next thursday 17:00", "2026-12-03 17:00"),
        ("kamis depan 17.00", "2026-12-03 17:00"),
        ("senin depan", "2026-11-30 09:00"),
        ("next monday", "2026-11-30 09:00"),
        ("minggu 10.00", "2026-11-29 10:00"),
        ("4 December 17:00", "2026-12-04 17:00"),
        ("4 Desember 2026 pukul 17.00", "2026-12-04 17:00"),
        ("December 4, 2026 17:00", "2026-12-04 17:00"),
        ("4 dec", "2026-12-04 09:00"),
        ("3 January 08:00", "2027-01-03 08:00"),
        ("3 januari 2027", "2027-01-03 09:00"),
        ("2026-12-04 17:00", "2026-12-04 17:00"),
        ("2026-12-04T17:00", "2026-12-04 17:00"),
        ("2026-12-04", "2026-12-04 09:00"),
        ("17:00", "2026-11-26 17:00"),
        ("09:00", "2026-11-27 09:00"),
        ("9am", "2026-11-27 09:00"),
        ("12 am", "2026-11-27 00:00"),
        ("sat 12:15 pm", "2026-11-28 12:15"),
    ],
)
def test_a_moment(text: str, expected: str) -> None:
    moment = read_moment(text, NOW, JAKARTA)
    assert moment.tzinfo is UTC
    assert moment.astimezone(JAKARTA).strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "moment"),
        ("may", "moment"),
        ("soon", "moment"),
        ("32 December", "moment"),
        ("friday 25:00", "moment"),
        ("today 09:00", "past"),
        ("2026-11-25 10:00", "past"),
        ("yesterday", "moment"),
    ],
)
def test_no_moment(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moment(text, NOW, JAKARTA)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", timedelta(days=7)),
        ("7 days", timedelta(days=7)),
        ("3 hari", timedelta(days=3)),
        ("2 weeks", timedelta(days=14)),
        ("2 minggu", timedelta(days=14)),
        ("3h", timedelta(hours=3)),
        ("1 jam", timedelta(hours=1)),
        ("30 menit", timedelta(minutes=30)),
        ("1 bulan", timedelta(days=30)),
    ],
)
def test_a_duration(text: str, expected: timedelta) -> None:
    assert read_duration(text) == expected


@pytest.mark.parametrize("text", ["7", "0 days", "9999 days", "a while", "", "-3 days"])
def test_no_duration(text: str) -> None:
    with pytest.raises(Unreadable):
        read_duration(text)


def test_dates_may_lie_in_the_past() -> None:
    today = date(2026, 11, 26)
    assert read_date("1 November", today) == date(2026, 11, 1)
    assert read_date("1 november 2025", today) == date(2025, 11, 1)
    assert read_date("besok", today) == date(2026, 11, 27)
    with pytest.raises(Unreadable):
        read_date("whenever", today)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WIB", "Asia/Jakarta"),
        ("wita", "Asia/Makassar"),
        ("Asia/Makassar", "Asia/Makassar"),
        ("makassar", "Asia/Makassar"),
        ("new york", "America/New_York"),
        ("london", "Europe/London"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone(text: str, name: str) -> None:
    assert read_zone(text).key == name


def test_no_zone() -> None:
    for text in ("Atlantis", "", "../etc/passwd"):
        with pytest.raises(Unreadable):
            read_zone(text)


def test_times_are_said_as_people_say_them() -> None:
    moment = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
    makassar = ZoneInfo("Asia/Makassar")
    assert say_moment(moment, makassar, "en", NOW) == "Friday 4 December, 17:00 WITA"
    assert say_moment(moment, makassar, "id", NOW) == "Jumat 4 Desember, 17.00 WITA"
    later = moment + timedelta(days=60)
    assert say_moment(later, makassar, "en", NOW) == "Tuesday 2 February 2027, 17:00 WITA"
    assert say_moment(moment, ZoneInfo("Europe/London"), "en", NOW).endswith("09:00 GMT")
    assert say_time(moment, makassar, "id") == "17.00"
    assert say_date(date(2026, 12, 4), "id", date(2026, 1, 1)) == "4 Desember"
    assert say_duration(timedelta(days=7), "en") == "7 days"
    assert say_duration(timedelta(days=14), "id") == "2 minggu"
    assert say_duration(timedelta(hours=1), "en") == "1 hour"
    assert say_duration(timedelta(minutes=90), "en") == "90 minutes"


def test_a_skipped_hour_is_its_first_valid_instant_and_a_repeated_one_the_first() -> None:
    london = ZoneInfo("Europe/London")
    skipped = wall(date(2026, 3, 29), time(1, 30), london)
    assert skipped == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    repeated = wall(date(2026, 10, 25), time(1, 30), london)
    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_windows_end_at_five_on_a_working_day() -> None:
    saturday = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    monday = wall(date(2026, 11, 30), time(17), JAKARTA)
    assert working_end(saturday, JAKARTA) == monday
    assert working_end(saturday, JAKARTA, {date(2026, 11, 30)}) == monday + timedelta(days=1)


moments = st.integers(0, 700 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(ZONES)


@given(moments, zones, st.sampled_from(list(LOCALES)))
def test_what_is_said_can_be_read_again(moment: datetime, zone: ZoneInfo, language: str) -> None:
    local = moment.astimezone(zone)
    if wall(local.date(), local.time(), zone) != moment:
        return  # the second half of a repeated hour is never meant
    said = say_moment(moment, zone, language)
    text = said.split(" ", 1)[1].rsplit(" ", 1)[0]
    assert read_moment(text, moment - timedelta(days=1), zone) == moment


@given(moments, zones, st.times(), st.times())
def test_waking_hours_are_kept(moment: datetime, zone: ZoneInfo, start: time, end: time) -> None:
    start, end = (t.replace(second=0, microsecond=0) for t in (start, end))
    found = waking(moment, zone, start, end)
    assert found >= moment
    assert found - moment < timedelta(days=5)
    assert found.astimezone(zone).weekday() < 5
    assert waking(found, zone, start, end) == found


@given(moments, zones)
def test_the_usual_night_is_quiet(moment: datetime, zone: ZoneInfo) -> None:
    local = waking(moment, zone).astimezone(zone)
    assert time(8) <= local.time() < time(18)


@given(st.text(max_size=40))
def test_nothing_typed_is_an_error_of_ours(text: str) -> None:
    for read in (
        lambda: read_moment(text, NOW, JAKARTA),
        lambda: read_date(text, NOW.date()),
        lambda: read_duration(text),
        lambda: read_zone(text),
    ):
        with suppress(Unreadable):
            assert read() is not None
