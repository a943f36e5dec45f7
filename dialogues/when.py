"""Durations and moments as people type them in English and Indonesian, and say them back.

Pure: the present is handed in. Moments in and out are aware; what is returned is UTC.
Names of days and months come from Babel; only everyday words are listed here.
"""

import re
from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale
from babel.dates import format_date, format_time
from babel.units import format_unit

LOCALES = {"en": Locale("en", "GB"), "id": Locale("id")}
LONGEST = timedelta(days=731)
DAY = timedelta(days=1)
WORKING_END = time(17)
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "menit"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours", "jam"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "hari"), DAY),
    **dict.fromkeys(("w", "week", "weeks", "minggu", "pekan"), timedelta(weeks=1)),
    **dict.fromkeys(("month", "months", "bulan"), timedelta(days=30)),
}
"""A month is 30 days: a window, not a date."""
NEAR = {"today": 0, "hari ini": 0, "tomorrow": 1, "besok": 1, "lusa": 2}
ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
CLOCK = re.compile(
    r"(?:\b(?:at|jam|pukul|pk)\s*)?\b(\d{1,2})(?:[:.](\d{2})\b\s*(am|pm)?|\s*(am|pm)\b)"
    r"|\b(?:at|jam|pukul|pk)\s*(\d{1,2})\b"
)
DATED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]+)(?:\s+(\d{1,2}))?,?(?:\s+(\d{4}))?")


class Unreadable(ValueError):
    """Typed words that mean no time: `why` is duration, moment, date, past or zone."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(why)
        self.text = text
        self.why = why


def read_duration(text: str) -> timedelta:
    """ "7d", "2 minggu": above nothing, at most two years. Raises Unreadable."""
    found = re.fullmatch(r"(\d{1,6})\s*([a-z]+)", _plain(text))
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        raise Unreadable(text, "duration")
    length = int(found[1]) * unit
    if not timedelta(0) < length <= LONGEST:
        raise Unreadable(text, "duration")
    return length


def read_moment(text: str, now: datetime, zone: ZoneInfo, default_time: time = time(9)) -> datetime:
    """ "friday 17:00", "besok jam 9": a moment to come, in UTC.

    A weekday is the next such day, today only while its time is ahead; a date without a
    year that has passed means next year; a day without a time gets *default_time*.

    Raises:
        Unreadable: Not understood, or ("past") gone already.
    """
    local = now.astimezone(zone)
    words = _plain(text)
    stamp = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[t ](\d{2}[:.]\d{2})", words)
    if stamp:
        words = f"{stamp[1]} {stamp[2].replace('.', ':')}"
    at, rest = _time(words)
    day = _day(rest, local.date()) if rest else local.date()
    if (at is None and not rest) or day is None:
        raise Unreadable(text, "moment")
    moment = wall(day, at or default_time, zone)
    if moment <= now and not _fixed(rest):
        step = 7 if _weekday(rest) is not None else 1 if not rest else 0
        moment = wall(day + step * DAY, at or default_time, zone)
    if moment <= now and rest and _weekday(rest) is None and not _fixed(rest):
        if rest in NEAR:
            raise Unreadable(text, "past")
        moment = wall(_next_year(day), at or default_time, zone)
    if moment <= now:
        raise Unreadable(text, "past")
    return moment


def read_date(text: str, today: date) -> date:
    """ "1 November", "besok", "2026-11-01": past days too. Without a year: this one."""
    day = _day(_plain(text), today)
    if day is None:
        raise Unreadable(text, "date")
    return day


def read_zone(text: str) -> ZoneInfo:
    """An IANA name, WIB, WITA, WIT, or a city that names exactly one zone. Raises Unreadable."""
    words = "_".join(_plain(text).split())
    name = ZONES.get(words) or _zones().get(words)
    if not name:
        raise Unreadable(text, "zone")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise Unreadable(text, "zone") from None


@cache
def _zones() -> dict[str, str]:
    found: dict[str, str] = {}
    double: set[str] = set()
    for name in sorted(available_timezones()):
        found[name.casefold()] = name
        city = name.rsplit("/", 1)[-1].casefold()
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/")):
            double |= {city} & found.keys()
            found[city] = name
    return {key: name for key, name in found.items() if key not in double or "/" in key}


def say_moment(moment: datetime, zone: ZoneInfo, language: str, now: datetime | None = None) -> str:
    """ "Friday 4 December, 17:00 WITA"; with the year where it is not that of *now*."""
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date() if now else None
    weekday = format_date(local, "EEEE", locale=LOCALES[language])
    day = say_date(local.date(), language, today)
    return f"{weekday} {day}, {say_time(moment, zone, language)} {_short(local)}"


def say_date(day: date, language: str, today: date | None = None) -> str:
    """ "4 December", with the year where it is not that of *today*."""
    pattern = "d MMMM" if today is not None and today.year == day.year else "d MMMM y"
    return format_date(day, pattern, locale=LOCALES[language])


def say_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """ "17:00", in Indonesian "17.00"."""
    pattern = "HH.mm" if language == "id" else "HH:mm"
    return format_time(moment.astimezone(zone).time(), pattern, locale=LOCALES[language])


def say_duration(length: timedelta, language: str) -> str:
    """ "7 days", "2 minggu": in the largest unit that fits without a rest."""
    for unit, step in (("week", 7 * DAY), ("day", DAY), ("hour", timedelta(hours=1))):
        if length >= step and not length % step and not (unit == "week" and length < 2 * step):
            return format_unit(length // step, f"duration-{unit}", locale=LOCALES[language])
    minutes = length // timedelta(minutes=1)
    return format_unit(minutes, "duration-minute", locale=LOCALES[language])


def _short(local: datetime) -> str:
    """WITA, GMT, EST; "UTC+10:30" where a zone has no letters of its own."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    return f"UTC{local.isoformat()[-6:]}"


def wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, UTC: a skipped one is the first valid, a repeated the first."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    low, high = moment - timedelta(hours=3), moment + timedelta(hours=3)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        same = middle.astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return high


def working_end(moment: datetime, zone: ZoneInfo, holidays: Container[date] = ()) -> datetime:
    """17:00 of the working day *moment* falls on, else of the next one."""
    day = moment.astimezone(zone).date()
    return wall(next(_working(day, holidays)), WORKING_END, zone)


def waking(
    moment: datetime,
    zone: ZoneInfo,
    quiet_from: time = time(18),
    quiet_until: time = time(8),
    holidays: Container[date] = (),
) -> datetime:
    """The first instant from *moment* on that is a working day's and outside the quiet hours."""
    local = moment.astimezone(zone)
    for day in _working(local.date(), holidays):
        for start, end in _awake(quiet_from, quiet_until):
            opens = wall(day, start, zone)
            closes = wall(day, end, zone) if end else wall(day + DAY, time(0), zone)
            if moment < closes:
                return max(moment.astimezone(UTC), opens)
    raise AssertionError("there is always a next working day")


def _awake(quiet_from: time, quiet_until: time) -> list[tuple[time, time | None]]:
    """The waking spans of a day; an end of None is midnight."""
    if quiet_from == quiet_until:
        return [(time(0), None)]
    if quiet_from > quiet_until:
        return [(quiet_until, quiet_from)]
    return [*([(time(0), quiet_from)] if quiet_from > time(0) else []), (quiet_until, None)]


def _working(day: date, holidays: Container[date]) -> Iterator[date]:
    while True:
        if day.weekday() < 5 and day not in holidays:
            yield day
        day += DAY


def _plain(text: str) -> str:
    """Small letters, straight apostrophes dropped, single spaces."""
    return " ".join(re.sub(r"['’‘`]", "", text.casefold()).replace(",", " ").split())


def _time(words: str) -> tuple[time | None, str]:
    """The time of day in *words*, and what is left of them."""
    found = None if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words) else CLOCK.search(words)
    if found is None:
        return None, words
    hour = int(found[1] or found[5])
    half = found[3] or found[4]
    if half and not 1 <= hour <= 12:
        return None, words
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    minute = int(found[2] or 0)
    if hour > 23 or minute > 59:
        return None, words
    rest = f"{words[: found.start()]} {words[found.end() :]}"
    return time(hour, minute), " ".join(rest.split())


@cache
def _names() -> tuple[dict[str, int], dict[str, int]]:
    """Weekdays (Monday 0) and months (January 1), long and short, in both languages."""
    days: dict[str, int] = {}
    months: dict[str, int] = {}
    for locale in LOCALES.values():
        for width in ("wide", "abbreviated"):
            for number, name in locale.days["format"][width].items():
                days[_plain(name).rstrip(".")] = number
            for number, name in locale.months["format"][width].items():
                months[_plain(name).rstrip(".")] = number
    return days, months


def _weekday(words: str) -> int | None:
    bare = re.sub(r"^(?:next|on|hari)\s+|\s+(?:depan|next)$", "", words).strip()
    return _names()[0].get(bare)


def _fixed(words: str) -> bool:
    return re.search(r"\d{4}", words) is not None


def _day(words: str, today: date) -> date | None:
    if words in NEAR:
        return today + NEAR[words] * DAY
    weekday = _weekday(words)
    if weekday is not None:
        ahead = (weekday - today.weekday()) % 7
        later = bool(re.search(r"\b(?:next|depan)\b", words)) and ahead == 0
        return today + (ahead + (7 if later else 0)) * DAY
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return _date(int(words[:4]), int(words[5:7]), int(words[8:]))
    found = DATED.fullmatch(words.removeprefix("on ").removeprefix("tanggal ").removeprefix("tgl "))
    month = _names()[1].get(found[2]) if found else None
    if found is None or month is None or bool(found[1]) == bool(found[3]):
        return None
    return _date(int(found[4] or today.year), month, int(found[1] or found[3]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next_year(day: date) -> date:
    return _date(day.year + 1, day.month, day.day) or date(day.year + 1, 3, 1)
