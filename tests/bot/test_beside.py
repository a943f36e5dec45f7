"""Beside a result: the same over time, and the other direction; never more than readers may see."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.reports import report_of
from dialogues.report import Report
from storage import reviews

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]
HALF = ("5", "4", "4", "4", "3", "2", "2", "1")


async def founded(world: Any) -> None:
    """Everybody is there long enough to be asked again and again."""
    await world.founded(PEOPLE)
    await world.forward(days=70)


async def asked(world: Any, checkin: str, key: str, answers: Sequence[str], days: int) -> None:
    await world.says("budi", f"/review start {checkin} for 2h purpose learn")
    await world.taps("budi", "Start")
    for user, answer in zip(PEOPLE, answers, strict=False):
        await world.taps(user, "All on one page")
        await world.fills(user, {key: (answer,)})
    await world.forward(days=days)


async def report(world: Any, number: int, who: str) -> Report:
    def read(unit: Any) -> Report:
        return report_of(world.app.house, unit, reviews.review(unit, number), who)

    made: Report = await world.app.store.read(read)
    return made


async def test_the_same_a_second_time_stands_over_time(world: Any) -> None:
    await founded(world)
    await asked(world, "responsibilities", "r1", HALF, 20)
    assert not (await report(world, 1, "broker")).past
    await asked(world, "responsibilities", "r1", HALF[::-1], 5)
    for who in ("broker", "coordinator"):
        made = await report(world, 2, who)
        assert [len(past.result.questions) for past in made.past] == [6]
    assert not (await report(world, 2, "partner")).past, "partners never had the first"
    assert not (await report(world, 1, "broker")).past, "what came later is not before it"


async def test_a_new_kind_of_service_begins_anew(world: Any) -> None:
    await founded(world)
    await asked(world, "responsibilities", "r1", HALF, 20)
    await world.says("budi", "/broker change kind internal of Alpha form seconded")
    for label in ("Not specified", "Change the arrangement"):
        await world.taps("budi", label)
    await world.taps("ratna", "I agree")
    await asked(world, "responsibilities", "r1", HALF, 5)
    assert not (await report(world, 2, "broker")).past


async def test_the_other_direction_stands_beside_once_its_readers_had_it(world: Any) -> None:
    await founded(world)
    await asked(world, "enabling-conditions", "means", HALF, 1)
    await asked(world, "responsibilities", "r1", HALF, 1)
    mine, theirs = await report(world, 2, "broker"), await report(world, 2, "coordinator")
    assert mine.other is not None and theirs.other is None
    assert (await report(world, 1, "broker")).other is None, "not beside itself"
    await world.forward(days=7)
    shared = (await report(world, 2, "coordinator")).other
    assert shared is not None and shared.review.checkin_id == "enabling-conditions"
    assert not shared.past and shared.other is None
    assert (await report(world, 2, "partner")).other is None


async def test_what_was_asked_to_learn_stands_beside_nothing_formal(world: Any) -> None:
    await founded(world)
    await asked(world, "responsibilities", "r1", HALF, 20)
    await asked(world, "enabling-conditions", "means", HALF, 20)
    await asked(world, "responsibilities", "r1", HALF, 5)
    made = await report(world, 3, "broker")
    assert made.past and made.other is not None
    for formal, learning in ((3, ""), (1, "3"), (2, "3, 1")):
        await purposes(world, formal, learning)
        made = await report(world, 3, "broker")
        assert not made.past or formal == 2
        assert made.other is None or formal == 1


async def purposes(world: Any, formal: int, learning: str) -> None:
    """As if review *formal* had been a formal one, and those of *learning* not."""

    def change(unit: Any) -> None:
        run = unit.connection().execute
        run(sa.text(f"UPDATE review SET purpose = 'formal' WHERE id = {formal}"))
        run(sa.text(f"UPDATE review SET purpose = 'learn' WHERE id IN ({learning or 0})"))

    await world.app.store.transact(change)
