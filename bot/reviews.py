"""A review's life: opened, signalled, closed, shared, cancelled. By command or by timer.

Each function here runs inside one transaction. What must happen outside it (destroying
keys, scrubbing, editing messages that only a ballot knew) is returned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import answering
from bot.notices import notice, tell
from bot.scene import After, House, zone_of
from dialogues import due
from dialogues.checkin import CheckIn, Fact
from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from dialogues.messages import Message, say
from dialogues.model import (
    Assignment,
    Audience,
    Confidence,
    Consent,
    Member,
    Partnership,
    Review,
    ReviewState,
    Role,
    Round,
    RoundState,
)
from storage import brokers, outbox, partnerships, people, reviews, rounds
from storage.ballots import (
    Box,
    make_keys,
    padded_size,
)
from storage.store import Unit

HOUR = timedelta(hours=1)


def facts_of(
    unit: Unit, partnership: Partnership, checkin: CheckIn, about: Assignment | None, today: date
) -> frozenset[Fact]:
    """The facts a round is frozen with."""
    facts = {Fact(partnership.phase.value)}
    current = brokers.assignments(unit, partnership.id, today)
    person = about.person_id if about else None
    if rounds.last_close(unit, partnership.id, checkin.id, person) is None:
        facts.add(Fact.FIRST_ROUND)
    if len(current) > 1:
        facts.add(Fact.SEVERAL_BROKERS)
    if about is not None:
        facts.add(Fact(about.kind.value))
        facts |= {Fact(f"task_{task.value}") for task in about.tasks}
        if about.ends is not None:
            facts.add(Fact.FIXED_TERM)
    return frozenset(facts)


def asked(unit: Unit, partnership_id: int, about: Assignment | None) -> list[Member]:
    """Whom a partners' round can ask (R8): partners, but never the broker or a line manager."""
    return [
        m
        for m in partnerships.with_role(unit, partnership_id, Role.PARTNER)
        if Role.LINE_MANAGER not in m.roles and not (about is not None and m.id == about.member_id)
    ]


def open_review(
    house: House, unit: Unit, review: Review, without: Iterable[int], now: datetime
) -> Review:
    """Freeze rosters, settings and the check-in, and invite everybody.

    The ballots follow in a transaction of their own (`fill_boxes`): this one names people.
    """
    partnership = partnerships.partnership(unit, review.partnership_id)
    zone = ZoneInfo(partnership.zone)
    about = None
    if review.assignment_id is not None:
        about = brokers.assignment(unit, review.assignment_id)
        if about.consent is not Consent.AGREED:
            return reviews.set_review(unit, review.id, state=ReviewState.CANCELLED)
    checkin = house.library.checkins[review.checkin_id]
    facts = facts_of(unit, partnership, checkin, about, now.astimezone(zone).date())
    times = due.plan(review.opens_at, review.closes_at - review.opens_at, zone)
    left_out = set(without)
    seats = [m for m in asked(unit, partnership.id, about) if m.id not in left_out]
    made = [_round(unit, review, checkin, Audience.PARTNERS, facts, partnership, times.live, seats)]
    if checkin.mirrored and about is not None:
        own = [partnerships.member(unit, about.member_id)]
        made.append(
            _round(unit, review, checkin, Audience.BROKER, facts, partnership, times.live, own)
        )
    for round_ in made:
        _invite(unit, round_, partnership, times)
    outbox.put_timer(unit, f"review:{review.id}:close", "close", review.closes_at, review=review.id)
    if times.signal is not None:
        outbox.put_timer(
            unit,
            f"review:{review.id}:signal",
            "signal",
            times.signal,
            review=review.id,
            round_id=made[0].id,
        )
    review = reviews.set_review(unit, review.id, state=ReviewState.OPEN)
    notice(house, unit, review, made[0], "group/open", now)
    return review


def _round(
    unit: Unit,
    review: Review,
    checkin: CheckIn,
    audience: Audience,
    facts: frozenset[Fact],
    partnership: Partnership,
    live: bool,
    seats: Sequence[Member],
) -> Round:
    named = audience is Audience.BROKER
    return rounds.new_round(
        unit,
        review,
        checkin,
        audience,
        Confidence.NAMED if named else Confidence(checkin.confidence),
        facts,
        partnership.protect,
        partnership.minimum,
        padded_size(checkin),
        live,
        seats,
    )


