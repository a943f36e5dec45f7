"""Offers to coordinators: who is told, and what holds them back."""

from typing import Any

import pytest

from dialogues.offers import OfferState
from storage import offers

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = (
    ("sari", 0),
    ("joko", 0),
    ("maria", 1),
    ("anna", 1),
    ("hasan", 2),
    ("lin", 2),
    ("tom", 2),
)
ASKS = "Nothing starts by itself."


@pytest.fixture
async def group(world: Any) -> Any:
    """A group with a broker from outside, a coordinator and seven partners."""
    world.person("budi", "Budi Santoso")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "PU\nNGO\nFirm")
    await world.taps("budi", "That's right")
    await world.taps("budi", "An independent person")
    await world.says("budi", "Ratna Dewi")
    await world.taps("budi", "The partnership")
    codes = world.codes("budi")
    for user, number in (*PEOPLE, ("ratna", 3)):
        world.person(user, user.title())
        await world.says(user, f"/start {codes[number]}")
        await world.taps(user, "Join")
    await world.taps("ratna", "I agree")
    await world.says("budi", "/partnership set protect person")
    return world


async def states(world: Any) -> list[OfferState]:
    found = await world.app.store.read(lambda unit: offers.offers(unit, 1))
    return [offer.state for offer in found]


async def test_a_pulse_is_offered_and_never_started(group: Any) -> None:
    await group.forward(days=95)
    assert ASKS in group.last("budi") and "pulse" in group.last("budi")
    assert all(ASKS not in group.last(user) for user, _ in PEOPLE)
    assert ASKS not in group.last("ratna")
    await group.forward(days=20)
    assert await states(group) == [OfferState.OPEN]
    await group.says("budi", "/review status")
    assert "No review is open or planned" in group.last("budi")


async def test_nothing_is_offered_in_a_pause_or_beside_a_review(group: Any) -> None:
    await group.says("budi", "/partnership pause")
    await group.taps("budi", "Pause")
    await group.forward(days=95)
    assert await states(group) == []
    await group.says("budi", "/partnership resume")
    await group.taps("budi", "Resume")
    await group.says("budi", "/review start responsibilities for 14d")
    await group.taps("budi", "Start")
    await group.forward(days=3)
    assert await states(group) == []


async def test_a_started_review_settles_its_offer(group: Any) -> None:
    await group.forward(days=95)
    await group.says("budi", "/review start effectiveness-pulse for 7d")
    await group.taps("budi", "Start")
    await group.forward(days=1)
    assert await states(group) == [OfferState.TAKEN]
    await group.taps("budi", "Never")
    assert "settled already" in group.last("budi")


async def test_a_coordinator_who_is_the_broker_is_not_offered_it(world: Any) -> None:
    """R8: an offer about oneself goes to another coordinator, or to nobody."""
    world.person("budi", "Budi Santoso")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "PU\nNGO")
    await world.taps("budi", "That's right")
    await world.taps("budi", "I am")
    await world.taps("budi", "An independent person")
    await world.taps("budi", "The partnership")
    await world.taps("budi", "I agree")
    world.person("sari", "Sari")
    await world.says("sari", f"/start {world.codes('budi')[0]}")
    await world.taps("sari", "Join")
    await world.forward(days=95)
    assert await states(world) == []
    await world.says("budi", "/coordinator add Sari")
    await world.taps("budi", "Make coordinator")
    await world.forward(days=3)
    assert ASKS not in world.last("budi")
    assert ASKS in world.last("sari")


async def test_no_pulse_before_the_last_result_was_shared(group: Any) -> None:
    await group.says("budi", "/review start responsibilities for 1d")
    await group.taps("budi", "Start")
    await group.forward(days=4)
    await group.says("budi", "/review start effectiveness-pulse")
    assert "The last result is shared on" in group.last("budi")
    await group.forward(days=7)
    await group.says("budi", "/review start effectiveness-pulse")
    assert "Start this review?" in group.last("budi")
    assert "was last asked on" in group.last("budi")
    await group.says("budi", "/review start effectiveness-pulse purpose formal")
    assert "was last asked on" not in group.last("budi")


async def test_in_a_crisis_two_checks_can_be_asked_for(group: Any) -> None:
    await group.says("budi", "/partnership pause crisis")
    assert "Only when you ask for it" in group.last("budi")
    await group.taps("budi", "There is a crisis")
    assert {"Ask about commitment", "Ask about impartiality"} <= dict(
        group.room.transcript("budi")[-1].buttons
    ).keys()
    await group.says("budi", "/review start enabling-conditions")
    assert "because of a crisis" in group.last("budi")
    await group.says("budi", "/review start responsibilities")
    assert "because of a crisis" in group.last("budi")
    await group.taps("budi", "Ask about impartiality")
    await group.taps("budi", "Start")
    assert "min, until" in group.last("sari")
    await group.forward(days=5)
    assert "I can tell that you have not sent answers" in group.last("sari")


async def pulse(world: Any, **answers: tuple[str, ...]) -> None:
    await world.says("budi", "/review start effectiveness-pulse for 1d")
    await world.taps("budi", "Start")
    for user, _ in PEOPLE:
        await world.taps(user, "All on one page")
        await world.fills(user, {"overall": ("6",), **answers})
    await world.forward(days=6)


@pytest.mark.parametrize(("step", "offered"), [("2", True), ("4", False)])
async def test_a_pulse_that_got_worse_leads_to_an_offer(
    group: Any, step: str, offered: bool
) -> None:
    await pulse(group)
    await group.forward(days=12)
    await pulse(group, trend=(step,))
    await group.forward(days=8)
    await group.taps("budi", "Never")  # whether the role is clear: that has its own date
    await group.forward(days=20)
    said = [m for m in group.room.transcript("budi") if "was less favourable than" in m.text]
    assert len(said) == (1 if offered else 0)
    assert all("The four responsibilities" in message.text for message in said)
    assert not any("less favourable than" in group.last(user) for user, _ in PEOPLE)
