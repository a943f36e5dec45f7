"""The clockwork: APScheduler rings a bell, `tick` does everything that is due, once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from dialogues.ports import Clock

Step = Callable[[datetime], Awaitable[None]]


class Ticker:
    """Runs *steps* in order whenever the bell rings. Tests call `tick` with a stepped clock."""

    def __init__(self, clock: Clock, steps: Sequence[Step]) -> None:
        self._clock = clock
        self._steps = steps
        self._bell = asyncio.Event()
        self._busy = asyncio.Lock()

    def ring(self) -> None:
        """Something may be due: do not wait for the second."""
        self._bell.set()

    async def tick(self) -> None:
        """Everything due now. Two at once would wait for each other."""
        async with self._busy:
            for step in self._steps:
                await step(self._clock.now())

    async def run(self) -> None:
        """Tick each second until cancelled. A slow tick is followed by one, not by ten."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self._ring,
            "interval",
            seconds=1,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                await self.tick()
        finally:
            scheduler.pause()
            await asyncio.sleep(0)
            scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        self.ring()
