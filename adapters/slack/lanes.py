"""What is done after an acknowledgement: one thing after the other for each person."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


class Lanes:
    """Tasks that are kept, in a queue a person."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, who: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work* after everything that *who* waits for already."""
        task = asyncio.create_task(self._run(self._last.get(who), work))
        self._last[who] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(who, done))

    async def drain(self, limit: float) -> None:
        """Wait *limit* seconds for what is under way, and give up the rest."""
        if self._tasks:
            await asyncio.wait({*self._tasks}, timeout=limit)
        left = {*self._tasks}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _run(
        self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await work()
        except Exception as error:  # noqa: BLE001  (a mistake of ours: the next in the queue goes on)
            log.warning("slack_failed", part="slack", hint="reply", error=type(error).__name__)

    def _done(self, who: str, done: asyncio.Task[None]) -> None:
        self._tasks.discard(done)
        if self._last.get(who) is done:
            del self._last[who]
