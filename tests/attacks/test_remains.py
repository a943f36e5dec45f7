"""What a thief of files, logs and temporary files finds, at every moment of a review (T17)."""

import logging
import re
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from storage.keyring import seal_key
from storage.rounds import find_round
from storage.sealing import open_box
from storage.store import TRACES
from tests.attacks import play
from tests.attacks.play import CHOSEN, COMMENT, NAME, PEOPLE, RECEIPT, Opener

SECRET = (COMMENT, CHOSEN)
PEOPLES = {"person", "code", "setting"}
"""The tables in which a name may stand."""


class Scene:
    """A world with a file keyring, and everything it leaves on the disk and in the log."""

    world: Any

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog
        self.said: list[str] = []

    def log(self) -> str:
        records = [record.getMessage() for record in self.caplog.records]
        return "\n".join([*records, self.caplog.text, *self.said])

    def clean(self, *canaries: str) -> None:
        """No file and no line of the log holds one of *canaries*."""
        assert play.holding(self.world.folder, *canaries) == []
        found = [canary for canary in canaries if canary in self.log()]
        assert found == []


@pytest.fixture
async def scene(
    opened: Opener,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Scene]:
    folder = tmp_path / "server"
    (folder / "tmp").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "sqlalchemy.engine")  # each statement, without its values
    made = Scene(caplog)
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer(), _keeping(made.said)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    made.world = await opened(folder=folder)
    yield made
    structlog.reset_defaults()


def _keeping(said: list[str]) -> Any:
    def keep(_: Any, __: str, line: Any) -> str:
        said.append(str(line))
        raise structlog.DropEvent

    return keep


async def test_no_canary_is_readable_at_any_moment(scene: Scene) -> None:
    world = scene.world
    scene.clean(*SECRET, RECEIPT)
    await play.answer_by_taps(world, "sari", f"{COMMENT} typed")
    scene.clean(*SECRET, RECEIPT)
    for user in PEOPLE[1:6]:
        await play.answer(world, user, f"{COMMENT} once more")
        scene.clean(*SECRET, RECEIPT)
    await play.answer(world, "ratna", "of the broker")
    await world.taps("sari", "Change an answer")
    await world.taps("sari", "7 An example in your words")
    await world.says("sari", f"{COMMENT} typed again")
    scene.clean(*SECRET, RECEIPT)
    await world.taps("joko", "Withdraw")
    await world.taps("joko", "Yes, withdraw them")
    await world.says("joko", "/checkin")
    await play.answer(world, "joko", COMMENT)
    await play.answer(world, "yohana", COMMENT)
    await play.answer(world, "tom", COMMENT)
    await world.taps("tom", "Change an answer")
    for _ in range(4):
        await world.forward(hours=1)
        scene.clean(*SECRET, RECEIPT)
    await play.close(world)
    assert COMMENT in world.last("ratna"), "the comments were there to be found"
    scene.clean(*SECRET)
    await world.says("ratna", "/feedback page")
    await world.forward(days=4)
    await world.says("budi", "/review results")
    scene.clean(*SECRET)
    keys = {name for name in play.files(world.folder) if "keyring" in name}
    assert keys == {
        f"keyring/{name}" for name in ("house.key", "inbox.key", "master", "round-1-comments.key")
    }


async def test_a_name_stands_in_the_tables_of_people_only(scene: Scene) -> None:
    world = scene.world
    for user in PEOPLE[:6]:
        await play.answer(world, user, COMMENT)
    assert await _naming(scene) <= PEOPLES
    assert NAME not in scene.log()
    await play.close(world)
    assert await _naming(scene) <= PEOPLES
    assert NAME not in scene.log()


async def _naming(scene: Scene) -> set[str]:
    found = await play.tables(scene.world.app.store)
    return {name for name, rows in found.items() if NAME in str(rows)}


async def test_a_whole_review_has_one_length_of_ciphertext(scene: Scene) -> None:
    """T11: from nothing to the longest comment, in characters that take most room."""
    world = scene.world
    lengths: set[tuple[int, int]] = set()

    async def measure() -> None:
        query = "SELECT round_id, length(sealed) FROM ballot"
        lengths.update(await play.look(world.app.store, query))

    await measure()
    for user, words in zip(PEOPLE, ("", "x", "🎉" * 500, '"' * 1000, "é\n" * 400), strict=False):
        await play.answer(world, user, words)
        await measure()
    await world.taps("tom", "Later")
    await world.forward(hours=2)
    await measure()
    assert {round_id for round_id, _ in lengths} == {1, 2}
    assert len(lengths) == 2


async def test_what_was_deleted_is_gone_though_a_reader_stood_in_the_way(scene: Scene) -> None:
    """B11, T17: "destroyed" is written down only when nothing of it is left."""
    world = scene.world
    for user in PEOPLE:
        await play.answer(world, user, COMMENT)
    await play.almost_close(world)
    reader = _reading(world.folder / "titian.db")
    await world.forward(minutes=2)
    sealed = "SELECT state, destroyed_at IS NULL FROM round"
    assert set(await play.look(world.app.store, sealed)) == {("closing", 1)}
    assert not [k for k in world.app.house.keyring.names() if "seal" in k or "slot" in k]
    assert "What your partners said" in world.last("ratna")
    reader.close()
    await world.app.ticker.tick()
    assert set(await play.look(world.app.store, sealed)) == {("closed", 0)}
    scene.clean(*SECRET)


def _reading(file: Path) -> Any:
    reader = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ballot").fetchone()
    return reader


async def test_the_words_of_everybody_are_in_the_ballots_and_not_beside_them(scene: Scene) -> None:
    """The canaries above are looked for where they would be: with the keys they are found."""
    world = scene.world
    await play.answer(world, "sari", COMMENT)

    def opened(unit: Any) -> list[str]:
        round_ = find_round(unit, 1)
        assert round_ is not None
        drafts, _ = open_box(unit, world.app.house.keyring, round_).open_all()
        return [str(draft.answers) for draft in drafts]

    assert COMMENT in str(await world.app.store.read(opened))
    assert seal_key(1, 1) in world.app.house.keyring.names()


async def test_whatever_forgetting_changes_is_scrubbed(opened: Opener) -> None:
    """B12: on PostgreSQL a row that was deleted or written over lies there until a vacuum."""
    world = await opened()
    for user in PEOPLE:
        await play.answer(world, user, COMMENT)
    await play.close(world)
    await world.says("ratna", "/feedback reply")
    touched: set[str] = set()

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        if found := re.match(r'\s*(?:DELETE FROM|UPDATE) "?(\w+)', statement):
            touched.add(found[1])

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        for user in ("sari", "ratna"):
            await world.says(user, "/forget me")
            await world.taps(user, "Yes, erase everything")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert {"result", "reply", "setting", "code", "role", "assignment"} <= touched
    assert touched - set(TRACES) == set()
    known = await world.app.store.read(lambda u: sa.inspect(u.connection()).get_table_names())
    assert set(TRACES) <= set(known)
