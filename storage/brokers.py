"""Assignments of brokers, and the links by which people join."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Assignment, Consent, Contractor, Engagement, Kind, Role, Task
from storage.partnerships import enrol
from storage.store import Unit
from storage.tables import AssignmentRow, CodeRow, MemberRow, OrganisationRow, PersonRow

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
GOOD_FOR = timedelta(days=14)
PEOPLE_A_LINK = 10


@dataclass(frozen=True, slots=True)
class Service:
    """What an appointment says: everything of an Assignment but the person."""

    kind: Kind
    starts: date
    home: int | None = None
    contractor: Contractor | None = None
    contracting: int | None = None
    engagement: Engagement | None = None
    tasks: tuple[Task, ...] = ()
    aims: str = ""
    ends: date | None = None

    def to_data(self) -> dict[str, Any]:
        """As plain JSON, for a link that appoints."""
        return {
            "kind": self.kind.value,
            "starts": self.starts.isoformat(),
            "home": self.home,
            "contractor": self.contractor.value if self.contractor else None,
            "contracting": self.contracting,
            "engagement": self.engagement.value if self.engagement else None,
            "tasks": [task.value for task in self.tasks],
            "aims": self.aims,
            "ends": self.ends.isoformat() if self.ends else None,
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> "Service":
        """What `to_data` gave."""
        return Service(
            Kind(data["kind"]),
            date.fromisoformat(data["starts"]),
            data["home"],
            Contractor(data["contractor"]) if data["contractor"] else None,
            data["contracting"],
            Engagement(data["engagement"]) if data["engagement"] else None,
            tuple(Task(task) for task in data["tasks"]),
            data["aims"],
            date.fromisoformat(data["ends"]) if data["ends"] else None,
        )


@dataclass(frozen=True, slots=True)
class Code:
    """A join link."""

    code: str
    partnership_id: int | None
    organisation_id: int | None
    role: Role
    service: Service | None
    name: str
    made_by: str
    uses_left: int
    expires_at: datetime


def appoint(unit: Unit, partnership_id: int, person: int, service: Service, now: datetime) -> int:
    """Record somebody as broker, consent still to be asked. Returns the assignment's id."""
    member = enrol(unit, partnership_id, person, service.home, (Role.BROKER,), now)
    row = AssignmentRow(
        partnership_id=partnership_id,
        member_id=member.id,
        kind=service.kind.value,
        home_id=service.home,
        contractor=service.contractor.value if service.contractor else None,
        contracting_id=service.contracting,
        engagement=service.engagement.value if service.engagement else None,
        tasks=" ".join(service.tasks),
        aims=service.aims,
        starts=service.starts,
        ends=service.ends,
        consent=Consent.ASKED.value,
    )
    unit.add(row)
    unit.flush()
    assert row.id is not None
    return row.id


def set_consent(unit: Unit, assignment_id: int, consent: Consent, now: datetime) -> None:
    """What the broker said, and when."""
    change = sa.update(AssignmentRow).where(col(AssignmentRow.id) == assignment_id)
    unit.connection().execute(change.values(consent=consent.value, consent_at=now))
    unit.expire_all()


def end_service(unit: Unit, member_id: int, now: datetime) -> bool:
    """A member serves as broker no more: nothing about them starts from now on.

    Returns:
        Whether they did serve.
    """
    day = now.date() - timedelta(days=1)
    serving = sa.or_(col(AssignmentRow.ends).is_(None), col(AssignmentRow.ends) > day)
    change = sa.update(AssignmentRow).where(col(AssignmentRow.member_id) == member_id, serving)
    ended = change.values(ends=day, consent=Consent.WITHDRAWN.value, consent_at=now)
    found = unit.connection().execute(ended).rowcount
    unit.expire_all()
    return found > 0


def assignments(unit: Unit, partnership_id: int, today: date) -> list[Assignment]:
    """The services that have not ended, in the order of appointment."""
    open_ended = sa.or_(col(AssignmentRow.ends).is_(None), col(AssignmentRow.ends) >= today)
    return _assignments(unit, AssignmentRow.partnership_id == partnership_id, open_ended)


