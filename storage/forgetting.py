"""Everything about a person deleted. What history needs stays without a name."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Consent, ReviewState, RoundState
from storage import formal, replies
from storage.store import Unit
from storage.tables import (
    AccountRow,
    AssignmentRow,
    CodeRow,
    DialogueRow,
    LinkRow,
    MemberRow,
    NudgeRow,
    OfferRow,
    OpenMessageRow,
    OutboxRow,
    PartnershipRow,
    PersonRow,
    ResultRow,
    ReviewRow,
    RoleRow,
    RosterRow,
    RoundRow,
    ScheduleRow,
    SettingRow,
    TimerRow,
)


def forget(unit: Unit, person: int, now: datetime) -> None:
    """Delete a person with all that is kept about them.

    A membership that a roster, a service or a review needs stays as a row without a name,
    on a person of its own: nothing says that two such rows were one human.
    """
    row = unit.get(PersonRow, person)
    assert row is not None
    of_person = unit.exec(select(MemberRow).where(MemberRow.person_id == person)).all()
    _forget_name(unit, row.name, [member.partnership_id for member in of_person])
    run = unit.connection().execute
    for member in of_person:
        assert member.id is not None
        for table in (RoleRow, OpenMessageRow, TimerRow):
            run(sa.delete(table).where(sa.column("member_id") == member.id))
        _forget_answers(unit, member.id)
        replies.forget_member(unit, member.id)
        _forget_service(unit, member.id, now)
        if _is_needed(unit, member.id):
            _lose_name(unit, member, now)
        else:
            run(sa.delete(MemberRow).where(col(MemberRow.id) == member.id))
    for owned in (AccountRow, DialogueRow, LinkRow, NudgeRow, OutboxRow):
        run(sa.delete(owned).where(sa.column("person_id") == person))
    run(sa.delete(PersonRow).where(col(PersonRow.id) == person))
    unit.expire_all()


def _forget_name(unit: Unit, name: str, partnerships: Iterable[int]) -> None:
    """Where a name stands by itself: in the settings and their log, on join links."""
    run = unit.connection().execute
    for partnership in partnerships:
        there = col(SettingRow.partnership_id) == partnership, col(SettingRow.by) == name
        run(sa.update(SettingRow).where(*there).values(by=""))
        offered = col(PartnershipRow.id) == partnership, col(PartnershipRow.listener) == name
        run(sa.update(PartnershipRow).where(*offered).values(listener=""))
        logged = col(SettingRow.partnership_id) == partnership, col(SettingRow.name) == "listener"
        for side in (SettingRow.before, SettingRow.after):
            run(sa.update(SettingRow).where(*logged, col(side) == name).values({col(side): ""}))
        of_group = col(CodeRow.partnership_id) == partnership
        run(sa.update(CodeRow).where(of_group, col(CodeRow.made_by) == name).values(made_by=""))
        run(sa.delete(CodeRow).where(of_group, col(CodeRow.name) == name))


def _forget_answers(unit: Unit, member: int) -> None:
    """What somebody answered by name; what they answered unnamed nobody can find."""
    query = (
        select(ResultRow)
        .join(RosterRow, col(RosterRow.round_id) == col(ResultRow.round_id))
        .where(RosterRow.member_id == member)
    )
    for row in unit.exec(query).all():
        named = row.body.get("named", {})
        if str(member) in named:
            left = {other: answers for other, answers in named.items() if other != str(member)}
            row.body = {**row.body, "named": left}
            unit.add(row)
    unit.flush()


def _forget_service(unit: Unit, member: int, now: datetime) -> None:
    """Services of which no review tells are deleted; the others end, without their words."""
    run = unit.connection().execute
    of_member = col(AssignmentRow.member_id) == member
    about = select(AssignmentRow.id).where(of_member)
    ended = sa.update(ScheduleRow).where(col(ScheduleRow.assignment_id).in_(about))
    run(ended.values(assignment_id=None, ended_at=now))
    run(sa.delete(OfferRow).where(col(OfferRow.assignment_id).in_(about)))
    told = select(ReviewRow.assignment_id).where(col(ReviewRow.assignment_id).is_not(None))
    run(sa.delete(AssignmentRow).where(of_member, col(AssignmentRow.id).not_in(told)))
    day = now.date() - timedelta(days=1)
    run(
        sa.update(AssignmentRow)
        .where(of_member)
        .values(
            home_id=None,
            contractor=None,
            contracting_id=None,
            engagement=None,
            tasks="",
            aims="",
            share="",
            starts=day,
            ends=day,
            consent=Consent.WITHDRAWN.value,
            consent_at=None,
        )
    )


def _is_needed(unit: Unit, member: int) -> bool:
    """Whether history needs a membership's row.

    The newest one stays too: SQLite would give its number to the next who joins, and a
    button such as [Not right] in somebody's chat would then mean them.
    """
    uses = (
        select(RosterRow.member_id).where(RosterRow.member_id == member),
        select(AssignmentRow.member_id).where(AssignmentRow.member_id == member),
        select(ReviewRow.started_by).where(ReviewRow.started_by == member),
        select(ScheduleRow.made_by).where(ScheduleRow.made_by == member),
    )
    newest = unit.exec(select(sa.func.max(MemberRow.id))).one()
    return newest == member or any(unit.exec(use).first() is not None for use in uses)


def _lose_name(unit: Unit, member: MemberRow, now: datetime) -> None:
    nobody = PersonRow(name="")
    unit.add(nobody)
    unit.flush()
    assert nobody.id is not None
    member.person_id, member.organisation_id = nobody.id, None
    member.joined_at = member.left_at = now
    unit.add(member)
    unit.flush()


def reviews_about(unit: Unit, person: int) -> list[int]:
    """The reviews about somebody as broker, ended ones too."""
    query = (
        select(ReviewRow.id)
        .join(AssignmentRow, col(AssignmentRow.id) == col(ReviewRow.assignment_id))
        .join(MemberRow, col(MemberRow.id) == col(AssignmentRow.member_id))
        .where(MemberRow.person_id == person)
        .order_by(col(ReviewRow.id))
    )
    return [review for review in unit.exec(query).all() if review is not None]


FOLLOWING = (
    *("report", "shared", "conclusion", "whole", "talk", "follow"),
    *("said", "reply", "group/replied", "action"),
)
"""The kinds of lines in which a review's report, or what followed it, waits to be sent."""


def take_results(unit: Unit, review: int) -> Sequence[int]:
    """Delete what a review has shown: nobody can read its report from now on.

    Returns:
        Its rounds: the keys of their comments are to be destroyed.
    """
    run = unit.connection().execute
    made = [
        r for r in unit.exec(select(RoundRow.id).where(RoundRow.review_id == review)).all() if r
    ]
    run(sa.delete(ResultRow).where(col(ResultRow.round_id).in_(made)))
    ended = [RoundState.CLOSING.value, RoundState.CLOSED.value]
    gone = sa.update(RoundRow).where(col(RoundRow.id).in_(made), col(RoundRow.state).in_(ended))
    run(gone.values(state=RoundState.UNREADABLE.value))
    run(
        sa.update(ReviewRow)
        .where(col(ReviewRow.id) == review)
        .values(state=ReviewState.CANCELLED.value)
    )
    formal.forget(unit, review)
    replies.forget(unit, review)
    run(sa.delete(TimerRow).where(col(TimerRow.review_id) == review))
    for kind in FOLLOWING:
        run(sa.delete(OutboxRow).where(col(OutboxRow.key).like(f"review:{review}:{kind}:%")))
    unit.expire_all()
    return made
