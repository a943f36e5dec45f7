"""Partnerships: their settings, organisations, members and roles."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.cycle import Collaboration, Phase
from dialogues.model import (
    Member,
    Organisation,
    Partnership,
    Protect,
    Role,
    Sector,
    Standing,
)
from storage.inserting import insert_into
from storage.store import Unit
from storage.tables import (
    MemberRow,
    OrganisationRow,
    PartnershipRow,
    PersonRow,
    RoleRow,
    SettingRow,
)


def new_partnership(unit: Unit, name: str, language: str, zone: str, now: datetime) -> Partnership:
    """Found a partnership with the default settings."""
    row = PartnershipRow(name=name, language=language, zone=zone, created_at=now)
    unit.add(row)
    unit.flush()
    return _partnership(row)


def _partnership(row: PartnershipRow) -> Partnership:
    assert row.id is not None
    return Partnership(
        row.id,
        row.name,
        row.language,
        row.zone,
        row.country,
        Phase(row.phase),
        row.purpose,
        row.term_en,
        row.term_id,
        Protect(row.protect),
        row.minimum,
        row.window_days,
        row.paused,
        row.reminders,
        Collaboration(row.kind) if row.kind else None,
        row.crisis,
        row.listener,
    )


def partnership(unit: Unit, partnership_id: int) -> Partnership:
    """One partnership."""
    row = unit.get(PartnershipRow, partnership_id)
    assert row is not None
    return _partnership(row)


def set_partnership(
    unit: Unit, partnership_id: int, name: str, value: object, by: str, now: datetime
) -> Partnership:
    """Change one setting and write it into the log that every member can read."""
    row = unit.get(PartnershipRow, partnership_id)
    assert row is not None
    before = getattr(row, name)
    if before != value:
        setattr(row, name, value)
        unit.add(row)
        unit.add(
            SettingRow(
                partnership_id=partnership_id,
                at=now,
                by=by,
                name=name,
                before=str(before),
                after=str(value),
            )
        )
        unit.flush()
    return _partnership(row)


def settings_log(unit: Unit, partnership_id: int) -> list[tuple[datetime, str, str, str, str]]:
    """Each change: when, by whom, which setting, before, after. The latest last."""
    query = (
        select(SettingRow)
        .where(SettingRow.partnership_id == partnership_id)
        .order_by(col(SettingRow.id))
    )
    return [(r.at, r.by, r.name, r.before, r.after) for r in unit.exec(query).all()]


def add_organisation(
    unit: Unit, partnership_id: int, name: str, sector: Sector | None, standing: Standing
) -> tuple[Organisation, bool]:
    """The organisation of that name, and whether it is new. Names differ by more than case."""
    for known in organisations(unit, partnership_id):
        if known.name.casefold() == name.casefold():
            return known, False
    row = OrganisationRow(
        partnership_id=partnership_id,
        name=name,
        sector=sector.value if sector else None,
        standing=standing.value,
    )
    unit.add(row)
    unit.flush()
    return _organisation(row), True


def _organisation(row: OrganisationRow) -> Organisation:
    assert row.id is not None
    return Organisation(
        row.id,
        row.partnership_id,
        row.name,
        Sector(row.sector) if row.sector else None,
        Standing(row.standing),
    )


def organisations(unit: Unit, partnership_id: int) -> list[Organisation]:
    """The organisations of a partnership, in the order in which they came."""
    query = (
        select(OrganisationRow)
        .where(
            OrganisationRow.partnership_id == partnership_id,
            col(OrganisationRow.removed_at).is_(None),
        )
        .order_by(col(OrganisationRow.id))
    )
    return [_organisation(row) for row in unit.exec(query).all()]


def enrol(
    unit: Unit,
    partnership_id: int,
    person: int,
    organisation: int | None,
    roles: Iterable[Role],
    now: datetime,
) -> Member:
    """Make a person a member, or give a member more roles. Coming back keeps the history."""
    row = unit.exec(
        select(MemberRow).where(
            MemberRow.partnership_id == partnership_id, MemberRow.person_id == person
        )
    ).first()
    if row is None:
        row = MemberRow(partnership_id=partnership_id, person_id=person, joined_at=now)
    if row.left_at is not None:
        row.left_at, row.joined_at = None, now
    if organisation is not None:
        row.organisation_id = organisation
    unit.add(row)
    unit.flush()
    assert row.id is not None
    for role in roles:
        values = {"member_id": row.id, "role": role.value}
        unit.connection().execute(
            insert_into(RoleRow, unit.dialect).values(values).on_conflict_do_nothing()
        )
    return member(unit, row.id)


def withdraw_role(unit: Unit, member_id: int, role: Role) -> None:
    """A member has one role less."""
    held = col(RoleRow.member_id) == member_id, col(RoleRow.role) == role.value
    unit.connection().execute(sa.delete(RoleRow).where(*held))
    unit.expire_all()


def dismiss(unit: Unit, member_id: int, now: datetime) -> None:
    """End a membership. Open rosters are frozen: it acts from the next round."""
    change = sa.update(MemberRow).where(col(MemberRow.id) == member_id)
    unit.connection().execute(change.values(left_at=now))
    unit.connection().execute(sa.delete(RoleRow).where(col(RoleRow.member_id) == member_id))
    unit.expire_all()


def members(unit: Unit, partnership_id: int) -> list[Member]:
    """Everybody in a partnership now, in the order of joining."""
    return _members(unit, HERE, partnership=partnership_id)


def memberships(unit: Unit, person: int) -> list[Member]:
    """A person's memberships now."""
    return _members(unit, THEIRS, person=person)