def assignment(unit: Unit, assignment_id: int) -> Assignment:
    """One assignment."""
    return _assignments(unit, AssignmentRow.id == assignment_id)[0]


def _assignments(unit: Unit, *conditions: Any) -> list[Assignment]:
    query = (
        select(AssignmentRow, MemberRow.person_id, PersonRow.name)
        .join(MemberRow, col(MemberRow.id) == col(AssignmentRow.member_id))
        .join(PersonRow, col(PersonRow.id) == col(MemberRow.person_id))
        .where(*conditions)
        .order_by(col(AssignmentRow.id))
    )
    result = []
    for row, person_id, name in unit.exec(query).all():
        assert row.id is not None
        result.append(
            Assignment(
                row.id,
                row.partnership_id,
                row.member_id,
                person_id,
                name,
                Kind(row.kind),
                _organisation(unit, row.home_id),
                Contractor(row.contractor) if row.contractor else None,
                _organisation(unit, row.contracting_id),
                Engagement(row.engagement) if row.engagement else None,
                tuple(Task(task) for task in row.tasks.split()),
                row.aims,
                row.starts,
                row.ends,
                Consent(row.consent),
                row.consent_at,
            )
        )
    return result


def _organisation(unit: Unit, organisation: int | None) -> str | None:
    row = unit.get(OrganisationRow, organisation) if organisation is not None else None
    return row.name if row else None


def make_code(
    unit: Unit,
    partnership_id: int | None,
    now: datetime,
    made_by: str,
    *,
    organisation: int | None = None,
    role: Role = Role.PARTNER,
    service: Service | None = None,
    name: str = "",
) -> Code:
    """A new link. Links for partners serve ten people, all others one; an older twin ends."""
    same = (
        sa.delete(CodeRow)
        .where(col(CodeRow.partnership_id) == partnership_id, col(CodeRow.role) == role.value)
        .where(col(CodeRow.organisation_id) == organisation, col(CodeRow.name) == name)
    )
    if partnership_id is not None and role is Role.PARTNER:
        unit.connection().execute(same)
    row = CodeRow(
        code="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
        partnership_id=partnership_id,
        organisation_id=organisation,
        role=role.value,
        assignment=service.to_data() if service else {},
        name=name,
        made_by=made_by,
        uses_left=PEOPLE_A_LINK if role is Role.PARTNER else 1,
        expires_at=now + GOOD_FOR,
    )
    unit.add(row)
    unit.flush()
    return _code(row)


def _code(row: CodeRow) -> Code:
    return Code(
        row.code,
        row.partnership_id,
        row.organisation_id,
        Role(row.role),
        Service.from_data(row.assignment) if row.assignment else None,
        row.name,
        row.made_by,
        row.uses_left,
        row.expires_at,
    )


def find_code(unit: Unit, text: str, now: datetime) -> Code | None:
    """A code that is good now. Typed by hand: case, spaces and dashes do not matter."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    row = unit.get(CodeRow, plain)
    if row is None or row.uses_left < 1 or row.expires_at < now:
        return None
    return _code(row)


def invited(unit: Unit, partnership_id: int, now: datetime) -> list[str]:
    """Names of brokers whose link is good and waits to be opened."""
    here = {a.name for a in _assignments(unit, AssignmentRow.partnership_id == partnership_id)}
    query = (
        select(CodeRow.name)
        .where(CodeRow.partnership_id == partnership_id, CodeRow.role == Role.BROKER.value)
        .where(col(CodeRow.uses_left) > 0, col(CodeRow.expires_at) >= now)
        .order_by(col(CodeRow.expires_at), col(CodeRow.name))
    )
    return [name for name in dict.fromkeys(unit.exec(query)) if name not in here]


def use_code(unit: Unit, code: str) -> bool:
    """One use less; False where somebody else had the last one."""
    change = sa.update(CodeRow).where(col(CodeRow.code) == code, col(CodeRow.uses_left) > 0)
    done = unit.connection().execute(change.values(uses_left=col(CodeRow.uses_left) - 1))
    unit.expire_all()
    return done.rowcount == 1
