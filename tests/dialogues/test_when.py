"""Times as people type them, in both languages, and as they are said back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
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
        ("5 pm", "2026-11-26 17:00"),
        ("5 p.m. friday", "2026-11-27 17:00"),
        ("JUMAT\u00a017.00", "2026-11-27 17:00"),
        ("\u200ejum\u02bcat\u202f17.00 ", "2026-11-27 17:00"),
        ("on Friday, at 9", "2026-11-27 09:00"),
        ("hari minggu depan", "2026-11-29 09:00"),
        ("pukul 17 4 desember", "2026-12-04 17:00"),
        ("25 November 17:00", "2027-11-25 17:00"),
        ("26 November 17:00", "2026-11-26 17:00"),
        ("29 February 10:00", "2028-02-29 10:00"),
        ("2026-12-04 17.00", "2026-12-04 17:00"),
        ("Friday 4 December, 17:00 WIB", "2026-12-04 17:00"),
        ("Jumat 4 Desember 2026, 17.00 WITA", "2026-12-04 16:00"),
        ("besok 9.00 WIT", "2026-11-27 07:00"),
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
        ("mei", "moment"),
        ("may 2027", "moment"),
        ("minggu depan", "moment"),  # next week, or next Sunday?
        ("minggu depan 10.00", "moment"),
        ("2 minggu", "moment"),
        ("1 jam", "moment"),
        ("9", "moment"),
        ("friday 9", "moment"),
        ("besok jam 9 malam", "moment"),
        ("13 pm", "moment"),
        ("9:60", "moment"),
        ("9:00 10:00", "moment"),
        ("4/12/2026", "moment"),
        ("04.12.2026", "moment"),
        ("4 december 5", "moment"),
        ("Saturday 4 December", "moment"),
        ("friday 17:00 GMT", "moment"),
        ("WIB", "moment"),
        ("29 February 2027", "moment"),
        ("0001-01-01 00:00", "moment"),
        ("31 December 9999 23:59", "moment"),
        ("26 November 09:00", "past"),
        ("today", "past"),
    ],
)
def test_no_moment(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moment(text, NOW, JAKARTA)
    assert (caught.value.text, caught.value.why) == (text, why)


def test_the_usual_time_of_day_is_handed_in() -> None:
    moment = read_moment("besok", NOW, JAKARTA, default_time=time(0))
    assert moment == datetime(2026, 11, 26, 17, tzinfo=UTC)


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


@pytest.mark.parametrize(
    "text", ["7", "0 days", "732 days", "25 bulan", "a while", "", "-3 days", "1.5h", "4² days"]
)
def test_no_duration(text: str) -> None:
    with pytest.raises(Unreadable, match="duration"):
        read_duration(text)


def test_dates_may_lie_in_the_past() -> None:
    today = date(2026, 11, 26)
    assert read_date("1 November", today) == date(2026, 11, 1)
    assert read_date("1 november 2025", today) == date(2025, 11, 1)
    assert read_date("Sunday 1 November", today) == date(2026, 11, 1)
    assert read_date("2025-11-01", today) == date(2025, 11, 1)
    assert read_date("thursday", today) == today
    assert read_date("besok", today) == date(2026, 11, 27)
    for text in ("whenever", "", "9am", "may", "Monday 1 November", "29 February"):
        with pytest.raises(Unreadable, match="date"):
            read_date(text, today)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WIB", "Asia/Jakarta"),
        ("wita", "Asia/Makassar"),
        ("Asia/Makassar", "Asia/Makassar"),
        ("makassar", "Asia/Makassar"),
        ("new york", "America/New_York"),
        ("london", "Europe/London"),
        ("asia/makassar", "Asia/Makassar"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone(text: str, name: str) -> None:
    assert read_zone(text).key == name


def test_no_zone() -> None:
    for text in ("Atlantis", "", "../etc/passwd", "Asia", "eastern", "localtime", "Factory"):
        with pytest.raises(Unreadable, match="zone"):
            read_zone(text)


def test_times_are_said_as_people_say_them() -> None:
    moment = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
    makassar = ZoneInfo("Asia/Makassar")
    assert say_moment(moment, makassar, "en", NOW) == "Friday 4 December, 17:00 WITA"
    assert say_moment(moment, makassar, "id", NOW) == "Jumat 4 Desember, 17.00 WITA"
    later = moment + timedelta(days=60)
    assert say_moment(later, makassar, "en", NOW) == "Tuesday 2 February 2027, 17:00 WITA"
    assert say_moment(moment, makassar, "en") == "Friday 4 December 2026, 17:00 WITA"
    assert say_time(moment, makassar, "id") == "17.00"
    assert say_date(date(2026, 12, 4), "id", date(2026, 1, 1)) == "4 Desember"
    assert say_duration(timedelta(days=7), "en") == "7 days"
    assert say_duration(timedelta(days=14), "id") == "2 minggu"
    assert say_duration(timedelta(hours=1), "en") == "1 hour"
    assert say_duration(timedelta(minutes=90), "en") == "90 minutes"


@pytest.mark.parametrize("language", list(LOCALES))
@pytest.mark.parametrize(
    ("name", "month", "short"),
    [
        ("Asia/Pontianak", 7, "WIB"),
        ("Asia/Makassar", 7, "WITA"),
        ("Asia/Jayapura", 7, "WIT"),
        ("Europe/London", 1, "GMT"),
        ("Europe/London", 7, "BST"),
        ("Europe/Dublin", 7, "UTC+1"),  # Babel says GMT
        ("America/New_York", 7, "EDT"),
        ("Asia/Singapore", 7, "UTC+8"),
        ("America/Sao_Paulo", 7, "UTC-3"),
        ("Australia/Lord_Howe", 7, "UTC+10:30"),
        ("UTC", 7, "UTC"),
    ],
)
def test_a_zone_is_said_with_letters_people_know(
    name: str, month: int, short: str, language: str
) -> None:
    said = say_moment(datetime(2026, month, 4, 9, tzinfo=UTC), ZoneInfo(name), language)
    assert said.rsplit(" ", 1)[1] == short


def test_a_skipped_hour_is_its_first_valid_instant_and_a_repeated_one_the_first() -> None:
    london = ZoneInfo("Europe/London")
    skipped = wall(date(2026, 3, 29), time(1, 30), london)
    assert skipped == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    repeated = wall(date(2026, 10, 25), time(1, 30), london)
    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    half = wall(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe"))
    assert half == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    whole_day = wall(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia"))
    assert whole_day == datetime(2011, 12, 30, 10, tzinfo=UTC)
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert read_moment("29 March 01:30", before, london) == skipped
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert read_moment("tomorrow 01:30", before, london) == repeated


def test_windows_end_at_five_on_a_working_day() -> None:
    saturday = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    monday = wall(date(2026, 11, 30), time(17), JAKARTA)
    assert working_end(saturday, JAKARTA) == monday
    assert working_end(saturday, JAKARTA, {date(2026, 11, 30)}) == monday + timedelta(days=1)
    assert working_end(monday + timedelta(hours=3), JAKARTA) == monday


def test_messages_wait_for_waking_hours() -> None:
    def at(day: int, hour: int) -> datetime:
        return wall(date(2026, 11, day), time(hour), JAKARTA)

    assert waking(at(26, 10), JAKARTA) == at(26, 10)
    assert waking(at(26, 18), JAKARTA) == at(27, 8)
    assert waking(at(27, 20), JAKARTA) == at(30, 8)
    assert waking(at(27, 20), JAKARTA, holidays={date(2026, 11, 30)}) == at(30, 8) + timedelta(1)
    assert waking(at(26, 13), JAKARTA, time(12), time(14)) == at(26, 14)
    assert waking(at(26, 20), JAKARTA, time(9), time(9)) == at(26, 20)
    assert waking(at(28, 10), JAKARTA, time(9), time(9)) == at(30, 0)
    assert waking(at(26, 3), JAKARTA, time(0), time(8)) == at(26, 8)
    assert waking(at(27, 3), JAKARTA, time(8), time(0)) == at(27, 3)
    assert waking(at(27, 9), JAKARTA, time(8), time(0)) == at(30, 0)


START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 700 * 24 * 60).map(lambda n: START + timedelta(minutes=n))
zones = st.sampled_from(ZONES)
all_zones = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
languages = st.sampled_from(list(LOCALES))
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))


@given(moments, zones | all_zones, languages, st.integers(1, 500 * 24 * 60))
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ZONES[3], "en", 45)  # 01:30 BST
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ZONES[3], "id", 45)  # 01:30 GMT
@example(datetime(2026, 4, 4, 15, 15, tzinfo=UTC), ZONES[5], "en", 20)  # 01:45 again
def test_what_is_said_can_be_read_again(
    moment: datetime, zone: ZoneInfo, language: str, ago: int
) -> None:
    now = moment - timedelta(minutes=ago)
    assert read_moment(say_moment(moment, zone, language), now, zone) == moment
    assert read_moment(say_moment(moment, zone, language, now), now, zone) == moment


@given(st.integers(1, 731 * 24 * 60), languages)
def test_a_duration_said_can_be_read_again(minutes: int, language: str) -> None:
    length = timedelta(minutes=minutes)
    assert read_duration(say_duration(length, language)) == length


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), languages, st.dates())
def test_a_date_said_can_be_read_again(day: date, language: str, today: date) -> None:
    assert read_date(say_date(day, language), today) == day
    assert read_date(say_date(day, language, day), day) == day


@given(st.dates(date(1975, 1, 1), date(2037, 12, 31)), st.times(), all_zones)
@example(date(2026, 3, 29), time(1, 30), ZONES[3])
@example(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia"))
def test_a_wall_time_is_what_was_asked_or_the_end_of_the_gap(
    day: date, at: time, zone: ZoneInfo
) -> None:
    asked = datetime.combine(day, at)
    found = wall(day, at, zone)
    just_before = (found - timedelta.resolution).astimezone(zone)
    local = found.astimezone(zone)
    if local.replace(tzinfo=None) == asked:
        assert local.fold == 0
    else:
        assert just_before.replace(tzinfo=None) < asked < local.replace(tzinfo=None)


def awake(instant: datetime, zone: ZoneInfo, start: time, end: time) -> bool:
    local = instant.astimezone(zone)
    at = local.time()
    quiet = start <= at < end if start <= end else at >= start or at < end
    return local.weekday() < 5 and not quiet


@given(moments, zones, quarters, quarters)
def test_waking_is_the_first_moment_that_is(
    moment: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    found = waking(moment, zone, start, end)
    assert found >= moment
    assert waking(found, zone, start, end) == found
    assert awake(found, zone, start, end)
    step = moment
    while step < found:
        assert not awake(step, zone, start, end)
        step += timedelta(minutes=15)


@given(moments, zones, st.sets(st.integers(0, 710), max_size=40))
def test_holidays_and_the_usual_night_are_quiet(
    moment: datetime, zone: ZoneInfo, days: set[int]
) -> None:
    holidays = {date(2026, 1, 1) + timedelta(days=n) for n in days}
    local = waking(moment, zone, holidays=holidays).astimezone(zone)
    assert time(8) <= local.time() < time(18)
    assert local.weekday() < 5 and local.date() not in holidays


WORDS = (
    "friday jumat jum’at minggu besok lusa hari ini today tomorrow next depan on at jam pukul 9 "
    "17:00 17.00 24:00 9:60 am pm 4 0 31 29 february desember may mei december 2026 0000 0001 9999 "
    "2026-12-04 0001-01-01 9999-12-31 2026-02-30 WIB WITA UTC+1 utc 7d 2 weeks bulan , ² \u0667 T"
)
typed = st.text(max_size=40) | st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join)


READERS: tuple[Callable[[str, ZoneInfo], object], ...] = (
    lambda text, zone: read_moment(text, NOW, zone),
    lambda text, zone: read_date(text, NOW.date()),
    lambda text, zone: read_duration(text),
    lambda text, zone: read_zone(text),
)


@given(typed, zones, st.sampled_from(READERS))
def test_nothing_typed_is_an_error_of_ours(
    text: str, zone: ZoneInfo, read: Callable[[str, ZoneInfo], object]
) -> None:
    with suppress(Unreadable):
        assert read(text, zone) is not None