def member(unit: Unit, member_id: int) -> Member:
    """One member, present or past."""
    return _members(unit, ONE, member=member_id)[0]


def _query(*conditions: sa.ColumnElement[bool]) -> sa.Executable:
    """Members with a row for each of their roles, one at least."""
    return (
        sa.select(
            col(MemberRow.id),
            col(MemberRow.partnership_id),
            col(MemberRow.person_id),
            col(PersonRow.name),
            col(MemberRow.organisation_id),
            col(OrganisationRow.name),
            col(MemberRow.joined_at),
            col(RoleRow.role),
        )
        .join(PersonRow, col(PersonRow.id) == col(MemberRow.person_id))
        .outerjoin(OrganisationRow, col(OrganisationRow.id) == col(MemberRow.organisation_id))
        .outerjoin(RoleRow, col(RoleRow.member_id) == col(MemberRow.id))
        .where(*conditions)
        .order_by(col(MemberRow.id))
    )


PRESENT = col(MemberRow.left_at).is_(None)
HERE = _query(col(MemberRow.partnership_id) == sa.bindparam("partnership"), PRESENT)
THEIRS = _query(col(MemberRow.person_id) == sa.bindparam("person"), PRESENT)
ONE = _query(col(MemberRow.id) == sa.bindparam("member"))
HOLDING = _query(
    col(MemberRow.partnership_id) == sa.bindparam("partnership"),
    PRESENT,
    col(MemberRow.id).in_(
        sa.select(col(RoleRow.member_id)).where(col(RoleRow.role) == sa.bindparam("role"))
    ),
)


def _members(unit: Unit, query: sa.Executable, **given: object) -> list[Member]:
    unit.flush()
    found: list[Member] = []
    for number, group, person, name, home, called, joined, role in unit.link.execute(query, given):
        roles: frozenset[Role] = frozenset() if role is None else frozenset((Role(role),))
        if found and found[-1].id == number:
            found[-1] = replace(found[-1], roles=found[-1].roles | roles)
        else:
            found.append(Member(number, group, person, name, home, called, roles, joined))
    return found


def with_role(unit: Unit, partnership_id: int, role: Role) -> list[Member]:
    """The members who hold *role*."""
    return _members(unit, HOLDING, partnership=partnership_id, role=role.value)
