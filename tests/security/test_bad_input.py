"""What an operator may do wrong: refused at the start or reported, and nothing is damaged."""

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.copying import restore
from bot.settings import Settings
from dialogues.errors import CannotStart
from storage.copies import copy_out
from tests.attacks import play
from tests.conftest import START, World

OTHER = "77" * 32


def given(folder: Path, **more: str) -> Settings:
    told = {
        "database_url": f"sqlite:///{folder / 'titian.db'}",
        "keyring": f"file:{folder / 'keyring'}",
        **more,
    }
    return Settings(**told)  # type: ignore[arg-type]


@pytest.fixture
async def server(tmp_path: Path, town: None, town_folder: Path) -> Path:
    """A folder with a database and its keyring."""
    home = tmp_path / "server"
    shutil.copytree(town_folder, home)
    return home


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("small-town")


@pytest.fixture
async def town(town_folder: Path) -> None:
    if not (town_folder / "titian.db").exists():
        made = World(town_folder, keyring=f"file:{town_folder / 'keyring'}")
        await made.start()
        await made.founded(["sari", "joko"])
        await made.stop()


@pytest.mark.parametrize("half", [0.0, 0.02, 0.3, 0.9, 0.999])
def test_a_half_written_backup_is_refused(server: Path, tmp_path: Path, half: float) -> None:
    file = tmp_path / "copy.db"
    copy_out(f"sqlite:///{server / 'titian.db'}", file, START)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * half)])
    fresh = given(server, database_url=f"sqlite:///{tmp_path / 'fresh.db'}")
    before = play.files(server)
    with pytest.raises(CannotStart):
        restore(fresh, file, START)
    assert play.files(server) == before
    file.write_bytes(whole)
    assert restore(fresh, file, START).copy.rows > 0  # into the same database, still empty


def test_a_backup_in_which_anything_is_changed_is_refused_or_whole(
    server: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    copy_out(f"sqlite:///{server / 'titian.db'}", file, START)
    whole = file.read_bytes()
    for number, at in enumerate(range(0, len(whole), len(whole) // 12)):
        file.write_bytes(whole[:at] + b"\xff" * 64 + whole[at + 64 :])
        fresh = given(server, database_url=f"sqlite:///{tmp_path / f'fresh{number}.db'}")
        try:
            restore(fresh, file, START)
        except CannotStart:
            with sqlite3.connect(tmp_path / f"fresh{number}.db") as link:
                tables = link.execute("SELECT count(*) FROM sqlite_master").fetchone()
                held = link.execute("SELECT count(*) FROM person").fetchone() if tables[0] else (0,)
            link.close()
            assert held == (0,)


def test_a_wrong_master_key_starts_nothing(server: Path) -> None:
    before = play.files(server)
    with pytest.raises(CannotStart, match="TITIAN_MASTER_KEY"):
        World(server, keyring=f"file:{server / 'keyring'}", master_key=OTHER)
    assert play.files(server) == before


async def test_another_databases_keyring_starts_nothing(server: Path, tmp_path: Path) -> None:
    other = World(tmp_path / "other", keyring=f"file:{tmp_path / 'other' / 'keyring'}")
    other.app.store.close()
    before = play.files(server)
    with pytest.raises(CannotStart, match="another database"):
        World(server, keyring=f"file:{tmp_path / 'other' / 'keyring'}")
    assert play.files(server) == before


async def test_a_clock_in_the_past_closes_sends_and_deletes_nothing(
    server: Path, tmp_path: Path
) -> None:
    """A server whose battery died thinks it is 1970; later it knows better."""
    world = World(server, keyring=f"file:{server / 'keyring'}")
    await world.app.introduce()
    await world.start()
    await world.says("budi", "/review start responsibilities for 2h")
    before = await play.tables(world.app.store)
    told = {user: len(world.room.transcript(user)) for user in ("budi", "sari", "ratna")}
    back = timedelta(days=365 * 50)
    world.clock.move(-back)
    for _ in range(3):
        await world.app.ticker.tick()
    after = await play.tables(world.app.store)
    for table in ("ballot", "round", "review", "result", "member", "person", "code", "schedule"):
        assert after[table] == before[table], table
    assert {u: len(world.room.transcript(u)) for u in told} == told
    world.clock.move(back)
    await world.says("sari", "/help")
    assert "For everyone" in world.last("sari")
    await world.stop()
