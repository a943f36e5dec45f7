"""How long the loop is away, and how long one of many waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

BEAT = 0.005


@dataclass
class Stall:
    """The longest time, in seconds, that the loop was away from a task that wakes every `BEAT`."""

    worst: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Stall]:
    """Watch the loop from here on."""
    stall = Stall()

    async def heart() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(BEAT)
            stall.worst = max(stall.worst, time.perf_counter() - before - BEAT)

    beating = asyncio.create_task(heart())
    await asyncio.sleep(2 * BEAT)
    stall.worst = 0.0
    yield stall
    await asyncio.sleep(2 * BEAT)
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating


def beyond(waits: Sequence[float], share: float = 0.99) -> float:
    """What only the slowest 1 % of *waits* exceed."""
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))]
