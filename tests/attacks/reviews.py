"""Reviews that the attacks on the flow play: set up as in tests/bot, but over in two hours."""

from typing import Any

from tests.bot.test_rounds import set_up


async def begin_live(world: Any) -> None:
    """A review that everybody is asked in at once and that ends as announced."""
    await set_up(world)
    await start_live(world)


async def start_live(world: Any) -> None:
    await world.says("budi", "/review start responsibilities for 2 hours purpose learn")
    await world.taps("budi", "Start")


async def end(world: Any) -> None:
    """Its close, and all that follows from it at once."""
    await world.forward(hours=3)
