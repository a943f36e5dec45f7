"""Even pacing: against sliding windows, whatever comes at once."""

import asyncio
import time
from collections import deque

import pytest

from adapters.slack.pacing import Pace as SlackPace
from adapters.telegram import pacing
from adapters.telegram.pacing import Pace
from dialogues.errors import RetryLater


class Window:
    """At most *count* in any *seconds*."""

    def __init__(self, count: int, seconds: float) -> None:
        self.count, self.seconds = count, seconds
        self.sent: deque[float] = deque()

    def take(self, now: float) -> None:
        while self.sent and self.sent[0] <= now - self.seconds:
            self.sent.popleft()
        assert len(self.sent) < self.count, f"more than {self.count} in {self.seconds} s"
        self.sent.append(now)


async def test_many_chats_at_once_stay_below_thirty_a_second() -> None:
    loop = asyncio.get_running_loop()
    pace, window = Pace(), Window(30, 1.0)
    began = loop.time()

    async def send(chat: int) -> None:
        await pace.wait(str(chat), urgent=False)
        window.take(loop.time())

    await asyncio.gather(*(send(chat) for chat in range(90)))
    assert loop.time() - began < 90 * pacing.OVERALL * 1.2


async def test_room_is_left_only_while_others_answer_people() -> None:
    answering = True
    pace = pacing.leaving_room(lambda: answering)
    gaps = []
    for answering in (True, False):
        left = asyncio.get_running_loop().time()
        for chat in range(20):
            await pace.wait(f"{answering} {chat}", urgent=False)
        gaps.append(asyncio.get_running_loop().time() - left)
    assert gaps[0] > 19 * 1.5 * pacing.CLOSER * pacing.OVERALL
    assert gaps[1] < 1.4 * 19 * pacing.OVERALL


async def test_somebody_who_answers_many_is_busy_for_a_moment() -> None:
    now = 100.0
    pace = Pace(overall=0.001, now=lambda: now)
    for chat in range(5):
        assert not pace.busy
        await pace.wait(str(chat))
        now += 0.1
    assert pace.busy
    now += pacing.BUSY
    assert not pace.busy


async def test_what_a_busy_machine_held_up_does_not_leave_all_at_once() -> None:
    """The loop stands still for a while; what was due then would come on top of what follows."""
    loop = asyncio.get_running_loop()
    pace, window = Pace(), Window(30, 1.0)

    async def send(chat: int) -> None:
        await pace.wait(str(chat), urgent=False)
        window.take(loop.time())
        if chat % 20 == 10:
            time.sleep(0.2)  # noqa: ASYNC251  (this is what is tried)

    await asyncio.gather(*(send(chat) for chat in range(90)))


async def test_what_the_database_held_up_after_its_turn_does_not_come_on_top() -> None:
    loop = asyncio.get_running_loop()
    pace, window = Pace(), Window(30, 1.0)

    async def send(chat: int) -> None:
        await pace.reserve(str(chat))
        await asyncio.sleep(0.5 if chat % 30 < 15 else 0)
        await pace.wait(str(chat))
        window.take(loop.time())

    await asyncio.gather(*(send(chat) for chat in range(90)))


async def test_one_chat_gets_one_a_second_and_is_asked_for_patience() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.wait("1")
    await pace.wait("1")
    assert 1.0 < loop.time() - began < 1.3
    pace.hold("1", 60)
    with pytest.raises(RetryLater) as patience:
        await pace.wait("1")
    assert 58 < patience.value.seconds <= 60
    await pace.wait("2")


async def test_one_chat_gets_one_a_second_however_long_the_first_was_on_its_way() -> None:
    loop = asyncio.get_running_loop()
    pace, window = Pace(), Window(1, 1.0)
    began = loop.time()
    for way in (0.4, 0.0, 0.1):
        await pace.wait("1")
        await asyncio.sleep(way)
        window.take(loop.time())
        pace.arrived("1")
    assert loop.time() - began < 3


async def test_two_that_write_to_one_chat_do_not_overtake_each_other() -> None:
    loop = asyncio.get_running_loop()
    pace, window = Pace(), Window(1, 1.0)

    async def send(way: float, first: bool) -> None:
        if not first:
            await pace.reserve("1")
        await pace.wait("1")
        window.take(loop.time())
        await asyncio.sleep(way)
        pace.arrived("1")

    first = asyncio.create_task(send(0.9, first=True))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(send(0.3, first=False))
    await asyncio.sleep(1.05)
    await asyncio.gather(first, second, send(0.0, first=True))


async def test_an_answer_goes_before_a_broadcast() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    broadcast = [asyncio.create_task(pace.wait(str(n), urgent=False)) for n in range(100)]
    await asyncio.sleep(0.3)
    began = loop.time()
    await pace.wait("somebody")
    assert loop.time() - began < 0.3
    for task in broadcast:
        task.cancel()
    await asyncio.gather(*broadcast, return_exceptions=True)


async def test_a_group_gets_twenty_a_minute() -> None:
    assert pacing.GROUP * 20 > 60


async def test_slack_gets_one_a_second_however_long_the_way_there_is() -> None:
    loop = asyncio.get_running_loop()
    pace, window = SlackPace(), Window(1, 1.0)

    async def send(way: float) -> None:
        await pace.wait("D1")
        await asyncio.sleep(way)
        window.take(loop.time())
        pace.arrived("D1")

    began = loop.time()
    await asyncio.gather(send(0.4), send(0.0), send(0.2))
    assert len(window.sent) == 1 and loop.time() - began < 4


async def test_one_chat_on_slack_does_not_wait_for_another() -> None:
    loop, pace = asyncio.get_running_loop(), SlackPace()
    await pace.wait("D1")
    began = loop.time()
    await pace.wait("D2")
    assert loop.time() - began < 0.5
    for chat in ("D1", "D2"):
        pace.arrived(chat)
    pace.hold("D1", 60)
    with pytest.raises(RetryLater) as patience:
        await pace.wait("D1")
    assert 58 < patience.value.seconds <= 60
