"""Schedules in a running world: missed, refused, about oneself, ended with the broker's service."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]


@pytest.fixture
async def group(world: Any) -> Any:
    """A partnership with eight people, on a Friday."""
    await world.founded(PEOPLE)
    return world


async def schedule(world: Any, words: str) -> None:
    await world.says("budi", f"/review schedule effectiveness-pulse {words}")
    await world.taps("budi", "Let it come")


async def rows(world: Any, query: str) -> list[Any]:
    found = await world.app.store.read(
        lambda unit: unit.connection().execute(sa.text(query)).scalars().all()
    )
    return list(found)


def told(world: Any, user: str, words: str) -> int:
    return sum(words in message.text for message in world.room.transcript(user))


async def down(world: Any, **hours: float) -> None:
    """Nothing ticks for a while."""
    world.clock.move(timedelta(**hours))
    await world.app.ticker.tick()


async def test_what_was_missed_starts_within_a_day(group: Any) -> None:
    await schedule(group, "every 3 months on wednesday at 09:00")
    await down(group, days=5, hours=12)
    assert told(group, "budi", "has started by itself") == 1
    assert told(group, "budi", "starts by itself on") == 0, "too late for the word before"
    assert await rows(group, "SELECT state FROM review") == ["open"]


async def test_what_was_missed_for_longer_is_told_and_the_next_one_comes(group: Any) -> None:
    await schedule(group, "every 3 months on wednesday at 09:00")
    with capture_logs() as logs:
        await down(group, days=8)
    assert [line["event"] for line in logs] == ["schedule_missed"]
    assert "I was not running on Wednesday 2 December" in group.last("budi")
    assert "3 March 2027" in group.last("budi")
    assert await rows(group, "SELECT state FROM review") == []
    await group.forward(days=90)
    assert told(group, "budi", "has started by itself") == 1


async def test_months_of_silence_are_told_once(group: Any) -> None:
    await schedule(group, "every week on wednesday at 09:00")
    await down(group, days=100)
    assert told(group, "budi", "I was not running") == 1
    assert await rows(group, "SELECT state FROM review") == []


async def test_what_cannot_start_is_told_and_the_schedule_goes_on(group: Any) -> None:
    await schedule(group, "every 2 weeks on monday at 09:00")
    await group.forward(days=4)
    assert told(group, "budi", "has started by itself") == 1
    await group.forward(days=14)
    assert "did not start" in group.last("budi") and "a short while ago" in group.last("budi")
    assert "Monday 28 December" in group.last("budi")
    await group.forward(days=14)
    assert told(group, "budi", "has started by itself") == 2


async def test_one_that_is_open_already_is_not_started_twice(group: Any) -> None:
    await schedule(group, "every 3 months on monday at 09:00")
    await group.says("budi", "/review start effectiveness-pulse for 7d")
    await group.taps("budi", "Start")
    await group.forward(days=4)
    assert told(group, "budi", "is open now") == 1
    assert await rows(group, "SELECT state FROM review") == ["open"]


async def test_without_consent_nothing_starts(group: Any) -> None:
    await schedule(group, "every 3 months on monday at 09:00")
    await group.says("ratna", "/broker list")
    await group.taps("ratna", "Stop check-ins about me")
    await group.forward(days=4)
    assert told(group, "budi", "has not agreed") == 1
    assert await rows(group, "SELECT state FROM review") == []


async def test_a_schedule_ends_with_the_service_it_is_about(group: Any) -> None:
    await schedule(group, "every 3 months on monday at 09:00")
    await group.says("ratna", "/leave")
    await group.taps("ratna", "Leave")
    await group.forward(days=4)
    assert told(group, "budi", "no longer serves") == 1
    assert await rows(group, "SELECT kind FROM timer") == []
    await group.says("budi", "/review list")
    assert "Comes by itself" not in group.last("budi")


async def test_a_coordinator_who_is_the_broker_neither_makes_nor_sees_it(group: Any) -> None:
    """R8."""
    await schedule(group, "every 3 months on wednesday at 09:00")
    await group.says("budi", "/invite coordinator")
    code = group.codes("budi")[-1]
    await group.says("ratna", f"/join {code}")
    await group.taps("ratna", "Join")
    await group.says("ratna", "/review schedule responsibilities every month")
    assert "would be about you" in group.last("ratna")
    await group.says("ratna", "/review list")
    assert "Comes by itself" not in group.last("ratna")
    await group.says("ratna", "/review unschedule")
    assert "No check-in comes by itself" in group.last("ratna")
    await group.forward(days=4, hours=1)
    assert told(group, "ratna", "starts by itself on") == 0
    assert told(group, "budi", "starts by itself on") == 1


async def test_an_old_button_skips_nothing(group: Any) -> None:
    await schedule(group, "every 2 weeks on wednesday at 09:00")
    await group.forward(days=6)
    assert told(group, "budi", "has started by itself") == 1
    await group.taps("budi", "Skip this one")
    assert "over or skipped already" in group.last("budi")
    assert "Wednesday 16 December" in group.last("budi")


async def test_a_formal_review_is_asked_for_and_not_started(group: Any) -> None:
    await group.says(
        "budi",
        "/review schedule responsibilities every 6 months on monday at 09:00 purpose formal",
    )
    assert "at each of these times I ask you to set it up" in group.last("budi")
    await group.taps("budi", "Let it come")
    await group.forward(days=3)
    assert "Then I ask you to set it up" in group.last("budi")
    await group.forward(days=1)
    assert "it is time for the formal review of Ratna" in group.last("budi")
    assert await rows(group, "SELECT state FROM review") == []
    await group.taps("budi", "Start a review")
    assert "Which further check-ins should it contain?" in group.last("budi")
