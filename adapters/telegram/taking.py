"""Telegram's updates on their way: read, decided on, answered; each person's in their order."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError

from adapters.telegram import incoming
from adapters.telegram.sending import Sending
from dialogues.errors import DeliveryError, MessageGone, NotNow, RetryLater
from dialogues.messages import Incoming, Outgoing
from dialogues.ports import Handler

log = structlog.get_logger()
DRAIN = 1.8
TRIES = 3
PATIENT = 5
"""How often a reply is tried: other processes may write to the same chat."""
LONGEST_PATIENCE = 30.0
REMEMBERED = 10_000
ANSWER = "AnswerCallbackQuery"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """An update that was understood; *query* is the tap that waits for its answer."""

    event: Incoming | None
    query: str | None


class Taking:
    """Updates one by one or in batches; all that is started for them is kept until it ends."""

    def __init__(
        self, bot: Bot, sending: Sending, handler: Handler, seen: OrderedDict[str, None]
    ) -> None:
        """*seen* is what was handled lately: a repeated tap cannot be answered twice."""
        self._bot = bot
        self._sending = sending
        self._handler = handler
        self._chains: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._seen = seen

    async def batch(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Everybody's own updates in their order, different people side by side."""
        lanes: dict[str, list[Read]] = {}
        for raw in updates:
            read = self._read(raw)
            if read.event is not None:
                lanes.setdefault(read.event.sender.user, []).append(read)
            elif read.query is not None:
                self._later(self._answer(read.query))
        await asyncio.gather(*(self._lane(lane) for lane in lanes.values()))

    async def one(
        self, raw: Mapping[str, Any], patience: float, ordered: float
    ) -> dict[str, str] | None:
        """An update by itself, whoever asked for it has gone or not.

        Returns:
            What is asked of Telegram in the answer: to stop the button's clock.

        Args:
            patience: Seconds for which a database that is away is waited for.
            ordered: Seconds for which the replies are waited for: another process may take
                the same person's next update as soon as this returns.

        Raises:
            NotNow: It could not be decided on, and must come again.
        """
        return await asyncio.shield(self._later(self._one(raw, patience, ordered)))

    async def drain(self) -> None:
        """Let what is under way be decided on and go out, for a moment."""
        end = asyncio.get_running_loop().time() + DRAIN
        while self._tasks and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait({*self._tasks}, timeout=left)
        given_up = {*self._tasks}
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)

    def _read(self, raw: Mapping[str, Any]) -> Read:
        """What an update says; one that cannot be read must not stop the others."""
        try:
            if query := raw.get("callback_query"):
                return Read(*incoming.tapped(query, self._bot))
            update = Update.de_json(dict(raw), self._bot)
            return Read(incoming.read(update, self._bot.username), None)
        except Exception as error:  # noqa: BLE001  (whatever it is)
            log.warning("update_skipped", error=type(error).__name__)
            return Read(None, None)

    async def _one(
        self, raw: Mapping[str, Any], patience: float, ordered: float
    ) -> dict[str, str] | None:
        read = self._read(raw)
        if read.event is not None:
            await self._lane([replace(read, query=None)], patience)
            chain = self._chains.get(read.event.sender.user)
            if chain is not None:
                await asyncio.wait([chain], timeout=ordered)
        return {"method": ANSWER, **_answering(read.query)} if read.query is not None else None

    async def _lane(self, lane: Sequence[Read], patience: float | None = None) -> None:
        for read in lane:
            event = read.event
            if event is None or event.key in self._seen:
                continue
            replies = await self._handle(event, patience)
            self._seen[event.key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            if read.query is not None:
                self._later(self._answer(read.query))
            if replies:
                self._reply(event.sender.user, replies)

    async def _handle(self, event: Incoming, patience: float | None) -> Sequence[Outgoing]:
        """Have it decided on; without *patience* the database is waited for as long as it takes."""
        failed, wait, waited = 0, 0.2, 0.0
        while True:
            try:
                return await self._handler.handle(event)
            except NotNow:
                log.warning("waiting_for_database", part=incoming.INSTALLATION)
                if patience is not None and waited + wait > patience:
                    raise
            except Exception as error:  # noqa: BLE001  (one that fails each time must not block everybody)
                failed += 1
                log.error("update_failed", error=type(error).__name__)
                if failed == TRIES:
                    return ()
            await asyncio.sleep(wait)
            waited += wait
            wait = min(2 * wait, 5.0)

    def _reply(self, who: str, replies: Sequence[Outgoing]) -> None:
        """Send what was decided, after what the same person was sent before."""
        task = self._later(self._send_all(self._chains.get(who), replies))
        self._chains[who] = task
        task.add_done_callback(lambda done: self._unchain(who, done))

    def _unchain(self, who: str, done: asyncio.Task[None]) -> None:
        if self._chains.get(who) is done:
            del self._chains[who]

    async def _send_all(
        self, before: asyncio.Task[None] | None, replies: Sequence[Outgoing]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        for reply in replies:
            message = await self._patiently(reply)
            if message is not None:
                await self._handler.sent(reply, message)

    async def _patiently(self, reply: Outgoing) -> str | None:
        """Send a reply, waiting where Telegram asks for it; a lost one loses a sentence only."""
        for _ in range(PATIENT):
            try:
                return await self._sending.send(reply, urgent=True)
            except MessageGone:
                reply = replace(reply, replaces=None)
            except RetryLater as patience:
                await asyncio.sleep(min(patience.seconds, LONGEST_PATIENCE))
            except DeliveryError as error:
                log.info("reply_lost", error=type(error).__name__)
                return None
        log.warning("reply_lost", error="RetryLater")
        return None

    async def _answer(self, query: str) -> None:
        """Stop the button's clock; too late for it is no harm."""
        try:
            await self._bot.do_api_request(ANSWER, _answering(query))
        except TelegramError as error:
            log.info("tap_not_answered", error=type(error).__name__)

    def _later(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _answering(query: str) -> dict[str, str]:
    return {"callback_query_id": query}
