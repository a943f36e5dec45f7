"""`backup` and `restore`: a copy holds no key, and what has ended since ends in it."""

import resource
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.clock import SteppedClock
from bot.copying import Restored, backup, restore
from bot.settings import Settings
from dialogues.errors import CannotStart
from storage.copies import copy_out
from storage.database import open_engine
from storage.keyring import HOUSE, FileKeyring
from tests.bot.test_forgetting import ALL, answer, begin, forget
from tests.conftest import START, World, fresh_database

pytestmark = pytest.mark.usefixtures("seldom")

MASTER = "5a" * 32
LATER = START + timedelta(minutes=20)


def settings(url: str, keys: Path, master: str = MASTER) -> Settings:
    return Settings(database_url=url, keyring=f"file:{keys}", master_key=master)  # type: ignore[arg-type]


class Ground:
    """A Titian with an open check-in, and an empty database to put its copy into."""

    def __init__(self, folder: Path, source: str, target: str) -> None:
        self.folder, self.source, self.target = folder, source, target
        self.keys = folder / "keyring"
        self.file = folder / "copy.db"
        self.world = self.another(source)

    def another(self, url: str) -> World:
        given = {"database_url": url, "keyring": f"file:{self.keys}", "master_key": MASTER}
        return World(self.folder / "world", **given)

    async def backup(self) -> None:
        await backup(settings(self.source, self.keys), self.file, self.world.clock.now())

    def restore(self, file: Path | None = None, keys: Path | None = None) -> Restored:
        into = settings(self.target, keys or self.keys)
        return restore(into, file or self.file, LATER)

    async def opened(self) -> None:
        await self.world.start()
        await begin(self.world)
        for user in ALL[:5]:
            await answer(self.world, user)

    async def again(self) -> World:
        """A Titian on what was restored; its people's chats are empty."""
        made = self.another(self.target)
        assert isinstance(made.clock, SteppedClock)
        made.clock.move(LATER - made.clock.now())
        await made.start()
        for user in ("budi", "ratna", *ALL):
            made.person(user, user)
        return made


def rows(url: str) -> dict[str, list[str]]:
    engine = open_engine(url)
    try:
        with engine.connect() as link:
            tables = SQLModel.metadata.sorted_tables
            return {t.name: sorted(map(repr, link.execute(sa.select(t)).all())) for t in tables}
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite to sqlite", "sqlite to postgresql", "postgresql to sqlite"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    source, _, target = request.param.split()
    file = f"sqlite:///{tmp_path / 'one.db'}"
    if "postgresql" not in (source, target):
        yield Ground(tmp_path, file, f"sqlite:///{tmp_path / 'other.db'}")
        return
    with fresh_database(request.getfixturevalue("postgres")) as server:
        yield Ground(tmp_path, *((server, file) if source == "postgresql" else (file, server)))


@pytest.fixture
def files(tmp_path: Path) -> Ground:
    """On SQLite only, for what does not depend on the database."""
    return Ground(tmp_path, f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}")


async def test_a_copy_put_back_within_the_hour_goes_on(ground: Ground) -> None:
    await ground.opened()
    await ground.backup()  # while it runs
    before = rows(ground.source)
    await ground.world.stop()
    done = ground.restore()
    assert (done.unreadable, done.forgotten, done.unsent) == (0, 0, 0)
    assert rows(ground.target) == before
    assert done.copy.rows == sum(map(len, before.values()))
    again = await ground.again()
    for user in ALL[5:]:
        await again.says(user, "/checkin")
        await answer(again, user)
    await again.forward(days=8)
    assert "8 of 8 people" in again.last("ratna")
    await again.says(
        "budi", "/organisation add Epsilon sector business"
    )  # a number that nothing else has
    assert "Epsilon" in again.last("budi")
    await again.stop()


async def test_where_the_keys_are_gone_it_ends_without_a_word(files: Ground) -> None:
    await files.opened()
    await files.backup()
    await files.world.forward(days=8)
    assert "5 of 8 people" in files.world.last("ratna")
    await files.world.stop()
    done = files.restore()
    assert done.unreadable == 1
    found = rows(files.target)
    assert found["ballot"] == found["timer"] == []
    again = await files.again()
    await again.forward(days=30)
    assert all(again.room.transcript(user) == [] for user in ALL)
    await again.says("sari", "/checkin")
    assert "open" in again.last("sari")
    await again.stop()


async def test_who_was_deleted_since_is_deleted_again(files: Ground) -> None:
    await files.opened()
    await files.backup()
    await forget(files.world, "sari")
    await files.world.stop()
    done = files.restore()
    assert done.forgotten == 1
    assert "SARI" not in str(rows(files.target))
    again = await files.again()
    await again.forward(days=8)
    assert "4 of 8 people" not in again.last("ratna") and "4" not in again.last("ratna")[:60]
    await again.stop()


