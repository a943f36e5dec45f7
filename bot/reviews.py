"""A review's life: opened, signalled, closed, shared, cancelled. By command or by timer.

Each function here runs inside one transaction. What must happen outside it (destroying
keys, scrubbing, editing messages that only a ballot knew) is returned.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import answering
from bot.notices import notice, tell
from bot.scene import House, zone_of
from dialogues import due
from dialogues.checkin import CheckIn, Fact
from dialogues.dialogue import State
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
from storage.ballots import make_keys, padded_size
from storage.sealing import open_box
from storage.store import Unit

HOUR = timedelta(hours=1)
"""How long one key seals a round."""


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
    key = f"round:{round_.id}:hour"
    outbox.put_timer(unit, key, "hour", times.opens + HOUR, round_id=round_.id)


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
        open_box(unit, house.keyring, round_).fill(members)


def signal(house: House, unit: Unit, review_id: int, round_id: int, now: datetime) -> None:
    """At three quarters: one line to the coordinators, once. Never a number (F01)."""
    round_ = rounds.find_round(unit, round_id)
    if round_ is None or round_.state is not RoundState.OPEN:
        return
    view = answering.showing(house, unit, round_, "")
    try:
        drafts, _ = open_box(unit, house.keyring, round_).open_all()
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
