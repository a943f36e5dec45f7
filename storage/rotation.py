"""A new master key: what is wrapped or sealed under the old one comes under the new one.

The keys themselves stay, so open check-ins, kept comments and brokers' notes go on. Done again
after a crash it goes on where it was; in between nothing starts (`keyrings.open_keyring`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from nacl import exceptions, secret
from sqlmodel import select

from dialogues.errors import CannotStart, KeyLost
from storage import installations
from storage.belonging import WRONG_MASTER
from storage.database import open_engine
from storage.keyring import HOUSE, NAME, TURNING, write_whole
from storage.keyrings import KEYS, UPCOMING, own_master
from storage.store import Unit
from storage.tables import InstallationRow


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many keys and workspaces' tokens are under the new master key; keys that none opens."""

    keys: int
    tokens: int
    lost: int


class Master:
    """An old and a new master key. Its repr says neither."""

    def __init__(self, old: bytes, new: bytes) -> None:
        self.old, self.new = old, new
        self._boxes = secret.Aead(new), secret.Aead(old)

    def __repr__(self) -> str:
        return "Master()"

    def turn(self, name: str, wrapped: bytes) -> bytes:
        """*wrapped* under the new master key. Raises KeyLost where neither opens it."""
        for box in self._boxes:
            try:
                key = box.decrypt(wrapped, aad=name.encode())
            except (exceptions.CryptoError, ValueError):
                continue
            done = box is self._boxes[0]
            return wrapped if done else bytes(self._boxes[0].encrypt(key, aad=name.encode()))
        raise KeyLost(name)


def rotate(database: str, keyring: str, master: Master) -> Rotated:
    """Everything that the database and its keyring keep under *master*'s old key.

    Raises:
        CannotStart: The old key is not theirs, or something cannot be written.
    """
    if keyring.startswith("file:"):
        return _in_folder(database, Path(keyring.removeprefix("file:")), master)
    if keyring == "memory:":
        return Rotated(0, _tokens(database, master), 0)
    engine = open_engine(keyring, size=1)
    try:
        with engine.connect() as link:
            held = _held(link)
        _is_theirs(held, master)
        tokens = _tokens(database, master)
        with engine.begin() as link:
            link.execute(sa.text(f"LOCK TABLE {KEYS.name} IN ACCESS EXCLUSIVE MODE"))
            held = _held(link)
            turned = _turned(held, master)
            for name, wrapped in turned.items():
                change = sa.update(KEYS).where(KEYS.c.name == name)
                link.execute(change.values(wrapped=wrapped))
    except sa.exc.DBAPIError:
        raise CannotStart("The second database of TITIAN_KEYRING cannot be used now.") from None
    finally:
        engine.dispose()
    return Rotated(len(turned), tokens, len(held) - len(turned))


def _held(link: sa.Connection) -> dict[str, bytes]:
    rows = link.execute(sa.select(KEYS.c.name, KEYS.c.wrapped)).all()
    return {name: bytes(wrapped) for name, wrapped in rows}


def _in_folder(database: str, folder: Path, master: Master) -> Rotated:
    held = {p.stem: p.read_bytes() for p in folder.glob("*.key") if NAME.match(p.stem)}
    _is_theirs(held, master)
    try:
        write_whole(folder / TURNING, b"")
        tokens = _tokens(database, master)
        # Listed again: whatever was made until the mark was there is under the old key.
        held = {p.stem: p.read_bytes() for p in folder.glob("*.key") if NAME.match(p.stem)}
        turned = _turned(held, master)
        for name in sorted(turned, key=HOUSE.__eq__):  # last, what tells the master keys apart
            write_whole(folder / f"{name}.key", turned[name])
        if (folder / UPCOMING).exists():
            (folder / UPCOMING).replace(own_master(folder))
        (folder / TURNING).unlink()
    except OSError as error:
        raise CannotStart(
            f"The keyring {folder} cannot be written ({error.strerror}): mend that, and do the "
            "same again with the same two keys."
        ) from None
    return Rotated(len(turned), tokens, len(held) - len(turned))


def _is_theirs(held: Mapping[str, bytes], master: Master) -> None:
    if HOUSE in held:
        try:
            master.turn(HOUSE, held[HOUSE])
        except KeyLost:
            raise CannotStart(WRONG_MASTER) from None


def _turned(held: Mapping[str, bytes], master: Master) -> dict[str, bytes]:
    found = {}
    for name, wrapped in held.items():
        try:
            found[name] = master.turn(name, wrapped)
        except KeyLost:
            continue
    return found


def _tokens(database: str, master: Master) -> int:
    """In one transaction. Raises CannotStart where neither key opens them."""
    engine = open_engine(database)
    try:
        with Unit(engine) as unit:
            names = unit.exec(select(InstallationRow.name)).all()
            for name in names:
                try:
                    tokens = installations.find(unit, master.new, name)
                except KeyLost:
                    tokens = installations.find(unit, master.old, name)
                installations.keep(unit, master.new, name, tokens or "", True)
            unit.commit()
    except KeyLost:
        raise CannotStart(WRONG_MASTER) from None
    finally:
        engine.dispose()
    return len(names)
