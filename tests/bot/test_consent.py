"""A broker finds the way to agree, or to stop, whenever they look for it."""

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("seldom")


def stands(world: Any, user: str) -> Any:
    return world.room.transcript(user)[-1]


async def test_a_broker_can_stop_and_agree_again_at_any_time(world: Any) -> None:
    await world.founded([f"u{number}" for number in range(8)])
    await world.forward(days=40)
    await world.says("ratna", "/consent")
    assert "You may stop this at any time" in world.last("ratna")
    await world.taps("ratna", "Stop check-ins about me")
    assert "have ended" in world.last("ratna")
    await world.says("ratna", "/consent")
    assert stands(world, "ratna").buttons[0][0] == "I agree"
    await world.taps("ratna", "I agree")
    await world.says("budi", "/broker list")
    assert "Agreed to check-ins about the role" in world.last("budi")


async def test_who_serves_nowhere_has_nothing_to_agree_to(world: Any) -> None:
    await world.founded([f"u{number}" for number in range(8)])
    for user in ("u0", "budi"):
        await world.says(user, "/consent")
        assert "not recorded as a broker" in world.last(user)
    await world.says("u0", "/consent stop 1")
    assert "no longer works" in world.last("u0")
