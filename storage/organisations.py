"""What happens to a partner organisation after it came: described anew, or removed."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Role, Sector, Standing
from storage.store import Unit
from storage.tables import CodeRow, MemberRow, OrganisationRow, RoleRow


def describe(unit: Unit, organisation: int, sector: Sector | None, standing: Standing) -> None:
    """Another sector or standing."""
    values = {"sector": sector.value if sector else None, "standing": standing.value}
    change = sa.update(OrganisationRow).where(col(OrganisationRow.id) == organisation)
    unit.connection().execute(change.values(**values))
    unit.expire_all()


def brokers_invited(unit: Unit, partnership_id: int, organisation: int, now: datetime) -> list[str]:
    """Who has a good link to serve as broker from or for it."""
    query = select(CodeRow).where(
        CodeRow.partnership_id == partnership_id,
        CodeRow.role == Role.BROKER.value,
        col(CodeRow.uses_left) > 0,
        col(CodeRow.expires_at) >= now,
    )
    found = unit.exec(query.order_by(col(CodeRow.name))).all()
    return [row.name for row in found if _serves(row, organisation)]


def _serves(row: CodeRow, organisation: int) -> bool:
    said = row.assignment or {}
    return organisation in (said.get("home"), said.get("contracting"))


def remove(unit: Unit, partnership_id: int, organisation: int, now: datetime) -> None:
    """It belongs no more: its row stays for the history, its links end.

    Its people stay members only where they are more than a partner; open rosters are frozen.
    """
    run = unit.connection().execute
    gone = sa.update(OrganisationRow).where(col(OrganisationRow.id) == organisation)
    run(gone.values(removed_at=now))
    for row in unit.exec(select(CodeRow).where(CodeRow.partnership_id == partnership_id)).all():
        if row.organisation_id == organisation or _serves(row, organisation):
            unit.delete(row)
    unit.flush()
    here = select(MemberRow.id).where(
        MemberRow.organisation_id == organisation, col(MemberRow.left_at).is_(None)
    )
    members = [number for number in unit.exec(here).all() if number is not None]
    of_them = col(RoleRow.member_id).in_(members)
    run(sa.delete(RoleRow).where(of_them, col(RoleRow.role) == Role.PARTNER.value))
    more = set(unit.exec(select(RoleRow.member_id).where(of_them)).all())
    stay = sa.update(MemberRow).where(col(MemberRow.id).in_(more))
    run(stay.values(organisation_id=None))
    leave = sa.update(MemberRow).where(col(MemberRow.id).in_(set(members) - more))
    run(leave.values(left_at=now))
    unit.expire_all()
