"""From a URL to engines: pragmas, the aware-UTC column type, names of constraints, upgrades."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from dialogues.errors import CannotStart

CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = CONVENTION

PATIENCE = 5000
"""Milliseconds for which one waits for another: on SQLite, and in an upgrade."""
UPGRADING = 60_000
"""Milliseconds for which an upgrade of a file waits for another upgrade of it."""
UPGRADE = 7140
"""Of advisory locks: one upgrade at a time."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    f"busy_timeout={PATIENCE}",
)


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware time, kept as UTC. A naive one is refused: it would mean a guess."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Aware in, UTC to the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Whatever the database gives, aware UTC out."""
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str, begin: str = "BEGIN IMMEDIATE", size: int = 1) -> sa.Engine:
    """An engine for *url* (SQLite or PostgreSQL). *begin* is how SQLite starts a transaction.

    Parameters never appear in an error: they may be answers (B14).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        server = sa.create_engine(
            parsed, hide_parameters=True, pool_size=size, max_overflow=0, pool_pre_ping=True
        )
        event.listen(server, "handle_error", _without_detail)
        return server
    engine = sa.create_engine(
        parsed,
        hide_parameters=True,
        poolclass=sa.QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _beginner(begin))
    return engine


class Prepared:
    """A statement that is put together once and handed to the driver as it is.

    For the few that every tap needs. Values go to the driver and come from it unconverted.
    """

    def __init__(self, statement: Callable[[sa.Dialect], sa.Executable]) -> None:
        """*statement* makes it for a dialect."""
        self._statement = statement
        self._ready: dict[str, tuple[str, list[str] | None]] = {}

    def first(self, link: sa.Connection, **values: object) -> tuple[Any, ...] | None:
        """The first row with *values* for its parameters."""
        found = self._run(link, values).fetchone()
        return tuple(found) if found is not None else None

    def all(self, link: sa.Connection, **values: object) -> list[tuple[Any, ...]]:
        """Every row with *values* for its parameters."""
        return [tuple(row) for row in self._run(link, values).fetchall()]

    def run(self, link: sa.Connection, **values: object) -> int:
        """Run it with *values* for its parameters; how many rows it touched."""
        return int(self._run(link, values).rowcount)

    def run_all(self, link: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run it once for each of *rows*, in their order."""
        sql, order = self._ready.get(link.dialect.name) or self._compile(link.dialect)
        if order is None:
            link.exec_driver_sql(sql, [dict(row) for row in rows])
        else:
            link.exec_driver_sql(sql, [tuple(row[name] for name in order) for row in rows])

    def _run(self, link: sa.Connection, values: Mapping[str, object]) -> Any:
        sql, order = self._ready.get(link.dialect.name) or self._compile(link.dialect)
        if order is None:
            return link.exec_driver_sql(sql, dict(values))
        row = tuple(values[name] for name in order)
        if link.dispatch.before_cursor_execute:  # whoever listens to statements hears these too
            return link.exec_driver_sql(sql, row)
        try:
            return link.connection.cursor().execute(sql, row)
        except sqlite3.Error as error:
            raise sa.exc.DBAPIError.instance(sql, None, error, sqlite3.Error, True) from None

    def _compile(self, dialect: sa.Dialect) -> tuple[str, list[str] | None]:
        compiled = self._statement(dialect).compile(dialect=dialect)  # type: ignore[attr-defined]
        order = list(compiled.positiontup) if compiled.positional else None
        self._ready[dialect.name] = str(compiled), order
        return self._ready[dialect.name]


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _without_detail(context: sa.engine.ExceptionContext) -> None:
    """PostgreSQL quotes the row it refuses below the first line, and a value in the first."""
    refused = str(getattr(context.original_exception, "sqlstate", None) or "").startswith("22")
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            first = str(error.args[0]).partition("\n")[0]
            error.args = ("a value was refused" if refused else first, *error.args[1:])


def _beginner(begin: str) -> Callable[[sa.Connection], None]:
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return start


def is_sqlite(url: str) -> bool:
    """Whether one process owns the database."""
    return make_url(url).get_backend_name() == "sqlite"


def database_file(url: str) -> Path | None:
    """The file behind a SQLite URL; None for a server."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def same_server(one: str, other: str) -> bool:
    """Whether two URLs mean the same server."""
    parsed = [make_url(url) for url in (one, other) if url]
    places = {(p.get_backend_name(), p.host, p.port or 5432, str(p.query)) for p in parsed}
    return len(parsed) == 2 and len(places) == 1


def same_database(one: str, other: str) -> bool:
    """Whether two URLs of servers mean the same database."""
    return same_server(one, other) and make_url(one).database == make_url(other).database


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database at *url* to this code's tables. Several at once take turns.

    Raises:
        CannotStart: It is read-only, cannot be reached, or is newer than the code.
    """
    path = database_file(url)
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600, exist_ok=True)
        engine = open_engine(url)
        try:
            with as_file(files("storage") / "migrations") as folder:
                if to != "head" or _revision(engine) != newest(folder):
                    _upgrade(engine, folder, to)
        finally:
            engine.dispose()
    except (sa.exc.DBAPIError, sa.exc.ArgumentError, OSError) as error:
        raise CannotStart(_reason(url, error)) from None


def newest(folder: Path) -> str:
    """The last revision in the folder of migrations, whose files begin with its number."""
    return max(file.name for file in (folder / "versions").glob("0*.py"))[:4]


def _revision(engine: sa.Engine) -> str | None:
    """Where the database stands; None where there is nothing, or none of ours."""
    try:
        with engine.connect() as link:
            said = link.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return str(said) if said else None
    except (sa.exc.ProgrammingError, sa.exc.OperationalError):
        return None


def _upgrade(engine: sa.Engine, folder: Path, to: str) -> None:
    # Only where there is something to do: it costs a tenth of a second at each start.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect() as connection:
        _alone(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if current is not None and current not in known:
            raise CannotStart(
                "The database is newer than this version of Titian: "
                "install the newer version, or restore a backup made with this one."
            )
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise CannotStart(f"The database could not be upgraded: {error}") from None
        connection.commit()


def _alone(connection: sa.Connection) -> None:
    """Wait for another upgrade, and later for tables in use only briefly: whoever serves goes on.

    Both end with the connection. On SQLite another upgrade is all that can be in the way. There a
    table is changed by making it anew, which must not take along what refers to its rows;
    `migrations/env.py` looks at the references afterwards.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA busy_timeout = {UPGRADING}")
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_lock(UPGRADE, 0)))
        connection.exec_driver_sql(f"SET lock_timeout = {PATIENCE}")
        connection.commit()


def _reason(url: str, error: Exception) -> str:
    where = make_url(url).render_as_string(hide_password=True) if "://" in url else "the database"
    text = str(getattr(error, "orig", error)).splitlines()[0] if str(error) else ""
    if "readonly" in text or "read-only" in text or isinstance(error, PermissionError):
        return f"The database {where} is read-only: give Titian's user the right to write it."
    if "lock timeout" in text:
        return "The tables of the database were in use for too long: nothing is changed, try again."
    if "not a database" in text:
        return f"{where} is not a Titian database: name another file in TITIAN_DATABASE_URL."
    return f"The database {where} cannot be opened ({text}): check TITIAN_DATABASE_URL."
