"""The same check-in with aiogram_dialog, its state in memory: prints seconds an update.

It runs in an environment of its own, since its pins differ from ours, and imports nothing
of Titian. The same people tap the same seven times as in `bench.telegram`, over a session
that answers at once without a network.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.methods import AnswerCallbackQuery, GetMe
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Column, Select
from aiogram_dialog.widgets.text import Const, Format

PEOPLE, QUESTIONS, CHOICES, WARM = 60, 6, 6, 5
ME = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}


class Poll(StatesGroup):
    """Where somebody is."""

    begin, one, two, three, four, five, six = (State() for _ in range(QUESTIONS + 1))


STATES = Poll.__states__


class Canned(BaseSession):
    """Telegram's answers without Telegram; remembers the last keyboard of each chat."""

    def __init__(self) -> None:
        super().__init__()
        self.boards: dict[int, Any] = {}
        self.sent = 0

    async def close(self) -> None:
        """Nothing to close."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """No file is asked for."""
        yield b""

    async def make_request(self, bot: Bot, method: Any, *_: Any, **__: Any) -> Any:
        """Build the request as for HTTP, and read the canned answer as one that came by HTTP."""
        given = method.model_dump(warnings=False).items()
        form = {k: self.prepare_value(v, bot=bot, files={}) for k, v in given if v is not None}
        result: object = True
        if isinstance(method, GetMe):
            result = ME
        elif not isinstance(method, AnswerCallbackQuery):
            self.sent += 1
            chat = int(form["chat_id"])
            self.boards[chat] = form.get("reply_markup")
            result = message(chat, 10) | {"from": ME, "text": "q"}
        content = json.dumps({"ok": True, "result": result})
        return self.check_response(bot=bot, method=method, status_code=200, content=content).result

    def button(self, chat: int, number: int) -> str:
        """What the button carries that somebody sees now."""
        rows = json.loads(self.boards[chat])["inline_keyboard"]
        return str(rows[number][0]["callback_data"])


def message(chat: int, number: int) -> dict[str, Any]:
    """A message in somebody's private chat."""
    person = {"id": chat, "is_bot": False, "first_name": "x"}
    private = {"id": chat, "type": "private", "first_name": "x"}
    return {"message_id": number, "date": 1700000000, "chat": private, "from": person}


def typed(chat: int, text: str) -> dict[str, Any]:
    """A command."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": 1, "message": message(chat, 1) | {"text": text, "entities": entities}}


def tap(chat: int, update: int, data: str) -> dict[str, Any]:
    """A tap on the one message of the check-in."""
    said = message(chat, 10) | {"text": "q", "from": ME}
    person = {"id": chat, "is_bot": False, "first_name": "x"}
    query = {"id": str(update), "chat_instance": "1", "from": person, "data": data, "message": said}
    return {"update_id": update, "callback_query": query}


def dispatcher(answered: dict[int, list[str]]) -> Dispatcher:
    """A window with a button to begin, and one for each question."""

    async def options(**_: Any) -> dict[str, Any]:
        return {"options": range(CHOICES)}

    async def pick(query: Any, _: Any, manager: DialogManager, item: str) -> None:
        answers = manager.dialog_data.setdefault("answers", [])
        answers.append(item)
        answered[query.from_user.id] = answers
        if len(answers) <= QUESTIONS:
            await manager.next()

    def window(number: int) -> Window:
        text = Const(f"How safe did you feel to speak about topic {number} this month?")
        label = Format("Answer {item}")
        select = Select(label, f"q{number}", str, "options", on_click=pick)
        return Window(text, Column(select), state=STATES[number], getter=options)

    async def begin(_: Any, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(STATES[0], mode=StartMode.RESET_STACK)

    made = Dispatcher(storage=MemoryStorage(), events_isolation=SimpleEventIsolation())
    made.message.register(begin, Command("start"))
    made.include_router(Dialog(*(window(number) for number in range(QUESTIONS + 1))))
    setup_dialogs(made)
    return made


async def main() -> float:
    """Seconds an update."""
    logging.disable(logging.CRITICAL)
    session, answered = Canned(), dict[int, list[str]]()
    bot, made = Bot("1:x", session=session), dispatcher(answered)
    cost, updates = 0.0, 0
    for number in range(WARM + PEOPLE):
        chat = 1000 + number
        await made.feed_raw_update(bot, typed(chat, "/start"))
        for _ in range(QUESTIONS):
            update = tap(chat, updates, session.button(chat, 3))
            began = time.perf_counter()
            await made.feed_raw_update(bot, update)
            if number >= WARM:
                cost += time.perf_counter() - began
                updates += 1
    assert all(answers == ["3"] * QUESTIONS for answers in answered.values()), answered
    assert session.sent == (WARM + PEOPLE) * (QUESTIONS + 1)
    return cost / updates


if __name__ == "__main__":
    print(asyncio.run(main()))
