"""Whether there is anything to do, asked at every tick: one statement, made once.

Making each of its parts anew, and a transaction for each, would take ten times as long.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import RoundState
from storage.database import Utc
from storage.store import Unit
from storage.tables import BallotRow, OutboxRow, RoundRow, TimerRow

ENDED = RoundState.CLOSED, RoundState.CANCELLED, RoundState.UNREADABLE, RoundState.CLOSING
NOW = sa.bindparam("now", type_=Utc)
FILLED = select(BallotRow.slot).where(BallotRow.round_id == RoundRow.id).exists()
UNFILLED = select(RoundRow.id).where(RoundRow.state == RoundState.OPEN.value, ~FILLED)
UNFINISHED = select(RoundRow.id).where(
    col(RoundRow.state).in_(ENDED), col(RoundRow.destroyed_at).is_(None)
)
TIMERS = select(TimerRow.id).where(TimerRow.at <= NOW)
LINES = select(OutboxRow.id).where(OutboxRow.state == "pending", OutboxRow.not_before <= NOW)
LOST = select(OutboxRow.id).where(
    col(OutboxRow.state).in_(("claimed", "sending")), col(OutboxRow.lease) < NOW
)
LOOK = sa.select(*(part.exists() for part in (UNFILLED, UNFINISHED, TIMERS, LINES, LOST)))


@dataclass(frozen=True, slots=True)
class Due:
    """What there is: open rounds without ballots, ended ones whose keys may still be there,
    timers, lines of the outbox, and lines whose lease has run out."""

    unfilled: bool
    unfinished: bool
    timers: bool
    lines: bool
    lost: bool


def look(unit: Unit, now: datetime) -> Due:
    """What there is to do at *now*."""
    return Due(*map(bool, unit.link.execute(LOOK, {"now": now}).one()))
