"""What lets Titian into the workspaces that installed it, sealed under the master key.

A seal is bound to the installation's name: moved to another row it opens nothing.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from nacl import exceptions, secret
from sqlmodel import col, select

from dialogues.errors import KeyLost
from storage.store import Unit
from storage.tables import AccountRow, InstallationRow, MemberRow, PlaceRow, TicketRow


def keep(unit: Unit, master: bytes, name: str, tokens: str, again: bool = False) -> None:
    """Seal *tokens* of an installation, in place of older ones; its people are in reach again.

    *again*: only in place of older ones.
    """
    sealed = bytes(secret.Aead(master).encrypt(tokens.encode(), aad=_bound(name)))
    row = unit.get(InstallationRow, name)
    if row is None and again:
        return
    if row is None:
        accounts = sa.update(AccountRow).where(col(AccountRow.installation) == name)
        unit.connection().execute(accounts.values(unreachable=False))
        row = InstallationRow(name=name, sealed=sealed)
    row.sealed = sealed
    unit.add(row)
    unit.flush()


def find(unit: Unit, master: bytes, name: str) -> str | None:
    """The tokens of an installation; None where there is none.

    Raises:
        KeyLost: They were sealed under another master key.
    """
    row = unit.get(InstallationRow, name)
    return _opened(master, name, row.sealed) if row is not None else None


def open_all(unit: Unit, master: bytes) -> list[str]:
    """The names of all installations, each of which can be opened. Raises KeyLost."""
    rows = unit.exec(select(InstallationRow).order_by(col(InstallationRow.name))).all()
    for row in rows:
        _opened(master, row.name, row.sealed)
    return [row.name for row in rows]


def forget(unit: Unit, name: str) -> bool:
    """Delete an installation's tokens; nobody can be reached by it. False where there was none."""
    gone = sa.delete(InstallationRow).where(col(InstallationRow.name) == name)
    if not unit.connection().execute(gone).rowcount:
        return False
    accounts = sa.update(AccountRow).where(col(AccountRow.installation) == name)
    unit.connection().execute(accounts.values(unreachable=True))
    groups = sa.update(PlaceRow).where(col(PlaceRow.installation) == name)
    unit.connection().execute(groups.values(gone=True))
    unit.expire_all()
    return True


def served(unit: Unit, name: str) -> list[int]:
    """The partnerships with a member or a group at an installation."""
    members = (
        select(MemberRow.partnership_id)
        .join(AccountRow, col(AccountRow.person_id) == col(MemberRow.person_id))
        .where(AccountRow.installation == name, col(MemberRow.left_at).is_(None))
    )
    groups = select(PlaceRow.partnership_id).where(PlaceRow.installation == name)
    return sorted({*unit.exec(members).all(), *unit.exec(groups).all()})


def issue(unit: Unit, now: datetime, seconds: float) -> str:
    """A ticket that is good once, for so long. What has run out is swept away."""
    unit.connection().execute(sa.delete(TicketRow).where(col(TicketRow.expires_at) <= now))
    ticket = secrets.token_urlsafe(32)
    unit.add(TicketRow(digest=_digest(ticket), expires_at=now + timedelta(seconds=seconds)))
    unit.flush()
    return ticket


def consume(unit: Unit, now: datetime, ticket: str) -> bool:
    """Whether a ticket is good: then it was good for the last time."""
    spent = sa.delete(TicketRow).where(
        col(TicketRow.digest) == _digest(ticket), col(TicketRow.expires_at) > now
    )
    return unit.connection().execute(spent).rowcount == 1


def _opened(master: bytes, name: str, sealed: bytes) -> str:
    try:
        return secret.Aead(master).decrypt(sealed, aad=_bound(name)).decode()
    except (exceptions.CryptoError, ValueError):
        raise KeyLost(name) from None


def _bound(name: str) -> bytes:
    return f"installation {name}".encode()


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
