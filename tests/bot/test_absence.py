"""Pauses and absences in a running world: what waits, what is left out, what goes out late."""

from typing import Any

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]


@pytest.fixture
async def group(world: Any) -> Any:
    """A partnership with eight people, on a Friday."""
    await world.founded(PEOPLE)
    return world


def told(world: Any, user: str, words: str) -> int:
    return sum(words in message.text for message in world.room.transcript(user))


async def states(world: Any) -> list[str]:
    query = sa.text("SELECT state FROM review")
    found = await world.app.store.read(
        lambda unit: unit.connection().execute(query).scalars().all()
    )
    return list(found)


async def test_a_pause_holds_reminders_back_and_open_reviews_close(group: Any) -> None:
    await group.says("u2", "/away until 30 november")
    await group.says("budi", "/review start responsibilities for 7d")
    await group.taps("budi", "Start")
    await group.taps("u3", "Later")
    await group.says("budi", "/partnership pause")
    await group.taps("budi", "Pause")
    await group.forward(days=5)
    for user in ("u1", "u3"):
        assert told(group, user, "I can tell that you have not sent answers") == 0, user
    assert told(group, "u2", "Confidential until the close") == 0, "not even back: paused"
    await group.says("budi", "/partnership resume")
    assert "9 people" in group.last("budi")
    await group.taps("budi", "Resume")
    assert told(group, "u1", "I can tell that you have not sent answers") == 1
    assert told(group, "u2", "Confidential until the close") == 1
    assert told(group, "u2", "I can tell") == 0, "invited just now"
    await group.forward(days=3)
    assert await states(group) == ["closed"]


async def test_a_paused_group_closes_what_is_open(group: Any) -> None:
    await group.says("budi", "/review start responsibilities for 7d")
    await group.taps("budi", "Start")
    await group.says("budi", "/partnership pause")
    await group.taps("budi", "Pause")
    await group.forward(days=8)
    assert await states(group) == ["closed"]
    assert all(told(group, user, "I can tell that you have not") == 0 for user in PEOPLE)


async def test_what_is_planned_does_not_start_in_a_pause(group: Any) -> None:
    await group.says("budi", "/review start responsibilities for 7d at tuesday 09:00")
    await group.taps("budi", "Start")
    await group.says("budi", "/partnership pause")
    await group.taps("budi", "Pause")
    await group.forward(days=5)
    assert told(group, "budi", "was planned for now and did not start") == 1
    assert await states(group) == ["cancelled"]
    assert told(group, "u1", "Confidential until the close") == 0


async def test_dates_that_cannot_be_are_refused(group: Any) -> None:
    for words in ("31 february", "1 november 2026", "2031-01-01", "3 hours", "someday"):
        await group.says("u1", f"/away until {words}")
        assert "12 December" in group.last("u1"), words
    await group.says("u1", "/away until 2 weeks")
    assert "Until 11 December" in group.last("u1")


REMINDED = "I can tell that you have not sent answers"


async def test_two_reminders_are_spread_and_go_to_nobody_who_has_answered(group: Any) -> None:
    await group.says("budi", "/partnership set reminders 2")
    await group.says("budi", "/review start effectiveness-pulse for 12 days")
    await group.taps("budi", "Start")
    await group.taps("u1", "Not this time")
    await group.forward(days=11)
    assert told(group, "u2", REMINDED) == 2
    assert told(group, "u1", REMINDED) == 0
    await group.says("budi", "/partnership set reminders 4")
    assert "from 0 to 3" in group.last("budi")


async def test_no_reminders_where_the_group_wants_none(group: Any) -> None:
    await group.says("budi", "/partnership set reminders 0")
    await group.says("budi", "/review start effectiveness-pulse for 7d")
    assert "eminder" not in group.last("budi")
    await group.taps("budi", "Start")
    await group.forward(days=6)
    assert told(group, "u2", REMINDED) == 0


async def test_one_more_reminder_once_a_review(group: Any) -> None:
    await group.says("budi", "/review start effectiveness-pulse for 7d")
    await group.taps("budi", "Start")
    await group.taps("u1", "Not this time")
    await group.says("budi", "/review remind")
    await group.taps("budi", "Remind them")
    assert told(group, "u2", REMINDED) == 1 and told(group, "u1", REMINDED) == 0
    await group.says("budi", "/review remind")
    assert "has had its extra reminder already" in group.last("budi")
    rows = sa.text("SELECT DISTINCT state, body FROM outbox WHERE key LIKE '%:extra:%'")
    found = await group.app.store.read(lambda unit: unit.connection().execute(rows).all())
    assert [tuple(row) for row in found] == [("sent", "{}")], "sent and passed over end alike"
    days = sa.text("SELECT count(*) FROM nudge")
    noted = await group.app.store.read(lambda unit: unit.connection().execute(days).scalar())
    assert noted == 9, "a day is noted for everybody asked, answered or not"


async def test_several_open_check_ins_are_one_reminder(group: Any) -> None:
    for name in ("effectiveness-pulse", "responsibilities"):
        await group.says("budi", f"/review start {name} for 7d")
        await group.taps("budi", "Start")
    for message in group.room.transcript("u1"):
        labels = dict(message.buttons)
        if "Not this time" in labels and "minute pulse" in message.text:
            await group.room.tap("u1", message.id, "Not this time", "private")
    await group.forward(days=5)
    assert told(group, "u2", "These check-ins are open") == told(group, "u2", REMINDED) == 1
    both = next(m for m in group.room.transcript("u2") if "These check-ins are open" in m.text)
    assert len(both.buttons) == 2
    assert told(group, "u1", "These check-ins are open") == 0 and told(group, "u1", REMINDED) == 1
