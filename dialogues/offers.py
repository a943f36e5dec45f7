"""What a coordinator is offered and when: chosen by dates and by the phase, never started.

Pure: facts and a day in, at most one offer out. A step is a check-in that fits between two
days; what was offered before, and what was asked lately, holds it back. Check-ins that are
not in the library are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from dialogues.cycle import Phase
from dialogues.model import Kind

MONTH = timedelta(days=28)
LATER = timedelta(days=14)
"""How long [Later] lasts."""
SHORT = timedelta(days=56)
"""An assignment shorter than this has no half-time of its own."""
HANDOVER = timedelta(days=92)
"""Who begins within this after somebody else ended has taken over from them."""
PULSE, CLOSER = "effectiveness-pulse", "responsibilities"
"""The regular look, and the closer one that is offered when it gets worse."""
CRISIS = frozenset({"impartiality-pulse", "external-broker"})
"""What can still be asked during a crisis, on request: whether a broker is even-handed, and
whether one from outside stays committed (domain d.20)."""


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    LATER = "later"
    NEVER = "never"
    TAKEN = "taken"
    LAPSED = "lapsed"


class Why(StrEnum):
    """What a check-in is offered for."""

    HALF = "half"
    ENDING = "ending"
    HANDOVER = "handover"
    CLARITY = "clarity"
    FELL = "fell"
    PHASE = "phase"
    VACANT = "vacant"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Step:
    """A check-in that fits from *at* to *until*."""

    why: Why
    checkin: str
    assignment: int | None
    at: date
    until: date

    @property
    def key(self) -> str:
        """What tells an offer from every other of the partnership."""
        return f"{self.why.value}:{self.checkin}:{self.assignment or 0}:{self.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered: `again` is the day to which it was put off."""

    id: int
    key: str
    checkin: str
    assignment: int | None
    state: OfferState
    offered: date
    again: date | None = None

    @property
    def regular(self) -> bool:
        """Whether the year asked for it, and no date."""
        return self.key.startswith(f"{Why.YEAR.value}:")


@dataclass(frozen=True, slots=True)
class Term:
    """A service as broker. Without consent nothing about it can be offered."""

    id: int
    kind: Kind
    starts: date
    ends: date | None
    agreed: bool

    def serves(self, day: date) -> bool:
        """Whether *day* falls into it."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Asked:
    """A review that was started."""

    checkin: str
    assignment: int | None
    on: date
    formal: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A partnership as the offers see it.

    `busy`: a review is open or planned. `scheduled`: check-ins that come by themselves, and
    `coming` the day of the next.
    `phase_since` is None where the phase never changed. `fell`: the services whose last pulse,
    read by the coordinators, was worse than the one before, and the day it was asked.
    """

    founded: date
    phase: Phase
    phase_since: date | None = None
    terms: tuple[Term, ...] = ()
    asked: tuple[Asked, ...] = ()
    offers: tuple[Offer, ...] = ()
    available: frozenset[str] = frozenset()
    scheduled: frozenset[str] = frozenset()
    coming: date | None = None
    paused: bool = False
    busy: bool = False
    fell: tuple[tuple[int, date], ...] = ()


def due(standing: Standing, today: date) -> Step | None:
    """The one check-in to offer on *today*, or None. What a date asks for goes first: it does
    not wait for an answer to what the year asks for, or an assignment could end before that.
    """
    if standing.paused or standing.busy:
        return None
    waiting = [offer for offer in standing.offers if offer.state is OfferState.OPEN]
    if any(not offer.regular for offer in waiting):
        return None
    fitting = [s for s in steps(standing, today) if s.at <= today <= s.until]
    if waiting:
        fitting = [s for s in fitting if s.why is not Why.YEAR]
    fitting.sort(key=lambda s: (s.why is Why.YEAR, s.at, s.checkin))
    return next((step for step in fitting if _is_free(standing, step, today)), None)


def settled(standing: Standing, today: date) -> Iterator[tuple[Offer, OfferState]]:
    """Open offers that are over: what they name was started, or a month went by."""
    for offer in standing.offers:
        if offer.state in (OfferState.OPEN, OfferState.LATER):
            if any(a.checkin == offer.checkin and a.on >= offer.offered for a in standing.asked):
                yield offer, OfferState.TAKEN
            elif offer.state is OfferState.OPEN and today >= offer.offered + MONTH:
                yield offer, OfferState.LAPSED


