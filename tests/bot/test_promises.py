"""What was promised is asked about at its date, by the contact rules, and opens what comes next."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bot.test_replying import PEOPLE, closed, read, replied, rows, written

pytestmark = pytest.mark.usefixtures("seldom")

ASKED = "What became of it?"


async def test_the_broker_is_asked_at_the_date_and_once(world: Any) -> None:
    await closed(world)
    await replied(world)
    await world.forward(days=13)
    assert not read(world, "ratna", ASKED)
    await world.forward(days=1)
    assert len(read(world, "ratna", ASKED)) == 1
    await world.forward(days=30)
    assert len(read(world, "ratna", ASKED)) == 1
    assert not read(world, "budi", ASKED)


async def test_a_date_on_a_weekend_waits_for_the_next_working_morning(world: Any) -> None:
    await closed(world)
    await replied(world, until="12 December")
    await world.forward(days=15, hours=12)
    assert not read(world, "ratna", ASKED)
    await world.forward(days=2)
    assert len(read(world, "ratna", ASKED)) == 1


async def test_two_questions_come_on_two_days(world: Any) -> None:
    await closed(world)
    await world.taps("ratna", "Reply to the group")
    for words in ("Good", "Minutes"):
        await world.says("ratna", words)
    for following in ("Visits", None):
        await world.taps("ratna", "I do")
        await world.says("ratna", "10 December")
        if following:
            await world.says("ratna", following)
    await world.taps("ratna", "No more actions")
    await world.taps("ratna", "Skip")
    await world.taps("ratna", "Send the reply")
    await world.forward(days=13)
    assert len(read(world, "ratna", ASKED)) == 1
    await world.forward(days=1)
    assert len(read(world, "ratna", ASKED)) == 2


async def test_a_changed_action_is_asked_about_again_and_not_yet_is_not(world: Any) -> None:
    await closed(world)
    await replied(world)
    await world.forward(days=14)
    await world.taps("ratna", "Changed")
    await world.says("ratna", "Minutes within three days")
    await world.says("ratna", "18 December")
    assert "I ask again then" in world.last("ratna")
    await world.forward(days=7)
    (_, again) = read(world, "ratna", ASKED)
    assert "Minutes within three days" in again.text
    await world.taps("ratna", "Not yet")
    await world.forward(days=30)
    assert not read(world, "ratna", ASKED)[2:]


async def test_only_whoever_is_asked_can_answer(world: Any) -> None:
    await closed(world)
    await replied(world)
    await world.forward(days=14)
    await world.says("budi", "/action done 1")
    assert "for somebody else to say" in world.last("budi")
    await world.says("u0", "/action done 1")
    assert "Only a" in world.last("u0")
    await world.says("ratna", "/action dance 1")
    assert "no longer works" in world.last("ratna")
    assert [row.became for row in await rows(world, "action")] == ["open"]


async def test_an_action_typed_across_two_groups_keeps_to_the_clock_of_its_own(world: Any) -> None:
    await closed(world)
    await replied(world)
    before = len(world.codes("budi"))
    await world.says("budi", "/partnership new Far away")
    await world.says("budi", "Alpha\nBeta")
    await world.taps("budi", "Time zone")
    await world.says("budi", "Pacific/Honolulu")
    await world.taps("budi", "An independent person")
    await world.says("budi", "Ratna Dewi")
    await world.taps("budi", "The partnership")
    await world.says("ratna", f"/start {world.codes('budi')[before:][2]}")
    for label in ("Join", "I agree"):
        await world.taps("ratna", label)
    await world.says("ratna", "/action changed 1")
    await world.taps("ratna", "Far away")
    await world.says("ratna", "Minutes within three days")
    await world.says("ratna", "16 December")
    assert "I ask again then" in world.last("ratna")
    await world.forward(days=19)  # the 16th, half past twelve where the action was promised
    assert any("Minutes within three days" in m.text for m in read(world, "ratna", ASKED))


async def test_a_paused_group_is_asked_later(world: Any) -> None:
    await closed(world)
    await replied(world)
    await world.says("budi", "/partnership pause crisis")
    await world.taps("budi", "There is a crisis")
    await world.forward(days=16)
    assert not read(world, "ratna", ASKED)
    await world.says("budi", "/partnership resume")
    if "Resume" in dict(world.room.transcript("budi")[-1].buttons):
        await world.taps("budi", "Resume")
    await world.forward(days=9)
    assert len(read(world, "ratna", ASKED)) == 1


async def test_the_next_check_in_opens_with_what_became_of_it(world: Any) -> None:
    await closed(world)
    await replied(world)
    await world.forward(days=14)
    await world.taps("ratna", "Done")
    await world.forward(days=2)
    await world.says("budi", "/review start effectiveness-pulse for 2h")
    await world.taps("budi", "Start")
    for user in (*PEOPLE, "ratna"):
        (invitation,) = read(world, user, "After the last review this was promised:")
        assert "Minutes within two days: done" in invitation.text
    await world.says("u0", "/checkin")
    assert "Minutes within two days: done" in world.last("u0")


async def test_a_first_check_in_opens_with_nothing(world: Any) -> None:
    await closed(world)
    assert not any(read(world, user, "this was promised") for user in PEOPLE)


async def test_who_is_away_is_asked_afterwards(world: Any) -> None:
    await closed(world)
    await replied(world)
    back = (world.clock.now() + timedelta(days=20)).date()
    await world.says("ratna", f"/away {back.isoformat()}")
    await world.forward(days=16)
    assert not read(world, "ratna", ASKED)
    await world.forward(days=10)
    assert len(read(world, "ratna", ASKED)) == 1


async def test_what_was_written_is_not_sent_without_the_last_tap(world: Any) -> None:
    await closed(world)
    await written(world)
    await world.taps("ratna", "Cancel")
    assert await rows(world, "reply") == []
