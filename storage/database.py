"""From a URL to engines: pragmas, the aware-UTC column type, names of constraints, upgrades."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
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
RESTED = 1.0
"""Seconds after which a connection may have been lost."""
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


def open_engine(
    url: str, begin: str = "BEGIN IMMEDIATE", size: int = 1, isolation: str = "READ COMMITTED"
) -> sa.Engine:
    """An engine for *url* (SQLite or PostgreSQL). *begin* is how SQLite starts a transaction.

    *isolation* is PostgreSQL's: AUTOCOMMIT where each statement stands for itself.

    Parameters never appear in an error: they may be answers (B14).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        server = sa.create_engine(
            parsed,
            hide_parameters=True,
            pool_size=size,
            max_overflow=0,
            isolation_level=isolation,
        )
        event.listen(server, "handle_error", _without_detail)
        event.listen(server, "checkin", _rests)
        event.listen(server, "checkout", _answers(server.dialect))
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


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _rests(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests since"] = time.monotonic()


def _answers(dialect: sa.Dialect) -> Callable[..., None]:
    """Ask a connection that has rested whether it is still there; another is made where not.

    Asking each time, as `pool_pre_ping` does, would be a third of what a tap asks of the server.
    """

    def asked(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - record.info.get("rests since", math.inf) < RESTED:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error

    return asked


def _without_detail(context: sa.engine.ExceptionContext) -> None:
    refused = is_refused(context.original_exception)
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            keep_first(error, refused)


def is_refused(error: BaseException) -> bool:
    """Whether PostgreSQL took a value for no value of its type."""
    return str(getattr(error, "sqlstate", None) or "").startswith("22")


def keep_first(error: BaseException, refused: bool) -> None:
    """PostgreSQL quotes the row it refuses below the first line, and a value in the first."""
    if error.args:
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
