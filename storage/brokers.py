"""Assignments of brokers, and the links by which people join."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.model import Assignment, Consent, Contractor, Engagement, Kind, Role, Task
from dialogues.service import Service
from storage.guarding import ALPHABET, LENGTH, find_row
from storage.partnerships import enrol
from storage.store import Unit
from storage.tables import AssignmentRow, CodeRow, MemberRow, OrganisationRow, PersonRow

GOOD_FOR = timedelta(days=14)
PEOPLE_A_LINK = 10


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


def appoint(
    unit: Unit,
    partnership_id: int,
    person: int,
    service: Service,
    now: datetime,
    consent: tuple[Consent, datetime | None] = (Consent.ASKED, None),
) -> int:
    """Record somebody as broker, consent still to be asked. Returns the assignment's id."""
    member = enrol(unit, partnership_id, person, service.home, (Role.BROKER,), now)
    row = AssignmentRow(
        partnership_id=partnership_id,
        member_id=member.id,
        consent=consent[0].value,
        consent_at=consent[1],
        **_columns(service),
    )
    unit.add(row)
    unit.flush()
    assert row.id is not None
    return row.id


def _columns(service: Service) -> dict[str, Any]:
    return {
        "kind": service.kind.value,
        "home_id": service.home,
        "contractor": service.contractor.value if service.contractor else None,
        "contracting_id": service.contracting,
        "engagement": service.engagement.value if service.engagement else None,
        "tasks": " ".join(service.tasks),
        "aims": service.aims,
        "share": service.share,
        "starts": service.starts,
        "ends": service.ends,
    }


def _set(unit: Unit, assignment_id: int, **values: Any) -> None:
    change = sa.update(AssignmentRow).where(col(AssignmentRow.id) == assignment_id)
    unit.connection().execute(change.values(**values))
    unit.expire_all()


def correct(unit: Unit, assignment_id: int, service: Service, *, anew: bool) -> None:
    """Say something else of a service that nobody was asked about yet. *anew*: so is consent."""
    asked = {"consent": Consent.ASKED.value, "consent_at": None} if anew else {}
    _set(unit, assignment_id, **asked, **_columns(service))


def set_last_day(unit: Unit, assignment_id: int, day: date) -> None:
    """A service ends with *day*; it stays in the history as it was."""
    _set(unit, assignment_id, ends=day)


def service_of(unit: Unit, assignment_id: int) -> Service:
    """What an assignment says, with the organisations' numbers."""
    row = unit.get(AssignmentRow, assignment_id)
    assert row is not None
    return Service(
        Kind(row.kind),
        row.starts,
        row.home_id,
        Contractor(row.contractor) if row.contractor else None,
        row.contracting_id,
        Engagement(row.engagement) if row.engagement else None,
        tuple(Task(task) for task in row.tasks.split()),
        row.aims,
        row.ends,
        row.share,
    )


def set_consent(unit: Unit, assignment_id: int, consent: Consent, now: datetime) -> None:
    """What the broker said, and when."""
    _set(unit, assignment_id, consent=consent.value, consent_at=now)


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
    """The services of *today*: begun and not ended, in the order of appointment."""
    return [a for a in appointments(unit, partnership_id, today) if a.starts <= today]


def appointments(unit: Unit, partnership_id: int, today: date) -> list[Assignment]:
    """The services that have not ended, those still to begin too."""
    open_ended = sa.or_(col(AssignmentRow.ends).is_(None), col(AssignmentRow.ends) >= today)
    return _assignments(unit, AssignmentRow.partnership_id == partnership_id, open_ended)


def history(unit: Unit, partnership_id: int) -> list[Assignment]:
    """Every service there was, is and will be."""
    return _assignments(unit, AssignmentRow.partnership_id == partnership_id)


def served(unit: Unit, person: int) -> list[int]:
    """The partnerships that somebody serves or served as broker, those they have left too."""
    query = (
        select(AssignmentRow.partnership_id)
        .join(MemberRow, col(MemberRow.id) == col(AssignmentRow.member_id))
        .where(MemberRow.person_id == person)
        .distinct()
    )
    return sorted(unit.exec(query).all())


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
                row.share,
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
    """A new link. Links for partners serve ten people, all others one; an older twin ends.

    Without a partnership it is a founding code, good for one.
    """
    several = partnership_id is not None and role is Role.PARTNER
    same = (
        sa.delete(CodeRow)
        .where(col(CodeRow.partnership_id) == partnership_id, col(CodeRow.role) == role.value)
        .where(col(CodeRow.organisation_id) == organisation, col(CodeRow.name) == name)
    )
    if several:
        unit.connection().execute(same)
    row = CodeRow(
        code="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
        partnership_id=partnership_id,
        organisation_id=organisation,
        role=role.value,
        assignment=service.to_data() if service else {},
        name=name,
        made_by=made_by,
        uses_left=PEOPLE_A_LINK if several else 1,
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
    row = find_row(unit, CodeRow, text)
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


def end_link(unit: Unit, partnership_id: int, organisation: int | None, now: datetime) -> bool:
    """End an organisation's link; False where none was good any more."""
    change = sa.delete(CodeRow).where(
        col(CodeRow.partnership_id) == partnership_id,
        col(CodeRow.role) == Role.PARTNER.value,
        col(CodeRow.organisation_id) == organisation,
        col(CodeRow.uses_left) > 0,
        col(CodeRow.expires_at) >= now,
    )
    return bool(unit.connection().execute(change).rowcount)


def use_code(unit: Unit, code: str) -> bool:
    """One use less; False where somebody else had the last one."""
    change = sa.update(CodeRow).where(col(CodeRow.code) == code, col(CodeRow.uses_left) > 0)
    done = unit.connection().execute(change.values(uses_left=col(CodeRow.uses_left) - 1))
    unit.expire_all()
    return done.rowcount == 1
