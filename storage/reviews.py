"""Reviews, rounds, rosters, results and the one message a person has for a round."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import (
    Audience,
    Purpose,
    Review,
    ReviewState,
    RoundState,
    Unasked,
)
from storage.store import Unit
from storage.tables import ReviewRow, RosterRow, RoundRow


def new_review(
    unit: Unit,
    partnership_id: int,
    assignment_id: int | None,
    started_by: int,
    checkin_id: str,
    purpose: Purpose,
    opens_at: datetime,
    closes_at: datetime,
    left_out: Iterable[int],
    now: datetime,
    unasked: Iterable[Unasked] = (),
) -> Review:
    """A review that is planned; `set_review` moves it on. *left_out*: members not asked."""
    row = ReviewRow(
        partnership_id=partnership_id,
        assignment_id=assignment_id,
        started_by=started_by,
        checkin_id=checkin_id,
        purpose=purpose.value,
        state=ReviewState.PLANNED.value,
        opens_at=opens_at,
        closes_at=closes_at,
        left_out=" ".join(str(member) for member in left_out),
        unasked=" ".join(unasked),
        created_at=now,
    )
    unit.add(row)
    unit.flush()
    return _review(row)


def _review(row: ReviewRow) -> Review:
    assert row.id is not None
    return Review(
        row.id,
        row.partnership_id,
        row.assignment_id,
        row.started_by,
        row.checkin_id,
        Purpose(row.purpose),
        ReviewState(row.state),
        row.opens_at,
        row.closes_at,
        row.share_at,
        row.extended,
        tuple(Unasked(kind) for kind in row.unasked.split()),
    )


def review(unit: Unit, review_id: int) -> Review:
    """One review."""
    row = unit.get(ReviewRow, review_id)
    assert row is not None
    return _review(row)


def left_out(unit: Unit, review_id: int) -> list[int]:
    """The members a planned review leaves out."""
    row = unit.get(ReviewRow, review_id)
    return [int(member) for member in row.left_out.split()] if row else []


def set_review(unit: Unit, review_id: int, **values: Any) -> Review:
    """Move a review on: `state` (a ReviewState) or times."""
    plain = {k: v.value if isinstance(v, ReviewState) else v for k, v in values.items()}
    change = sa.update(ReviewRow).where(col(ReviewRow.id) == review_id).values(**plain)
    unit.connection().execute(change)
    unit.expire_all()
    return review(unit, review_id)


def reviews(unit: Unit, partnership_id: int) -> list[Review]:
    """A partnership's reviews, the latest first."""
    query = (
        select(ReviewRow)
        .where(ReviewRow.partnership_id == partnership_id)
        .order_by(col(ReviewRow.id).desc())
    )
    return [_review(row) for row in unit.exec(query).all()]


def last_asked(unit: Unit, partnership_id: int, members: Iterable[int]) -> datetime | None:
    """When a partners' round with somebody of *members* was last opened, cancelled ones aside."""
    query = (
        select(sa.func.max(RoundRow.opens_at))
        .join(RosterRow, col(RosterRow.round_id) == col(RoundRow.id))
        .where(
            RoundRow.partnership_id == partnership_id,
            RoundRow.audience != Audience.BROKER.value,
            RoundRow.state != RoundState.CANCELLED.value,
            col(RosterRow.member_id).in_(set(members)),
        )
    )
    return unit.exec(query).one()
