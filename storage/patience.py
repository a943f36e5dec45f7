"""A store for work that must come to its end: it waits until the database is there again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialogues.errors import NotNow
from storage.store import Store, Unit

T = TypeVar("T")
PAUSE = 1.0
"""Seconds between two tries."""


class Patient:
    """Three doors of *store*. What is done through them may be done twice: a commit whose answer
    was lost is tried again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Store.transact, but it never raises NotNow."""
        return await _until_it_is_there(lambda: self._store.transact(work))

    async def transact_line(self, work: Callable[[Unit], T]) -> T:
        """See Store.transact_line, but it never raises NotNow."""
        return await _until_it_is_there(lambda: self._store.transact_line(work))

    async def read(self, work: Callable[[Unit], T]) -> T:
        """See Store.read, but it never raises NotNow."""
        return await _until_it_is_there(lambda: self._store.read(work))


async def _until_it_is_there(door: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await door()
        except NotNow:
            await asyncio.sleep(PAUSE)
