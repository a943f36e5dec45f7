"""`titian rotate`: another master key while a check-in is open and comments are kept."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from nacl import exceptions, secret

from bot.rotating import rotate
from bot.settings import Settings
from dialogues.errors import CannotStart, KeyLost, NotNow
from storage import installations, rotation
from storage.keyring import HOUSE, FileKeyring, slot_key, write_whole
from storage.keyrings import MASTER, UPCOMING, open_keyring
from storage.store import Unit
from tests.attacks import play
from tests.conftest import World, fresh_database

OLD, NEW = "5a" * 32, "a5" * 32
TOKENS = '{"bot_token": "xoxb-canary"}'


def given(folder: Path, **more: str) -> dict[str, str]:
    return {
        "database_url": f"sqlite:///{folder / 'titian.db'}",
        "keyring": f"file:{folder / 'keyring'}",
        **more,
    }


@pytest.fixture(params=["its own", "given", "second database"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings before, for each kind of keyring that has a master key."""
    if request.param == "second database":
        with fresh_database(request.getfixturevalue("postgres")) as keys:
            yield given(tmp_path, keyring=keys, master_key=OLD)
        return
    yield given(tmp_path, **({"master_key": OLD} if request.param == "given" else {}))


def after(kind: dict[str, str]) -> dict[str, str]:
    return {**kind, "master_key": NEW} if "master_key" in kind else kind


def turn(kind: dict[str, str]) -> rotation.Rotated:
    coming = {"new_master_key": NEW} if "master_key" in kind else {}
    return rotate(Settings(**{**kind, **coming}))  # type: ignore[arg-type]


async def begun(folder: Path, kind: dict[str, str]) -> World:
    """One review closed, its comments kept; another open, with half of the answers in."""
    world = World(folder, **kind)
    await world.start()
    await play.set_up(world)
    await play.start_review(world, "6h")
    for number, user in enumerate(play.PEOPLE):
        await play.answer(world, user, f"{play.COMMENT} {number}")
    await play.close(world)
    await world.says("budi", "/review start role-clarity for 6h")
    await world.taps("budi", "Start")
    for user in play.PEOPLE[:4]:
        await world.taps(user, "All on one page")
        await world.fills(user, {"scope": ("4",)})
    await world.app.store.transact(
        lambda unit: installations.keep(unit, key_of(kind), "slack:T1", TOKENS)
    )
    return world


def key_of(kind: dict[str, str]) -> bytes:
    own = Path(kind["keyring"].removeprefix("file:")) / MASTER
    return bytes.fromhex(kind.get("master_key") or own.read_text())


async def test_open_check_ins_comments_and_tokens_go_on(
    tmp_path: Path, kind: dict[str, str]
) -> None:
    world = await begun(tmp_path, kind)
    await world.stop()
    world.app.house.keyring.close()
    old = key_of(kind)
    done = turn(kind)
    assert done.lost == 0 and done.tokens == 1 and done.keys >= 5
    changed = after(kind)
    assert key_of(changed) != old
    again = World(tmp_path, **changed)
    await again.app.introduce()
    again.clock.move(world.clock.now() - again.clock.now())
    await again.start()
    await again.says("ratna", "/feedback page")
    assert play.COMMENT.encode() in again.room.transcript("ratna")[-1].files[0].content
    found = await again.app.store.read(
        lambda unit: installations.find(unit, key_of(changed), "slack:T1")
    )
    assert found == TOKENS
    for user in play.PEOPLE[4:]:
        await again.says(user, "/checkin")
        await again.taps(user, "All on one page")
        await again.fills(user, {"scope": ("4",)})
    await again.forward(hours=6, minutes=5)
    assert "8 of 8 people" in again.last("ratna")
    await again.stop()
    again.app.house.keyring.close()
    with pytest.raises(KeyLost), Unit(sa.create_engine(kind["database_url"])) as unit:
        installations.find(unit, old, "slack:T1")
    if "master_key" in kind:
        with pytest.raises(CannotStart, match="TITIAN_MASTER_KEY"):
            World(tmp_path, **kind)
    with pytest.raises(CannotStart, match="TITIAN_MASTER_KEY"):
        rotate(Settings(**{**kind, "master_key": "77" * 32, "new_master_key": "66" * 32}))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of keys and a database with a workspace's tokens."""
    folder = tmp_path_factory.mktemp("ground")
    kind = given(folder, master_key=OLD)
    ring, _ = open_keyring(kind["keyring"], OLD)
    for number in range(3):
        ring.make(slot_key(number))
    world = World(folder, **kind)

    def keep(unit: Any) -> None:
        installations.keep(unit, bytes.fromhex(OLD), "slack:T1", TOKENS)

    with Unit(sa.create_engine(kind["database_url"])) as unit:
        keep(unit)
        unit.commit()
    world.app.store.close()
    return folder


