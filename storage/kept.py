"""All that is kept about one person and can be found from their account, as plain data.

Ballots are not here: nothing leads from a person to one (DESIGN 4). Neither is anything
that others said.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Confidence
from storage.store import Unit
from storage.tables import (
    AccountRow,
    ActionRow,
    AssignmentRow,
    CodeRow,
    DialogueRow,
    FormalRow,
    LinkRow,
    MemberRow,
    NudgeRow,
    OpenMessageRow,
    OrganisationRow,
    OutboxRow,
    PartnershipRow,
    PersonRow,
    ReplyRow,
    ResultRow,
    ReviewRow,
    RoleRow,
    RosterRow,
    RoundRow,
    ScheduleRow,
    SettingRow,
)

Lines = list[dict[str, Any]]


def kept(unit: Unit, person: int) -> dict[str, Any]:
    """Everything, by subject. Times are aware."""
    row = unit.get(PersonRow, person)
    assert row is not None
    members = _rows(unit, MemberRow, MemberRow.person_id == person)
    numbers = [member["id"] for member in members]
    groups = [member["partnership_id"] for member in members]
    return {
        "profile": {
            "name": row.name,
            "language": row.language,
            "time_zone": row.zone,
            "quiet_from": _clock(row.quiet_from),
            "quiet_until": _clock(row.quiet_until),
            "away_until": row.away_until,
            "wants_no_messages": row.stopped,
            "consent": {"version": row.consent_version, "given_at": row.consent_at},
        },
        "accounts": _rows(unit, AccountRow, AccountRow.person_id == person, "id", "person_id"),
        "memberships": [_membership(unit, member) for member in members],
        "services_as_broker": _services(unit, numbers),
        "asked_in": _asked(unit, numbers),
        "answered_by_name": _by_name(unit, numbers),
        "agreed_after_formal_reviews": _agreed(unit, numbers),
        "replies_as_broker": _rows(unit, ReplyRow, _in(ReplyRow.member_id, numbers), *HIDDEN),
        "actions_as_broker": _rows(unit, ActionRow, _in(ActionRow.member_id, numbers), *HIDDEN),
        "offered_to_talk_in": _offered(unit, row.name, groups),
        "reviews_started": _started(unit, numbers),
        "reviews_scheduled": _scheduled(unit, numbers),
        "settings_changed": _signed(unit, SettingRow, SettingRow.by, row.name, groups),
        "join_links_made": _signed(unit, CodeRow, CodeRow.made_by, row.name, groups),
        "messages_in_chats": _rows(unit, OpenMessageRow, _in(OpenMessageRow.member_id, numbers)),
        "command_under_way": _rows(unit, DialogueRow, DialogueRow.person_id == person, "person_id"),
        "codes_to_link_apps": _rows(unit, LinkRow, LinkRow.person_id == person, "person_id"),
        "days_with_reminders": _rows(
            unit, NudgeRow, NudgeRow.person_id == person, "person_id", "key"
        ),
        "messages": _messages(unit, person),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _in(column: object, numbers: list[int]) -> Any:
    return col(column).in_(numbers)


def _rows(unit: Unit, table: type[Any], where: Any, *but: str) -> Lines:
    """The rows of a table as data, without some columns, in the order of their keys."""
    keys = sa.inspect(table).primary_key
    rows = unit.exec(select(table).where(where).order_by(*keys)).all()
    return [{k: v for k, v in row.model_dump().items() if k not in but} for row in rows]


def _membership(unit: Unit, member: dict[str, Any]) -> dict[str, Any]:
    roles = select(RoleRow.role).where(RoleRow.member_id == member["id"]).order_by(RoleRow.role)
    return {
        "partnership": _name(unit, PartnershipRow, member["partnership_id"]),
        "organisation": _name(unit, OrganisationRow, member["organisation_id"]),
        "roles": list(unit.exec(roles).all()),
        "joined_at": member["joined_at"],
        "left_at": member["left_at"],
    }


def _name(unit: Unit, table: type[Any], number: int | None) -> str | None:
    row = unit.get(table, number) if number is not None else None
    return str(row.name) if row is not None else None


def _services(unit: Unit, members: list[int]) -> Lines:
    found = _rows(unit, AssignmentRow, _in(AssignmentRow.member_id, members), "id", "member_id")
    for service in found:
        service["partnership"] = _name(unit, PartnershipRow, service.pop("partnership_id"))
        service["home"] = _name(unit, OrganisationRow, service.pop("home_id"))
        service["contracted_by"] = _name(unit, OrganisationRow, service.pop("contracting_id"))
    return found


def _asked(unit: Unit, members: list[int]) -> Lines:
    """The lists of who was asked on which somebody stands: never whether they answered."""
    query = (
        select(RoundRow, RosterRow.organisation_id)
        .join(RosterRow, col(RosterRow.round_id) == col(RoundRow.id))
        .where(_in(RosterRow.member_id, members))
        .order_by(col(RoundRow.id))
    )
    return [
        {
            "partnership": _name(unit, PartnershipRow, row.partnership_id),
            "check_in": row.checkin["title"],
            "for_organisation": _name(unit, OrganisationRow, organisation),
            "opened_at": row.opens_at,
            "closes_at": row.closes_at,
            "state": row.state,
        }
        for row, organisation in unit.exec(query).all()
    ]


def _by_name(unit: Unit, members: list[int]) -> Lines:
    """Answers that keep their name after the close: a broker's own view, what was asked by name."""
    query = (
        select(RoundRow, ResultRow, RosterRow.member_id)
        .join(ResultRow, col(ResultRow.round_id) == col(RoundRow.id))
        .join(RosterRow, col(RosterRow.round_id) == col(RoundRow.id))
        .where(RoundRow.confidence == Confidence.NAMED.value, _in(RosterRow.member_id, members))
        .order_by(col(RoundRow.id))
    )
    return [
        {"check_in": row.checkin["title"], "answers": result.body["named"][str(member)]}
        for row, result, member in unit.exec(query).all()
        if str(member) in result.body.get("named", {})
    ]


