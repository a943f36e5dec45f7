"""Reviews that come again: kept by wall time, zone and rule, with the next start as a timer."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Purpose
from dialogues.recurring import Recurrence, Schedule
from storage.store import Unit
from storage.tables import ScheduleRow


def new_schedule(
    unit: Unit,
    partnership_id: int,
    assignment_id: int | None,
    made_by: int,
    checkin_id: str,
    purpose: Purpose,
    recurrence: Recurrence,
    due_at: datetime,
    now: datetime,
) -> Schedule:
    """Keep a schedule. Its timers are put by who knows when they ring."""
    row = ScheduleRow(
        partnership_id=partnership_id,
        assignment_id=assignment_id,
        made_by=made_by,
        checkin_id=checkin_id,
        purpose=purpose.value,
        rule=recurrence.rule,
        first=recurrence.first,
        wall=recurrence.at,
        zone=recurrence.zone.key,
        until=recurrence.until,
        due_at=due_at,
        created_at=now,
    )
    unit.add(row)
    unit.flush()
    return _schedule(row)


def _schedule(row: ScheduleRow) -> Schedule:
    assert row.id is not None
    return Schedule(
        row.id,
        row.partnership_id,
        row.assignment_id,
        row.made_by,
        row.checkin_id,
        Purpose(row.purpose),
        Recurrence(row.rule, row.first, row.wall, ZoneInfo(row.zone), row.until),
        row.due_at,
        row.ended_at,
    )


def find_schedule(unit: Unit, schedule_id: int) -> Schedule | None:
    """One schedule, an ended one too; None for a number that never was."""
    row = unit.get(ScheduleRow, schedule_id)
    return _schedule(row) if row else None


def schedules(unit: Unit, partnership_id: int) -> list[Schedule]:
    """A partnership's schedules that have not ended, the next to start first."""
    query = (
        select(ScheduleRow)
        .where(ScheduleRow.partnership_id == partnership_id, col(ScheduleRow.ended_at).is_(None))
        .order_by(col(ScheduleRow.due_at), col(ScheduleRow.id))
    )
    return [_schedule(row) for row in unit.exec(query).all()]


def set_due(unit: Unit, schedule_id: int, due_at: datetime) -> Schedule:
    """Its next start."""
    return _set(unit, schedule_id, due_at=due_at)


def end_schedule(unit: Unit, schedule_id: int, now: datetime) -> Schedule:
    """Nothing starts by it any more."""
    return _set(unit, schedule_id, ended_at=now)


def _set(unit: Unit, schedule_id: int, **values: object) -> Schedule:
    change = sa.update(ScheduleRow).where(col(ScheduleRow.id) == schedule_id)
    unit.connection().execute(change.values(**values))
    unit.expire_all()
    row = unit.get(ScheduleRow, schedule_id)
    assert row is not None
    return _schedule(row)
