"""Which keyring: memory, a folder, or a table in a second database."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from nacl import exceptions, secret
from nacl import utils as nacl_random

from dialogues.errors import CannotStart, KeyLost, NotNow
from storage.database import UPGRADE, open_engine, same_database
from storage.inserting import insert_into
from storage.keyring import (
    HOUSE,
    SIZE,
    TURNING,
    FileKeyring,
    Keyring,
    MemoryKeyring,
    checked,
    write_first,
)

T = TypeVar("T")
MASTER = "master"
"""The file of the master key, where one was made beside the keys."""
UPCOMING = "master.new"
"""The file of the one that takes its place."""
INTERRUPTED = (
    "A change of the master key was interrupted, so nothing was changed: "
    "finish it with titian rotate, with the same two keys."
)
KEYS = sa.Table(
    "titian_key",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)

WRAPPED = f"SELECT wrapped FROM {KEYS.name} WHERE name = %s"  # noqa: S608  (a name of ours)


class TableKeyring:
    """A table of keys in a second database, wrapped by the master key and bound to their names.

    For a database that nobody copies: no backup, no archive, no replica.
    """

    strong = True

    def __init__(self, url: str, master: bytes) -> None:
        """Raises CannotStart where the database cannot be used."""
        self._box = secret.Aead(master)
        self._engine = open_engine(url, size=2, isolation="AUTOCOMMIT")
        whole = self._engine.execution_options(isolation_level="READ COMMITTED")
        try:
            with whole.begin() as link:  # several processes may start at once
                link.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE, 0)))
                KEYS.metadata.create_all(link)
        except sa.exc.DBAPIError:
            self._engine.dispose()
            raise CannotStart(
                "The second database of TITIAN_KEYRING cannot be used: "
                "look at its address, and whether Titian may create a table there."
            ) from None

    def __repr__(self) -> str:
        return "TableKeyring()"

    def make(self, name: str) -> bytes:
        """See Keyring."""
        try:
            return self.get(name)
        except KeyLost:
            pass
        wrapped = self._box.encrypt(nacl_random.random(SIZE), aad=checked(name).encode())
        fresh = insert_into(KEYS, "postgresql").values(name=name, wrapped=bytes(wrapped))
        self._run(lambda link: link.execute(fresh.on_conflict_do_nothing()))
        return self.get(name)

    def get(self, name: str) -> bytes:
        """See Keyring.

        Raises NotNow where the database is away, or the master key was changed meanwhile: that
        is no lost key.
        """
        checked(name)
        try:
            return self._open(name)
        except (IndexError, exceptions.CryptoError, ValueError):
            pass
        try:
            if name != HOUSE:
                self._open(HOUSE)
        except IndexError:
            pass
        except (exceptions.CryptoError, ValueError):
            raise NotNow from None
        raise KeyLost(name)

    def _open(self, name: str) -> bytes:
        lost = self._engine.dialect.loaded_dbapi.Error
        try:
            raw = self._engine.raw_connection()  # asked at each tap: without what SQLAlchemy adds
        except sa.exc.DBAPIError:
            raise NotNow from None
        try:
            found = raw.cursor().execute(WRAPPED, (checked(name),)).fetchall()
        except lost:
            raw.invalidate()
            raise NotNow from None
        finally:
            raw.close()
        return self._box.decrypt(bytes(found[0][0]), aad=name.encode())

    def destroy(self, name: str) -> None:
        """See Keyring. Deleted, and the row's remains vacuumed."""
        gone = sa.delete(KEYS).where(KEYS.c.name == checked(name))
        self._run(lambda link: link.execute(gone))
        self._run(lambda link: link.execute(sa.text(f"VACUUM {KEYS.name}")))

    def names(self) -> Iterable[str]:
        """See Keyring."""
        return self._run(lambda link: [*link.scalars(sa.select(KEYS.c.name))])

    def close(self) -> None:
        """See Keyring."""
        self._engine.dispose()

    def _run(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            with self._engine.connect() as link:
                return work(link)
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            raise NotNow from None


def open_keyring(where: str, master: str | None, database: str = "") -> tuple[Keyring, bool]:
    """The keyring at *where*, and whether a master key was made.

    Args:
        where: `memory:`, `file:FOLDER`, or the URL of a second database.
        master: 64 hexadecimal digits, or None: then one is made beside a file keyring.
        database: The URL of what the keys protect, which must be another one.

    Raises:
        CannotStart: The place cannot be used, or the master key is not one.
    """
    if where == "memory:":
        return MemoryKeyring(), False
    if where.startswith("postgresql"):
        if same_database(where, database):
            raise CannotStart("TITIAN_KEYRING is the database itself: name a second one.")
        if not master:
            raise CannotStart("TITIAN_MASTER_KEY is missing: a database of keys needs it.")
        return TableKeyring(where, _master(master)), False
    if not where.startswith("file:"):
        raise CannotStart(
            "TITIAN_KEYRING cannot be used: "
            "write memory:, file:FOLDER or postgresql+psycopg://… of a second database."
        )
    folder = Path(where.removeprefix("file:"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / TURNING).exists():
            raise CannotStart(INTERRUPTED)
        _sweep(folder)
        key, made = (_master(master), False) if master else _own_master(folder / MASTER)
        return FileKeyring(folder, key), made
    except OSError as error:
        raise CannotStart(f"The keyring {folder} cannot be used: {error.strerror}.") from None


def master_key(where: str, master: str | None) -> bytes:
    """The master key, where *where* is an opened keyring: given, or the one beside it.

    Raises:
        CannotStart: There is none.
    """
    own = Path(where.removeprefix("file:")) / MASTER
    if master:
        return _master(master)
    if where.startswith("file:") and own.exists():
        return _own_master(own)[0]
    raise CannotStart(
        "TITIAN_MASTER_KEY is missing: the tokens of Slack workspaces are sealed under it "
        "(64 hex digits)."
    )


def own_master(folder: Path) -> Path:
    """Where the master key of a folder lies, if it has one of its own."""
    return folder / MASTER


def next_master(where: str, master: str | None, upcoming: str | None) -> bytes:
    """The master key that comes: given, or made beside the one that lies beside the keys.

    Raises:
        CannotStart: It is missing.
    """
    if upcoming:
        return _master(upcoming)
    if master or not where.startswith("file:"):
        raise CannotStart("TITIAN_NEW_MASTER_KEY is missing: 64 hexadecimal digits.")
    return _own_master(Path(where.removeprefix("file:")) / UPCOMING)[0]


def _own_master(path: Path) -> tuple[bytes, bool]:
    made = False
    while not path.exists():
        part = path.with_name(f"{path.name}.{nacl_random.random(8).hex()}.part")
        made = write_first(path, nacl_random.random(SIZE).hex().encode(), part)
    return _master(path.read_text().strip()), made


def _sweep(folder: Path) -> None:
    """Take away what a death left beside a master key: it may be a second name of it."""
    for part in folder.glob(f"{MASTER}.*.part"):
        part.unlink(missing_ok=True)


def _master(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise CannotStart("TITIAN_MASTER_KEY must be 64 hexadecimal digits.")
    return key
