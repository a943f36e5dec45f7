"""What nobody needs any more goes by itself."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from dialogues.due import RECEIPTS
from storage.store import Unit
from storage.tables import InboxRow, OutboxRow, ReceiptRow, RoundRow

EVENTS = timedelta(days=7)
"""How long an event is known again; platforms repeat one for some hours at most."""
LINES = timedelta(days=90)
"""How long it is kept that somebody was told something; longer than any review runs."""


def purge(unit: Unit, now: datetime) -> None:
    """Delete old notes of events, old lines of the outbox, receipts. Rounds take theirs along."""
    run = unit.connection().execute
    run(
        sa.delete(InboxRow).where(
            col(InboxRow.round_id).is_(None), col(InboxRow.day) < (now - EVENTS).date()
        )
    )
    ended = col(OutboxRow.state).in_(["sent", "failed", "unknown"])
    run(sa.delete(OutboxRow).where(ended, col(OutboxRow.not_before) < now - LINES))
    closed = sa.select(col(RoundRow.id)).where(col(RoundRow.closed_at) < now - RECEIPTS)
    run(sa.delete(ReceiptRow).where(col(ReceiptRow.round_id).in_(closed)))
