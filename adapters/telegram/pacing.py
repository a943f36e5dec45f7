"""Even pacing: one message a second in a private chat, twenty a minute in a group.

In a chat the second counts from the answer to the message before as well, once there is one: on
the way there one may take longer than the next, and Telegram counts what arrives.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from dialogues.errors import RetryLater

OVERALL = 1 / 28.8
PRIVATE = 1.02
GROUP = 3.05
PATIENCE = 5.0
AHEAD = 0.1
"""How far ahead broadcasts may fill the way: an answer to somebody never waits longer."""
CLOSER = 0.97
FORGET = 5_000


BUSY = 5.0
"""Seconds in which as many messages as seconds mean that people are being answered."""


def leaving_room(answering: Callable[[], bool]) -> "Pace":
    """For a process beside which others with the same token may be *answering* people now."""
    return Pace(2 * PRIVATE, 2 * GROUP, beside=lambda: 1.5 if answering() else 1.0)


class Pace:
    """When a chat and the whole bot may be written to next. Burst 1: nothing is saved up."""

    def __init__(
        self,
        private: float = PRIVATE,
        group: float = GROUP,
        overall: float = OVERALL,
        now: Callable[[], float] = time.monotonic,
        beside: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """The seconds between two messages to one chat of each kind, and to any two chats.

        *beside* tells how much longer those to any two take now, for the sake of others.
        """
        self._now = now
        self._private, self._group, self._any = private, group, overall
        self._beside = beside
        self._free: dict[str, float] = {}
        self._arrived: dict[str, float] = {}
        self._overall = self._left = 0.0
        self._reserved: set[str] = set()
        self._gone: deque[float] = deque(maxlen=round(1 / overall) if overall else 0)

    @property
    def busy(self) -> bool:
        """Whether many messages have left just now."""
        now = self._now()
        return sum(now - at < BUSY for at in self._gone) >= BUSY

    async def reserve(self, chat: str) -> None:
        """Wait for the turn of *chat* behind all that is urgent; the next `wait` has it already.

        Raises:
            RetryLater: As `wait`.
        """
        await self._turn(chat, urgent=False)
        self._reserved.add(chat)

    async def wait(self, chat: str, urgent: bool = True) -> None:
        """Wait until *chat* may be written to; what is not *urgent* lets everything else go first.

        Raises:
            RetryLater: The chat itself would have to wait too long.
        """
        if chat in self._reserved:
            self._reserved.discard(chat)
        else:
            await self._turn(chat, urgent)
        while self._remaining(chat) > 0:  # noqa: ASYNC110  (an answer may come meanwhile)
            await asyncio.sleep(self._remaining(chat))
        self._arrived[chat] = self._now()  # until it is answered: nobody overtakes who waits here
        await self._depart()

    def arrived(self, chat: str) -> None:
        """A message in *chat* has been answered: the next one waits from now."""
        self._arrived[chat] = self._now()
        self.hold(chat, self._every(chat))

    async def _turn(self, chat: str, urgent: bool) -> None:
        own = self._free.get(chat, 0.0) - self._now()
        if own > PATIENCE:
            raise RetryLater(own)
        if own > 0:
            self._free[chat] += self._every(chat)
            await asyncio.sleep(own)
        else:
            self._free[chat] = self._now() + self._every(chat)
        while not urgent:
            ahead = self._overall - self._now() - AHEAD
            if ahead <= 0:
                break
            await asyncio.sleep(ahead)
        now = self._now()
        at = max(now, self._overall)
        self._overall = at + self._between
        self._tidy(now)
        if at > now:
            await asyncio.sleep(at - now)

    async def _depart(self) -> None:
        """Let no more leave within a second, even where the database held some up after their turn.

        Telegram counts what arrives, so this is the last thing before a request. Those held up
        leave a little closer to each other than others, so that in the end none waits for them.
        """
        now = self._now()
        at = max(now, self._left + CLOSER * self._between)
        self._left = at
        if at > now:
            await asyncio.sleep(at - now)
        while self._gone and len(self._gone) == self._gone.maxlen:
            left = self._gone[0] + 1 - self._now()
            if left <= 0:
                break
            await asyncio.sleep(left)
        self._gone.append(self._now())

    def hold(self, chat: str, seconds: float) -> None:
        """Nothing more goes to *chat* for so long: Telegram may have asked for patience."""
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)

    @property
    def _between(self) -> float:
        return self._any * self._beside()

    def _remaining(self, chat: str) -> float:
        return self._arrived.get(chat, -math.inf) + self._every(chat) - self._now()

    def _every(self, chat: str) -> float:
        return self._group if chat.startswith("-") else self._private

    def _tidy(self, now: float) -> None:
        if len(self._free) > FORGET:
            self._free = {name: free for name, free in self._free.items() if free > now}
        if len(self._arrived) > FORGET:
            self._arrived = {name: at for name, at in self._arrived.items() if name in self._free}
