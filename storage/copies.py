"""A copy of the database in one file, and back: of SQLite and PostgreSQL alike.

The file is a SQLite database of the same tables, so a copy of the one can be put into the
other. It holds no key. What it says of itself is written last: a half-written one has none.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from dialogues.errors import CannotStart
from storage.database import open_engine, upgrade
from storage.store import Unit
from storage.tables import CodeRow  # with it all tables register themselves

T = TypeVar("T")
AT_ONCE = 1000
"""Rows that are in memory together."""
FILE_URL = "sqlite:///"
LEFT_OUT: Mapping[str, sa.ColumnElement[bool]] = {
    "code": col(CodeRow.partnership_id).is_(None),
    "link": sa.true(),
}
"""What lets somebody in for a while: codes to found a partnership, and to link two apps."""
UNWRITTEN = "{} could not be written, and nothing is left of it: is the disk full?"
DAMAGED = "{} is damaged or was not written to its end: take another backup."


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy says of itself."""

    made_at: datetime
    rows: int


def copy_out(url: str, file: Path, now: datetime) -> Copy:
    """Everything that stands in the database at *url* at one moment, in *file*, 0600.

    Written beside *file* and renamed at the end: it is whole or not there.

    Raises:
        CannotStart: *file* is there already or cannot be written, or the database not be read.
    """
    if file.exists():
        raise CannotStart(f"{file} is there already: give the backup another name.")
    part = file.with_name(f"{file.name}.part")
    _clear(part)
    try:
        _begin(part, file)
        with _reading(url) as source, _writing(f"{FILE_URL}{part}") as target:
            rows = _copy(source, target, LEFT_OUT)
        _seal(part, now, rows)
        part.replace(file)
    except (sa.exc.DBAPIError, sqlite3.Error, OSError) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise CannotStart(
            f"{file} could not be written ({reason}): nothing is left of it."
        ) from None
    finally:
        _clear(part)
    return Copy(now, rows)


def copy_in(file: Path, url: str, after: Callable[[Unit, Copy], T]) -> T:
    """Put a copy into the empty database at *url*, and do *after* in the same transaction.

    A copy by an older version is brought up to date first, in a copy of its own.

    Raises:
        CannotStart: It is no whole copy, or a newer version's; the database is not empty.
    """
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / "copy.db"
        try:
            shutil.copyfile(file, fresh)
        except OSError as error:
            raise CannotStart(f"{file} cannot be read: {error.strerror}.") from None
        told = _told(fresh, file)
        upgrade(f"{FILE_URL}{fresh}")
        upgrade(url)
        target = open_engine(url)
        try:
            with _reading(f"{FILE_URL}{fresh}") as source, Unit(target) as unit:
                link = unit.connection()
                if any(link.execute(sa.select(table).limit(1)).first() for table in _tables()):
                    raise CannotStart(
                        "The database holds something already: let TITIAN_DATABASE_URL name an "
                        "empty one. Nothing was changed."
                    )
                if unit.sqlite:
                    link.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                if _copy(source, link) != told.rows:
                    raise CannotStart(DAMAGED.format(file))
                if not unit.sqlite:
                    _count_on(link)
                done = after(unit, told)
                unit.commit()
                return done
        finally:
            target.dispose()


def _told(fresh: Path, file: Path) -> Copy:
    """What the copy says of itself, if it is whole."""
    try:
        with closing(sqlite3.connect(fresh)) as link:
            sound = link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            said = link.execute("SELECT made_at, rows FROM backup").fetchone() if sound else None
    except sqlite3.DatabaseError:
        said = None
    if said is None:
        raise CannotStart(DAMAGED.format(file))
    return Copy(datetime.fromisoformat(said[0]), said[1])


def _tables() -> list[sa.Table]:
    """Every table, those that others point at first."""
    return SQLModel.metadata.sorted_tables


def _copy(
    source: sa.Connection,
    target: sa.Connection,
    left_out: Mapping[str, sa.ColumnElement[bool]] = MappingProxyType({}),
) -> int:
    rows = 0
    for table in _tables():
        wanted = sa.select(table)
        if table.name in left_out:
            wanted = wanted.where(sa.not_(left_out[table.name]))
        found = source.execution_options(yield_per=AT_ONCE).execute(wanted)
        for part in found.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in part])
            rows += len(part)
    return rows


def _count_on(link: sa.Connection) -> None:
    """PostgreSQL's next numbers come after those that were put in."""
    for table in _tables():
        key = table.autoincrement_column
        if key is not None:
            last = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
            link.execute(sa.select(sa.func.setval(sequence, last, False)))


@contextmanager
def _reading(url: str) -> Iterator[sa.Connection]:
    """One moment of a database, whoever writes to it meanwhile."""
    engine = open_engine(url, "BEGIN")
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as link:
                yield link
        else:
            with engine.connect().execution_options(isolation_level="REPEATABLE READ") as link:
                yield link
    except sa.exc.DBAPIError as error:
        raise CannotStart(f"The database cannot be read ({type(error.orig).__name__}).") from None
    finally:
        engine.dispose()


@contextmanager
def _writing(url: str) -> Iterator[sa.Connection]:
    engine = open_engine(url)
    try:
        with engine.begin() as link:
            link.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            yield link
    finally:
        engine.dispose()


def _clear(part: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            part.with_name(f"{part.name}{end}").unlink()


def _begin(part: Path, file: Path) -> None:
    try:
        upgrade(f"{FILE_URL}{part}")
    except CannotStart:
        raise CannotStart(UNWRITTEN.format(file)) from None


def _seal(part: Path, now: datetime, rows: int) -> None:
    with closing(sqlite3.connect(part)) as link:
        link.execute("PRAGMA journal_mode=DELETE")
        link.execute("CREATE TABLE backup (made_at TEXT, rows INTEGER)")
        link.execute("INSERT INTO backup VALUES (?, ?)", (now.astimezone(UTC).isoformat(), rows))
        link.commit()
