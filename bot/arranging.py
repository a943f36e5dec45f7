"""When each person asked hears of a round: their waking hours, and no day on which they are away.

Worked out for everybody alike, whether they have answered or not, and anew whenever an end,
an absence or a pause changes it.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.holding import is_held
from bot.scene import zone_of
from dialogues import due
from dialogues.daysoff import DaysOff
from dialogues.messages import Message, say
from dialogues.model import Partnership, Person, Round
from dialogues.when import MIDNIGHT, clock_time, waking, wall
from storage import nudges, outbox, partnerships, people, rounds
from storage.store import Unit


def awake(person: Person, group: Partnership, at: datetime) -> datetime:
    """The first of a person's waking hours from *at* on, when they are not away any more."""
    zone = zone_of(person, group)
    if person.away_until is not None:
        at = max(at, wall(person.away_until + due.DAY, MIDNIGHT, zone))
    return _waking(person, group, zone, at)


def _waking(person: Person, group: Partnership, zone: ZoneInfo, at: datetime) -> datetime:
    quiet = clock_time(person.quiet_from), clock_time(person.quiet_until)
    return waking(at, zone, *quiet, DaysOff(group.country))


def invited(person: Person, group: Partnership, at: datetime, closes: datetime) -> datetime:
    """When an invitation goes: after an absence, unless it would come too late by then."""
    first = awake(person, group, at)
    if first >= closes:
        first = _waking(person, group, zone_of(person, group), at)
    return first if first < closes else at


def _plan(
    round_: Round,
    person: Person,
    group: Partnership,
    now: datetime,
    reminders: int,
    waits: Callable[[str], bool],
) -> Iterator[tuple[str, str, datetime]]:
    """The kind of each message, what it says, and when; after the end means never.

    *reminders*: how many the round has. *waits*: whether a kind has not gone out yet. A
    reminder comes a day after the invitation or another one at the earliest.
    """
    never = round_.closes_at + due.DAY
    opens = max(now, round_.opens_at)
    if round_.live:
        yield "invite", "checkin/invitation", opens
        return
    held = is_held(group, round_.checkin.id)
    invite = never if held else invited(person, group, opens, round_.closes_at)
    yield "invite", "checkin/invitation", invite
    zone = zone_of(person, group)
    last = invite if waits("invite") else None
    for number, moment in enumerate(due.spread(round_.opens_at, round_.closes_at, reminders), 1):
        if not waits(f"remind:{number}"):
            continue
        after = last + due.DAY if last is not None and number == 1 else now
        again = awake(person, group, max(now, moment, after))
        same_day = last is not None and _day(again, zone) <= _day(last, zone)
        if held or same_day or again >= round_.closes_at:
            again = never
        else:
            last = again
        yield f"remind:{number}", "checkin/reminder", again


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _name(round_: Round, kind: str, member: int) -> str:
    what, _, number = kind.partition(":")
    return f"round:{round_.id}:{what}:{member}" + (f":{number}" if number else "")


def invite(unit: Unit, round_: Round, now: datetime) -> None:
    """Put the invitation and the reminders of everybody on the roster."""
    group = partnerships.partnership(unit, round_.partnership_id)
    for seat in rounds.roster(unit, round_.id):
        person = people.person_by_id(unit, seat.person_id)
        for kind, key, at in _plan(round_, person, group, now, group.reminders, lambda _: True):
            name = _name(round_, kind, seat.member_id)
            message = Message(say(key), round_id=round_.id)
            outbox.put(unit, name, message, at, person=person.id, round_id=round_.id)


def arrange(unit: Unit, round_: Round, member: int, person: Person, now: datetime) -> None:
    """Let what still waits for one person in a round go out at its time as things are now."""
    group = partnerships.partnership(unit, round_.partnership_id)
    number = nudges.planned(unit, round_.id, member)

    def waits(kind: str) -> bool:
        return outbox.still_waits(unit, _name(round_, kind, member))

    for kind, _, at in _plan(round_, person, group, now, number, waits):
        outbox.put_off(unit, _name(round_, kind, member), at)


def arrange_all(unit: Unit, round_: Round, now: datetime) -> None:
    """The same for everybody on the roster of a round."""
    for seat in rounds.roster(unit, round_.id):
        person = people.person_by_id(unit, seat.person_id)
        arrange(unit, round_, seat.member_id, person, now)


def arrange_person(unit: Unit, person: Person, now: datetime) -> None:
    """The same in every open round of one person."""
    for round_, member in rounds.open_rounds(unit, person.id):
        arrange(unit, round_, member, person, now)


def remind_again(unit: Unit, round_: Round, now: datetime) -> None:
    """One more reminder for everybody on the roster, as long as it comes before the end."""
    group = partnerships.partnership(unit, round_.partnership_id)
    for seat in rounds.roster(unit, round_.id):
        person = people.person_by_id(unit, seat.person_id)
        at = awake(person, group, now)
        message = Message(say("checkin/reminder"), round_id=round_.id)
        name = f"round:{round_.id}:extra:{seat.member_id}"
        never = round_.closes_at + due.DAY
        at = at if at < round_.closes_at else never
        outbox.put(unit, name, message, at, person=person.id, round_id=round_.id)


def reminded_again(unit: Unit, round_: Round) -> bool:
    """Whether a round had its one more reminder."""
    seats = rounds.roster(unit, round_.id)
    return any(outbox.was_put(unit, f"round:{round_.id}:extra:{s.member_id}") for s in seats)