async def test_who_was_deleted_before_is_not_looked_for(files: Ground) -> None:
    await files.opened()
    await forget(files.world, "sari")
    files.world.clock.move(timedelta(minutes=1))
    await files.backup()
    await files.world.stop()
    assert files.restore().forgotten == 0


async def test_what_was_due_meanwhile_is_not_sent(files: Ground) -> None:
    await files.world.start()
    await files.world.founded(ALL)
    await files.world.says("budi", "/review start responsibilities for 7d at tomorrow 09:00")
    await files.world.taps("budi", "Start")
    await files.world.stop()
    link = sqlite3.connect(files.folder / "one.db")
    link.execute("UPDATE outbox SET state = 'pending', not_before = '2026-11-27 01:40:00'")
    link.commit()
    waiting = link.execute("SELECT count(*) FROM outbox").fetchone()[0]
    link.close()
    assert waiting > 0
    await files.backup()
    assert files.restore().unsent == waiting


async def test_a_copy_holds_no_key_and_fits_none_but_this_hours(files: Ground) -> None:
    await files.opened()
    keyring = FileKeyring(files.keys, bytes.fromhex(MASTER))
    before = {name: keyring.get(name) for name in keyring.names()}
    await files.backup()
    sealing = [name for name in before if "-seal-" in name]
    assert sealing and not set(sealing) & set(keyring.names())
    content = files.file.read_bytes()
    for name in keyring.names():
        assert keyring.get(name) not in content
    assert files.file.stat().st_mode & 0o077 == 0
    assert [left.name for left in files.folder.glob("copy.db*")] == ["copy.db"]
    await files.world.stop()


async def test_what_is_refused_leaves_the_database_empty(files: Ground) -> None:
    await files.opened()
    await files.backup()
    await files.world.stop()
    half = files.folder / "half.db"
    half.write_bytes(files.file.read_bytes()[:-5000])
    newer = files.folder / "newer.db"
    newer.write_bytes(files.file.read_bytes())
    unended = files.folder / "unended.db"
    unended.write_bytes(files.file.read_bytes())
    for file, statement in (
        (newer, "UPDATE alembic_version SET version_num = '9999'"),
        (unended, "DROP TABLE backup"),
    ):
        link = sqlite3.connect(file)
        link.execute(statement)
        link.commit()
        link.close()
    text = files.folder / "letter.txt"
    text.write_text("Dear Budi")
    for file, why in (
        (half, "damaged or was not written"),
        (unended, "damaged or was not written"),
        (text, "damaged or was not written"),
        (files.folder / "none.db", "cannot be read"),
        (newer, "newer than this version"),
    ):
        with pytest.raises(CannotStart, match=why):
            files.restore(file)
    strange = files.folder / "strange"
    FileKeyring(strange, bytes.fromhex(MASTER)).make(HOUSE)
    FileKeyring(strange, bytes.fromhex(MASTER)).make("inbox")
    with pytest.raises(CannotStart, match="belongs to another database"):
        files.restore(keys=strange)
    with pytest.raises(CannotStart, match="cannot be opened with this master key"):
        restore(settings(files.target, files.keys, "6b" * 32), files.file, LATER)
    assert not any(rows(files.target).values())
    assert files.restore().copy.rows > 0
    with pytest.raises(CannotStart, match="holds something already"):
        files.restore()


async def test_a_copy_that_cannot_be_written_leaves_nothing(files: Ground) -> None:
    await files.opened()
    await files.backup()
    with pytest.raises(CannotStart, match="is there already"):
        await files.backup()
    files.file = files.folder / "letter.txt" / "copy.db"
    files.file.parent.write_text("Dear Budi")
    with pytest.raises(CannotStart, match="could not be written"):
        await files.backup()
    files.file = files.folder / "second.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))  # as on a full disk
    try:
        with pytest.raises(CannotStart, match="could not be written"):
            copy_out(files.source, files.file, START)
        with pytest.raises(CannotStart, match="its disk is full"):
            await files.backup()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(files.folder.glob("second.db*"))
    assert not files.file.exists()
    await files.world.stop()


async def test_another_databases_keyring_is_refused_at_the_start(files: Ground) -> None:
    await files.opened()
    await files.world.stop()
    with pytest.raises(CannotStart, match="belongs to another database"):
        files.another(files.target)
    for key in files.keys.glob("*.key"):
        key.unlink()
    lost = files.another(files.source)  # a keyring that was lost altogether is begun anew
    await lost.start()
    await lost.stop()
