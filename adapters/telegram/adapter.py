"""Telegram as a platform: long polling, and replies that follow the commit."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Update,
)
from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest

from adapters.telegram import incoming
from adapters.telegram.pacing import Pace
from adapters.telegram.sending import Sending
from dialogues.errors import DeliveryError, MessageGone, NotNow, RetryLater
from dialogues.messages import Ability, Address, Incoming, Moved, Outgoing, Spot
from dialogues.ports import Handler

log = structlog.get_logger()
WAIT = 25
KINDS = ["message", "callback_query", "my_chat_member"]
DRAIN = 1.8
TRIES = 3
LONGEST_PATIENCE = 30.0
REMEMBERED = 10_000

Menu = Sequence[tuple[str, str]]
"""Commands of a chat, each with what it does."""


class Telegram:
    """Implements `dialogues.ports.Adapter` with one bot token."""

    installation = incoming.INSTALLATION
    ability = Ability(edits=True, forms=False, files=True, erases=True)

    def __init__(
        self,
        token: str,
        api_url: str,
        private: Mapping[str, Menu] | None = None,
        group: Mapping[str, Menu] | None = None,
        pace: Pace | None = None,
        request: BaseRequest | None = None,
    ) -> None:
        """*private* and *group* are the menus of commands by language; "" is for all others.

        *request* takes the place of HTTP, where there is to be no network.
        """
        self._bot = Bot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=request or HTTPXRequest(64, read_timeout=10, pool_timeout=5),
            get_updates_request=request or HTTPXRequest(1),
        )
        self._menus: tuple[tuple[BotCommandScope, Mapping[str, Menu]], ...] = (
            (BotCommandScopeAllPrivateChats(), private or {}),
            (BotCommandScopeAllGroupChats(), group or {}),
        )
        self._username = ""
        self._handler: Handler | None = None
        self._sending = Sending(self._bot, pace or Pace(), self._moved)
        self._chains: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: OrderedDict[str, None] = OrderedDict()
        """What was handled lately: a repeated tap cannot be answered twice."""

    def join_link(self, code: str) -> str:
        """See Adapter. Without a code: the private chat with the bot."""
        if not self._username:
            return ""
        return f"https://t.me/{self._username}" + (f"?start={code}" if code else "")

    def group_link(self) -> str:
        """See Adapter."""
        return f"https://t.me/{self._username}?startgroup=titian" if self._username else ""

    async def run(self, handler: Handler, up: Callable[[], None]) -> None:
        """See Adapter. Whatever keeps us from polling is raised."""
        self._handler = handler
        try:
            await self._bot.initialize()
            self._username = self._bot.username
            await self._bot.delete_webhook()
            await self._offer_menus()
            up()
            await self._poll(handler)
        finally:
            await self._drain()
            await self._bot.shutdown()

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        return await self._sending.send(outgoing)

    async def _offer_menus(self) -> None:
        for scope, menus in self._menus:
            for language, menu in menus.items():
                commands = [BotCommand(name, about) for name, about in menu]
                try:
                    await self._bot.set_my_commands(commands, scope, language or None)
                except TelegramError as error:
                    log.warning("menu_not_set", error=type(error).__name__)

    async def _poll(self, handler: Handler) -> None:
        """Fetch, decide, commit; only then is a batch confirmed, by the next fetch.

        The updates are fetched raw: parsed as a batch, one that cannot be read would be
        fetched for ever. (Under its own spelling the library takes the call for a mistake;
        Telegram reads method names in any case.)
        """
        offset = 0
        while True:
            batch: list[dict[str, Any]] = await self._bot.do_api_request(
                "GetUpdates",
                {"offset": offset, "timeout": WAIT, "allowed_updates": KINDS},
                read_timeout=WAIT + 5,
            )
            if not batch:
                continue
            taking = asyncio.ensure_future(self._take(handler, batch))
            try:
                await asyncio.shield(taking)
            except asyncio.CancelledError:
                await asyncio.wait([taking], timeout=DRAIN)
                raise
            offset = max(raw["update_id"] for raw in batch) + 1

    async def _take(self, handler: Handler, batch: Sequence[dict[str, Any]]) -> None:
        """Everybody's own updates in their order, different people side by side."""
        lanes: dict[str, list[tuple[Incoming, str | None]]] = {}
        for raw in batch:
            try:
                update = Update.de_json(raw, self._bot)
                event = incoming.read(update, self._username)
            except Exception as error:  # noqa: BLE001  (whatever it is, it must not stop the others)
                log.warning("update_skipped", error=type(error).__name__)
                continue
            query = update.callback_query.id if update.callback_query else None
            if event is not None:
                lanes.setdefault(event.sender.user, []).append((event, query))
            elif query is not None:
                self._later(self._answer(query))
        await asyncio.gather(*(self._lane(handler, lane) for lane in lanes.values()))

    async def _lane(self, handler: Handler, lane: Sequence[tuple[Incoming, str | None]]) -> None:
        for event, query in lane:
            if event.key in self._seen:
                continue
            replies = await self._handle(handler, event)
            self._seen[event.key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            if query is not None:
                self._later(self._answer(query))
            if replies:
                self._reply(handler, event.sender.user, replies)

    async def _handle(self, handler: Handler, event: Incoming) -> Sequence[Outgoing]:
        failed, wait = 0, 0.2
        while True:
            try:
                return await handler.handle(event)
            except NotNow:
                log.warning("waiting_for_database", part=self.installation)
            except Exception as error:  # noqa: BLE001  (one that fails each time must not block everybody)
                failed += 1
                log.error("update_failed", error=type(error).__name__)
                if failed == TRIES:
                    return ()
            await asyncio.sleep(wait)
            wait = min(2 * wait, 5.0)

    def _reply(self, handler: Handler, who: str, replies: Sequence[Outgoing]) -> None:
        """Send what was decided, after what the same person was sent before."""
        task = self._later(self._send_all(handler, self._chains.get(who), replies))
        self._chains[who] = task
        task.add_done_callback(lambda done: self._unchain(who, done))

    def _unchain(self, who: str, done: asyncio.Task[None]) -> None:
        if self._chains.get(who) is done:
            del self._chains[who]

    async def _send_all(
        self, handler: Handler, before: asyncio.Task[None] | None, replies: Sequence[Outgoing]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        for reply in replies:
            message = await self._patiently(reply)
            if message is not None:
                await handler.sent(reply, message)

    async def _patiently(self, reply: Outgoing) -> str | None:
        """Send a reply, waiting where Telegram asks for it; a lost one loses a sentence only."""
        for _ in range(TRIES):
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
            await self._bot.do_api_request("AnswerCallbackQuery", {"callback_query_id": query})
        except TelegramError as error:
            log.info("tap_not_answered", error=type(error).__name__)

    async def _moved(self, spot: Spot, chat: str) -> None:
        if self._handler is not None:
            key = f"moved:{spot.chat}:{chat}"
            nobody = Address(self.installation, "", "")
            await self._handler.handle(Incoming(key, nobody, spot, False, Moved(chat)))

    def _later(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _drain(self) -> None:
        """Let replies under way go out, for a moment."""
        if self._tasks:
            _, left = await asyncio.wait(set(self._tasks), timeout=DRAIN)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
