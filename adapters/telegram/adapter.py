"""Telegram as a platform: long polling or a webhook, and replies that follow the commit."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from starlette.routing import BaseRoute
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError
from telegram.request import BaseRequest

from adapters.telegram import incoming
from adapters.telegram.asking import Asking
from adapters.telegram.pacing import Pace
from adapters.telegram.sending import Sending
from adapters.telegram.taking import DRAIN, Taking
from adapters.telegram.webhook import CONNECTIONS, Webhook
from dialogues.messages import Ability, Address, Incoming, Moved, Outgoing, Spot
from dialogues.ports import Handler, Intake, Turn, at_once

log = structlog.get_logger()
WAIT = 25
KINDS = ["message", "callback_query", "my_chat_member"]

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
        admins: Mapping[str, Menu] | None = None,
        pace: Pace | None = None,
        request: BaseRequest | None = None,
        webhook: Webhook | None = None,
    ) -> None:
        """*private*, *group* and *admins* (of groups) are the menus of commands by language;
        "" is for all others.

        Without a *webhook* updates are polled for. *request* takes the place of HTTP, where
        there is to be no network.
        """
        self._bot = Bot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=request or Asking(api_url, 64),
            get_updates_request=request or Asking(api_url, 1),
        )
        self._menus: tuple[tuple[BotCommandScope, Mapping[str, Menu]], ...] = (
            (BotCommandScopeAllPrivateChats(), private or {}),
            (BotCommandScopeAllGroupChats(), group or {}),
            (BotCommandScopeAllChatAdministrators(), admins or {}),
        )
        self._username = ""
        self._handler: Handler | None = None
        self._pace = pace or Pace()
        self._sending = Sending(self._bot, self._pace, self._moved)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._webhook = webhook
        self.intake = Intake.WEB if webhook else Intake.POLL

    def join_link(self, code: str) -> str:
        """See Adapter. Without a code: the private chat with the bot."""
        if not self._username:
            return ""
        return f"https://t.me/{self._username}" + (f"?start={code}" if code else "")

    def group_link(self) -> str:
        """See Adapter."""
        return f"https://t.me/{self._username}?startgroup" if self._username else ""

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """See Adapter. Whatever keeps updates from us is raised."""
        self._handler = handler
        taking = Taking(self._bot, self._sending, handler, self._seen)
        try:
            await self._bot.initialize()
            self._username = self._bot.username
            await turn()
            if self._webhook is not None:
                await self._serve(self._webhook, taking, up)
            else:
                await self._bot.delete_webhook()
                await self._offer_menus()
                up()
                await self._poll(taking)
        finally:
            if self._webhook is not None:
                self._webhook.close()
            await taking.drain()

    def routes(self) -> list[BaseRoute]:
        """Where updates arrive by webhook."""
        return self._webhook.routes() if self._webhook is not None else []

    async def pace(self, to: Spot) -> None:
        """See Adapter."""
        await self._pace.reserve(to.chat)

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        return await self._sending.send(outgoing)

    async def close(self) -> None:
        """See Adapter."""
        await self._bot.shutdown()

    async def _offer_menus(self) -> None:
        for scope, menus in self._menus:
            for language, menu in menus.items():
                commands = [BotCommand(name, about) for name, about in menu]
                try:
                    await self._bot.set_my_commands(commands, scope, language or None)
                except TelegramError as error:
                    log.warning("menu_not_set", error=type(error).__name__)

    async def _serve(self, webhook: Webhook, taking: Taking, up: Callable[[], None]) -> None:
        """Be open before Telegram hears of it: what has waited there comes at once.

        Nothing is taken back at the end: while no process serves, updates wait at Telegram.
        """
        webhook.open(taking)
        await self._bot.set_webhook(
            webhook.url,
            secret_token=webhook.secret,
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )
        await self._offer_menus()
        up()
        await asyncio.Event().wait()

    async def _poll(self, taking: Taking) -> None:
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
            decided = asyncio.ensure_future(taking.batch(batch))
            try:
                await asyncio.shield(decided)
            except asyncio.CancelledError:
                await asyncio.wait([decided], timeout=DRAIN)
                raise
            offset = max(raw["update_id"] for raw in batch) + 1

    async def _moved(self, spot: Spot, chat: str) -> None:
        if self._handler is not None:
            key = f"moved:{spot.chat}:{chat}"
            nobody = Address(self.installation, "", "")
            await self._handler.handle(Incoming(key, nobody, spot, False, Moved(chat)))
