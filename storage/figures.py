"""Counts for whoever watches over the server: no person, partnership or round in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from storage.store import Unit
from storage.tables import AccountRow, OutboxRow, RoundRow


@dataclass(frozen=True, slots=True)
class Figures:
    """How the house stands at one moment."""

    outbox: Mapping[str, int]
    """Lines by state."""
    waited: float
    """Seconds for which the oldest line that is due has waited; 0 where none is."""
    unreachable: int
    """Accounts that cannot be written to."""
    rounds: Mapping[str, int]
    """Rounds by state."""


def figures(unit: Unit, now: datetime) -> Figures:
    """Count."""
    link = unit.connection()
    waits = col(OutboxRow.state).in_(["pending", "claimed", "sending"])
    oldest = link.scalar(sa.select(sa.func.min(col(OutboxRow.not_before))).where(waits))
    gone = sa.select(sa.func.count()).where(col(AccountRow.unreachable))
    return Figures(
        _by_state(link, col(OutboxRow.state)),
        max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
        link.scalar(gone) or 0,
        _by_state(link, col(RoundRow.state)),
    )


def _by_state(link: sa.Connection, state: Any) -> dict[str, int]:
    found = link.execute(sa.select(state, sa.func.count()).group_by(state))
    return {str(name): int(count) for name, count in found}
