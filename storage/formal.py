"""Formal reviews: what was settled before, which reviews belong to one, what was agreed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.store import Unit
from storage.tables import FormalRow, PartRow, ReviewRow


@dataclass(frozen=True, slots=True)
class Target:
    """One thing agreed: what, who sees to it, until when."""

    text: str
    owner: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Formal:
    """A formal review. `readers`: the members who read beside the broker; `reading`: as chosen."""

    lead: int
    reading: str
    readers: tuple[int, ...]
    talk: str
    share: str
    talk_on: date | None
    targets: tuple[Target, ...]
    concluded_at: datetime | None
    follow_up_on: date | None


def begin(
    unit: Unit, lead: int, reading: str, readers: Iterable[int], talk: str, share: str
) -> None:
    """Settle a formal review, of which *lead* is the first part."""
    setup = {"reading": reading, "readers": list(readers), "talk": talk, "share": share}
    unit.add(FormalRow(review_id=lead, setup=setup))
    unit.flush()
    add_part(unit, lead, lead)


def add_part(unit: Unit, lead: int, review: int) -> None:
    """One more review that belongs to it."""
    unit.add(PartRow(review_id=review, lead_id=lead))
    unit.flush()


def parts(unit: Unit, lead: int) -> list[int]:
    """Every review that belongs to a formal one, itself first."""
    query = select(PartRow.review_id).where(PartRow.lead_id == lead)
    return sorted(unit.exec(query).all())


def formal_of(unit: Unit, review: int) -> Formal | None:
    """The formal review to which a review belongs."""
    part = unit.get(PartRow, review)
    row = unit.get(FormalRow, part.lead_id) if part is not None else None
    return _formal(row) if row is not None else None


def of_partnership(unit: Unit, partnership_id: int) -> list[Formal]:
    """A group's formal reviews, the latest first."""
    query = (
        select(FormalRow)
        .join(ReviewRow, col(ReviewRow.id) == col(FormalRow.review_id))
        .where(ReviewRow.partnership_id == partnership_id)
        .order_by(col(FormalRow.review_id).desc())
    )
    return [_formal(row) for row in unit.exec(query).all()]


def _formal(row: FormalRow) -> Formal:
    targets = tuple(
        Target(text, owner, date.fromisoformat(until) if until else None)
        for text, owner, until in row.agreed.get("targets", ())
    )
    return Formal(
        row.review_id,
        row.setup["reading"],
        tuple(row.setup["readers"]),
        row.setup["talk"],
        row.setup["share"],
        row.talk_on,
        targets,
        row.concluded_at,
        row.follow_up_on,
    )


def set_readers(unit: Unit, lead: int, reading: str, readers: Iterable[int]) -> None:
    """Who reads, as long as nobody was told otherwise."""
    row = unit.get(FormalRow, lead)
    assert row is not None
    row.setup = {**row.setup, "reading": reading, "readers": list(readers)}
    unit.add(row)
    unit.flush()


def set_talk(unit: Unit, lead: int, day: date) -> None:
    """The day of the talk."""
    _set(unit, lead, talk_on=day)


def conclude(
    unit: Unit, lead: int, targets: Sequence[Target], follow_up_on: date, now: datetime
) -> None:
    """What was agreed in the talk."""
    lines = [
        [target.text, target.owner, target.until.isoformat() if target.until else None]
        for target in targets
    ]
    _set(unit, lead, agreed={"targets": lines}, concluded_at=now, follow_up_on=follow_up_on)


def _set(unit: Unit, lead: int, **values: Any) -> None:
    change = sa.update(FormalRow).where(col(FormalRow.review_id) == lead)
    unit.connection().execute(change.values(**values))
    unit.expire_all()


def forget(unit: Unit, review: int) -> None:
    """What was settled and agreed in a review about somebody who asked to be forgotten."""
    run = unit.connection().execute
    belongs = sa.or_(col(PartRow.review_id) == review, col(PartRow.lead_id) == review)
    run(sa.delete(PartRow).where(belongs))
    run(sa.delete(FormalRow).where(col(FormalRow.review_id) == review))
    unit.expire_all()
