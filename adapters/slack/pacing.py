"""Even pacing: one message a second in each chat, nothing saved up.

The second counts from the answer to the message before: on the way there one may take
longer than the next, and Slack counts when they arrive.
"""

import asyncio
import math
import time
from collections.abc import Callable

from dialogues.errors import RetryLater

EVERY = 1.01
PATIENCE = 3.0
FORGET = 1_000


def leaving_room() -> "Pace":
    """For a process beside which another one answers people with the same token."""
    return Pace(share=2.0)


class Pace:
    """When a chat may be written to next."""

    def __init__(self, now: Callable[[], float] = time.monotonic, share: float = 1.0) -> None:
        """*now* counts seconds upwards; *share* is how much slower than allowed to go."""
        self._now = now
        self._share = share
        self._free: dict[str, float] = {}
        self._reserved: set[str] = set()
        self._under_way: dict[str, asyncio.Event] = {}
        self._arrived: dict[str, float] = {}

    async def reserve(self, chat: str) -> None:
        """Wait for the turn of *chat*; the next `wait` need not. Raises RetryLater."""
        await self._turn(chat)
        self._reserved.add(chat)

    async def wait(self, chat: str) -> None:
        """Wait until a message may go to *chat*; `arrived` must follow, however it ends.

        Raises:
            RetryLater: That would take too long.
        """
        if chat in self._reserved:
            self._reserved.discard(chat)
        else:
            await self._turn(chat)
        while (before := self._under_way.get(chat)) or self._left(chat) > 0:
            await (before.wait() if before else asyncio.sleep(self._left(chat)))
        self._under_way[chat] = asyncio.Event()

    def arrived(self, chat: str) -> None:
        """A message in *chat* has been answered: the next one waits from now."""
        now = self._now()
        self._arrived[chat] = now
        self.hold(chat, self._every)
        self._under_way.pop(chat).set()
        if len(self._arrived) > FORGET:
            recent = now - self._every
            self._arrived = {name: at for name, at in self._arrived.items() if at > recent}

    async def _turn(self, chat: str) -> None:
        now = self._now()
        at = max(now, self._free.get(chat, now))
        if at - now > PATIENCE:
            raise RetryLater(at - now)
        self._free[chat] = at + self._every
        if len(self._free) > FORGET:
            self._free = {name: free for name, free in self._free.items() if free > now}
        if at > now:
            await asyncio.sleep(at - now)

    def _left(self, chat: str) -> float:
        return self._arrived.get(chat, -math.inf) + self._every - self._now()

    @property
    def _every(self) -> float:
        return EVERY * self._share

    def hold(self, chat: str, seconds: float) -> None:
        """Nothing more goes to *chat* for so long: Slack may have asked for patience."""
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)
