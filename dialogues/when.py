"""Durations and moments as people type them in English and Indonesian, and say them back.

Pure: the present is handed in. Moments in and out are aware; what is returned is UTC.
Names of days and months come from Babel; only everyday words are listed here.
"""

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_time, get_timezone_name
from babel.units import format_unit

LOCALES = {"en": Locale("en", "GB"), "id": Locale("id")}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDNIGHT, WORKING_END = time(0), time(17)
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "menit"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours", "jam"), HOUR),
    **dict.fromkeys(("d", "day", "days", "hari"), DAY),
    **dict.fromkeys(("w", "week", "weeks", "minggu", "pekan"), 7 * DAY),
    **dict.fromkeys(("month", "months", "bulan"), 30 * DAY),  # a window, not a date
}
NEAR = {"today": 0, "hari ini": 0, "tomorrow": 1, "besok": 1, "lusa": 2}
ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
SERVERS = {"localtime", "posixrules", "Factory"}  # not places: how this machine is set
UNSEEN = re.compile("['’‘`\u00b4\u02bb\u02bc\u2032\u00ad\u200b-\u200f\u2060\ufeff]")
CLOCK = re.compile(
    r"(?:\b(at|jam|pukul|pk\.?) ?|\b)(2[0-3]|[01]?\d)(?:[:.]([0-5]\d))?(?: ?([ap])\.?m\b\.?|\b)"
)
DATED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)|(?:(\d\d?)(?:st|nd|rd|th)? )?([a-z]+)\.?(?: (\d\d?))?(?: (\d{4}))?"
)


class Unreadable(ValueError):
    """Typed words that mean no time: `why` names what they are not, or "past"."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(why)
        self.text, self.why = text, why


def read_duration(text: str) -> timedelta:
    """ "7d", "2 minggu": above nothing, at most two years. Raises Unreadable."""
    found = re.fullmatch(r"(\d{1,7}) ?([a-z]+)", _plain(text))
    length = int(found[1]) * UNITS.get(found[2], timedelta(0)) if found else timedelta(0)
    if not timedelta(0) < length <= 731 * DAY:
        raise Unreadable(text, "duration")
    return length


def read_moment(text: str, now: datetime, zone: ZoneInfo, default_time: time = time(9)) -> datetime:
    """ "friday 17:00", "besok jam 9", what say_moment says: a moment to come, in UTC.

    A weekday is the next such day, today only while its time is ahead; a date without a
    year that lies before today means next year; a day without a time gets *default_time*.
    WIB, WITA or WIT at the end goes before *zone*; other letters must be those *zone* has then.
    Raises Unreadable: "past" if gone already, else "moment".
    """
    words = _plain(text)
    head, _, last = words.rpartition(" ")
    zone = ZoneInfo(ZONES[last]) if last in ZONES else zone
    today = now.astimezone(zone).date()
    found = [*_meant(words, "", today, zone, default_time)]
    found = found or [*_meant(head, last, today, zone, default_time)]
    for moment in found:
        if moment > now:
            return moment
    raise Unreadable(text, "past" if found else "moment")


def read_date(text: str, today: date) -> date:
    """ "1 November", "besok", "2026-11-01": past days too. Without a year: this one."""
    if days := _days(_plain(text), today, ahead=False):
        return days[0]
    raise Unreadable(text, "date")


def read_day(text: str, today: date) -> date:
    """ "1 November", "besok": a day from today on, next year's where this one's is gone.

    Raises Unreadable: "past" if gone already, else "date".
    """
    days = _days(_plain(text), today, ahead=True)
    if not days or days[0] < today:
        raise Unreadable(text, "past" if days else "date")
    return days[0]


def read_weekday(text: str) -> int | None:
    """ "monday", "senin": Monday is 0. None for anything else."""
    return _names("days").get(_plain(text))


def read_time(text: str) -> time:
    """ "09:00", "9 am", "jam 9". Raises Unreadable."""
    words = _plain(text)
    for said in (words, f"at {words}"):
        at, rest = _time(said)
        if at is not None and not rest:
            return at
    raise Unreadable(text, "time")


def read_zone(text: str) -> ZoneInfo:
    """An IANA name, WIB, WITA, WIT, or a city that names exactly one zone. Raises Unreadable."""
    words = _plain(text).replace(" ", "_")
    if name := ZONES.get(words) or _zones().get(words):
        return ZoneInfo(name)
    raise Unreadable(text, "zone")


def say_moment(moment: datetime, zone: ZoneInfo, language: str, now: datetime | None = None) -> str:
    """ "Friday 4 December, 17:00 WITA"; with the year where it is not that of *now*."""
    return _moment(moment, zone, language, now.astimezone(zone).date() if now else None)


@lru_cache(maxsize=1024)  # a round's end is said after every answer
def _moment(moment: datetime, zone: ZoneInfo, language: str, today: date | None) -> str:
    local = moment.astimezone(zone)
    day = f"{format_date(local, 'EEEE', LOCALES[language])} {say_date(local, language, today)}"
    return f"{day}, {say_time(moment, zone, language)} {_short(local)}"


def say_date(day: date, language: str, today: date | None = None) -> str:
    """ "4 December", with the year where it is not that of *today*."""
    pattern = "d MMMM" if today is not None and today.year == day.year else "d MMMM y"
    return format_date(day, pattern, locale=LOCALES[language])


def say_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """ "17:00", in Indonesian "17.00"."""
    return format_time(moment.astimezone(zone).time(), "short", locale=LOCALES[language])


def say_weekday(weekday: int, language: str) -> str:
    """ "Monday" of 0."""
    return str(LOCALES[language].days["format"]["wide"][weekday])


def say_duration(length: timedelta, language: str) -> str:
    """ "7 days", "2 minggu": in the largest unit that fits without a rest."""
    unit, step = "minute", MINUTE
    for larger, size in (("hour", HOUR), ("day", DAY), ("week", 7 * DAY)):
        if length >= size and not length % size and (size, length) != (7 * DAY, 7 * DAY):
            unit, step = larger, size
    return format_unit(length // step, f"duration-{unit}", format="0", locale=LOCALES[language])


def wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, UTC: a skipped one is the first valid, a repeated the first."""
    after, before = (
        datetime.combine(day, at.replace(fold=n), zone).astimezone(UTC) for n in (0, 1)
    )
    while after - before > timedelta.resolution:  # skipped: the clock jumps between the two
        middle = before + (after - before) // 2
        jumped = middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
        before, after = (before, middle) if jumped else (middle, after)
    return after


