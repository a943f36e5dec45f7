"""What is asked by name: said before the first question, kept with the name, shown to readers."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from storage.store import Unit
from tests.bot.test_rounds import PEOPLE, set_up

pytestmark = pytest.mark.usefixtures("seldom")

TARGETS = "kanarifogel"


async def with_manager(world: Any) -> None:
    """Rina is the broker's line manager."""
    await set_up(world)
    world.person("rina", "Rina")
    await world.says("budi", "/invite line_manager")
    await world.says("rina", f"/join {world.codes('budi')[-1]}")
    await world.taps("rina", "Join")


async def start(world: Any, checkin: str) -> None:
    await world.says("budi", f"/review start {checkin} for 7d")
    await world.taps("budi", "Start")


async def answer(world: Any, user: str) -> None:
    await world.taps(user, "All on one page")
    given = {"aims": ("mostly",), "support": ("4",), "outcome": ("extend",)}
    await world.fills(user, {**given, "text": "", "targets": f"{TARGETS} of {user}"})


async def rows(world: Any, query: str) -> list[Any]:
    def look(unit: Unit) -> list[Any]:
        return [tuple(row) for row in unit.connection().execute(sa.text(query)).all()]

    found: list[Any] = await world.app.store.read(look)
    return found


async def test_the_name_is_spoken_of_before_the_first_question(world: Any) -> None:
    await with_manager(world)
    await start(world, "assignment-context")
    for user in ("ratna", "rina", "budi"):
        assert "Your name stays with your answers" in world.last(user)
    for user in PEOPLE:
        assert "What else played a part" not in world.last(user)


async def test_answers_are_sealed_while_it_is_open_and_then_kept_by_name(world: Any) -> None:
    await with_manager(world)
    await start(world, "assignment-context")
    for user in ("ratna", "rina"):
        await answer(world, user)
    assert TARGETS not in str(await rows(world, "SELECT * FROM result"))
    await world.forward(days=9)
    for user in ("ratna", "rina", "budi"):
        said = world.last(user)
        assert f"{TARGETS} of ratna" in said and f"{TARGETS} of rina" in said, user
        assert "Extend it" in said
    assert TARGETS not in "".join(m.text for u in PEOPLE for m in world.room.transcript(u))
    for user in ("budi", "ratna"):
        await world.says(user, "/review results" if user == "budi" else "/feedback")
        assert f"{TARGETS} of rina" in world.last(user)


async def test_a_coordinator_who_is_the_broker_starts_none_about_themself(world: Any) -> None:
    await with_manager(world)
    await world.says("budi", "/coordinator add @ratna")
    await world.taps("budi", "Make coordinator")
    await world.says("ratna", "/review start assignment-context for 7d")
    assert "would be about you" in world.last("ratna")
    await start(world, "assignment-context")
    assert len(await rows(world, "SELECT * FROM roster")) == 3
    await world.says("ratna", "/review list")
    assert "What else" not in world.last("ratna")


async def test_forget_me_takes_what_was_answered_by_name(world: Any) -> None:
    await with_manager(world)
    await start(world, "assignment-context")
    for user in ("ratna", "rina"):
        await answer(world, user)
    await world.forward(days=9)
    await world.says("rina", "/mydata")
    files = world.room.transcript("rina")[-1].files
    told = json.loads(files[0].content)["answered_by_name"]
    assert [line["answers"]["targets"] for line in told] == [f"{TARGETS} of rina"]
    await world.says("rina", "/forget me")
    await world.taps("rina", "Yes, erase everything")
    left = str(await rows(world, "SELECT * FROM result"))
    assert f"{TARGETS} of ratna" in left and f"{TARGETS} of rina" not in left


async def test_setting_up_a_review_is_asked_of_coordinators_alone(world: Any) -> None:
    await with_manager(world)
    await start(world, "review-setup")
    assert "Your name stays with your answers" in world.last("budi")
    assert len(await rows(world, "SELECT * FROM roster")) == 1
    assert "Setting up" not in world.last("rina") + world.last("ratna")


async def test_what_is_asked_by_name_does_not_come_by_itself(world: Any) -> None:
    await with_manager(world)
    await world.says("budi", "/review schedule assignment-context every 3 months")
    assert "does not come by itself" in world.last("budi")
