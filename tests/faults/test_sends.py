"""Everybody hears once, whatever happens on the way: kills, and every fault of a platform.

Short form: few people, few kills. `make faults`: 500 people, killed 200 times.
"""

import random
from collections.abc import Callable

import pytest

from tests.doubles.waiting import until
from tests.faults.campaign import SELDOM, Campaign, Tally
from tests.faults.conftest import LONG, Opener

SEED = 20261127
TWO_POLLERS = "getUpdates: two pollers at once"
Note = Callable[[Tally], None]


def checked(tally: Tally, note: Note) -> None:
    """Nobody is forgotten, nobody hears twice but where nobody can know."""
    note(tally)
    assert tally.lost == 0, tally
    assert tally.doubled == 0, tally
    assert tally.unknown <= tally.in_flight, tally


async def test_killed_at_random_points(campaign: Opener, note: Note) -> None:
    """kill -9 again and again: what was on its way is said once more at the most."""
    size, times = (500, 200) if LONG else (40, 4)
    chance, total = random.Random(SEED), Tally("kill -9")
    while total.tries < times:
        made = await campaign(size)
        await made.killed_often(times - total.tries, chance)
        await made.end(180 if LONG else 60)
        total = total + made.tally("kill -9", made.kills)
        # A killed process leaves a request open for a moment, which Telegram answers kindly.
        assert set(made.tg.violations) <= {TWO_POLLERS} and not made.slack.violations
    checked(total, note)


async def test_stopped_in_the_middle(campaign: Opener, note: Note) -> None:
    """SIGTERM while messages go out: nothing is left in doubt, and nothing fails on the way."""
    made = await campaign(40)
    for _ in range(3):
        made.start()
        await made.going()
        await made.stop()
    made.start()
    await made.end()
    tally = made.tally("SIGTERM", 3)
    checked(tally, note)
    assert tally.unknown == 0, tally
    assert "failed" not in made.said


def storm(made: Campaign, times: int) -> None:
    """Both platforms ask for patience."""
    made.tg.fail("sendMessage", "error", times=times, code=429, retry_after=1)
    made.slack.fail("chat.postMessage", "limited", times=times, retry_after=1)


def errors(made: Campaign, times: int) -> None:
    """Both answer 502 and 503 without doing anything."""
    made.tg.fail("sendMessage", "http", times=times, code=502)
    made.slack.fail("chat.postMessage", "http", times=times, status=503)


def before(made: Campaign, times: int) -> None:
    """Connections break before anything is done."""
    made.tg.fail("sendMessage", "reset", times=times)
    made.slack.fail("chat.postMessage", "reset", times=times)


def after(made: Campaign, times: int) -> None:
    """Connections break once it is done."""
    made.tg.fail("sendMessage", "reset_after", times=times)
    made.slack.fail("chat.postMessage", "reset_after", times=times)


def hanging(made: Campaign, times: int) -> None:
    """Nothing comes back for a while."""
    made.tg.fail("sendMessage", "hang", times=times, seconds=25)
    made.slack.fail("chat.postMessage", "hang", times=times, seconds=25)


FAULTS = [
    pytest.param("429", storm, id="asked for patience"),
    pytest.param("502 and 503", errors, id="server errors"),
    pytest.param("reset before the deed", before, id="broken before"),
    pytest.param("reset after the deed", after, id="broken after"),
]


@pytest.mark.parametrize(("name", "fault"), FAULTS)
async def test_a_platform_that_fails(
    campaign: Opener, note: Note, name: str, fault: Callable[[Campaign, int], None]
) -> None:
    """Asked again where it was not done; where that is not known, once more."""
    size, times = (200, 50) if LONG else (20, 4)
    made = await campaign(size)
    fault(made, times)
    made.start()
    await made.end(180 if LONG else 60)
    checked(made.tally(name, 2 * times), note)


async def test_a_socket_that_drops(campaign: Opener, note: Note) -> None:
    """Slack's connection ends again and again, with and without a word; nobody hears of it."""
    size, times = (200, 30) if LONG else (20, 4)
    made = await campaign(size)
    made.start()
    await made.going()
    for number in range(times):
        await until(lambda: made.slack.sockets, 60, made.state)
        await made.slack.disconnect(None if number % 2 else "refresh_requested")
    await until(lambda: made.done, 180, made.state, SELDOM)
    checked(made.tally("WebSocket dropped", times), note)
    await until(lambda: made.slack.sockets, 60, made.state)
    somebody = next(iter(made.on_slack.values()))
    assert (await somebody.command("/titian", "help")).acked, "it listens again"


@pytest.mark.skipif(not LONG, reason="waits for time-outs")
async def test_a_platform_that_hangs(campaign: Opener, note: Note) -> None:
    """A request without an answer keeps nobody else waiting."""
    made = await campaign(100)
    hanging(made, 5)
    made.start()
    await made.end(180)
    checked(made.tally("no answer for 25 s", 10), note)
