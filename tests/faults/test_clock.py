"""The machine's clock jumps: nothing is said twice, nothing is undone."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.attacks.play import PEOPLE, answer, set_up, start_review

DAY = timedelta(days=1)


def said(world: Any) -> Counter[str]:
    """How many messages each of those asked got."""
    everybody = ("ratna", *PEOPLE)
    return Counter(
        {user: sum(not m.author for m in world.room.transcript(user)) for user in everybody}
    )


async def jumps(world: Any, by: timedelta) -> None:
    """The clock is set, back too; the next second comes."""
    world.clock._now += by  # no clock of ours goes back
    await world.app.ticker.tick()


async def test_a_day_forwards_and_backwards_again_and_again(world: Any) -> None:
    await set_up(world)
    await start_review(world, "7d")
    await answer(world, "sari")
    before = said(world)
    for _ in range(3):
        await jumps(world, DAY)
        await jumps(world, -DAY)
    assert said(world) == before


async def test_a_reminder_and_a_close_that_time_comes_to_twice(world: Any) -> None:
    await set_up(world)
    await start_review(world, "7d")
    for user in PEOPLE[:5]:
        await answer(world, user)
    before = said(world)
    await jumps(world, 5 * DAY)
    reminded = said(world)
    assert reminded - before == Counter(dict.fromkeys(("ratna", *PEOPLE[5:]), 1))
    await jumps(world, -5 * DAY)
    await jumps(world, 5 * DAY)
    assert said(world) == reminded
    await jumps(world, 4 * DAY)
    closed = said(world)
    assert "5 of 8 people answered" in world.last("sari")
    await jumps(world, -9 * DAY)
    await jumps(world, 9 * DAY)
    assert said(world) == closed
    assert "5 of 8 people answered" in world.last("sari")