def _invite(unit: Unit, round_: Round, partnership: Partnership, times: due.Times) -> None:
    for seat in rounds.roster(unit, round_.id):
        person = people.person_by_id(unit, seat.person_id)
        zone = zone_of(person, partnership)
        at = times.opens if times.live else answering.awake(person, zone, times.opens)
        _post(unit, round_, seat.member_id, person.id, "checkin/invitation", "invite", at)
        if times.remind is not None:
            again = answering.awake(person, zone, times.remind)
            if again < times.closes:
                _post(unit, round_, seat.member_id, person.id, "checkin/reminder", "remind", again)
    if not times.live:
        outbox.put_timer(
            unit, f"round:{round_.id}:hour", "hour", times.opens + HOUR, round_id=round_.id
        )


def _post(
    unit: Unit, round_: Round, member: int, person: int, key: str, kind: str, at: datetime
) -> None:
    message = Message(say(key), round_id=round_.id)
    name = f"round:{round_.id}:{kind}:{member}"
    outbox.put(unit, name, message, at, person=person, round_id=round_.id)


def fill_boxes(house: House, unit: Unit) -> None:
    """Give every open round its ballots: a row for everybody, and nothing else written."""
    for round_, members in rounds.unfilled(unit):
        make_keys(house.keyring, round_.id)
        Box(unit, house.keyring, round_.id, round_.key_number, round_.size).fill(members)


def signal(house: House, unit: Unit, review_id: int, round_id: int, now: datetime) -> None:
    """At three quarters: one line to the coordinators, once. Never a number (F01)."""
    round_ = rounds.find_round(unit, round_id)
    if round_ is None or round_.state is not RoundState.OPEN:
        return
    view = answering.showing(house, unit, round_, "")
    try:
        drafts, _ = Box(unit, house.keyring, round_id, round_.key_number, round_.size).open_all()
    except KeyLost:
        return
    cast = sum(draft.state is State.CAST for draft in drafts)
    key = "review/enough" if view.bounds.needed and cast >= view.bounds.needed else "review/not_yet"
    tell(unit, view.review, "signal", Message(say(key, **view.facts)), now)


def share_review(house: House, unit: Unit, review_id: int, now: datetime) -> None:
    """Give the report to the coordinators: the broker had three days with it."""
    review = reviews.review(unit, review_id)
    if review.state not in (ReviewState.CLOSED, ReviewState.READ):
        return
    message = Message(say("report/coordinator"), report=f"{review_id} coordinator")
    tell(unit, review, "shared", message, now)
    reviews.set_review(unit, review_id, state=ReviewState.SHARED)


def remind_later(house: House, unit: Unit, round_id: int, now: datetime) -> After:
    """The hourly look into an open round: who asked to be asked again, and when.

    The ballots are written back; what goes out goes directly, since a row in the outbox
    would say who has not answered (B10).
    """
    round_ = rounds.find_round(unit, round_id)
    if round_ is None or round_.state is not RoundState.OPEN:
        return After()
    outbox.put_timer(
        unit, f"round:{round_id}:hour:{now.timestamp():.0f}", "hour", now + HOUR, round_id=round_id
    )
    try:
        box = Box(unit, house.keyring, round_id, round_.key_number, round_.size)
    except KeyLost:
        return After()
    return After([(p, m) for p, m in _due_later(unit, box, round_id, now)])


def _due_later(unit: Unit, box: Box, round_id: int, now: datetime) -> list[tuple[int, Message]]:
    found = []
    for seat in rounds.roster(unit, round_id):
        draft: Draft | None = box.read(seat.member_id)
        if draft is None or not draft.later_at or datetime.fromisoformat(draft.later_at) > now:
            continue
        box.write(seat.member_id, replace(draft, later_at=""))
        if draft.state is not State.CAST and not draft.quiet:
            found.append((seat.person_id, Message(say("checkin/reminder"), round_id=round_id)))
    return found
