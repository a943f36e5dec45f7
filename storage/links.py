"""One person, several accounts: codes that join two, and the joining itself."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import RoundState
from storage.guarding import ALPHABET, LENGTH, find_row
from storage.store import Unit
from storage.tables import (
    AccountRow,
    AssignmentRow,
    DialogueRow,
    LinkRow,
    MemberRow,
    NudgeRow,
    OpenMessageRow,
    OutboxRow,
    PersonRow,
    ResultRow,
    ReviewRow,
    RoleRow,
    RosterRow,
    RoundRow,
    ScheduleRow,
    TimerRow,
)

GOOD_FOR = timedelta(minutes=15)


def make_link(unit: Unit, person: int, now: datetime) -> str:
    """A code for the other app, good for a quarter of an hour and once; an older one ends."""
    unit.connection().execute(
        sa.delete(LinkRow).where(
            sa.or_(col(LinkRow.person_id) == person, col(LinkRow.expires_at) < now)
        )
    )
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    unit.add(LinkRow(code=code, person_id=person, expires_at=now + GOOD_FOR))
    unit.flush()
    return code


def linked_person(unit: Unit, text: str, now: datetime) -> int | None:
    """Whose code this is, if it is good now."""
    row = find_row(unit, LinkRow, text)
    return row.person_id if row is not None and row.expires_at >= now else None


def apps(unit: Unit, person: int) -> list[str]:
    """The installations on which a person is met, the first one first."""
    query = select(AccountRow.installation).where(AccountRow.person_id == person)
    return list(unit.exec(query.order_by(col(AccountRow.id))).all())


def share_an_app(unit: Unit, first: int, second: int) -> bool:
    """Whether two people are met on one installation: then they are two."""
    return bool(set(apps(unit, first)) & set(apps(unit, second)))


def one_person(unit: Unit, first: int, second: int) -> int | None:
    """Make two people one, with all their accounts; whoever was here longer stays.

    Where both are members of one partnership, that becomes one membership with the roles
    of both. Rosters are frozen: a membership that stands on an open one cannot end (DESIGN 4).

    Returns:
        Who they are now, or None where an open check-in forbids it.
    """
    keep, drop = min(first, second), max(first, second)
    if keep == drop:
        return keep
    kept = _members(unit, keep)
    dropped = _members(unit, drop)
    doubled = {dropped[p]: kept[p] for p in dropped if p in kept}
    if _asked_now(unit, list(doubled)):
        return None
    for old, new in doubled.items():
        _one_member(unit, old, new)
    run = unit.connection().execute
    run(_moved(MemberRow, MemberRow.person_id, drop, keep))
    run(_moved(AccountRow, AccountRow.person_id, drop, keep))
    run(_moved(OutboxRow, OutboxRow.person_id, drop, keep))
    run(sa.delete(NudgeRow).where(col(NudgeRow.person_id) == drop))
    run(sa.delete(DialogueRow).where(col(DialogueRow.person_id) == drop))
    run(sa.delete(LinkRow).where(col(LinkRow.person_id).in_([keep, drop])))
    _fill_in(unit, keep, drop)
    run(sa.delete(PersonRow).where(col(PersonRow.id) == drop))
    unit.expire_all()
    return keep


def _fill_in(unit: Unit, keep: int, drop: int) -> None:
    """What only the other one had said: consent, language, zone, and to be left in peace."""
    stays, goes = unit.get(PersonRow, keep), unit.get(PersonRow, drop)
    assert stays is not None and goes is not None
    stays.stopped = stays.stopped or goes.stopped
    stays.language, stays.zone = stays.language or goes.language, stays.zone or goes.zone
    if stays.consent_at is None:
        stays.consent_version, stays.consent_at = goes.consent_version, goes.consent_at
    unit.add(stays)
    unit.flush()


def _members(unit: Unit, person: int) -> dict[int, int]:
    rows = unit.exec(select(MemberRow).where(MemberRow.person_id == person)).all()
    return {row.partnership_id: row.id for row in rows if row.id is not None}


def _asked_now(unit: Unit, members: list[int]) -> bool:
    query = (
        select(RosterRow.member_id)
        .join(RoundRow, col(RoundRow.id) == col(RosterRow.round_id))
        .where(col(RosterRow.member_id).in_(members))
        .where(col(RoundRow.state).in_([RoundState.OPEN.value, RoundState.CLOSING.value]))
    )
    return unit.exec(query).first() is not None


def _one_member(unit: Unit, old: int, new: int) -> None:
    """Everything of one membership goes to another of the same partnership."""
    run = unit.connection().execute
    before, after = unit.get(MemberRow, old), unit.get(MemberRow, new)
    assert before is not None and after is not None
    if after.left_at is not None and before.left_at is None:
        after.left_at, after.joined_at = None, before.joined_at
        after.organisation_id = before.organisation_id
    after.organisation_id = after.organisation_id or before.organisation_id
    unit.add(after)
    unit.flush()
    _answers_by_name(unit, old, new)
    for table, what in ((RoleRow, RoleRow.role), (RosterRow, RosterRow.round_id)):
        there = select(what).where(table.member_id == new)
        twice = sa.and_(col(table.member_id) == old, col(what).in_(there))
        run(sa.delete(table).where(twice))
        run(_moved(table, table.member_id, old, new))
    run(sa.delete(OpenMessageRow).where(col(OpenMessageRow.member_id) == old))
    run(_moved(AssignmentRow, AssignmentRow.member_id, old, new))
    run(_moved(ReviewRow, ReviewRow.started_by, old, new))
    run(_moved(ScheduleRow, ScheduleRow.made_by, old, new))
    for review in unit.exec(select(ReviewRow).where(ReviewRow.left_out != "")).all():
        names = [str(new) if word == str(old) else word for word in review.left_out.split()]
        review.left_out = " ".join(dict.fromkeys(names))
        unit.add(review)
    unit.flush()
    run(sa.delete(TimerRow).where(col(TimerRow.member_id) == old))
    run(sa.delete(MemberRow).where(col(MemberRow.id) == old))
    unit.expire_all()


def _answers_by_name(unit: Unit, old: int, new: int) -> None:
    """What the one membership answered by name, where the other did not answer."""
    query = (
        select(ResultRow)
        .join(RosterRow, col(RosterRow.round_id) == col(ResultRow.round_id))
        .where(RosterRow.member_id == old)
    )
    for row in unit.exec(query).all():
        named = dict(row.body.get("named", {}))
        if str(old) in named:
            answers = named.pop(str(old))
            row.body = {**row.body, "named": {str(new): answers, **named}}
            unit.add(row)
    unit.flush()


def _moved(table: type, column: object, old: int, new: int) -> sa.Update:
    target = col(column)
    return sa.update(table).where(target == old).values({target: new})
