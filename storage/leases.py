"""What is taken back from a holder of lines that is gone, and what nobody knows the end of."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.messages import Message
from dialogues.wire import from_json
from storage.lanes import Lanes, within
from storage.outbox import NEVER_TWICE, Post, is_line
from storage.store import Unit
from storage.tables import OutboxRow


def recover(
    unit: Unit,
    now: datetime,
    holder: str | None = None,
    but: str | None = None,
    lanes: Lanes | None = None,
) -> None:
    """Take back what whoever held it did not end: leases that ran out, or all of *holder*.

    What *but* holds is left: a process knows itself what it is still sending. With *lanes*
    that have just become its own it takes back all that others held there, since whoever
    had a lane before is gone.

    What was not sent yet waits again. What was on its way may have arrived: a reminder is
    not repeated, anything else once (DESIGN 8).
    """
    lost = col(OutboxRow.lease) < now if holder is None else col(OutboxRow.holder) == holder
    if lanes is not None:
        lost = within(lanes)
    if but is not None:
        lost = sa.and_(lost, col(OutboxRow.holder) != but)
    run = unit.connection().execute
    table = sa.update(OutboxRow)
    run(table.where(col(OutboxRow.state) == "claimed", lost).values(state="pending", lease=None))
    on_its_way = select(OutboxRow).where(OutboxRow.state == "sending", lost)
    for row in unit.exec(on_its_way).all():
        _unknown(row, now)
        unit.add(row)
    unit.flush()


def holders(unit: Unit) -> list[str]:
    """Who holds lines now."""
    held = select(OutboxRow.holder).where(col(OutboxRow.state).in_(["claimed", "sending"]))
    return sorted({name for name in unit.exec(held).all() if name})


def unknown(unit: Unit, post: Post, now: datetime) -> None:
    """A line left and nobody knows whether it arrived: see `recover`."""
    row = unit.exec(select(OutboxRow).where(is_line(post))).first()
    if row is not None:
        _unknown(row, now)
        unit.add(row)
        unit.flush()


def _unknown(row: OutboxRow, now: datetime) -> None:
    message = from_json(row.body)
    once = isinstance(message, Message) and message.say.key in NEVER_TWICE
    if once or row.repeated:
        row.state, row.body = "unknown", {}
    else:
        row.state, row.repeated, row.not_before = "pending", True, now
    row.lease = None