def working_end(moment: datetime, zone: ZoneInfo, holidays: Container[date] = ()) -> datetime:
    """17:00 of the working day *moment* falls on, even if gone, else of the next one."""
    return wall(next(working_days(moment.astimezone(zone).date(), holidays)), WORKING_END, zone)


def clock_time(minutes: int) -> time:
    """A quiet hour, kept as minutes of the day."""
    return time(minutes // 60, minutes % 60)


def waking(
    moment: datetime,
    zone: ZoneInfo,
    quiet_from: time = time(18),
    quiet_until: time = time(8),
    holidays: Container[date] = (),
) -> datetime:
    """The first instant from *moment* on that is a working day's and outside the quiet hours.

    Equal hours: none are quiet. Where the clock goes back, hours begin and end the first time.
    """
    if quiet_from == quiet_until:
        quiet_from = quiet_until = MIDNIGHT
    spans = [(quiet_until, quiet_from)]
    if MIDNIGHT < quiet_from < quiet_until:
        spans = [(MIDNIGHT, quiet_from), (quiet_until, MIDNIGHT)]
    return next(
        first
        for day in working_days(moment.astimezone(zone).date(), holidays)
        for start, end in spans
        if (first := max(moment.astimezone(UTC), wall(day, start, zone)))
        < wall(day + DAY * (end <= start), end, zone)
    )


def working_days(day: date, holidays: Container[date]) -> Iterator[date]:
    """Every working day from *day* on."""
    while True:
        if day.weekday() < 5 and day not in holidays:
            yield day
        day += DAY


def _short(local: datetime) -> str:
    """WITA, GMT, EST; UTC+10:30 where Babel has no letters, or wrong ones (GMT in Irish summer)."""
    name = local.tzname() or ""
    known = (get_timezone_name(local, "short", locale=locale) for locale in LOCALES.values())
    if name.isalpha() and name in known:
        return name
    offset = f"{local:%z}"
    return f"UTC{offset[0]}{int(offset[1:3])}" + f":{offset[3:5]}" * (offset[3:5] != "00")


@cache
def _zones() -> dict[str, str]:
    """Names and cities, in small letters. Istanbul's two are one; the server's own is none."""
    names, same = available_timezones() - SERVERS, get_global("zone_aliases")
    cities: dict[str, set[str]] = {}
    for name in names:
        if "/" in name and not name.startswith("Etc/"):
            cities.setdefault(name.rsplit("/", 1)[-1].casefold(), set()).add(name)
    one = {k: min(v) for k, v in cities.items() if len({same.get(n, n) for n in v}) == 1}
    return one | {name.casefold(): name for name in names}


@cache
def _names(kind: str) -> dict[str, int]:
    """Of "days" (Monday 0) or "months" (January 1), long and short, in both languages."""
    return {
        _plain(name): number
        for locale in LOCALES.values()
        for width in ("wide", "abbreviated")
        for number, name in getattr(locale, kind)["format"][width].items()
    }


def _plain(text: str) -> str:
    """Small letters, no apostrophes, nothing without width, single spaces."""
    return " ".join(UNSEEN.sub("", text).casefold().replace(",", " ").split())


def _meant(words: str, mark: str, today: date, zone: ZoneInfo, usual: time) -> Iterator[datetime]:
    """What *words* may mean, gone or to come; *mark*, if any, is what _short must say of it."""
    at, rest = _time(words)
    bare = [today, today + DAY] if at else []
    for day in _days(rest, today, ahead=True) if rest else bare:
        first = wall(day, at or usual, zone)
        late = datetime.combine(day, (at or usual).replace(fold=1), zone).astimezone(UTC)
        for instant in (first, max(first, late)) if mark else (first,):
            if not mark or _short(instant.astimezone(zone)).casefold() == mark:
                yield instant


def _time(words: str) -> tuple[time | None, str]:
    """The time of day in *words* and what is left of them: all, if there is none such."""
    words = re.sub(r"^(\d{4}-\d\d-\d\d)t(?=\d)", r"\1 ", words)
    found = next((m for m in CLOCK.finditer(words) if m[1] or m[3] or m[4]), None)
    if found is None or (found[4] and not 1 <= int(found[2]) <= 12):
        return None, words
    hour = int(found[2]) % 12 + 12 * (found[4] == "p") if found[4] else int(found[2])
    rest = f"{words[: found.start()]} {words[found.end() :]}"
    return time(hour, int(found[3] or 0)), " ".join(rest.split())


def _days(words: str, today: date, *, ahead: bool) -> list[date]:
    """The days *words* may mean, the nearer first; *ahead*: a date without a year is to come."""
    if words in NEAR:
        return [today + NEAR[words] * DAY]
    if words == "minggu depan":  # next week as likely as next Sunday
        return []
    words, weekdays = re.sub(r"^(?:(?:on|pada|hari|tanggal|tgl) )+", "", words), _names("days")
    bare = re.sub(r"^next | (?:next|depan)$", "", words)
    if bare in weekdays:
        nearest = today + ((weekdays[bare] - today.weekday()) % 7 or 7 * (bare != words)) * DAY
        return [nearest, nearest + 7 * DAY]
    first, _, rest = words.partition(" ")
    day = _dated(rest if first in weekdays else words, today, ahead=ahead)
    return [day] if day and weekdays.get(first, day.weekday()) == day.weekday() else []


def _dated(words: str, today: date, *, ahead: bool) -> date | None:
    found = DATED.fullmatch(words)
    if found is None or (found[4] and found[6]):
        return None
    year, number = found[1] or found[7], int(found[3] or found[4] or found[6] or 0)
    month = int(found[2] or _names("months").get(found[5], 0))  # there is no month 0
    near = range(today.year, today.year + (9 if ahead else 1))  # 29 February can be 8 away
    for each in (int(year),) if year else near:
        with suppress(ValueError):
            day = date(each, month, number)
            if 1 < each < 9999 and (year or day >= today or not ahead):  # so no zone overflows
                return day
    return None
