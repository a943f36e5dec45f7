"""Answers with a name beside answers without: the one kind never tells of the other.

A05 (the broker subtracts), R8 (a broker who coordinates), F19 (what a report may read).
"""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from storage.store import Unit
from tests.bot.test_by_name import start, with_manager
from tests.bot.test_rounds import PEOPLE, answer

pytestmark = pytest.mark.usefixtures("seldom")

NAMED = "kanarifogel"
SEALED = "wiedehopf"


async def bodies(world: Any) -> list[tuple[str, str]]:
    def look(unit: Unit) -> list[tuple[str, str]]:
        query = "SELECT round.confidence, result.body FROM result JOIN round ON id = round_id"
        return [(row[0], str(row[1])) for row in unit.connection().execute(sa.text(query)).all()]

    found: list[tuple[str, str]] = await world.app.store.read(look)
    return found


async def both(world: Any) -> None:
    """A sealed check-in with its mirror, and one by name, open together and closed."""
    await with_manager(world)
    await start(world, "responsibilities")
    for user in PEOPLE:
        await answer(world, user, f"{SEALED} {user}")
    await world.taps("ratna", "All on one page")
    await world.fills("ratna", {"r1": ("5",), "text": f"{NAMED} of ratna"})
    await start(world, "assignment-context")
    await world.taps("rina", "All on one page")
    await world.fills("rina", {"aims": ("part",), "targets": f"{NAMED} of rina"})
    await world.forward(days=9)


async def test_a_sealed_result_holds_no_name_and_no_named_answer(world: Any) -> None:
    await both(world)
    found = await bodies(world)
    assert sorted(kind for kind, _ in found) == ["named", "named", "sealed"]
    (sealed,) = [body for kind, body in found if kind == "sealed"]
    assert NAMED not in sealed and SEALED not in sealed and '"named"' not in sealed
    named = [json.loads(body)["named"] for kind, body in found if kind == "named"]
    assert all(SEALED not in str(body) for body in named)
    assert [len(body) for body in named] == [1, 1]


async def test_partners_read_nothing_of_what_was_said_by_name(world: Any) -> None:
    await both(world)
    read = "".join(m.text for user in PEOPLE for m in world.room.transcript(user))
    assert NAMED not in read
    assert f"{NAMED} of rina" in "".join(m.text for m in world.room.transcript("budi"))


async def test_among_several_brokers_each_reads_their_own_view_and_no_other(world: Any) -> None:
    await with_manager(world)
    await world.says("budi", "/broker appoint @rina kind external by partnership")
    for label in ("Open-ended", "Not specified", "Skip", "Record"):
        await world.taps("budi", label)
    await world.taps("rina", "I agree")
    await world.says("budi", "/coordinator add @rina")
    await world.taps("budi", "Make coordinator")
    await start(world, "several-brokers")
    given = {"who_what": ("4",), "same": ("2",), "cost": ("3",), "number": ("right",)}
    for user in PEOPLE:
        await world.taps(user, "All on one page")
        await world.fills(user, given)
    for user in ("ratna", "rina"):
        await world.taps(user, "All on one page")
        await world.fills(user, {**given, "text": f"{NAMED} of {user}"})
    await world.says("rina", "/review list")
    assert "several brokers" not in world.last("rina")
    await world.forward(days=30)
    for user, other in (("ratna", "rina"), ("rina", "ratna")):
        for command in ("/feedback", "/feedback page"):
            await world.says(user, command)
        shown = [m.text + str([f.content for f in m.files]) for m in world.room.transcript(user)]
        assert any(f"{NAMED} of {user}" in text for text in shown)
        assert not any(f"{NAMED} of {other}" in text for text in shown)
    await world.says("budi", "/review results page")
    read = [m.text + str([f.content for f in m.files]) for m in world.room.transcript("budi")]
    assert any("Working with several" in text or "brokers tell us" in text for text in read)
    assert not any(NAMED in text for text in read)
