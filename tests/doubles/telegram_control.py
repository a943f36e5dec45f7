"""The verdict of telegram_double.py, and the orders another process gives it."""

import asyncio
import base64
from typing import Any

from aiohttp import web

from tests.doubles.telegram_methods import Methods
from tests.doubles.telegram_people import Chat
from tests.doubles.telegram_spec import Json

OF_PEOPLE = ("send", "press", "block", "deactivate", "seen", "wait")
OF_ALL = (
    "report",
    "assert_clean",
    "user",
    "group",
    "topic",
    "close_topic",
    "migrate",
    "kick_bot",
    "promote_bot",
    "file",
    "fail",
    "duplicate",
    "reorder",
    "redeliver",
)


class Control(Methods):
    """`POST /_control` with {"do": ..., "user": ..., "args": [...], "kwargs": {...}}."""

    def assert_clean(self) -> None:
        """Fail with all that is wrong: rules broken, callback queries left unanswered."""
        wrong = list(self.violations)
        waiting = [i for i, e in self.callbacks.items() if e["answer"] is None]
        if waiting:
            wrong.append(f"callback queries never answered: {waiting}")
        if self.held:
            wrong.append(f"still held back by reorder: {len(self.held)} updates")
        assert not wrong, "\n".join(wrong)

    async def _control(self, request: web.Request) -> web.Response:
        order = await request.json()
        if order["do"] not in OF_PEOPLE + OF_ALL:
            words = "do: " + ", ".join(OF_PEOPLE + OF_ALL)
            return web.json_response({"error": words}, status=400)
        try:
            result = await self._obey(order)
        except (AssertionError, LookupError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response({"result": result})

    async def _obey(self, order: Json) -> Any:
        what, args, named = order["do"], order.get("args", []), order.get("kwargs", {})
        if what == "report":
            return {
                "violations": self.violations,
                "calls": self.calls,
                "webhook": self.webhook_log,
            }
        if what == "file":
            name, data = self.files[args[0]]
            return {"name": name, "base64": base64.b64encode(data).decode()}
        if what in OF_PEOPLE:
            doer: Any = self.user(order["user"])
            named = self._meant(doer.chat, named)
        else:
            doer = self
            if what in ("topic", "close_topic", "migrate", "kick_bot", "promote_bot"):
                args = [self.chat_called(args[0]), *args[1:]]
            named = {k: self.user(v) if k == "by" else v for k, v in named.items()}
            if what == "group":
                args = [args[0], *(self.user(name) for name in args[1:])]
            if what in ("kick_bot", "promote_bot"):
                args[1] = self.user(args[1])
        result = getattr(doer, what)(*args, **named)
        result = await result if asyncio.iscoroutine(result) else result
        if isinstance(result, Chat):
            return result.public()
        return result.info if what == "user" else result

    def chat_called(self, ref: Any) -> Chat:
        """The chat of an id or a title; of the same title the youngest."""
        for chat in reversed(self.chats.values()):
            if ref in (chat.id, chat.title):
                return chat
        raise LookupError(f"no chat {ref!r}")

    def _meant(self, own: Chat, named: Json) -> Json:
        """Names and numbers replaced by the chats, people and messages they stand for."""
        named = dict(named)
        if "chat" in named:
            own = named["chat"] = self.chat_called(named["chat"])
        for key in ("reply_to", "message"):
            if key in named:
                named[key] = own.messages[named[key]]
        if "mentions" in named:
            named["mentions"] = {k: self.user(v) for k, v in named["mentions"].items()}
        return named
