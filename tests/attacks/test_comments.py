"""Comments end after 90 days, in every copy of the database too (T18, R10)."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.ballots import open_comments
from storage.keyring import comment_key, open_keyring
from storage.results import result
from storage.store import Store
from tests.attacks import play
from tests.attacks.play import COMMENT, PEOPLE, Opener

ENDED = {
    "en": "The comments are no longer here: they are kept for 90 days",
    "id": "Komentar sudah tidak ada di sini: komentar disimpan paling lama 90 hari",
}


async def closed(world: Any) -> None:
    """A review with eight comments, closed just now."""
    for user in PEOPLE:
        await play.answer(world, user, COMMENT)
    await play.close(world)


async def readable(database: Path, keys: Path) -> tuple[str, ...]:
    """What somebody reads who has a copy of the database, and the keyring of another day."""
    keyring, _ = open_keyring(f"file:{keys / 'keyring'}", None)
    store = Store(f"sqlite:///{database / 'titian.db'}")
    try:
        found = await store.read(lambda unit: result(unit, 1))
    finally:
        store.close()
    assert found is not None
    return open_comments(keyring, comment_key(1), found[1])


async def read(world: Any, user: str) -> str:
    """The report somebody reads now, and the whole page."""
    await world.says(user, "/feedback" if user == "ratna" else "/review results")
    chat = world.last(user)
    await world.says(user, "/feedback page" if user == "ratna" else "/review results page")
    page = world.room.transcript(user)[-1].files[0].content.decode()
    assert isinstance(page, str)
    return f"{chat}\n{page}"


async def test_on_day_91_no_comment_opens_in_any_copy(opened: Opener, tmp_path: Path) -> None:
    world = await opened()
    await closed(world)
    copies: list[Path] = []
    for days in (1, 45, 44):
        await world.forward(days=days)
        copies.append(tmp_path / f"after-{len(copies)}")
        shutil.copytree(world.folder, copies[-1])
    assert len(await readable(copies[-1], world.folder)) == len(PEOPLE), "day 90"
    assert (await read(world, "ratna")).count(COMMENT) >= len(PEOPLE)
    await world.forward(days=1)
    assert comment_key(1) not in world.app.house.keyring.names()
    for copy in copies:
        assert await readable(copy, world.folder) == ()
    query = "SELECT count(*) FROM result WHERE comments IS NOT NULL"
    assert await play.look(world.app.store, query) == [(0,)]
    await world.app.store.scrub()
    assert play.holding(world.folder, COMMENT) == []


async def test_comments_end_also_where_nobody_was_up_on_the_day(opened: Opener, world: Any) -> None:
    first = await opened()
    await closed(first)
    again = type(world)(first.folder, keyring=f"file:{first.folder / 'keyring'}")
    again.clock.move(timedelta(days=200))
    await again.app.ticker.tick()
    assert comment_key(1) not in again.app.house.keyring.names()
    await again.start()
    await again.stop()


async def test_a_crash_between_key_and_row_is_finished_the_next_day(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await opened()
    await closed(world)

    def fall(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("storage.results.end_comments", fall)
        with pytest.raises(RuntimeError, match="killed"):
            await world.forward(days=92)
    assert comment_key(1) not in world.app.house.keyring.names()
    assert ENDED["en"] in await read(world, "ratna")
    await world.app.ticker.tick()
    query = "SELECT count(*) FROM result WHERE comments IS NOT NULL"
    assert await play.look(world.app.store, query) == [(0,)]


async def test_reports_say_that_comments_have_ended(opened: Opener) -> None:
    world = await opened()
    await closed(world)
    await world.forward(days=95)
    for user, language in (("ratna", "en"), ("budi", "id")):
        await world.says(user, f"/language {language}")
        report = await read(world, user)
        assert report.count(ENDED[language]) == 2
        assert COMMENT not in report


async def test_a_report_without_comments_does_not_speak_of_their_end(opened: Opener) -> None:
    world = await opened()
    for user in PEOPLE:
        await play.answer(world, user)
    await play.close(world)
    await world.forward(days=95)
    assert ENDED["en"] not in await read(world, "budi")
