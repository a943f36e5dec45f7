"""A tiny python-telegram-bot bot, only to prove telegram_double.py with a real client."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.error import RetryAfter, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.doubles.clock import Clock
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits, User

TOKEN = "123456:double"
SECRET = "s3cret-token"
PNG = b"\x89PNG\r\n\x1a\n"
"""How a picture begins that Telegram takes for one."""

FREE = Limits(private=(1000, 1), overall=(1000, 1), group=(1000, 60))
"""No flood limits."""

Context = ContextTypes.DEFAULT_TYPE
YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton(word, callback_data=word.lower()) for word in ("Yes", "No")]]
)


def seconds(value: Any) -> float:
    """A waiting time of python-telegram-bot, which is a number or a timedelta."""
    return float(value.total_seconds() if hasattr(value, "total_seconds") else value)


def message_of(update: Update) -> Message:
    """The message an update is about."""
    assert update.effective_message is not None
    return update.effective_message


class PtbBot:
    """Its handlers note what they see in `events`; a careless one breaks two rules."""

    def __init__(self, base: str, careful: bool = True) -> None:
        self.careful = careful
        self.events: list[tuple[Any, ...]] = []
        builder = ApplicationBuilder().token(TOKEN).base_url(base)
        builder = builder.base_file_url(base.replace("/bot", "/file/bot"))
        self.app: Application[Any, Any, Any, Any, Any, Any] = (
            builder.read_timeout(1).get_updates_read_timeout(5).build()
        )
        for name in ("start", "ask", "flood"):
            self.app.add_handler(CommandHandler(name, getattr(self, name)))
        self.app.add_handler(CallbackQueryHandler(self.pressed))
        mine = ChatMemberHandler.MY_CHAT_MEMBER
        self.app.add_handler(ChatMemberHandler(self.membership, mine))
        self.app.add_handler(MessageHandler(filters.TEXT, self.text))
        self.app.add_error_handler(self.failed)

    async def start(self, update: Update, context: Context) -> None:
        self.events.append(("start", context.args, update.update_id))
        await message_of(update).reply_html("<b>Welcome</b> &amp; hello", reply_markup=YES_NO)

    async def pressed(self, update: Update, _: Context) -> None:
        query = update.callback_query
        assert query is not None
        self.events.append(("pressed", query.data, update.update_id))
        if self.careful:
            await query.answer("noted")
        await query.edit_message_text(f"You chose {query.data}")

    async def ask(self, update: Update, _: Context) -> None:
        await message_of(update).reply_text("Your name?", reply_markup=ForceReply(selective=True))

    async def flood(self, update: Update, _: Context) -> None:
        for number in range(2):
            for _again in range(2):
                try:
                    await message_of(update).reply_text(f"part {number}")
                    break
                except RetryAfter as error:
                    self.events.append(("flood", error.retry_after))
                    await asyncio.sleep(seconds(error.retry_after) if self.careful else 0.4)

    async def text(self, update: Update, _: Context) -> None:
        self.events.append(("text", message_of(update).text, update.update_id))

    async def membership(self, update: Update, _: Context) -> None:
        change = update.my_chat_member
        assert change is not None
        self.events.append(("member", change.chat.type, change.new_chat_member.status))

    def poll_failed(self, error: TelegramError) -> None:
        self.events.append(("error", type(error).__name__, str(error)))

    async def failed(self, _: object, context: Context) -> None:
        self.events.append(("error", type(context.error).__name__, str(context.error)))


async def _hook(app: Application[Any, Any, Any, Any, Any, Any]) -> web.AppRunner:
    async def handle(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
            return web.Response(status=403)
        await app.update_queue.put(Update.de_json(json.loads(await request.text()), app.bot))
        return web.Response()

    served = web.Application()
    served.router.add_post("/hook", handle)
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await app.bot.set_webhook(url, secret_token=SECRET)
    return runner


@asynccontextmanager
async def serving(
    mode: str, careful: bool = True, **how: Any
) -> AsyncIterator[tuple[TelegramDouble, PtbBot]]:
    """The double and the bot on it; mode is "polling" or "webhook"."""
    async with TelegramDouble(TOKEN, **how) as tg:
        bot = PtbBot(tg.base_url, careful)
        app, hook = bot.app, None
        await app.initialize()
        await app.start()
        if mode == "polling":
            assert app.updater is not None
            await app.updater.start_polling(
                poll_interval=0, timeout=1, error_callback=bot.poll_failed
            )
        else:
            hook = await _hook(app)
        try:
            yield tg, bot
        finally:
            if hook:
                await hook.cleanup()
            elif app.updater:
                await app.updater.stop()
            await app.stop()
            await app.shutdown()


@asynccontextmanager
async def calling(
    clock: Callable[[], float], **how: Any
) -> AsyncIterator[tuple[TelegramDouble, Bot]]:
    """The double and a bare client on it."""
    async with (
        TelegramDouble(TOKEN, clock=clock, **how) as tg,
        Bot(TOKEN, base_url=tg.base_url, base_file_url=tg.base_file_url) as bot,
    ):
        yield tg, bot


class Caller:
    """A client that sends to Alice, three seconds after its last message."""

    def __init__(self, tg: TelegramDouble, bot: Bot, clock: Clock) -> None:
        self.tg, self.bot, self.clock, self.alice = tg, bot, clock, tg.user("Alice")

    @classmethod
    def of(cls, tg: TelegramDouble) -> "Caller":
        """One without flood limits, on a double that runs already."""
        tg.limits = FREE
        return cls(tg, Bot(TOKEN, base_url=tg.base_url), Clock(still=True))

    async def send(self, text: str = "x", to: User | None = None, **more: Any) -> Message:
        self.clock.forward(3)
        return await self.bot.send_message((to or self.alice).id, text, **more)


async def refused(kind: type[TelegramError], words: str, call: Awaitable[Any]) -> Any:
    """The error with which a call fails; it must have these words."""
    with pytest.raises(kind, match=f"(?i){re.escape(words)}") as caught:
        await call
    return caught.value
