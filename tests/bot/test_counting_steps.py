"""How many questions there are is said once it is known, and stays true to the last."""

import re
from typing import Any

import pytest

from dialogues.markup import plain

SETTINGS: tuple[tuple[str, ...], ...] = (
    ("[That's right]",),
    ("[Language]", "[English]"),
    ("[Time zone]", "[WITA]"),
)
CONTRACTS = (("[The partnership]",), ("[The funder]",), ("[One of the organisations]", "[Alpha]"))
BROKERS = (
    ("[Nobody yet]",),
    ("[Someone in these organisations]", "Ratna", "[Beta]"),
    ("[I am]", "[Beta]"),
    *(("[An independent person]", "Ratna", *by) for by in CONTRACTS),
    *(("[I am]", "[An independent person]", *by) for by in CONTRACTS),
)
WAYS = [
    *((SETTINGS[0], broker) for broker in BROKERS),
    *((settings, BROKERS[1]) for settings in SETTINGS[1:]),
]
COUNTED = re.compile(r"^(?:Question (\d+)|(\d+) of (\d+))$", re.MULTILINE)


async def walk(world: Any, user: str, *steps: str) -> list[tuple[int, int]]:
    """What was said before each of *steps*: which question, and of how many, 0 where unsaid."""
    said = []
    for step in steps:
        told = COUNTED.search(plain(world.last(user)))
        if told is not None:
            said.append((int(told[1] or told[2]), int(told[3] or 0)))
        if step.startswith("["):
            await world.taps(user, step.strip("[]"))
        else:
            await world.says(user, step)
    return said


async def test_founding_counts_its_steps_the_same_to_the_end(world: Any) -> None:
    world.person("budi", "Budi")
    for settings, broker in WAYS:
        await world.says("budi", "/partnership new")
        said = await walk(world, "budi", "Water", "Alpha\nBeta", *settings, *broker)
        numbers, totals = [number for number, _ in said], {total for _, total in said if total}
        way = (*settings, *broker)
        assert numbers == list(range(1, len(numbers) + 1)), way
        assert len(numbers) == 2 + len(settings) + len(broker), way
        assert totals <= {len(numbers)}, (way, said)
    assert sum("Water is set up" in m.text for m in world.room.transcript("budi")) == len(WAYS)


@pytest.mark.parametrize(
    ("kind", "then"), [("[Independent]", "[The partnership]"), ("[From inside]", "[Alpha]")]
)
async def test_appointing_counts_its_steps_the_same_to_the_end(
    world: Any, kind: str, then: str
) -> None:
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new Water")
    await walk(world, "budi", "Alpha\nBeta", "[That's right]", "[Nobody yet]")
    await world.says("budi", "/broker appoint")
    rest = ("[Open-ended]", "[Not specified]", "[Skip]")
    said = await walk(world, "budi", "Ratna", kind, then, *rest)
    assert said == [(1, 0), (2, 0), (3, 6), (4, 6), (5, 6), (6, 6)]
    assert "Record" in dict(world.room.transcript("budi")[-1].buttons)