class Crash(BaseException):
    """The power goes."""


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("at", [0, 1, 2, 4, 5, 6])
def test_interrupted_anywhere_nothing_starts_and_it_is_finished(
    ground: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, own: bool
) -> None:
    """Before each thing that is written; neither key starts anything in between."""
    shutil.copytree(ground, tmp_path, dirs_exist_ok=True)
    kind = given(tmp_path, master_key=OLD)
    folder = tmp_path / "keyring"
    if own:
        (folder / MASTER).write_text(OLD)
        del kind["master_key"]
    before = {name: FileKeyring(folder, bytes.fromhex(OLD)).get(name) for name in names(folder)}
    whole, count = write_whole, iter(range(99))

    def write(path: Path, content: bytes) -> None:
        if next(count) == at:
            raise Crash
        whole(path, content)

    monkeypatch.setattr(rotation, "write_whole", write)
    with contextlib.suppress(Crash):
        turn(kind)
    monkeypatch.undo()
    if 0 < at <= len(before):
        for master in (OLD, NEW):
            with pytest.raises(CannotStart, match="titian rotate"):
                World(tmp_path, **{**kind, "master_key": master})
    done = turn(kind)
    assert done == rotation.Rotated(len(before), 1, 0)
    new = key_of(after(kind))
    fresh = FileKeyring(folder, new)
    assert {name: fresh.get(name) for name in names(folder)} == before
    assert not (folder / "turning").exists() and not (folder / UPCOMING).exists()
    assert new != bytes.fromhex(OLD)
    for path in folder.glob("*.key"):
        with pytest.raises(exceptions.CryptoError):
            secret.Aead(bytes.fromhex(OLD)).decrypt(path.read_bytes(), aad=path.stem.encode())


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.key"))


def test_whoever_still_runs_with_the_old_key_takes_nothing_for_lost(
    ground: Path, tmp_path: Path
) -> None:
    """A lost key ends a check-in as unreadable; a changed one must not."""
    shutil.copytree(ground, tmp_path, dirs_exist_ok=True)
    running = FileKeyring(tmp_path / "keyring", bytes.fromhex(OLD))
    (tmp_path / "keyring" / "turning").touch()
    for work in (running.get, running.make):
        with pytest.raises(NotNow):
            work("round-99-slot")
    (tmp_path / "keyring" / "turning").unlink()
    turn(given(tmp_path, master_key=OLD))
    for name in (slot_key(1), "round-99-slot"):
        for work in (running.get, running.make):
            with pytest.raises(NotNow):
                work(name)
    assert not (tmp_path / "keyring" / "round-99-slot.key").exists()


def test_the_same_for_a_second_database(postgres: str) -> None:
    with fresh_database(postgres) as keys:
        running, _ = open_keyring(keys, OLD)
        kept = running.make(HOUSE), running.make(slot_key(1))
        with fresh_database(postgres) as database:
            turn({"database_url": database, "keyring": keys, "master_key": OLD})
        for name in (slot_key(1), "round-99-slot"):
            for work in (running.get, running.make):
                with pytest.raises(NotNow):
                    work(name)
        fresh, _ = open_keyring(keys, NEW)
        assert (fresh.get(HOUSE), fresh.get(slot_key(1))) == kept
        assert set(fresh.names()) == {HOUSE, slot_key(1)}
        for ring in (running, fresh):
            ring.close()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="TITIAN_NEW_MASTER_KEY"):
        rotate(Settings(**given(tmp_path, master_key=OLD)))  # type: ignore[arg-type]
    with pytest.raises(CannotStart, match="hexadecimal"):
        rotate(Settings(**given(tmp_path, master_key=OLD, new_master_key="x")))  # type: ignore[arg-type]
    assert not (tmp_path / "keyring" / MASTER).exists()
