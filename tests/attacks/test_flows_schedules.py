"""T20: rounds that start by themselves.

F04 (two rounds subtracted) and R7 (somebody left in between), with the calendar's help.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from dialogues.due import BETWEEN
from tests.attacks.play import look
from tests.bot.test_rounds import PEOPLE, answer, set_up

pytestmark = pytest.mark.usefixtures("seldom")


async def schedule(world: Any, words: str) -> None:
    await world.says("budi", f"/review schedule responsibilities {words}")
    await world.taps("budi", "Let it come")


async def spans(world: Any) -> list[tuple[datetime, datetime]]:
    """When each review opened, and when it closes."""
    found = await look(world.app.store, "SELECT opens_at, closes_at FROM review ORDER BY 1")
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in found]


@pytest.mark.parametrize("every", ["every 1 day", "every week on monday"])
async def test_no_calendar_asks_about_somebody_again_too_soon(world: Any, every: str) -> None:
    """F04: rosters that differ by one person, as often as they come; nor beside each other."""
    await set_up(world)
    await schedule(world, every)
    await world.says("budi", "/review schedule responsibilities every 2 weeks on wednesday")
    with pytest.raises(LookupError):
        await world.taps("budi", "Let it come")
    await world.forward(weeks=5)
    found = await spans(world)
    assert len(found) >= 2
    assert min(later[0] - former[1] for former, later in pairwise(found)) >= BETWEEN


@pytest.mark.parametrize("leaving", [True, False], ids=["one leaves", "the same people"])
async def test_after_one_has_left_a_scheduled_report_names_no_figure(
    world: Any, leaving: bool
) -> None:
    """R7: nobody starts anything; the lone critic only leaves between two rounds."""
    await set_up(world)
    await schedule(world, "every month on monday at 09:00")
    for number in (1, 2):
        while len(await spans(world)) < number:
            await world.forward(days=1)
        for user in PEOPLE[:-1] if leaving and number == 2 else PEOPLE:
            await answer(world, user)
        await world.forward(days=9)
        if leaving and number == 1:
            await world.says("tom", "/leave")
            await world.taps("tom", "Leave")
    report = next(
        m.text for m in reversed(world.room.transcript("ratna")) if "What your partners" in m.text
    )
    assert ("no clear change" in report) is leaving
    assert ("Most agree" in report) is not leaving
