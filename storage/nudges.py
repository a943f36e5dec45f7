"""The days on which somebody's reminders fell, whether they needed one or not.

A row is written for everybody alike when a reminder is due: it says nothing about who has
answered.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from storage.store import Unit
from storage.tables import NudgeRow, OutboxRow

MONTH = timedelta(days=30)
A_MONTH = 4
"""How many such days somebody has in a month at the most."""


def take(unit: Unit, person: int, day: date, key: str) -> bool:
    """Whether the line *key* may use *day*: the first of that day, and of few in a month.

    The same line asks again after a failed send, and may.
    """
    table = sa.delete(NudgeRow).where(col(NudgeRow.person_id) == person)
    unit.connection().execute(table.where(col(NudgeRow.day) <= day - MONTH))
    rows = unit.exec(select(NudgeRow).where(NudgeRow.person_id == person)).all()
    today = next((row for row in rows if row.day == day), None)
    if today is not None:
        return today.key == key
    if len(rows) >= A_MONTH:
        return False
    unit.add(NudgeRow(person_id=person, day=day, key=key))
    unit.flush()
    return True


def planned(unit: Unit, round_id: int, member: int) -> int:
    """How many reminders a round was opened with."""
    like = col(OutboxRow.key).like(f"round:{round_id}:remind:{member}:%")
    return unit.exec(select(sa.func.count()).select_from(OutboxRow).where(like)).one()


def due_between(unit: Unit, person: int, begins: datetime, ends: datetime) -> bool:
    """Whether a reminder for somebody waits that is due in a span of time."""
    query = select(OutboxRow.id).where(
        OutboxRow.person_id == person,
        _reminds(),
        col(OutboxRow.not_before) >= begins,
        col(OutboxRow.not_before) < ends,
    )
    return unit.exec(query.limit(1)).first() is not None


def _reminds() -> sa.ColumnElement[bool]:
    waits = col(OutboxRow.state).in_(["pending", "claimed"])
    kinds = [col(OutboxRow.key).like(f"%:{kind}:%") for kind in ("remind", "extra")]
    return sa.and_(waits, sa.or_(*kinds))


def due_on(unit: Unit, person: int, before: object) -> set[int]:
    """The rounds of which a reminder for somebody waits, or is in hand, until *before*."""
    query = select(OutboxRow.round_id).where(
        OutboxRow.person_id == person, _reminds(), col(OutboxRow.not_before) < before
    )
    return {found for found in unit.exec(query).all() if found is not None}
