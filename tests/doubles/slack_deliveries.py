"""How slack_double.py hands things to the app: Socket Mode, signed HTTP, retries."""

import asyncio
import hashlib
import hmac
import itertools
import json
import secrets
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.doubles.slack_elements import Json
from tests.doubles.slack_hooks import Hooks
from tests.doubles.slack_people import Channel, User, until
from tests.doubles.slack_scopes import of_event
from tests.doubles.slack_state import Delivery
from tests.doubles.slack_typed import on_the_wire

__all__ = ["Deliveries", "Delivery"]

NO_BODY = ("events_api",)


class Deliveries(Hooks):
    """Events, commands and presses on their way to the app, and its acks."""

    http: aiohttp.ClientSession

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.turn = itertools.count()
        self.transports: dict[web.WebSocketResponse, asyncio.Transport | None] = {}

    def user(self, name: str, team: str | None = None, ident: str = "", **extra: Any) -> User:
        """The person of that name; made, with `extra` fields of a Slack user, if new.

        `team` is the id of another workspace, `ident` their id there.
        """
        for user in self.users.values():
            if user.name == name:
                return user
        user = User(self, ident or f"U{len(self.users) + 1:04}", name, team, **extra)
        self.users[user.id] = user
        return user

    def typed(self, text: str, named: bool = False) -> str:
        """What people type, as it reaches the app; `named` references say the name too."""
        if not self.escape:
            return text
        people = {"doublebot": reference("@", self.bot_id, "doublebot", named)}
        for user in self.users.values():
            handle = user.info["name"]
            ref = reference("@", user.id, handle, named)
            people |= {user.name: ref, handle: ref}
        places = [c for c in self.channels.values() if c.kind in ("channel", "private")]
        channels = {c.name: reference("#", c.id, c.name, True) for c in places}
        return on_the_wire(text, people, channels)

    def chosen(self, noun: str, wanted: Any) -> str:
        """The id of whom or what one picks in a menu of users, channels or conversations."""
        known: list[User | Channel] = []
        known += self.users.values() if noun != "channels" else ()
        known += self.channels.values() if noun != "users" else ()
        for one in known:
            if wanted is one or wanted in (one.id, one.name, f"@{one.name}", f"#{one.name}"):
                return one.id
        raise AssertionError(f"nobody can choose {wanted!r} among the {noun}")

    # ---- deliveries to the app -----------------------------------------------------------
    async def event(self, event: Json, wait: bool = False) -> None:
        """Send an Events API event; not acked in time, it is sent again, up to three times."""
        scope = of_event(event)
        if scope and self.scopes is not None and scope not in self.scopes:
            return
        place = self.channels.get(str(event.get("channel")))
        body = {
            "token": "t",
            "team_id": self.team,
            "api_app_id": self.app_id,
            "event": event,
            "is_ext_shared_channel": bool(place and self.public(place)["is_ext_shared"]),
            "type": "event_callback",
            "event_id": event_id(),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "team_id": self.team,
                    "user_id": self.bot_id,
                    "is_bot": True,
                    "enterprise_id": None,
                    "is_enterprise_install": False,
                }
            ],
        }
        if self.hold:
            self.held.append(body)
            if len(self.held) < self.hold:
                return
            batch, self.held, self.hold = self.held[::-1], [], 0
        else:
            batch = [body]
        task = asyncio.ensure_future(self._events(batch))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        if wait:
            await task

    async def _events(self, batch: list[Json]) -> None:
        for body in batch:
            again, self.doubled = self.doubled > 0, max(0, self.doubled - 1)
            await self._event(body, again and not self.new_ids)
            if again and self.new_ids:
                await self._event({**body, "event_id": event_id()}, False)

    async def _event(self, body: Json, again: bool) -> None:
        delivery = await self.deliver("events_api", body)
        for attempt, delay in enumerate(self.retry_delays, 1):
            if delivery.acked and not again:
                return
            await asyncio.sleep(delay)
            reason = "http_timeout" if delivery.status in ("timeout", 200) else "http_error"
            delivery = await self.deliver("events_api", body, attempt, reason)
            again = False

    async def interact(self, payload: Json) -> Delivery:
        """Hand the app a press or a submission; twice if so asked, the first ack counts."""
        again = self.doubled_interactive > 0
        self.doubled_interactive -= again
        return await self._handed("interactive", payload, again)

    async def order(self, body: Json) -> Delivery:
        """Hand the app a slash command; twice if so asked, the first ack counts."""
        again = self.doubled_commands > 0
        self.doubled_commands -= again
        return await self._handed("slash_commands", body, again)

    async def _handed(self, kind: str, body: Json, again: bool) -> Delivery:
        owed, self.owed = self.owed, []
        delivery = await self.deliver(kind, body)
        for late in [*owed, *([(kind, body)] if again and not self.late else [])]:
            await self.deliver(*late)
        self.owed += [(kind, body)] if again and self.late else []
        return delivery

    async def deliver(self, kind: str, body: Json, attempt: int = 0, reason: str = "") -> Delivery:
        """Hand the app something once; returns when it is acked or too late."""
        what = body.get("command") or body.get("event", body).get("type")
        delivery = Delivery(kind, what, attempt)
        self.deliveries.append(delivery)
        start = time.monotonic()
        send = self._by_socket if self.mode == "socket" else self._by_http
        try:
            await asyncio.wait_for(send(delivery, body, attempt, reason), self.ack_seconds)
        except TimeoutError:
            delivery.status = "timeout"
            self.complain(f"{kind} {what}: no ack within {self.ack_seconds} s")
        except aiohttp.ClientError as error:
            delivery.status = repr(error)
        else:
            delivery.seconds = time.monotonic() - start
        return delivery

    async def _by_socket(self, delivery: Delivery, body: Json, attempt: int, reason: str) -> None:
        await until(lambda: self.sockets, self.ack_seconds + 1, lambda: "no socket is open")
        ident = str(uuid.uuid4())
        self.acks[ident] = asyncio.get_running_loop().create_future()
        envelope = {
            "envelope_id": ident,
            "type": delivery.kind,
            "payload": body,
            "accepts_response_payload": delivery.kind not in NO_BODY,
            "retry_attempt": attempt,
            "retry_reason": reason,
        }
        await self.sockets[next(self.turn) % len(self.sockets)].send_json(envelope)
        delivery.body = await self.acks[ident]
        delivery.acked, delivery.status = True, "ack"

    async def _by_http(self, delivery: Delivery, body: Json, attempt: int, reason: str) -> None:
        if delivery.kind == "events_api":
            raw, kind = json.dumps(body), "application/json"
        else:
            form = body if delivery.kind == "slash_commands" else {"payload": json.dumps(body)}
            raw, kind = urlencode(form), "application/x-www-form-urlencoded"
        headers = self.signed(raw) | {"Content-Type": kind}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        status, text = await self._post(raw, headers)
        delivery.status, delivery.acked = status, status == 200
        if not delivery.acked:
            self.complain(f"{delivery.kind} {delivery.what}: answered {status}")
        try:
            delivery.body = json.loads(text) if text.strip() else None
        except ValueError:
            delivery.body = {"text": text}

    # ---- signed HTTP ---------------------------------------------------------------------
    async def _post(self, raw: str, headers: dict[str, str]) -> tuple[int, str]:
        assert self.request_url, "deliveries over HTTP need a request_url"
        kind = {"Content-Type": "application/json"}
        async with self.http.post(self.request_url, data=raw, headers=kind | headers) as answer:
            return answer.status, await answer.text()

    def signed(self, raw: str, age: int = 0, secret: str | None = None) -> dict[str, str]:
        """The headers that sign a body, `age` seconds old."""
        stamp = str(int(time.time()) - age)
        key, message = (secret or self.secret).encode(), f"v0:{stamp}:{raw}".encode()
        digest = hmac.new(key, message, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=" + digest}

    async def forge(self, how: str) -> int:
        """The status the app gives a request with how = "secret", "stale" or "unsigned"."""
        raw = json.dumps({"type": "event_callback", "event": {"type": "app_home_opened"}})
        headers = {
            "secret": self.signed(raw, secret="wrong"),
            "stale": self.signed(raw, 600),
            "unsigned": {},
        }[how]
        return (await self._post(raw, headers))[0]

    async def verify_url(self) -> None:
        """Ask the app for the challenge Slack asks for when the URL is set."""
        challenge = "c" + secrets.token_hex(8)
        raw = json.dumps({"token": "t", "challenge": challenge, "type": "url_verification"})
        status, text = await self._post(raw, self.signed(raw))
        assert status == 200 and challenge in text

    # ---- Socket Mode ---------------------------------------------------------------------
    def on_apps_connections_open(self, _: Json) -> Json:
        ticket = secrets.token_hex(8)
        self.tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={ticket}"}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        self.sockets.append(socket)
        self.transports[socket] = request.transport
        hello = {
            "type": "hello",
            "num_connections": len(self.sockets),
            "connection_info": {"app_id": self.app_id},
            "debug_info": {
                "host": "double",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }
        await socket.send_json(hello)
        try:
            async for frame in socket:
                if frame.type == aiohttp.WSMsgType.TEXT:
                    self._acked(frame.json())
        finally:
            del self.transports[socket]
            if socket in self.sockets:
                self.sockets.remove(socket)
        return socket

    def _acked(self, ack: Json) -> None:
        future = self.acks.get(ack.get("envelope_id", ""))
        if future is None:
            self.complain(f"ack of an unknown envelope: {ack!s:.60}")
        elif future.cancelled():
            self.warnings.append("an ack came after the deadline")
        elif future.done():
            self.complain("one envelope acked twice")
        else:
            future.set_result(ack.get("payload"))

    async def disconnect(self, reason: str | None = "refresh_requested") -> None:
        """End every socket as Slack does: with a notice, or (reason None) without."""
        old, self.sockets = self.sockets, []
        for socket in old:
            transport = self.transports.get(socket)
            if reason:
                notice = {"type": "disconnect", "reason": reason, "debug_info": {"host": "double"}}
                await socket.send_json(notice)
                await socket.close()
            elif transport:
                transport.abort()


def event_id() -> str:
    """A new one."""
    return "Ev" + secrets.token_hex(5).upper()


def reference(sign: str, ident: str, name: str, named: bool) -> str:
    """What stands for a person ("@") or a channel ("#") in a text."""
    return f"<{sign}{ident}|{name}>" if named else f"<{sign}{ident}>"
