"""Whose keyring this is: a wrong one would answer every open round with keys that do not fit."""

import hashlib
import hmac

import sqlalchemy as sa
from sqlmodel import select

from dialogues.errors import CannotStart, KeyLost
from storage.database import open_engine
from storage.keyring import HOUSE, Keyring, MemoryKeyring, forgotten
from storage.outbox import insert_once
from storage.store import Unit
from storage.tables import HouseRow

ANOTHER = (
    "This keyring belongs to another database, so nothing was changed: let TITIAN_KEYRING and "
    "TITIAN_DATABASE_URL name two that belong together. If its database is gone, restore a "
    "backup of it, or empty this keyring."
)
WRONG_MASTER = (
    "The keyring cannot be opened with this master key, so nothing was changed: "
    "look at TITIAN_MASTER_KEY."
)


def belong(url: str, keyring: Keyring) -> None:
    """See that *keyring* is that of the database at *url*; from the first time on it is.

    One that has no keys at all was lost, or is new: it becomes the database's. What was sealed
    with another cannot be opened any more, and ends so. Keys in memory belong to nobody.

    Raises:
        CannotStart: It is another database's, or the master key is not its own.
    """
    engine = open_engine(url)
    try:
        with Unit(engine) as unit:
            belong_in(unit, keyring)
            unit.commit()
    except CannotStart:
        keyring.close()
        raise
    finally:
        engine.dispose()


def belong_in(unit: Unit, keyring: Keyring) -> None:
    """The same, in a transaction that is under way."""
    if isinstance(keyring, MemoryKeyring):
        return
    names = set(keyring.names())
    known = HOUSE in names
    notes = {name for name in names if any(forgotten([name]))}
    try:
        key = keyring.get(HOUSE) if known else keyring.make(HOUSE)
    except KeyLost:
        raise CannotStart(WRONG_MASTER) from None
    mark = hmac.new(key, b"titian", hashlib.sha256).digest()
    if not known:
        unit.connection().execute(sa.delete(HouseRow))
    if not known or names == notes | {HOUSE}:  # new, or a crash came before the row
        insert_once(unit, HouseRow, {"id": 1, "mark": mark})
    found = unit.exec(select(HouseRow.mark)).first()
    if found is None or not hmac.compare_digest(found, mark):
        raise CannotStart(ANOTHER)
