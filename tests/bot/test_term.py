"""The name for the role that a group chose is taken over, and said from then on."""

from typing import Any

import pytest

from storage import partnerships
from storage.store import Unit
from tests.bot.test_rounds import set_up

pytestmark = pytest.mark.usefixtures("seldom")

ALL = ("sari", "joko", "maria", "anna", "hasan", "lin", "yohana", "tom")


async def chosen(world: Any) -> None:
    await set_up(world)
    await world.says("budi", "/review start terminology for 7d")
    await world.taps("budi", "Start")
    for user in ALL:
        await world.taps(user, "All on one page")
        await world.fills(user, {"term": ("facilitator",), "explain": ("4",)})
    await world.forward(days=9)


async def terms(world: Any) -> tuple[str, str]:
    def look(unit: Unit) -> tuple[str, str]:
        group = partnerships.partnership(unit, 1)
        return group.term_en, group.term_id

    found: tuple[str, str] = await world.app.store.read(look)
    return found


async def test_a_chosen_name_stands_on_a_button_and_is_said_from_then_on(world: Any) -> None:
    await chosen(world)
    await world.taps("budi", "Call it “Partnership facilitator”")
    assert "called “partnership facilitator”" in world.last("budi")
    assert await terms(world) == ("partnership facilitator", "fasilitator kemitraan")
    await world.says("sari", "/partnership term facilitator")
    assert "Only a coordinator" in world.last("sari")


async def test_what_nobody_may_be_shown_stands_on_no_button(world: Any) -> None:
    await set_up(world)
    await world.says("budi", "/review start terminology for 7d")
    await world.taps("budi", "Start")
    for number, user in enumerate(ALL):
        await world.taps(user, "All on one page")
        key = "connector" if number == 0 else "process"
        await world.fills(user, {"term": (key,), "explain": ("4",)})
    await world.forward(days=9)
    labels = [label for m in world.room.transcript("budi") for label, _ in m.buttons]
    assert "Call it “Process manager”" in labels
    assert "Call it “Connector”" not in labels
    assert not any("Change agent" in label for label in labels)


async def test_an_explanation_behind_a_name_is_left_out(world: Any) -> None:
    await set_up(world)
    await world.says("budi", "/partnership term pialang")
    assert "“partnership broker”" in world.last("budi")
    assert await terms(world) == ("partnership broker", "pialang kemitraan")
