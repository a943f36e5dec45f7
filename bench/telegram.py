"""Answering a check-in on Telegram, by tap: Titian, committed, beside bare python-telegram-bot.

Both get the same seven questions, the same updates and the same API calls over a transport
that answers at once without a network. Titian polls, decides, seals and commits to SQLite
with full synchronisation before it answers; the bare bot keeps answers in a dict.
"""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
)
from telegram.request import BaseRequest, RequestData

PEOPLE = 60
QUESTIONS = 6
ME = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}
Context = ContextTypes.DEFAULT_TYPE


class Canned(BaseRequest):
    """Telegram's answers without Telegram."""

    def __init__(self) -> None:
        self._updates: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
        self._wanted = -1
        self._done = asyncio.Event()
        self.sent = 0

    @property
    def read_timeout(self) -> float:
        return 5

    async def deliver(self, updates: list[dict[str, Any]]) -> None:
        """Hand *updates* to whoever polls, and return once each was answered."""
        self._wanted = self.sent + len(updates)
        self._done.clear()
        for start in range(0, len(updates), 100):
            self._updates.put_nowait(updates[start : start + 100])
        await self._done.wait()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: Any,
        **named: Any,
    ) -> tuple[int, bytes]:
        """Answer at once; wait only where there is no update."""
        what = url.rsplit("/", 1)[1].lower()
        result: object = True
        if what == "getme":
            result = ME
        elif what == "getupdates":
            result = await self._updates.get()
        elif what not in ("answercallbackquery", "deletewebhook", "setmycommands"):
            self.sent += 1
            if self.sent == self._wanted:
                self._done.set()
            result = {
                "message_id": 10,
                "date": 1700000000,
                "chat": {"id": 5, "type": "private", "first_name": "x"},
                "from": ME,
                "text": "q",
            }
        return 200, json.dumps({"ok": True, "result": result}).encode()


def person(number: int) -> dict[str, Any]:
    """Somebody on Telegram."""
    return {"id": 1000 + number, "is_bot": False, "first_name": f"P{number}"}


def tap(number: int, update: int, token: str) -> dict[str, Any]:
    """One tap on the one message of a check-in."""
    message = {
        "message_id": 10,
        "date": 1700000000,
        "chat": {"id": 1000 + number, "type": "private", "first_name": "x"},
        "from": ME,
        "text": "q",
    }
    query = {
        "id": str(update),
        "chat_instance": "1",
        "from": person(number),
        "data": token,
        "message": message,
    }
    return {"update_id": update, "callback_query": query}


def taps(tokens: list[str]) -> Iterator[dict[str, Any]]:
    """Everybody's taps, question by question."""
    update = 1
    for token in tokens:
        for number in range(PEOPLE):
            yield tap(number, update, token)
            update += 1


def bare() -> float:
    """Seconds an update with python-telegram-bot alone."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(_bare())


async def _bare() -> float:
    texts = [f"How safe did you feel to speak about topic {i} this month?" for i in range(7)]
    boards = [
        InlineKeyboardMarkup(
            [[InlineKeyboardButton(f"Answer {v}", callback_data=f"q{i}:{v}")] for v in range(6)]
        )
        for i in range(7)
    ]

    async def start(update: Update, context: Context) -> int:
        assert context.user_data is not None and update.callback_query is not None
        context.user_data["answers"] = []
        await update.callback_query.answer()
        await update.callback_query.edit_message_text(texts[0], reply_markup=boards[0])
        return 0

    def answered(number: int) -> Any:
        async def handler(update: Update, context: Context) -> int:
            query = update.callback_query
            assert context.user_data is not None and query is not None and query.data is not None
            context.user_data["answers"].append(int(query.data.split(":")[1]))
            await query.answer()
            await query.edit_message_text(texts[number + 1], reply_markup=boards[number + 1])
            return number + 1

        return handler

    transport = Canned()
    app: Application[Any, Any, Any, Any, Any, Any] = (
        ApplicationBuilder().token("1:x").request(transport).get_updates_request(Canned()).build()
    )
    states = {i: [CallbackQueryHandler(answered(i), f"^q{i}:")] for i in range(QUESTIONS)}
    entry = [CallbackQueryHandler(start, "^begin$"), CommandHandler("start", start)]
    app.add_handler(ConversationHandler(entry, states, [], per_message=False))  # type: ignore[arg-type]
    await app.initialize()
    raw = list(taps(["begin", *(f"q{i}:4" for i in range(QUESTIONS))]))
    began = time.perf_counter()
    for update in raw:
        await app.process_update(Update.de_json(update, app.bot))
    took = time.perf_counter() - began
    assert all(len(app.user_data[1000 + n]["answers"]) == QUESTIONS for n in range(PEOPLE))
    assert transport.sent == len(raw)
    return took / len(raw)


def titian() -> float:
    """Seconds an update with Titian, from the fetch to the edit."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_titian(Path(folder)))


async def _titian(folder: Path) -> float:
    from adapters.telegram.adapter import Telegram
    from adapters.telegram.pacing import Pace
    from bench.group import opened

    transport = Canned()
    adapter = Telegram("1:x", "http://127.0.0.1:1", pace=Pace(0, 0, 0), request=transport)
    app, round_id = await opened(folder, {"telegram": adapter}, "telegram", PEOPLE)
    up = asyncio.Event()
    running = asyncio.create_task(adapter.run(app.conversation, up.set))
    await up.wait()
    tokens = [f"r:{round_id}:begin", *(f"r:{round_id}:pick:{i}:3" for i in range(QUESTIONS))]
    raw = list(taps(tokens))
    for update, token in enumerate((tokens[0], f"r:{round_id}:later")):  # templates are read once
        await transport.deliver([tap(PEOPLE - 1, -1 - update, token)])
    began = time.perf_counter()
    await transport.deliver(raw)
    took = time.perf_counter() - began
    running.cancel()
    await asyncio.wait([running])
    await app.check(round_id, PEOPLE, QUESTIONS)
    return took / len(raw)
