"""Whom a review concerns as broker: one, all who share the role, or nobody (R8)."""

from collections.abc import Iterable, Sequence
from datetime import date

from dialogues.checkin import CheckIn
from dialogues.messages import Localised, Say
from dialogues.model import Assignment, Audience, Consent, Review, Round, Unasked
from storage import brokers, rounds
from storage.store import Unit


def among_several(checkin: CheckIn) -> bool:
    """Whether *checkin* is about all the brokers of a group together."""
    return checkin.applies.several == "only"


def concerned(
    unit: Unit,
    review: Review,
    checkin: CheckIn | None = None,
    made: Sequence[Round] | None = None,
) -> list[Assignment]:
    """The services a review is about. *checkin*: what it asks, where no round says so yet.

    Where it is about several together, everybody counts who served while it ran.

    Args:
        made: Its rounds, where they are known.
    """
    if review.assignment_id is not None:
        return [brokers.assignment(unit, review.assignment_id)]
    made = rounds.rounds(unit, review.id) if made is None else made
    asks = made[0].checkin if made else checkin
    if asks is None or not among_several(asks):
        return []
    first, last = review.opens_at.date(), review.closes_at.date()
    serving = brokers.assignments(unit, review.partnership_id, first)
    return [a for a in serving if a.starts <= last]


def persons(unit: Unit, review: Review, checkin: CheckIn | None = None) -> frozenset[int]:
    """The same as people."""
    return frozenset(a.person_id for a in concerned(unit, review, checkin))


def own_view(unit: Unit, review: Review, person: int | None) -> Round | None:
    """The round in which one broker gave their own view; the only one where none is named."""
    mirrors = [r for r in rounds.rounds(unit, review.id) if r.audience is Audience.BROKER]
    if review.assignment_id is not None:
        return mirrors[0] if mirrors else None
    for mirror in mirrors:
        if person is not None and rounds.seat_of(unit, mirror.id, person) is not None:
            return mirror
    return None


def sharing(unit: Unit, partnership_id: int, today: date) -> list[Assignment]:
    """Whoever serves as broker now, each person once and agreed to check-ins first."""
    found: dict[int, Assignment] = {}
    for service in brokers.assignments(unit, partnership_id, today):
        known = found.get(service.person_id)
        if known is None or known.consent is not Consent.AGREED:
            found[service.person_id] = service
    return list(found.values())


def agreed(unit: Unit, partnership_id: int, today: date) -> list[Assignment]:
    """Those of them who agreed to check-ins: it takes two to be asked about together."""
    return [a for a in sharing(unit, partnership_id, today) if a.consent is Consent.AGREED]


def left_out(kinds: Iterable[Unasked], broker: str | Localised) -> list[Say]:
    """Which kinds of people are not asked, a sentence each."""
    of = {Unasked.LINE: {"broker": broker}}
    return [Say(f"phrase.unasked_{kind}", of.get(kind, {})) for kind in kinds]
