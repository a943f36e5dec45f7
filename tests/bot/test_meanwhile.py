"""What changes while a check-in is open: its end, its people, who wants to hear of it."""

from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.messages import Spot
from storage import people
from storage.store import Unit

pytestmark = pytest.mark.usefixtures("seldom")

ALL = ("ratna", "sari", "joko", "maria", "anna", "hasan", "lin", "yohana", "tom")


async def begin(world: Any, window: str = "7d") -> None:
    await world.founded(ALL[1:])
    await world.says("budi", f"/review start responsibilities for {window}")
    await world.taps("budi", "Start")


async def rows(world: Any, query: str) -> list[Any]:
    def look(unit: Unit) -> list[Any]:
        return [tuple(row) for row in unit.connection().execute(sa.text(query)).all()]

    found: list[Any] = await world.app.store.read(look)
    return found


async def test_everybody_asked_hears_it_once_and_everything_moves(world: Any) -> None:
    await begin(world)
    query = "SELECT key, at FROM timer WHERE key LIKE 'review:1:%' ORDER BY key"
    before = await rows(world, query)
    await world.says("budi", "/review extend for 4 days")
    await world.taps("budi", "Keep it open longer")
    for user in ALL:
        told = [m.text for m in world.room.transcript(user) if "stays open longer" in m.text]
        assert len(told) == 1 and "Tuesday 8 December" in told[0], user
    after = await rows(world, query)
    assert [key for key, _ in after] == [key for key, _ in before]
    assert all(new > old for (_, new), (_, old) in zip(after, before, strict=True))
    reminders = await rows(
        world, "SELECT DISTINCT not_before FROM outbox WHERE key LIKE 'round:%:remind:%'"
    )
    assert [str(at)[:10] for (at,) in reminders] == ["2026-12-03"]


async def test_a_reminder_that_went_out_is_not_repeated(world: Any) -> None:
    await begin(world)
    await world.forward(days=5)
    await world.says("budi", "/review extend for 4 days")
    await world.taps("budi", "Keep it open longer")
    await world.forward(days=5)
    reminded = [m for m in world.room.transcript("sari") if "I can tell" in m.text]
    assert len(reminded) == 1
    await world.forward(days=2)
    assert any("Closed" in m.text for m in world.room.transcript("sari"))


async def test_a_live_one_ends_as_announced(world: Any) -> None:
    await begin(world, "2 hours")
    await world.says("budi", "/review extend for 1 day")
    assert "ends as announced" in world.last("budi")


async def test_the_broker_who_coordinates_cannot_put_off_their_own(world: Any) -> None:
    await begin(world)
    await world.says("budi", "/coordinator add ratna")
    await world.taps("budi", "Make coordinator")
    await world.says("ratna", "/review extend for 1 day")
    assert "This is about you" in world.last("ratna")


@pytest.mark.parametrize("text", ["/people move joko to Beta", "/people remove joko"])
async def test_the_broker_who_coordinates_leaves_people_alone_meanwhile(
    world: Any, text: str
) -> None:
    await begin(world)
    await world.says("budi", "/coordinator add ratna")
    await world.taps("budi", "Make coordinator")
    await world.says("ratna", text)
    assert "This is about you" in world.last("ratna")


async def test_the_linked_groups_notice_shows_the_new_end(world: Any) -> None:
    await begin(world)
    await world.says("budi", "/start", "group")
    await world.taps("budi", "Link to Water for Bima", "group")
    await world.says("budi", "/review cancel")
    await world.taps("budi", "Yes, cancel it")
    await world.says("budi", "/review start responsibilities for 7d")
    await world.taps("budi", "Start")
    await world.says("budi", "/review extend for 4 days")
    await world.taps("budi", "Keep it open longer")
    shown = [m.text for m in world.room.transcript("group") if "is open" in m.text]
    assert len(shown) == 1 and "8 December" in shown[0]


async def test_somebody_who_stopped_hears_nothing_and_the_rows_do_not_tell(world: Any) -> None:
    await begin(world)
    await world.says("sari", "/stop")
    before = len(world.room.transcript("sari"))
    await world.taps("joko", "Later")
    await world.says("joko", "/stop")
    silent = len(world.room.transcript("joko"))
    await world.says("budi", "/review extend for 1 day")
    await world.taps("budi", "Keep it open longer")
    await world.forward(days=6)
    assert len(world.room.transcript("sari")) == before
    assert len(world.room.transcript("joko")) == silent
    assert any("I can tell" in m.text for m in world.room.transcript("maria"))
    for kind in ("remind", "extended"):
        ends = f"SELECT DISTINCT state, body, holder FROM outbox WHERE key LIKE '%:{kind}:%'"
        assert len(await rows(world, ends)) == 1, kind
    await world.says("sari", "/checkin")
    assert "Ratna's role" in world.last("sari")
    await world.forward(days=6)
    assert "Closed" in world.last("sari"), "what stands in the chat is still edited"


async def test_who_cannot_be_reached_is_a_number_while_a_check_in_is_open(world: Any) -> None:
    await begin(world)

    def block(unit: Unit) -> None:
        people.mark_unreachable(unit, Spot("playground", "lin"))

    await world.app.store.transact(block)
    await world.says("budi", "/review status")
    assert "cannot reach 1 of them" in world.last("budi") and "Lin" not in world.last("budi")
    await world.says("budi", "/people")
    assert "cannot be reached" not in world.last("budi")
    await world.says("budi", "/review cancel")
    await world.taps("budi", "Yes, cancel it")
    await world.says("budi", "/people")
    assert "Lin (partner, cannot be reached)" in world.last("budi")
    await world.says("sari", "/people")
    assert "cannot be reached" not in world.last("sari")
    await world.says("lin", "/help")
    await world.says("budi", "/people")
    assert "cannot be reached" not in world.last("budi")
