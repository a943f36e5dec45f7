"""A review's life: opened, signalled, closed, shared, cancelled. By command or by timer.

Each function here runs inside one transaction. What must happen outside it (destroying
keys, scrubbing, editing messages that only a ballot knew) is returned.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import answering, concerning, following, formality
from bot.arranging import invite
from bot.holding import is_held
from bot.notices import notice, tell
from bot.scene import House
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
    Seat,
    Standing,
    Task,
    Unasked,
)
from storage import brokers, outbox, partnerships, replies, reviews, rounds, timers
from storage.ballots import make_keys, padded_size
from storage.patience import Patient
from storage.sealing import open_box
from storage.store import Store, Unit

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
        # Where nobody said what the broker is to do, all that such brokers do may be asked.
        tasks = about.tasks or [t for t in Task if t.value[0] == about.kind.value[0]]
        facts |= {Fact(f"task_{task.value}") for task in tasks}
        if about.ends is not None:
            facts.add(Fact.FIXED_TERM)
    return frozenset(facts)


ASKED_BY_NAME = {"coordinators": Role.COORDINATOR, "line_manager": Role.LINE_MANAGER}


def asked(
    unit: Unit, partnership_id: int, about: Assignment | None, checkin: CheckIn | None = None
) -> list[Member]:
    """Whom a partners' round can ask (R8): partners, but never the broker or a line manager.

    What concerns the group is asked of no broker at all. A named *checkin* asks whom its
    file says.
    """
    if checkin is not None and checkin.confidence == "named":
        roles = {ASKED_BY_NAME[who] for who in checkin.audience if who in ASKED_BY_NAME}
        return [
            m
            for m in partnerships.members(unit, partnership_id)
            if (roles & m.roles and not (about is None and Role.BROKER in m.roles))
            or ("broker" in checkin.audience and about is not None and m.id == about.member_id)
        ]
    return [
        m
        for m in partnerships.with_role(unit, partnership_id, Role.PARTNER)
        if Role.LINE_MANAGER not in m.roles
        and not (Role.BROKER in m.roles if about is None else m.id == about.member_id)
    ]


def of_funders(unit: Unit, partnership_id: int) -> set[int]:
    """The members of organisations that fund the partnership."""
    found = partnerships.organisations(unit, partnership_id)
    funders = {o.id for o in found if o.standing is Standing.FUNDER}
    members = partnerships.members(unit, partnership_id)
    return {m.id for m in members if m.organisation_id in funders}


def meant_by_kind(unit: Unit, review: Review) -> set[int]:
    """Whom a kind that is left out means by now: of a funder also who joined since."""
    funder = Unasked.FUNDER in review.unasked
    return of_funders(unit, review.partnership_id) if funder else set()


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
        over = about.ends is not None and about.ends < now.astimezone(zone).date()
        if about.consent is not Consent.AGREED or over:
            return reviews.set_review(unit, review.id, state=ReviewState.CANCELLED)
    checkin = house.library.checkins[review.checkin_id]
    today = now.astimezone(zone).date()
    together = concerning.among_several(checkin)
    if together and len(concerning.agreed(unit, partnership.id, today)) < 2:
        return reviews.set_review(unit, review.id, state=ReviewState.CANCELLED)
    if is_held(partnership, checkin.id):
        paused = say("partnership/paused_start", title=checkin.title, partnership=partnership.name)
        tell(unit, review, "paused", Message(paused), now)
        return reviews.set_review(unit, review.id, state=ReviewState.CANCELLED)
    facts = facts_of(unit, partnership, checkin, about, today)
    times = due.plan(review.opens_at, review.closes_at - review.opens_at, zone)
    left_out = {*without, *meant_by_kind(unit, review)}
    seats = [m for m in asked(unit, partnership.id, about, checkin) if m.id not in left_out]
    who = _audience(checkin)
    made = [_round(unit, review, checkin, who, facts, partnership, times.live, seats)]
    for service in _mirrored(unit, checkin, about, partnership.id, today):
        own = [partnerships.member(unit, service.member_id)]
        made.append(
            _round(unit, review, checkin, Audience.BROKER, facts, partnership, times.live, own)
        )
    for round_ in made:
        invite(unit, round_, now)
        key = f"round:{round_.id}:hour"
        timers.put(unit, key, "hour", times.opens + HOUR, round_id=round_.id)
    timers.put(unit, f"review:{review.id}:close", "close", review.closes_at, review=review.id)
    if times.signal is not None and made[0].confidence is Confidence.SEALED:
        timers.put(
            unit,
            f"review:{review.id}:signal",
            "signal",
            times.signal,
            review=review.id,
            round_id=made[0].id,
        )
    review = reviews.set_review(unit, review.id, state=ReviewState.OPEN)
    replies.tell_done(unit, review.id)
    notice(unit, answering.showing(house, unit, made[0], ""), "group/open", now)
    return review


def _audience(checkin: CheckIn) -> Audience:
    if checkin.confidence == "sealed":
        return Audience.PARTNERS
    return Audience.COORDINATORS if checkin.audience == ("coordinators",) else Audience.ALL


def _mirrored(
    unit: Unit, checkin: CheckIn, about: Assignment | None, partnership_id: int, today: date
) -> list[Assignment]:
    """Who is asked for their own view: the broker, or each of several, if they agreed."""
    if not checkin.mirrored:
        return []
    if about is not None:
        return [about]
    if not concerning.among_several(checkin):
        return []
    serving = concerning.sharing(unit, partnership_id, today)
    return [a for a in serving if a.consent is Consent.AGREED]


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


async def fill(house: House, store: Store | Patient) -> None:
    """Give every open round its ballots, where it has none yet."""
    if await store.read(rounds.unfilled):
        await store.transact(lambda unit: fill_boxes(house, unit))


def fill_boxes(house: House, unit: Unit) -> None:
    """Give every open round its ballots: a row for everybody, and nothing else written."""
    empty = rounds.unfilled(unit)
    for round_, _ in empty:
        rounds.standing(unit, round_.id, alone=True)
    # Looked at again: on PostgreSQL another process may have been quicker.
    for round_, members in rounds.unfilled(unit) if empty else ():
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


def _named(unit: Unit, review: Review) -> list[Seat]:
    """Whoever was asked by name reads what was said, beside the coordinators."""
    made = rounds.rounds(unit, review.id)[0]
    named = made.confidence is Confidence.NAMED
    return [s for s in rounds.roster(unit, made.id) if s.name] if named else []


def share_review(house: House, unit: Unit, review_id: int, now: datetime) -> None:
    """Give the report to the coordinators: the broker had three days with it."""
    review = reviews.review(unit, review_id)
    if review.state not in (ReviewState.CLOSED, ReviewState.READ):
        return
    report, news = f"{review_id} coordinator", say("phrase.preview_news")
    message = Message(say("report/coordinator"), preview=news, report=report)
    if formality.share(unit, review, message, now):
        tell(unit, review, "shared", message, now)
    for seat in _named(unit, review):
        key = f"review:{review_id}:shared:{seat.member_id}"
        outbox.put(unit, key, message, now, person=seat.person_id)
    following.tell_partners(unit, review, now)
    reviews.set_review(unit, review_id, state=ReviewState.SHARED)
