"""The verdict of slack_double.py, and the orders another process gives it."""

import asyncio
import base64
import json
from typing import Any

from aiohttp import web

from tests.doubles.slack_deliveries import Deliveries
from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import Channel
from tests.doubles.slack_state import ApiError, Delivery

OF_PEOPLE = (
    "command",
    "say",
    "open_home",
    "click",
    "submit",
    "close",
    "suggest",
    "deactivate",
    "seen",
    "wait",
    "wait_modal",
    "modal",
    "home",
    "errors",
    "form_errors",
)
OF_ALL = (
    "report",
    "assert_clean",
    "user",
    "channel",
    "file",
    "fail",
    "duplicate",
    "duplicate_interactive",
    "duplicate_commands",
    "reorder",
    "disconnect",
    "revoke",
)


class Control(Deliveries):
    """`POST /_control` with {"do": ..., "user": ..., "args": [...], "kwargs": {...}}."""

    def assert_clean(self, warnings: bool = False) -> None:
        """Fail with all that is wrong: rules broken, deliveries not acked in time.

        With `warnings` also with what Slack takes but people suffer from: no text for
        notifications, an unescaped "<", an unheard-of argument.
        """
        late = [d for d in self.deliveries if not d.acked or (d.seconds or 0) > self.ack_seconds]
        wrong = self.violations + [f"not acked in time: {delivery}" for delivery in late]
        if self.held:
            wrong.append(f"still held back by reorder: {len(self.held)} events")
        if warnings:
            wrong += self.warnings
        assert not wrong, "\n".join(wrong)

    async def _control(self, request: web.Request) -> web.Response:
        order = await request.json()
        if order["do"] not in OF_PEOPLE + OF_ALL:
            words = "do: " + ", ".join(OF_PEOPLE + OF_ALL)
            return web.json_response({"error": words}, status=400)
        try:
            result = await self._obey(order)
        except (AssertionError, ApiError, LookupError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response({"result": result}, dumps=dumps)

    async def _obey(self, order: Json) -> Any:
        what, args, named = order["do"], order.get("args", []), dict(order.get("kwargs", {}))
        if what == "report":
            return {
                "violations": self.violations,
                "warnings": self.warnings,
                "deliveries": [vars(delivery) for delivery in self.deliveries],
                "calls": self.calls,
            }
        if what == "file":
            stored = self.files[args[0]]
            data = base64.b64encode(stored["data"] or b"").decode()
            return {"name": stored["name"], "base64": data}
        doer: Any = self.user(order["user"]) if what in OF_PEOPLE else self
        if "channel" in named and what != "fail":
            named["channel"] = self._place({"channel": named["channel"]})
        if what == "channel":
            args = [args[0], *(self.user(name) for name in args[1:])]
        result = getattr(doer, what)
        if callable(result):
            result = result(*args, **named)
            result = await result if asyncio.iscoroutine(result) else result
        if isinstance(result, Channel):
            return self.public(result)
        if isinstance(result, Delivery):
            return vars(result)
        return self.shown(result) if what == "user" else result


def dumps(value: Any) -> str:
    """JSON; what it doesn't know becomes a text."""
    return json.dumps(value, default=str)
