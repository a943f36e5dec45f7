"""Rounds and their frozen rosters."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.checkin import CheckIn, Fact, kept
from dialogues.errors import KeyLost
from dialogues.model import (
    Audience,
    Confidence,
    Member,
    Protect,
    Review,
    Round,
    RoundState,
    Seat,
)
from storage.looking import UNFILLED, UNFINISHED
from storage.prepared import Prepared
from storage.store import Unit
from storage.tables import (
    AssignmentRow,
    MemberRow,
    OrganisationRow,
    PersonRow,
    ReviewRow,
    RosterRow,
    RoundRow,
)

LOCK = sa.literal_column("7141", sa.Integer)
"""Of advisory locks, which a round's id tells apart."""


def _lock(name: str) -> Prepared:
    return Prepared(
        lambda _: sa.select(getattr(sa.func, name)(LOCK, sa.bindparam("at", type_=sa.Integer)))
    )


SHARED, ALONE = _lock("pg_advisory_xact_lock_shared"), _lock("pg_advisory_xact_lock")
STANDING = Prepared(
    lambda _: sa.select(col(RoundRow.state), col(RoundRow.key_number)).where(
        col(RoundRow.id) == sa.bindparam("at")
    )
)


def new_round(
    unit: Unit,
    of: Review,
    checkin: CheckIn,
    audience: Audience,
    confidence: Confidence,
    facts: Iterable[Fact],
    protect: Protect,
    minimum: int,
    size: int,
    live: bool,
    seats: Iterable[Member],
) -> Round:
    """A round with its frozen roster, written in the members' order."""
    row = RoundRow(
        review_id=of.id,
        partnership_id=of.partnership_id,
        checkin=checkin.model_dump(mode="json"),
        audience=audience.value,
        confidence=confidence.value,
        facts=" ".join(sorted(facts)),
        protect=protect.value,
        minimum=minimum,
        live=live,
        size=size,
        opens_at=of.opens_at,
        closes_at=of.closes_at,
    )
    unit.add(row)
    unit.flush()
    assert row.id is not None
    for seat in sorted(seats, key=lambda m: m.id):
        unit.add(
            RosterRow(round_id=row.id, member_id=seat.id, organisation_id=seat.organisation_id)
        )
    unit.flush()
    return _round(row)


def earlier(unit: Unit, than: Round) -> list[Round]:
    """The closed rounds of the same check-in about the same broker (the person), latest first."""
    query = (
        select(RoundRow, ReviewRow.checkin_id, MemberRow.person_id)
        .join(ReviewRow, col(ReviewRow.id) == col(RoundRow.review_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.id) == col(ReviewRow.assignment_id))
        .outerjoin(MemberRow, col(MemberRow.id) == col(AssignmentRow.member_id))
        .where(RoundRow.partnership_id == than.partnership_id)
        .where(RoundRow.audience == than.audience.value)
        .order_by(col(RoundRow.id).desc())
    )
    found = unit.exec(query).all()
    alike = {row.id: (checkin, person) for row, checkin, person in found}
    return [
        _round(row)
        for row, *about in found
        if row.id != than.id and row.closed_at and tuple(about) == alike[than.id]
    ]


def _round(row: RoundRow) -> Round:
    assert row.id is not None
    return Round(
        row.id,
        row.review_id,
        row.partnership_id,
        kept(json.dumps(row.checkin)),
        Audience(row.audience),
        Confidence(row.confidence),
        RoundState(row.state),
        frozenset(Fact(fact) for fact in row.facts.split()),
        Protect(row.protect),
        row.minimum,
        row.opens_at,
        row.closes_at,
        row.closed_at,
        row.destroyed_at,
        row.live,
        row.size,
        row.key_number,
    )


def find_round(unit: Unit, round_id: int) -> Round | None:
    """One round, or None for an id that never was."""
    row = unit.get(RoundRow, round_id)
    return _round(row) if row else None


def standing(unit: Unit, round_id: int, alone: bool = False) -> tuple[RoundState, int]:
    """A round's state and the number of its key, as they stay until this transaction ends.

    On PostgreSQL whoever renews or ends the round asks *alone*, and waits for all who have
    it in hand, as they wait for them. The locks are kept in memory and mark no row. On
    SQLite a transaction sees one moment anyway. Read once a transaction, which ballots
    that come together share.

    Raises:
        KeyLost: There is no such round.
    """
    known: tuple[RoundState, int] | None = unit.info.get(round_id)
    if known is None or alone:
        link = unit.link
        if not unit.sqlite:
            (ALONE if alone else SHARED).run(link, at=round_id)
        found = STANDING.first(link, at=round_id)
        if found is None:
            raise KeyLost(str(round_id))
        known = unit.info[round_id] = RoundState(found[0]), found[1]
    return known


def size_of(unit: Unit, round_id: int) -> int:
    """The one size of a round's ballots, in bytes."""
    return unit.exec(select(RoundRow.size).where(RoundRow.id == round_id)).one()


def moved_on(unit: Unit, known: Round) -> bool:
    """Whether a round is not as it was known: ended."""
    return standing(unit, known.id)[0] is not known.state


def rounds(unit: Unit, review_id: int) -> list[Round]:
    """A review's rounds in the order of opening."""
    query = select(RoundRow).where(RoundRow.review_id == review_id).order_by(col(RoundRow.id))
    return [_round(row) for row in unit.exec(query).all()]


