"""Work side by side, in order where it belongs to one person or group."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()
AT_ONCE = 48
"""How many sends may be under way; the adapters keep to their platforms' pace."""


class Lanes:
    """Runs what is begun; of one lane one at a time."""

    def __init__(self) -> None:
        self._work: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}

    @property
    def room(self) -> int:
        """How much more may be begun."""
        return max(AT_ONCE - len(self._work), 0)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._work)

    def begin(self, lane: str, work: Coroutine[Any, Any, None]) -> None:
        """Start *work* as soon as its lane is free. A failure in it is logged by its kind."""
        before = self._last.get(lane)
        task = asyncio.create_task(_in_turn(before, work))
        self._work.add(task)
        self._last[lane] = task
        task.add_done_callback(lambda done: self._ended(lane, done))

    async def one_less(self, most: float | None = None) -> None:
        """Wait until something has ended, for *most* seconds at most."""
        if self._work:
            await asyncio.wait(self._work, timeout=most, return_when=asyncio.FIRST_COMPLETED)

    async def all_done(self) -> None:
        """Wait until nothing is under way."""
        while self._work:
            await asyncio.wait(self._work)

    async def drain(self, seconds: float) -> None:
        """Let what is under way end, for a moment; then cancel it."""
        if self._work:
            await asyncio.wait(self._work, timeout=seconds)
        left = set(self._work)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, lane: str, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if self._last.get(lane) is task:
            del self._last[lane]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_failed", error=type(error).__name__)


async def _in_turn(before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> None:
    try:
        if before is not None:
            await asyncio.wait([before])
    except asyncio.CancelledError:
        work.close()
        raise
    await work
