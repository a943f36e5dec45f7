"""What Slack delivers again, because an acknowledgement got lost, is answered as the first time.

Decided anew it would be told as it stands by then: "Changed" would become "Thank you".
Another process decides anew all the same; nothing is counted twice there either.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from slack_bolt.response import BoltResponse

KEPT = 60.0
MOST = 1_000


@dataclass(slots=True, repr=False)
class Answered:
    """An answer, or one that is under way. Its repr is silent: a form may stand in it."""

    until: float
    done: asyncio.Event = field(default_factory=asyncio.Event)
    answer: BoltResponse | None = None


class Repeats:
    """The latest answers, in memory, for a minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """*now* counts seconds upwards."""
        self._now = now
        self._known: OrderedDict[str, Answered] = OrderedDict()

    async def once(self, key: str, work: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        """The answer of *work*; where *key* came before, the one it got, after a wait if need be.

        What failed is tried again.
        """
        self._forget()
        while (before := self._known.get(key)) is not None:
            await before.done.wait()
            if before.answer is not None:
                return before.answer
        mine = self._known[key] = Answered(self._now() + KEPT)
        try:
            mine.answer = await work()
            return mine.answer
        finally:
            if mine.answer is None:
                del self._known[key]
            mine.done.set()

    def _forget(self) -> None:
        """Let go of what is old. What is under way stays: nothing takes so long."""
        now = self._now()
        while self._known:
            key, oldest = next(iter(self._known.items()))
            if oldest.until > now and len(self._known) <= MOST:
                break
            if not oldest.done.is_set():
                break
            del self._known[key]
