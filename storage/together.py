"""Small works that come at the same moment, in one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")
MANY = 64
"""How many may share one commit."""


class Together(Generic[U]):
    """What waits while one transaction runs is the next one; where it fails, each runs alone."""

    def __init__(self, threads: Executor, once: Callable[[Callable[[U], Any]], Any]) -> None:
        """*once* runs one work in a transaction of its own, in one of *threads*."""
        self._threads = threads
        self._once = once
        self._waiting: deque[tuple[Callable[[U], Any], asyncio.Future[Any]]] = deque()
        self._emptying = False

    async def run(self, work: Callable[[U], T]) -> T:
        """What *work* returns, once it is committed. It may be run twice."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, done))
        if not self._emptying:
            self._emptying = True
            loop.run_in_executor(self._threads, self._empty, loop)
        return await done

    def _empty(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MANY))]
        outcomes: list[tuple[Any, Exception | None]]
        try:
            works = [work for work, _ in batch]
            found = self._once(lambda unit: [work(unit) for work in works])
            outcomes = [(result, None) for result in found]
        except Exception:  # noqa: BLE001  (whose it was is found out by running each alone)
            outcomes = [
                (None, None) if done.cancelled() else self._alone(work) for work, done in batch
            ]
        settled = [(done, *outcome) for (_, done), outcome in zip(batch, outcomes, strict=True)]
        loop.call_soon_threadsafe(self._settle, loop, settled)

    def _alone(self, work: Callable[[U], Any]) -> tuple[Any, Exception | None]:
        try:
            return self._once(work), None
        except Exception as error:  # noqa: BLE001  (handed to whoever waits for it)
            return None, error

    def _settle(
        self,
        loop: asyncio.AbstractEventLoop,
        settled: list[tuple[asyncio.Future[Any], Any, Exception | None]],
    ) -> None:
        for done, result, error in settled:
            if done.done():
                continue
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)
        self._emptying = bool(self._waiting)
        if self._emptying:
            loop.run_in_executor(self._threads, self._empty, loop)