def set_round(unit: Unit, round_id: int, **values: Any) -> None:
    """Move a round on: `state` (a RoundState), times, the number of its key."""
    unit.info.pop(round_id, None)
    plain = {k: v.value if isinstance(v, RoundState) else v for k, v in values.items()}
    change = sa.update(RoundRow).where(col(RoundRow.id) == round_id).values(**plain)
    unit.connection().execute(change)
    unit.expire_all()


def unfinished(unit: Unit) -> list[Round]:
    """Rounds whose close a crash left half done: the sweep finishes them."""
    query = select(RoundRow).where(col(RoundRow.id).in_(UNFINISHED))
    return [_round(row) for row in unit.exec(query.order_by(col(RoundRow.id))).all()]


def all_open(unit: Unit) -> list[int]:
    """Every open round's id."""
    query = select(RoundRow.id).where(RoundRow.state == RoundState.OPEN.value)
    return sorted(found for found in unit.exec(query).all() if found is not None)


def unfilled(unit: Unit) -> list[tuple[Round, list[int]]]:
    """Open rounds that have no ballots yet, each with the members on its roster."""
    query = select(RoundRow).where(col(RoundRow.id).in_(UNFILLED))
    found = [_round(row) for row in unit.exec(query.order_by(col(RoundRow.id))).all()]
    return [(round_, [seat.member_id for seat in roster(unit, round_.id)]) for round_ in found]


def open_rounds(unit: Unit, person: int) -> list[tuple[Round, int]]:
    """The open rounds a person is asked in, each with their member id, the latest first."""
    query = (
        select(RoundRow, MemberRow.id)
        .join(RosterRow, col(RosterRow.round_id) == col(RoundRow.id))
        .join(MemberRow, col(MemberRow.id) == col(RosterRow.member_id))
        .where(MemberRow.person_id == person, RoundRow.state == RoundState.OPEN.value)
        .order_by(col(RoundRow.id).desc())
    )
    return [(_round(row), member) for row, member in unit.exec(query).all() if member is not None]


def ever_asked(unit: Unit, partnership_id: int) -> set[int]:
    """The members who stood on the roster of a closed round of a partnership."""
    query = (
        select(RosterRow.member_id)
        .join(RoundRow, col(RoundRow.id) == col(RosterRow.round_id))
        .where(
            RoundRow.partnership_id == partnership_id,
            RoundRow.state == RoundState.CLOSED.value,
            RoundRow.audience == Audience.PARTNERS.value,
        )
    )
    return set(unit.exec(query).all())


def seat_of(unit: Unit, round_id: int, person: int) -> int | None:
    """The member a person is on a round's roster, or None."""
    return unit.exec(
        select(RosterRow.member_id)
        .join(MemberRow, col(MemberRow.id) == col(RosterRow.member_id))
        .where(RosterRow.round_id == round_id, MemberRow.person_id == person)
    ).first()


def roster(unit: Unit, round_id: int) -> list[Seat]:
    """A round's frozen roster."""
    columns = (
        col(RosterRow.member_id),
        col(MemberRow.person_id),
        col(PersonRow.name),
        col(RosterRow.organisation_id),
        col(OrganisationRow.name),
        col(PersonRow.language),
    )
    query = (
        sa.select(*columns)
        .join(MemberRow, col(MemberRow.id) == col(RosterRow.member_id))
        .join(PersonRow, col(PersonRow.id) == col(MemberRow.person_id))
        .outerjoin(OrganisationRow, col(OrganisationRow.id) == col(RosterRow.organisation_id))
        .where(col(RosterRow.round_id) == round_id)
        .order_by(col(RosterRow.member_id))
    )
    unit.flush()
    return [Seat(round_id, *row) for row in unit.connection().execute(query).all()]


def asked(unit: Unit, review_id: int) -> list[Seat]:
    """Everybody asked in a review's rounds, once each, but those who had themselves erased."""
    seats = [seat for made in rounds(unit, review_id) for seat in roster(unit, made.id)]
    return list({seat.member_id: seat for seat in seats if seat.name}.values())


def last_close(unit: Unit, partnership_id: int, checkin_id: str, person: int | None) -> Any:
    """When a check-in about one broker (the person) was last closed or is still open.

    Returns:
        None, or (is open, closed or planned close).
    """
    query = (
        select(RoundRow.state, RoundRow.closed_at, RoundRow.closes_at)
        .join(ReviewRow, col(ReviewRow.id) == col(RoundRow.review_id))
        .where(ReviewRow.partnership_id == partnership_id, ReviewRow.checkin_id == checkin_id)
        .where(RoundRow.audience != Audience.BROKER.value)
        .order_by(col(RoundRow.id).desc())
    )
    if person is not None:
        query = (
            query.join(AssignmentRow, col(AssignmentRow.id) == col(ReviewRow.assignment_id))
            .join(MemberRow, col(MemberRow.id) == col(AssignmentRow.member_id))
            .where(MemberRow.person_id == person)
        )
    for state, closed_at, closes_at in unit.exec(query).all():
        if state in (RoundState.OPEN.value, RoundState.CLOSING.value):
            return True, closes_at
        if state == RoundState.CLOSED.value:
            return False, closed_at
    return None
