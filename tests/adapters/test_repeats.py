"""What comes again is answered as the first time."""

import asyncio

import pytest
from slack_bolt.response import BoltResponse

from adapters.slack.repeats import KEPT, MOST, Repeats


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0
        self.broken = False

    async def __call__(self) -> BoltResponse:
        await asyncio.sleep(0.01)
        self.done += 1
        if self.broken:
            raise LookupError
        return BoltResponse(status=200, body=str(self.done))


async def test_a_repeat_waits_for_the_first_and_gets_its_answer() -> None:
    repeats, work = Repeats(), Work()
    answers = await asyncio.gather(*(repeats.once("a", work) for _ in range(3)))
    assert {a.body for a in [*answers, await repeats.once("a", work)]} == {"1"}
    assert (await repeats.once("b", work)).body == "2"


async def test_what_failed_is_tried_again() -> None:
    repeats, work = Repeats(), Work()
    work.broken = True
    with pytest.raises(LookupError):
        await repeats.once("a", work)
    work.broken = False
    assert (await repeats.once("a", work)).body == "2"


async def test_a_repeat_of_what_was_given_up_does_it_itself() -> None:
    repeats, work = Repeats(), Work()
    first = asyncio.create_task(repeats.once("a", work))
    await asyncio.sleep(0)
    second = asyncio.create_task(repeats.once("a", work))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).body == "1"


async def test_nothing_is_kept_long_and_not_too_much() -> None:
    now = 0.0
    repeats, work = Repeats(lambda: now), Work()
    await repeats.once("a", work)
    now = KEPT + 1
    assert (await repeats.once("a", work)).body == "2"
    for number in range(MOST + 1):
        repeats._known[str(number)] = repeats._known["a"]
    await repeats.once("b", work)
    assert len(repeats._known) <= MOST + 1 and "a" not in repeats._known
