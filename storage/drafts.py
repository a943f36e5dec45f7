"""Commands under way: one a person, with what was given so far. Never a check-in."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.prepared import Prepared
from storage.store import Unit
from storage.tables import DialogueRow

PENDING = Prepared(
    lambda _: sa.select(col(DialogueRow.id)).where(
        col(DialogueRow.person_id) == sa.bindparam("person")
    )
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A command's form, not finished."""

    id: int
    person_id: int
    partnership_id: int | None
    command: str
    body: dict[str, Any]
    waiting: bool


def pending(unit: Unit, person: int) -> Pending | None:
    """What a person is in the middle of."""
    unit.flush()
    if PENDING.first(unit.link, person=person) is None:
        return None
    row = unit.exec(select(DialogueRow).where(DialogueRow.person_id == person)).first()
    return _pending(row) if row else None


def _pending(row: DialogueRow) -> Pending:
    assert row.id is not None
    return Pending(
        row.id,
        row.person_id,
        row.partnership_id,
        row.command,
        row.body,
        row.waiting,
    )


def keep(
    unit: Unit,
    person: int,
    partnership: int | None,
    command: str,
    body: dict[str, Any],
    now: datetime,
) -> Pending:
    """Keep a command under way; an older one of the same person is replaced.

    Its number is drawn: a button of another form, however old, never means this one.
    """
    row = unit.exec(select(DialogueRow).where(DialogueRow.person_id == person)).first()
    if row is None or row.command != command:
        drop(unit, person)
        number = secrets.randbelow(2**31 - 1) + 1
        row = DialogueRow(id=number, person_id=person, command=command, updated_at=now)
    row.partnership_id = partnership
    row.body = body
    row.waiting = True
    row.updated_at = now
    unit.add(row)
    unit.flush()
    return _pending(row)


def set_waiting(unit: Unit, person: int, waiting: bool) -> None:
    """Whether the next typed words belong to the command: not while a check-in is on screen."""
    change = sa.update(DialogueRow).where(col(DialogueRow.person_id) == person)
    unit.connection().execute(change.values(waiting=waiting))
    unit.expire_all()


def drop(unit: Unit, person: int) -> None:
    """Forget what a person was in the middle of."""
    unit.connection().execute(sa.delete(DialogueRow).where(col(DialogueRow.person_id) == person))
    unit.expire_all()
