"""Who taps in `make load`, and what the platforms do: agree to everything."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from adapters.telegram.webhook import PATH as TELEGRAM
from adapters.telegram.webhook import SECRET
from bench import slack_payloads
from bench.telegram import tap

EACH = 12
PICKS = (0, 1, 2, 3, 4)
"""The questions of the check-in that are one tap each."""
HOOK, SIGNING = "webhook-secret-of-the-load", "signing-secret-of-the-load"
SLACK = "/slack/events"


class Platforms(asyncio.Protocol):
    """Both APIs, agreeing to everything: as little work as can be, so that none is measured."""

    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Requests of one connection, one after the other."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            _, _, after = head.partition(b"content-length:")
            size = int(after.split(b"\r\n", 1)[0]) if after else 0
            if len(self._held) < end + 4 + size:
                return
            path = self._held.split(b" ", 2)[1].decode()
            self._held = self._held[end + 4 + size :]
            body = json.dumps(self._answer(path)).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )

    def _answer(self, path: str) -> dict[str, Any]:
        what = path.partition("?")[0].rpartition("/")[2].lower()
        me = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}
        if "/bot" in path:
            said = {"message_id": 10, "date": 1700000000, "chat": {"id": 5, "type": "private"}}
            results = {"getme": me, "sendmessage": said, "editmessagetext": said}
            return {"ok": True, "result": results.get(what, True)}
        ts = f"1700000000.{next(self.numbers):06}"
        scopes = {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "user": "titian", "team": "t"}
        return {"ok": True, "ts": ts, "channel": "D1", "message": {}, "url": "https://t/", **scopes}


@dataclass
class Somebody:
    """One person: where they are, what they tap."""

    number: int
    round_id: int = 0

    @property
    def on_slack(self) -> bool:
        return self.number % 2 == 1

    def choice(self, question: int) -> int:
        """Which option they pick: nearly everybody's ballot is another one."""
        return (self.number * 7 + question * 3 + self.number // 5) % 5

    def tokens(self) -> Iterator[str]:
        yield f"r:{self.round_id}:begin"
        for question in PICKS:
            yield f"r:{self.round_id}:pick:{question}:{self.choice(question)}"


def request(who: Somebody, token: str, key: int) -> bytes:
    """One tap as the platform sends it."""
    if who.on_slack:
        payload = slack_payloads.tap(f"U{1000 + who.number}", token, "http://127.0.0.1:9/hook")
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(time.time()))
        sign = hmac.new(SIGNING.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        path, kind = SLACK, "application/x-www-form-urlencoded"
        more = f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={sign.hexdigest()}"
    else:
        body = json.dumps(tap(who.number, key, token)).encode()
        path, kind, more = TELEGRAM, "application/json", f"{SECRET}: {HOOK}"
    head = f"POST {path} HTTP/1.1\r\nHost: t\r\nContent-Type: {kind}\r\n{more}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Lines:
    """Connections that are kept, as many as are needed at once, to each port in turns."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def post(self, raw: bytes) -> int:
        """The status of an answer; where a server hung up just then, it comes again."""
        reader, writer = await self._line()
        writer.write(raw)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()
            return await self.post(raw)
        _, _, after = head.lower().partition(b"content-length:")
        await reader.readexactly(int(after.split(b"\r\n", 1)[0]) if after else 0)
        self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.popleft()
            if not reader.at_eof():  # else it was idle, and the server hung up
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", next(self._ports))

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._free:
            writer.close()
