"""Tables: migrations equal them, times stay aware, nothing deleted stays behind."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

import storage.tables
from dialogues.errors import CannotStart, NotNow
from storage.database import Utc, open_engine, upgrade
from storage.prepared import Prepared
from storage.store import Store, Unit

NUMBERED = Path(storage.__path__[0]) / "migrations" / "versions"


def run(unit: Unit, statement: str) -> None:
    unit.connection().execute(sa.text(statement))


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    upgrade(database_url)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()
    assert found == []


def test_upgrading_twice_is_harmless(database_url: str) -> None:
    upgrade(database_url)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
    upgrade(database_url)
    with engine.connect() as connection:
        after = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    assert after == before == max(NUMBERED.glob("0*.py")).name[:4]


def test_an_upgrade_of_a_file_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    """Else a second one, begun meanwhile, would find some of the first one's tables."""
    url = f"sqlite:///{tmp_path / 't.db'}"

    def fail(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "gone" in statement:
            raise OSError("the disk is full")

    sa.event.listen(sa.Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(CannotStart, match="the disk is full"):
            upgrade(url)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", fail)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    engine.dispose()
    upgrade(url)


def test_rows_that_must_not_keep_their_order_have_no_rowid(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 't.db'}"
    upgrade(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        for table in ("ballot", "inbox", "receipt"):
            query = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
            assert "WITHOUT ROWID" in str(connection.execute(query, {"name": table}).scalar())
    engine.dispose()


def test_a_newer_database_is_refused(database_url: str) -> None:
    upgrade(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CannotStart, match="newer than this version"):
        upgrade(database_url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Budi, " * 100)
    with pytest.raises(CannotStart, match="not a Titian database"):
        upgrade(f"sqlite:///{file}")


def test_a_database_that_cannot_be_reached_is_one_sentence() -> None:
    with pytest.raises(CannotStart, match="cannot be opened") as caught:
        upgrade("postgresql+psycopg://titian:secret@127.0.0.1:1/titian")
    assert "secret" not in str(caught.value)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Utc().process_bind_param(datetime(2026, 1, 1), sa.create_engine("sqlite://").dialect)  # noqa: DTZ001


async def test_an_error_never_shows_parameters(store: Store) -> None:
    """B14: what was being written may be an answer."""

    def fail(unit: Unit) -> None:
        query = sa.text("INSERT INTO inbox (seen, round_id) VALUES (:seen, :round)")
        unit.connection().execute(query, {"seen": b"canary", "round": "canary"})
        unit.connection().execute(query, {"seen": b"canary", "round": "canary"})

    with pytest.raises(sa.exc.DBAPIError) as caught:
        await store.transact(fail)
    shown = str(caught.value).replace(str(caught.value.orig), "")
    assert "canary" not in shown


async def test_scrubbing_leaves_nothing_in_the_log(tmp_path: Path) -> None:
    """T17: after the close the words are in none of the database's files."""
    url = f"sqlite:///{tmp_path / 't.db'}"
    upgrade(url)
    store = Store(url)
    canary = b"CANARY" * 20

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    def write(unit: Unit) -> None:
        query = sa.text("INSERT INTO inbox (seen) VALUES (:seen)")
        unit.connection().execute(query, {"seen": canary})

    await store.transact(write)
    await store.transact(lambda unit: run(unit, "DELETE FROM inbox"))
    assert canary in files()
    assert await store.scrub()
    assert canary not in files()
    store.close()


async def test_a_reader_in_the_way_is_noticed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 't.db'}"
    upgrade(url)
    store = Store(url)
    reader = open_engine(url, "BEGIN")
    held = reader.connect()
    held.execute(sa.text("SELECT count(*) FROM inbox")).scalar()
    await store.transact(lambda unit: run(unit, "INSERT INTO inbox (seen) VALUES (x'01')"))
    assert not await store.scrub()
    held.close()
    reader.dispose()
    assert await store.scrub()
    store.close()


async def test_a_prepared_statement_that_fails_is_the_usual_error(store: Store) -> None:
    """And shows no value either."""
    lost = Prepared(lambda _: sa.text("INSERT INTO nowhere VALUES (:a)"))
    with pytest.raises(sa.exc.ProgrammingError if not store.alone else NotNow) as caught:
        await store.transact(lambda unit: lost.run(unit.link, a="secret words"))
    assert "secret words" not in f"{caught.value}{caught.value.__cause__}"


async def test_a_prepared_statement_on_a_lost_connection_says_so(store: Store) -> None:
    if store.alone:
        return  # a file is not lost
    seen = Prepared(lambda _: sa.text("SELECT pg_backend_pid()"))
    ended = sa.text("SELECT pg_terminate_backend(:process)")

    def lose(unit: Unit) -> None:
        (process,) = seen.first(unit.link) or ()
        with unit.link.engine.connect() as other:
            other.execute(ended, {"process": process})
        with pytest.raises(sa.exc.OperationalError) as caught:
            seen.first(unit.link)
        assert caught.value.connection_invalidated and unit.link.invalidated

    await store.read(lose)
    assert await store.transact(lambda unit: seen.first(unit.link)), "by another connection"
