"""A broker's reflections, sealed under a key of their own: nobody but their author opens them.

One row a broker, with the one under way and those kept. The row says neither how many there
are nor when they were made; its size tells no more than thousands of characters do.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from nacl import exceptions, secret
from sqlmodel import col, select

from dialogues.answers import Answers
from dialogues.dialogue import Draft
from dialogues.errors import KeyLost
from storage.ballots import draft_from_plain, plain_draft
from storage.keyring import Keyring, reflection_key
from storage.store import Unit
from storage.tables import MemberRow, ReflectionRow

MOST = 60
"""How many are kept: more than two years of one every two weeks."""
STEP = 16384
HEAD = 4


@dataclass(frozen=True, slots=True)
class Reflection:
    """One time: the day, and what was answered. Its repr says nothing of that."""

    day: date
    answers: Answers = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reflections:
    """All of one broker: what is under way, and what was kept, the oldest first."""

    draft: Draft = field(default_factory=Draft)
    kept: tuple[Reflection, ...] = ()


def read(unit: Unit, keyring: Keyring, member: int) -> Reflections:
    """A broker's own; empty where there are none, or their key is gone."""
    row = unit.get(ReflectionRow, member)
    if row is None:
        return Reflections()
    try:
        box = secret.Aead(keyring.get(reflection_key(member)))
        padded = box.decrypt(row.sealed, aad=_bound(member))
    except (KeyLost, exceptions.CryptoError, ValueError):
        return Reflections()
    length = int.from_bytes(padded[:HEAD], "big")
    data = json.loads(padded[HEAD : HEAD + length])
    kept = (
        Reflection(date.fromisoformat(day), draft_from_plain(plain).answers)
        for day, plain in data["kept"]
    )
    return Reflections(draft_from_plain(data["draft"]), tuple(kept))


def write(unit: Unit, keyring: Keyring, member: int, all_of_them: Reflections) -> None:
    """Seal them anew; the oldest beyond `MOST` go."""
    data = {
        "draft": plain_draft(all_of_them.draft),
        "kept": [
            (one.day.isoformat(), plain_draft(Draft(answers=one.answers)))
            for one in all_of_them.kept[-MOST:]
        ],
    }
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    size = -(-(HEAD + len(body)) // STEP) * STEP
    padded = len(body).to_bytes(HEAD, "big") + body.ljust(size - HEAD, b"\0")
    sealed = bytes(
        secret.Aead(keyring.make(reflection_key(member))).encrypt(padded, aad=_bound(member))
    )
    row = unit.get(ReflectionRow, member) or ReflectionRow(member_id=member, sealed=b"")
    row.sealed = sealed
    unit.add(row)
    unit.flush()


def members(unit: Unit, person: int) -> Sequence[int]:
    """The memberships, past ones too, in which a person kept any."""
    query = (
        select(ReflectionRow.member_id)
        .join(MemberRow, col(MemberRow.id) == col(ReflectionRow.member_id))
        .where(MemberRow.person_id == person)
        .order_by(col(ReflectionRow.member_id))
    )
    return unit.exec(query).all()


def forget(unit: Unit, person: int) -> Sequence[int]:
    """Delete what a person reflected on, in every partnership.

    Returns:
        The members whose keys are to be destroyed.
    """
    found = members(unit, person)
    gone = sa.delete(ReflectionRow).where(col(ReflectionRow.member_id).in_(found))
    unit.connection().execute(gone)
    unit.expire_all()
    return found


def join(unit: Unit, keyring: Keyring, first: int, second: int) -> None:
    """Before two people become one: what both kept in one partnership comes together."""
    keep, drop = min(first, second), max(first, second)
    stays = {_partnership(unit, member): member for member in _all_members(unit, keep)}
    for old in members(unit, drop):
        new = stays.get(_partnership(unit, old))
        if new is None:
            continue
        mine, other = read(unit, keyring, new), read(unit, keyring, old)
        both = sorted((*mine.kept, *other.kept), key=lambda one: one.day)
        draft = mine.draft if mine.draft != Draft() else other.draft
        write(unit, keyring, new, Reflections(draft, tuple(both)))
        unit.delete(unit.get(ReflectionRow, old))
    unit.flush()


def _all_members(unit: Unit, person: int) -> Sequence[int]:
    query = select(MemberRow.id).where(MemberRow.person_id == person)
    return [member for member in unit.exec(query).all() if member is not None]


def _partnership(unit: Unit, member: int) -> int:
    row = unit.get(MemberRow, member)
    assert row is not None
    return row.partnership_id


def _bound(member: int) -> bytes:
    return f"reflection:{member}".encode()
