"""T19, A01, A17: whoever asks again and again in a round learns nothing of how it stands.

F01, F02, F12, F16, F20 through the real commands: status, the one signal, the early close.
"""

from datetime import timedelta
from typing import Any

import pytest

from storage import reviews
from tests.attacks.reviews import begin_live, end
from tests.bot.test_rounds import PEOPLE, answer, begin, set_up

pytestmark = pytest.mark.usefixtures("seldom")


def last_texts(world: Any, user: str, after: int) -> list[str]:
    return [m.text for m in world.room.transcript(user)[after:]]


async def asked(world: Any, text: str) -> str:
    await world.says("budi", text)
    said: str = world.last("budi")
    return said


async def closes_at(world: Any) -> Any:
    return await world.app.store.read(lambda unit: reviews.review(unit, 1).closes_at)


async def test_status_and_results_are_the_same_after_each_answer_and_withdrawal(
    world: Any,
) -> None:
    """F01, F20: with none, with the fifth, with all, and after one is taken back."""
    await begin(world)
    commands = ("/review status", "/review results", "/review list", "/partnership show", "/people")
    first = [await asked(world, text) for text in commands]
    for user in PEOPLE:
        await answer(world, user)
        assert [await asked(world, text) for text in commands] == first
    await world.taps("tom", "Withdraw")
    await world.taps("tom", "Yes, withdraw them")
    assert [await asked(world, text) for text in commands] == first


async def test_the_signal_comes_once_and_does_not_follow_what_happens_then(world: Any) -> None:
    """F01: a colluder who withdraws at the threshold cannot make it flip."""
    await begin(world)
    for user in PEOPLE[:5]:
        await answer(world, user)
    before = len(world.room.transcript("budi"))
    await world.forward(days=6)
    (told,) = last_texts(world, "budi", before)
    assert "enough people have answered" in told
    await world.taps("sari", "Withdraw")
    await world.taps("sari", "Yes, withdraw them")
    await world.forward(hours=3)
    assert last_texts(world, "budi", before) == [told]


async def test_closing_early_takes_a_days_notice_and_half_of_the_window(world: Any) -> None:
    """F02: four allies answer, the target is asked in person, and the round is closed at once."""
    await begin(world)
    opens, planned = world.clock.now(), await closes_at(world)
    for user in PEOPLE[:5]:
        await answer(world, user)
    await world.says("budi", "/review close")
    await world.taps("budi", "Close it then")
    assert await closes_at(world) == opens + (planned - opens) / 2
    assert all("closes earlier than announced" in world.last(user) for user in PEOPLE[5:])
    await world.forward(hours=2)
    assert "What your partners said" not in world.last("ratna")


async def test_half_of_the_window_is_not_halved_again(world: Any) -> None:
    """F02: asked twice, the second end would come sooner, and without a second notice."""
    await begin(world)
    await world.says("budi", "/review close")
    await world.taps("budi", "Close it then")
    end = await closes_at(world)
    for _ in range(3):
        await world.says("budi", "/review close")
        assert "as announced" in world.last("budi")
    assert await closes_at(world) == end


async def test_the_end_is_put_off_once_by_no_more_than_the_window_and_all_are_told(
    world: Any,
) -> None:
    """F12: fishing for one more answer, and no second signal to compare with the first."""
    await begin(world)
    before = len(world.room.transcript("budi"))
    await world.forward(days=6)
    assert "not enough answers yet" in last_texts(world, "budi", before)[-1]
    await world.says("budi", "/review extend for 8 days")
    assert "at most as long again as it was to last" in world.last("budi")
    await world.says("budi", "/review extend for 7 days")
    await world.taps("budi", "Keep it open longer")
    end = await closes_at(world)
    heard = {user: " ".join(last_texts(world, user, 0)[-3:]) for user in PEOPLE}
    assert all("11 December" in said for said in heard.values())
    await world.says("budi", "/review extend for 1 day")
    assert "A second time is not possible" in world.last("budi")
    after = len(world.room.transcript("budi"))
    for user in PEOPLE[:6]:
        await answer(world, user)
    while world.clock.now() < end - timedelta(days=1):
        await world.forward(days=1)
    assert not [t for t in last_texts(world, "budi", after) if "enough" in t]


async def test_near_its_end_it_closes_as_announced(world: Any) -> None:
    await begin(world)
    end = await closes_at(world)
    await world.forward(days=6, hours=10)
    assert end - world.clock.now() < timedelta(days=1)
    await world.says("budi", "/review close")
    assert "as announced" in world.last("budi") and await closes_at(world) == end


async def test_a_live_round_closes_as_announced(world: Any) -> None:
    """F02 in a meeting: nobody can stop it after the answer that was wanted."""
    await set_up(world)
    await world.says("budi", "/review start responsibilities for 30 minutes")
    await world.taps("budi", "Start")
    await world.says("budi", "/review close")
    assert "as announced" in world.last("budi")


async def test_below_the_minimum_not_even_the_number_is_told(world: Any) -> None:
    """R9, F16: four of five needed; and the same words with none at all."""
    await begin_live(world)
    for user in PEOPLE[:4]:
        await answer(world, user, "a word of mine")
    await end(world)
    await world.forward(days=4)
    for reader in ("budi", "ratna", "sari", "tom"):
        told = " ".join(m.text for m in world.room.transcript(reader))
        assert "4 of" not in told and "4 people" not in told and "a word of mine" not in told
    assert "Fewer people answered than" in world.last("sari")


async def test_after_a_released_close_the_number_is_public(world: Any) -> None:
    """F16: that everybody answered is then known, and is said in the same words to all."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)
    await end(world)
    assert {world.last(user) for user in PEOPLE} == {world.last("sari")}
    assert "8 of 8 people answered" in world.last("sari")
