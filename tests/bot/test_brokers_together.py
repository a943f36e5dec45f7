"""What asks about several brokers together: it takes two who have agreed, from start to end."""

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]


async def appoint(world: Any, user: str, *, agrees: bool = True) -> None:
    await world.says("budi", f"/broker appoint @{user} kind internal of Alpha")
    await world.taps("budi", "Open-ended")
    await world.taps("budi", "Not specified")
    await world.taps("budi", "Skip")
    await world.taps("budi", "Record")
    if agrees:
        await world.taps(user, "I agree")


@pytest.fixture
async def three(world: Any) -> Any:
    """Eight partners and ratna; agus and dewi join for Alpha, and serve as brokers too."""
    await world.founded(PEOPLE)
    for user in ("agus", "dewi"):
        world.person(user, user.title())
        await world.says(user, f"/start {world.codes('budi')[0]}")
        await world.taps(user, "Join")
        await appoint(world, user)
    return world


async def begin(world: Any) -> None:
    await world.says("budi", "/review start several-brokers for 2d")
    await world.taps("budi", "Start")


def cancelled(world: Any, user: str) -> bool:
    return any("was cancelled" in message.text for message in world.room.transcript(user))


async def test_it_goes_on_about_the_others_while_two_are_left(three: Any) -> None:
    await begin(three)
    await three.taps("agus", "Stop check-ins about me")
    assert "goes on about the others, and you are not asked" in "".join(
        m.text for m in three.room.transcript("agus")
    )
    assert "goes on about the others" in three.last("budi")
    assert cancelled(three, "agus"), "the own view of somebody who withdrew"
    assert not cancelled(three, "u0") and not cancelled(three, "ratna")
    await three.says("agus", "/checkin")
    assert "Begin" not in dict(three.room.transcript("agus")[-1].buttons)


async def test_it_ends_when_only_one_is_left(three: Any) -> None:
    await begin(three)
    await three.taps("agus", "Stop check-ins about me")
    await three.taps("dewi", "Stop check-ins about me")
    assert cancelled(three, "u0") and cancelled(three, "ratna")
    assert "One that was open is cancelled." in three.last("budi")


async def test_it_does_not_start_before_two_have_agreed(world: Any) -> None:
    await world.founded(PEOPLE)
    world.person("agus", "Agus")
    await world.says("agus", f"/start {world.codes('budi')[0]}")
    await world.taps("agus", "Join")
    await appoint(world, "agus", agrees=False)
    await begin_refused(world)
    await world.taps("agus", "I agree")
    await world.says("budi", "/review start several-brokers for 2d")
    assert "Start this review?" in world.last("budi")


async def begin_refused(world: Any) -> None:
    await world.says("budi", "/review start several-brokers for 2d")
    assert "once two brokers have agreed" in world.last("budi")
    assert "Not agreed yet: Agus" in world.last("budi")


async def test_one_that_is_planned_is_cancelled_when_one_withdraws(three: Any) -> None:
    await three.says("budi", "/review start several-brokers for 2d at monday 09:00")
    await three.taps("budi", "Start")
    await three.taps("agus", "Stop check-ins about me")
    await three.taps("dewi", "Stop check-ins about me")
    await three.forward(days=5)
    assert not any("Working with several" in m.text for m in three.room.transcript("u0"))
