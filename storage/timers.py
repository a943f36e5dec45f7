"""What is to be done later: a row that stays until it is done, so that a crash loses nothing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.outbox import insert_once
from storage.store import Unit
from storage.tables import TimerRow


@dataclass(frozen=True, slots=True)
class Timer:
    """Something due."""

    id: int
    key: str
    kind: str
    at: datetime
    review_id: int | None
    round_id: int | None
    member_id: int | None
    schedule_id: int | None = None


def put(
    unit: Unit,
    key: str,
    kind: str,
    at: datetime,
    *,
    review: int | None = None,
    round_id: int | None = None,
    member: int | None = None,
    schedule: int | None = None,
) -> None:
    """Ring at *at*, once a *key*."""
    row = {
        "key": key,
        "kind": kind,
        "at": at,
        "review_id": review,
        "round_id": round_id,
        "member_id": member,
        "schedule_id": schedule,
    }
    insert_once(unit, TimerRow, row)


def due(unit: Unit, now: datetime, limit: int = 100) -> list[Timer]:
    """What is due at *now*, oldest first. A timer stays until `drop`."""
    query = (
        select(TimerRow)
        .where(TimerRow.at <= now)
        .order_by(col(TimerRow.at), col(TimerRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_timer(row) for row in unit.exec(query).all()]


def _timer(row: TimerRow) -> Timer:
    assert row.id is not None
    about = row.review_id, row.round_id, row.member_id, row.schedule_id
    return Timer(row.id, row.key, row.kind, row.at, *about)


def drop(unit: Unit, timer: int) -> None:
    """Done: a timer leaves no trace."""
    unit.connection().execute(sa.delete(TimerRow).where(col(TimerRow.id) == timer))


def move(unit: Unit, key: str, at: datetime) -> None:
    """Let a timer ring at another time."""
    change = sa.update(TimerRow).where(col(TimerRow.key) == key)
    unit.connection().execute(change.values(at=at))


def forget_schedule(unit: Unit, schedule: int) -> None:
    """Delete the timers of a schedule."""
    unit.connection().execute(sa.delete(TimerRow).where(col(TimerRow.schedule_id) == schedule))


def forget_review(unit: Unit, review_id: int) -> None:
    """Delete every timer of a review."""
    unit.connection().execute(sa.delete(TimerRow).where(col(TimerRow.review_id) == review_id))
