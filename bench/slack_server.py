"""Slack for comparisons: a Web API that agrees to everything, and a socket to deliver on."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

PATIENCE = 10
SENDING = ("chat.postMessage", "chat.update", "hook")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Acked:
    """How an envelope was acknowledged, and after how many seconds."""

    seconds: float
    payload: Json | None


class Server:
    """Runs in the loop of whoever is measured, so that it must do as little as it can."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.opened: list[Json] = []
        self.on_ack: Callable[[], None] = lambda: None
        self._numbers = itertools.count(1)
        self._socket: web.WebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._asked: dict[str, tuple[float, asyncio.Future[Acked]]] = {}
        self._called = asyncio.Condition()
        self._address = ""

    @property
    def api(self) -> str:
        """Where the Web API is."""
        return f"http://{self._address}/api/"

    @property
    def hook(self) -> str:
        """What stands in a payload as its response_url."""
        return f"http://{self._address}/api/hook"

    @property
    def sent(self) -> int:
        """How many messages were posted, edited or answered with."""
        return sum(self.calls[method] for method in SENDING)

    async def deliver(self, kind: str, payload: Json) -> Acked:
        """Hand over one envelope; its time runs until the acknowledgement is here."""
        await self._connected.wait()
        assert self._socket is not None
        ident = f"e{next(self._numbers)}"
        envelope = {
            "envelope_id": ident,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": True,
            "retry_attempt": 0,
            "retry_reason": "",
        }
        text = json.dumps(envelope)
        done: asyncio.Future[Acked] = asyncio.get_running_loop().create_future()
        self._asked[ident] = (time.perf_counter(), done)
        await self._socket.send_str(text)
        return await asyncio.wait_for(done, PATIENCE)

    async def until_sent(self, count: int) -> None:
        """Wait until *count* messages were sent in all."""
        async with asyncio.timeout(PATIENCE), self._called:
            await self._called.wait_for(lambda: self.sent >= count)

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = await _given(request)
        body: Json = {"ok": True}
        if method == "auth.test":
            body |= {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "user": "titian"}
        elif method == "apps.connections.open":
            body["url"] = f"ws://{self._address}/socket"
        elif method == "users.info":
            body["user"] = _user(given["user"])
        elif method == "views.open":
            view = given["view"]
            self.opened.append(json.loads(view) if isinstance(view, str) else view)
            body["view"] = {"id": f"V{len(self.opened)}", **self.opened[-1]}
        elif method == "conversations.open":
            body["channel"] = {"id": "D" + given["users"]}
        elif method in SENDING:
            channel = str(given.get("channel", ""))
            ts = given.get("ts") or f"1700000000.{next(self._numbers):06}"
            body |= {"channel": channel.replace("U", "D", 1), "ts": ts, "message": {}}
        async with self._called:
            self.calls[method] += 1
            self._called.notify_all()
        return web.json_response(body)

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._socket = socket
        self._connected.set()
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                now, ack = time.perf_counter(), frame.json()
                began, done = self._asked.pop(ack["envelope_id"])
                self.on_ack()
                done.set_result(Acked(now - began, ack.get("payload")))
        return socket


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    """Slack on a port of its own."""
    server = Server()
    application = web.Application()
    application.router.add_route("*", "/api/{method}", server._api)
    application.router.add_get("/socket", server._listen)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server._address = f"{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    return {**request.query, **await request.post()}


def _user(ident: str) -> Json:
    return {
        "id": ident,
        "name": ident.lower(),
        "real_name": f"P {ident}",
        "locale": "en-US",
        "tz": "Asia/Makassar",
        "deleted": False,
        "is_bot": False,
        "profile": {"real_name": f"P {ident}", "display_name": ""},
    }