def _agreed(unit: Unit, members: list[int]) -> Lines:
    """What was agreed in formal reviews about this person as broker."""
    query = (
        select(FormalRow)
        .join(ReviewRow, col(ReviewRow.id) == col(FormalRow.review_id))
        .join(AssignmentRow, col(AssignmentRow.id) == col(ReviewRow.assignment_id))
        .where(_in(AssignmentRow.member_id, members))
        .order_by(col(FormalRow.review_id))
    )
    return [
        {"targets": row.agreed.get("targets", []), "concluded_at": row.concluded_at}
        for row in unit.exec(query).all()
    ]


HIDDEN = ("id", "review_id", "member_id", "told_in")


def _offered(unit: Unit, name: str, groups: list[int]) -> list[str]:
    """The groups that name somebody as whoever talks a report over with the broker."""
    named = sa.and_(_in(PartnershipRow.id, groups), col(PartnershipRow.listener) == name)
    return [group["name"] for group in _rows(unit, PartnershipRow, named)]


def _started(unit: Unit, members: list[int]) -> Lines:
    query = select(ReviewRow).where(_in(ReviewRow.started_by, members)).order_by(col(ReviewRow.id))
    return [
        {
            "partnership": _name(unit, PartnershipRow, row.partnership_id),
            "check_in": row.checkin_id,
            "started_at": row.created_at,
        }
        for row in unit.exec(query).all()
    ]


def _scheduled(unit: Unit, members: list[int]) -> Lines:
    of_member = _in(ScheduleRow.made_by, members)
    found = _rows(unit, ScheduleRow, of_member, "id", "made_by", "assignment_id")
    for schedule in found:
        schedule["partnership"] = _name(unit, PartnershipRow, schedule.pop("partnership_id"))
    return found


def _signed(unit: Unit, table: type[Any], column: object, name: str, groups: list[int]) -> Lines:
    """What carries somebody's name in their groups: a namesake's looks the same."""
    found = _rows(unit, table, sa.and_(col(column) == name, _in(table.partnership_id, groups)))
    return [{k: v for k, v in line.items() if k in SIGNED} for line in found]


SIGNED = ("at", "name", "before", "after", "role", "expires_at")


def _messages(unit: Unit, person: int) -> Lines:
    """What waits to be sent, with its words; of what was sent only when it was due."""
    query = (
        select(OutboxRow)
        .where(OutboxRow.person_id == person)
        .order_by(col(OutboxRow.not_before), col(OutboxRow.id))
    )
    return [
        {"due": row.not_before, "state": row.state, "content": row.body}
        for row in unit.exec(query).all()
    ]
