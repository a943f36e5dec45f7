"""Even pacing: one message a second in a private chat, twenty a minute in a group."""

import asyncio
import time
from collections.abc import Callable

from dialogues.errors import RetryLater

OVERALL = 1 / 25
PRIVATE = 1.05
GROUP = 3.1
PATIENCE = 5.0
FORGET = 1_000


class Pace:
    """When a chat and the whole bot may be written to next. Burst 1: nothing is saved up."""

    def __init__(
        self,
        private: float = PRIVATE,
        group: float = GROUP,
        overall: float = OVERALL,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """The seconds between two messages to one chat of each kind, and to any two chats."""
        self._now = now
        self._private, self._group, self._between = private, group, overall
        self._free: dict[str, float] = {}
        self._overall = 0.0

    async def wait(self, chat: str) -> None:
        """Wait for the turn of *chat*. Raises RetryLater where that would take too long."""
        now = self._now()
        at = max(now, self._overall, self._free.get(chat, now))
        if at - now > PATIENCE:
            raise RetryLater(at - now)
        self._overall = max(self._overall, now) + self._between
        self._free[chat] = at + (self._group if chat.startswith("-") else self._private)
        if len(self._free) > FORGET:
            self._free = {name: free for name, free in self._free.items() if free > now}
        if at > now:
            await asyncio.sleep(at - now)

    def hold(self, chat: str, seconds: float) -> None:
        """Telegram asked for patience in *chat*."""
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)
