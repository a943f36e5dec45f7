"""People, their accounts, partnerships, organisations, members and roles."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.messages import Address, Spot, app_of
from dialogues.model import (
    Person,
)
from storage.store import Unit
from storage.tables import (
    AccountRow,
    DialogueRow,
    MemberRow,
    OpenMessageRow,
    PersonRow,
    RosterRow,
)


def know(
    unit: Unit,
    address: Address,
    chat: Spot | None,
    name: str,
    now: datetime,
    language: str | None = None,
    zone: str | None = None,
) -> Person:
    """The person behind an account, made at first contact with what the platform knows of them.

    A private *chat* is remembered. Language and zone are theirs to change. Who is met by
    another workspace's installation of the same app is the same person.
    """
    row = unit.exec(
        select(AccountRow).where(
            AccountRow.installation == address.installation,
            AccountRow.workspace == address.workspace,
            AccountRow.user == address.user,
        )
    ).first()
    if row is None:
        person = _elsewhere(unit, address)
        if person is None:
            person = PersonRow(name=name or address.user, language=language, zone=zone)
            unit.add(person)
            unit.flush()
        assert person.id is not None
        unit.add(
            AccountRow(
                person_id=person.id,
                installation=address.installation,
                workspace=address.workspace,
                user=address.user,
                chat=chat.chat if chat else address.user,
                seen_at=now,
            )
        )
        unit.flush()
        return _person(person)
    if chat is not None and (row.chat != chat.chat or row.unreachable):
        row.chat, row.unreachable = chat.chat, False
        unit.add(row)
    return person_by_id(unit, row.person_id)


def _elsewhere(unit: Unit, address: Address) -> PersonRow | None:
    """Somebody met by another installation of the same app: a user belongs to one workspace."""
    if not address.workspace:
        return None
    query = (
        select(PersonRow)
        .join(AccountRow, col(AccountRow.person_id) == col(PersonRow.id))
        .where(
            AccountRow.workspace == address.workspace,
            AccountRow.user == address.user,
            col(AccountRow.installation).startswith(f"{app_of(address.installation)}:"),
        )
    )
    return unit.exec(query.order_by(col(AccountRow.id))).first()


def _person(row: PersonRow) -> Person:
    assert row.id is not None
    return Person(
        row.id,
        row.name,
        row.language,
        row.zone,
        row.quiet_from,
        row.quiet_until,
        row.away_until,
        row.stopped,
        row.consent_version,
        row.consent_at,
    )


def find_person(unit: Unit, person: int) -> Person | None:
    """One person, or None for somebody who had themself erased."""
    row = unit.get(PersonRow, person)
    return _person(row) if row else None


def person_by_id(unit: Unit, person: int) -> Person:
    """One person."""
    row = unit.get(PersonRow, person)
    assert row is not None
    return _person(row)


def persons_by_id(unit: Unit, persons: Iterable[int]) -> list[Person]:
    """Those of *persons* who are still known."""
    query = select(PersonRow).where(col(PersonRow.id).in_(list(persons)))
    return [_person(row) for row in unit.exec(query).all()]


def set_person(unit: Unit, person: int, **values: object) -> Person:
    """Change what is known of a person: language, zone, name, consent."""
    change = sa.update(PersonRow).where(col(PersonRow.id) == person).values(**values)
    unit.connection().execute(change)
    unit.expire_all()
    return person_by_id(unit, person)


def spots(unit: Unit, person: int) -> list[Spot]:
    """The private chats in which a person can be reached, the latest account first."""
    rows = unit.exec(
        select(AccountRow)
        .where(AccountRow.person_id == person, col(AccountRow.unreachable).is_(False))
        .order_by(col(AccountRow.id).desc())
    ).all()
    return [Spot(row.installation, row.chat) for row in rows]


def at(unit: Unit, spot: Spot) -> int | None:
    """The person whose private chat a spot is."""
    return unit.exec(
        select(AccountRow.person_id).where(
            AccountRow.installation == spot.installation, AccountRow.chat == spot.chat
        )
    ).first()


def mark_unreachable(unit: Unit, spot: Spot) -> None:
    """Nobody can be written to there until they write themselves."""
    change = sa.update(AccountRow).where(
        col(AccountRow.installation) == spot.installation, col(AccountRow.chat) == spot.chat
    )
    unit.connection().execute(change.values(unreachable=True))


def out_of_reach(unit: Unit, persons: Iterable[int]) -> set[int]:
    """Who of *persons* can be written to nowhere any more."""
    query = select(AccountRow.person_id, AccountRow.unreachable).where(
        col(AccountRow.person_id).in_(list(persons))
    )
    rows = unit.exec(query).all()
    return {person for person, gone in rows if gone} - {p for p, gone in rows if not gone}


def users(unit: Unit, installation: str) -> list[tuple[str, str, str | None]]:
    """Everybody known on an installation: user, name, language."""
    query = (
        select(AccountRow.user, PersonRow.name, PersonRow.language)
        .join(PersonRow, col(PersonRow.id) == col(AccountRow.person_id))
        .where(AccountRow.installation == installation)
        .order_by(col(AccountRow.id))
    )
    return [(row[0], row[1], row[2]) for row in unit.exec(query).all()]


PERSON = sa.inspect(PersonRow).columns
"""In the order of `Person`: what each event asks for is read without the way over a row."""
MET = (
    sa.select(*PERSON, col(AccountRow.chat), col(AccountRow.unreachable))
    .select_from(PersonRow)
    .join(AccountRow, col(AccountRow.person_id) == col(PersonRow.id))
    .where(
        col(AccountRow.installation) == sa.bindparam("installation"),
        col(AccountRow.workspace) == sa.bindparam("workspace"),
        col(AccountRow.user) == sa.bindparam("user"),
    )
)


def met(unit: Unit, address: Address, chat: Spot | None) -> Person | None:
    """The person behind an account; None for somebody unknown, or not reached in *chat* yet."""
    given = {
        "installation": address.installation,
        "workspace": address.workspace,
        "user": address.user,
    }
    found = unit.link.execute(MET, given).first()
    if found is None:
        return None
    *person, met_in, unreachable = found
    if chat is not None and (met_in != chat.chat or unreachable):
        return None
    return Person(*person)


SEATED = (
    sa.select(
        *PERSON,
        col(AccountRow.chat),
        col(DialogueRow.waiting),
        col(RosterRow.member_id),
        col(OpenMessageRow.message),
    )
    .select_from(PersonRow)
    .join(AccountRow, col(AccountRow.person_id) == col(PersonRow.id))
    .join(MemberRow, col(MemberRow.person_id) == col(PersonRow.id))
    .join(RosterRow, col(RosterRow.member_id) == col(MemberRow.id))
    .outerjoin(DialogueRow, col(DialogueRow.person_id) == col(PersonRow.id))
    .outerjoin(
        OpenMessageRow,
        sa.and_(
            col(OpenMessageRow.round_id) == col(RosterRow.round_id),
            col(OpenMessageRow.member_id) == col(RosterRow.member_id),
            col(OpenMessageRow.installation) == col(AccountRow.installation),
        ),
    )
    .where(
        col(AccountRow.installation) == sa.bindparam("installation"),
        col(AccountRow.workspace) == sa.bindparam("workspace"),
        col(AccountRow.user) == sa.bindparam("user"),
        col(AccountRow.unreachable).is_(False),
        col(RosterRow.round_id) == sa.bindparam("round"),
    )
)


def seated(
    unit: Unit, address: Address, chat: str, round_id: int
) -> tuple[Person, int, str | None] | None:
    """The person behind an account, their member id in a round, and their message for it there.

    None for somebody unknown, met in another chat, not asked, or in the middle of a command.
    """
    given = {
        "installation": address.installation,
        "workspace": address.workspace,
        "user": address.user,
        "round": round_id,
    }
    found = unit.link.execute(SEATED, given).first()
    if found is None:
        return None
    *person, met_in, waiting, member, message = found
    return None if met_in != chat or waiting else (Person(*person), member, message)


def person_with_user(unit: Unit, installation: str, user: str, workspace: str = "") -> int | None:
    """The person behind an account or a mention."""
    return unit.exec(
        select(AccountRow.person_id).where(
            AccountRow.installation == installation,
            AccountRow.workspace == workspace,
            AccountRow.user == user,
        )
    ).first()
