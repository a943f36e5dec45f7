"""What coordinators were offered, and what became of it. Never who tapped."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.offers import Offer, OfferState, Step
from storage.outbox import insert_once
from storage.store import Unit
from storage.tables import OfferRow, PartnershipRow


def founded(unit: Unit) -> list[tuple[int, datetime]]:
    """Every partnership, with when it was founded."""
    query = select(PartnershipRow).order_by(col(PartnershipRow.id))
    return [(row.id or 0, row.created_at) for row in unit.exec(query).all()]


def offers(unit: Unit, partnership_id: int) -> list[Offer]:
    """A partnership's offers in their order."""
    query = select(OfferRow).where(OfferRow.partnership_id == partnership_id)
    return [_offer(row) for row in unit.exec(query.order_by(col(OfferRow.id))).all()]


def find_offer(unit: Unit, partnership_id: int, offer_id: int) -> Offer | None:
    """One offer of a partnership."""
    row = unit.get(OfferRow, offer_id)
    return _offer(row) if row and row.partnership_id == partnership_id else None


def _offer(row: OfferRow) -> Offer:
    assert row.id is not None
    about = row.checkin_id, row.assignment_id
    return Offer(row.id, row.key, *about, OfferState(row.state), row.offered_on, row.again_on)


def make_offer(unit: Unit, partnership_id: int, step: Step, today: date) -> int:
    """Offer a step: it stands open. One that was put off opens again. Returns its number."""
    row = {
        "partnership_id": partnership_id,
        "assignment_id": step.assignment,
        "key": step.key,
        "checkin_id": step.checkin,
        "state": OfferState.OPEN.value,
        "offered_on": today,
    }
    insert_once(unit, OfferRow, row)
    here = col(OfferRow.partnership_id) == partnership_id, col(OfferRow.key) == step.key
    opened = sa.update(OfferRow).where(*here)
    unit.connection().execute(
        opened.values(state=OfferState.OPEN.value, offered_on=today, again_on=None)
    )
    unit.expire_all()
    return unit.exec(select(OfferRow).where(*here)).one().id or 0


def settle(unit: Unit, offer_id: int, state: OfferState, again: date | None = None) -> None:
    """What became of an offer."""
    change = sa.update(OfferRow).where(col(OfferRow.id) == offer_id)
    unit.connection().execute(change.values(state=state.value, again_on=again))
    unit.expire_all()