def _is_free(standing: Standing, step: Step, today: date) -> bool:
    if step.checkin not in standing.available:
        return False
    regular = step.why is Why.YEAR
    if regular and step.checkin in standing.scheduled:
        return False
    if regular and standing.coming is not None and standing.coming < today + MONTH:
        return False
    for asked in standing.asked:
        same = asked.checkin == step.checkin and asked.assignment in (None, step.assignment)
        if (same and asked.on >= step.at - MONTH) or (regular and asked.on > today - MONTH):
            return False
    for offer in standing.offers:
        alike = (offer.checkin, offer.assignment) == (step.checkin, step.assignment)
        if alike and offer.state is OfferState.NEVER:
            return False
        if offer.key == step.key:
            put_off = offer.state is OfferState.LATER and offer.again is not None
            if not put_off or (offer.again is not None and today < offer.again):
                return False
    return True


def steps(standing: Standing, today: date) -> Iterator[Step]:
    """Every check-in that has its time, in no order."""
    serving = [t for t in standing.terms if t.serves(today)]
    if not any(t.ends is None or t.ends >= today for t in standing.terms):
        yield from _vacant(standing)
    for term in serving:
        if term.agreed:
            yield from _by_dates(standing, term)
            for fallen, asked in standing.fell:
                if fallen == term.id:  # after the month in which people are left alone
                    yield Step(Why.FELL, CLOSER, term.id, asked + MONTH, asked + 2 * MONTH)
            yield from _by_phase(standing, term, today)
    since = standing.phase_since
    if since is not None and serving and all(term.agreed for term in serving):
        about = serving[0].id if len(serving) == 1 else None
        yield Step(Why.PHASE, "transition-review", about, since, since + MONTH)


def _vacant(standing: Standing) -> Iterator[Step]:
    last = max((t.ends for t in standing.terms if t.ends), default=standing.founded)
    at = max(last, standing.founded) + timedelta(days=7)
    for checkin in ("broker-need", "sourcing-decision", "appointment-criteria"):
        yield Step(Why.VACANT, checkin, None, at, at + MONTH)
        at += MONTH


def _by_dates(standing: Standing, term: Term) -> Iterator[Step]:
    early = term.starts + MONTH
    others = [t for t in standing.terms if t.id != term.id and t.ends is not None]
    if any(t.ends and term.starts - HANDOVER <= t.ends < term.starts for t in others):
        yield Step(Why.HANDOVER, "handover-check", term.id, early, early + MONTH)
    yield Step(Why.CLARITY, "role-clarity", term.id, early, early + MONTH)
    if term.ends is None:
        return
    notice = max(term.starts, term.ends - MONTH)
    yield Step(Why.ENDING, "end-of-assignment", term.id, notice, term.ends)
    if term.ends - term.starts >= SHORT:
        half = term.starts + (term.ends - term.starts) // 2
        yield Step(Why.HALF, "task-checkpoint", term.id, half, notice - timedelta(days=1))


def _by_phase(standing: Standing, term: Term, today: date) -> Iterator[Step]:
    """What each phase asks for in its time (domain b.3)."""
    if standing.phase is Phase.MANAGING:
        yield from _default_year(standing, term, today)
        return
    since = max(term.starts, standing.phase_since or standing.founded)
    plans = {
        Phase.SCOPING: (
            (2, "external-build" if term.kind is Kind.EXTERNAL else ""),
            (3, "terminology"),
        ),
        Phase.REVIEWING: ((1, "" if _formal(standing, today) else "enabling-conditions"),),
        Phase.SUSTAINING: ((1, "capacity-leadership"), (3, "role-sharing")),
    }
    yield from _planned(plans[standing.phase], since, term)


def _default_year(standing: Standing, term: Term, today: date) -> Iterator[Step]:
    """The default year of a running partnership, counted from the assignment's first day."""
    running = relativedelta(today, term.starts).years
    for year in range(max(0, running - 1), running + 1):
        inside = term.kind is Kind.INTERNAL
        plan = (
            (1, "role-clarity" if year else ""),
            (3, PULSE),
            (4, "responsibilities"),
            (6, "internal-broker" if inside else "external-broker"),
            (7, "" if _formal(standing, today) else "enabling-conditions"),
            (9, PULSE),
            (10, "capacity-leadership" if year % 2 else "leadership"),
            (12, "transition-review" if term.ends is None else ""),
        )
        yield from _planned(plan, term.starts + relativedelta(years=year), term)


def _planned(plan: Iterable[tuple[int, str]], since: date, term: Term) -> Iterator[Step]:
    for month, checkin in plan:
        at = since + relativedelta(months=month)
        yield Step(Why.YEAR, checkin, term.id, at, at + MONTH)


def _formal(standing: Standing, today: date) -> bool:
    """Whether there was a formal review lately: it has asked about the conditions, and asks by
    itself what came of it.
    """
    return any(a.formal and a.on >= today - 3 * MONTH for a in standing.asked)
