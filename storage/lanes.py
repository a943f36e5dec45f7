"""Lanes: the installation through which a line of the outbox goes out.

One process at a time paces one. Which one it is follows from where somebody can be reached
now, as `people.spots` has it, so it is computed, not kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from storage.tables import AccountRow, OutboxRow


@dataclass(frozen=True, slots=True)
class Lanes:
    """The installations whose lanes a process has, and all that are set up."""

    mine: frozenset[str]
    known: frozenset[str]

    def but(self, others: "Lanes") -> "Lanes":
        """Those that *others* has not."""
        return Lanes(self.mine - others.mine, self.known)


def within(lanes: Lanes) -> sa.ColumnElement[bool]:
    """Lines that go out through lanes of ours. What goes nowhere is anybody's."""
    body = col(OutboxRow.body)
    met = (
        sa.select(col(AccountRow.installation))
        .where(
            col(AccountRow.person_id) == col(OutboxRow.person_id),
            col(AccountRow.unreachable).is_(False),
            _among(col(AccountRow.installation), lanes.known),
        )
        .order_by(col(AccountRow.id).desc())
        .limit(1)
        .correlate(OutboxRow)
        .scalar_subquery()
    )
    goes = sa.func.coalesce(body["at"][0].as_string(), met, "")
    return sa.or_(_among(goes, lanes.mine), sa.not_(_among(goes, lanes.known)))


def _among(installation: Any, names: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether it is one of *names*, or one workspace of several behind one of them."""
    behind = [installation.startswith(f"{name}:") for name in sorted(names)]
    return sa.or_(installation.in_(names), *behind)
