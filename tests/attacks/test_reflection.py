"""The broker's reflection (DESIGN 1, "private"): who else could read it, or learn that it is.

C01 (the database read), B12 (backups), R10 (forgotten at once).
"""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.errors import KeyLost
from storage import partnerships, reflections
from storage.keyring import reflection_key
from storage.reflections import Reflections
from storage.store import Unit
from tests.attacks.play import COMMENT, Opener, holding, tables

STEPS = ("Often", "Agree", "Agree", "about right", "both in balance")


@pytest.fixture
async def quiet(opened: Opener, tmp_path: Path) -> Any:
    """A partnership without a review, its keys in a folder."""
    return await opened(window="", folder=tmp_path / "server")


async def reflect(world: Any, user: str = "ratna", last: str = "Keep it") -> None:
    await world.says(user, "/reflect")
    for label in STEPS:
        await world.taps(user, label)
    await world.says(user, f"More {COMMENT}.")
    if last:
        await world.taps(user, last)


async def member_of(world: Any, name: str) -> int:
    def look(unit: Unit) -> int:
        found = [m.id for m in partnerships.members(unit, 1) if m.name.startswith(name)]
        return found[0]

    number: int = await world.app.store.read(look)
    return number


async def read(world: Any, member: int) -> Reflections:
    found: Reflections = await world.app.store.read(
        lambda unit: reflections.read(unit, world.app.house.keyring, member)
    )
    return found


async def test_nothing_said_stands_in_a_file_half_way_or_kept(quiet: Any) -> None:
    await reflect(quiet, last="")
    assert holding(quiet.folder, COMMENT, "balance", '"stepin"') == []
    await quiet.taps("ratna", "Keep it")
    assert holding(quiet.folder, COMMENT, "balance", '"stepin"') == []
    kept = (await read(quiet, await member_of(quiet, "Ratna"))).kept
    assert [COMMENT in str(one.answers) for one in kept] == [True]
    assert COMMENT not in repr(kept)


async def test_it_leaves_no_trace_but_one_sealed_row(quiet: Any) -> None:
    """No review, no round, no timer, no message: nothing that a coordinator could be shown."""
    before = await tables(quiet.app.store)
    said = [m.id for m in quiet.room.transcript("budi")]
    await reflect(quiet)
    after = await tables(quiet.app.store)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"reflection", "inbox", "account"}
    assert len(after["reflection"]) == 1
    assert [m.id for m in quiet.room.transcript("budi")] == said
    for command in ("/review list", "/review status", "/mydata", "/people", "/broker list"):
        await quiet.says("budi", command)
        told = quiet.room.transcript("budi")[-1]
        assert "eflection" not in told.text
        assert all("balance" not in str(file.content) for file in told.files)


async def test_one_time_and_many_take_the_same_room(quiet: Any) -> None:
    lengths = []
    for _ in range(3):
        await reflect(quiet)
        query = sa.text("SELECT length(sealed) FROM reflection")
        lengths.append(
            await quiet.app.store.read(lambda unit: unit.connection().execute(query).scalar())  # noqa: B023
        )
    assert len(set(lengths)) == 1


async def test_nobody_else_opens_it_even_with_the_row_under_their_own_name(quiet: Any) -> None:
    await reflect(quiet)
    mine, other = await member_of(quiet, "Ratna"), await member_of(quiet, "Budi")
    keyring = quiet.app.house.keyring

    def steal(unit: Unit) -> None:
        copy = "INSERT INTO reflection SELECT :other, sealed FROM reflection"
        unit.connection().execute(sa.text(copy), {"other": other})

    await quiet.app.store.transact(steal)
    keyring.make(reflection_key(other))
    assert await read(quiet, other) == Reflections()
    await quiet.says("budi", "/reflect all")
    assert COMMENT not in quiet.last("budi")
    assert len((await read(quiet, mine)).kept) == 1


async def test_a_stolen_row_without_its_key_says_nothing(quiet: Any) -> None:
    await reflect(quiet)
    mine = await member_of(quiet, "Ratna")
    quiet.app.house.keyring.destroy(reflection_key(mine))
    assert await read(quiet, mine) == Reflections()


async def test_forget_me_takes_row_and_key_at_once(quiet: Any) -> None:
    await reflect(quiet)
    mine = await member_of(quiet, "Ratna")
    stolen = (await tables(quiet.app.store))["reflection"]
    assert stolen
    await quiet.says("ratna", "/forget me")
    await quiet.taps("ratna", "Yes, erase everything")
    assert (await tables(quiet.app.store))["reflection"] == []
    with pytest.raises(KeyLost):
        quiet.app.house.keyring.get(reflection_key(mine))
