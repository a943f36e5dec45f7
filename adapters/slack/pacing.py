"""Even pacing: one message a second in each chat, nothing saved up."""

import asyncio
import time
from collections.abc import Callable

from dialogues.errors import RetryLater

EVERY = 1.1
PATIENCE = 3.0
FORGET = 1_000


class Pace:
    """When a chat may be written to next."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """*now* counts seconds upwards."""
        self._now = now
        self._free: dict[str, float] = {}

    async def wait(self, chat: str) -> None:
        """Wait for the turn of *chat*. Raises RetryLater where that would take too long."""
        now = self._now()
        at = max(now, self._free.get(chat, now))
        if at - now > PATIENCE:
            raise RetryLater(at - now)
        self._free[chat] = at + EVERY
        if len(self._free) > FORGET:
            self._free = {name: free for name, free in self._free.items() if free > now}
        if at > now:
            await asyncio.sleep(at - now)

    def hold(self, chat: str, seconds: float) -> None:
        """Slack asked for patience in *chat*."""
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)
