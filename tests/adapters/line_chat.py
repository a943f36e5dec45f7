"""A fourth platform, to show how little one needs: a chat over TCP, one JSON object a line.

A person's client sends {"user", "name", "id", "say" | "tap", "message"}; what Titian says comes
back as {"id", "text", "buttons", "files", "edited"}. Nothing else in the house knows of it.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from dialogues.errors import MessageGone, Unreachable
from dialogues.markup import plain
from dialogues.messages import (
    Ability,
    Address,
    Command,
    Event,
    Incoming,
    Outgoing,
    Spot,
    Tap,
    Text,
)
from dialogues.ports import Handler, Intake, Turn, at_once


class LineChat:
    """Implements `dialogues.ports.Adapter` on a port of 127.0.0.1."""

    installation = "lines"
    intake = Intake.SOCKET
    ability = Ability(edits=True, files=True)

    def __init__(self) -> None:
        self.port = 0
        self._numbers = count(1)
        self._clients: dict[str, asyncio.StreamWriter] = {}
        self._sent: set[tuple[str, str]] = set()
        self._open: set[asyncio.StreamWriter] = set()

    def join_link(self, code: str) -> str:
        """See Adapter."""
        return f"line://127.0.0.1:{self.port}/{code}"

    def group_link(self) -> str:
        """See Adapter: there are no groups."""
        return ""

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """See Adapter."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            async for line in reader:
                await self._take(handler, line, writer)
            self._open.discard(writer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        up()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in set(self._open):
                writer.close()

    async def pace(self, to: Spot) -> None:
        """See Adapter."""

    async def close(self) -> None:
        """See Adapter."""

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        user = outgoing.to.chat
        writer = self._clients.get(user)
        if writer is None:
            raise Unreachable
        if outgoing.replaces is not None and (user, outgoing.replaces) not in self._sent:
            raise MessageGone
        ident = outgoing.replaces or str(next(self._numbers))
        self._sent.add((user, ident))
        told = {
            "id": ident,
            "text": plain(outgoing.text),
            "buttons": dict(outgoing.buttons),
            "files": [file.name for file in outgoing.files],
            "edited": outgoing.replaces is not None,
        }
        writer.write(json.dumps(told).encode() + b"\n")
        await writer.drain()
        return ident

    async def _take(self, handler: Handler, line: bytes, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            event = self._read(json.loads(line))
            self._clients[event.sender.user] = writer
            for reply in await handler.handle(event):
                await handler.sent(reply, await self._reply(reply))

    async def _reply(self, reply: Outgoing) -> str:
        try:
            return await self.send(reply)
        except MessageGone:
            return await self.send(replace(reply, replaces=None))

    def _read(self, told: dict[str, Any]) -> Incoming:
        user = str(told["user"])
        event: Event
        if "tap" in told:
            event = Tap(str(told["tap"]))
        else:
            said = str(told["say"])
            event = Command(said[1:]) if said.startswith("/") else Text(said)
        return Incoming(
            f"{user}:{told['id']}",
            Address(self.installation, "", user),
            Spot(self.installation, user),
            True,
            event,
            told.get("message"),
            str(told["name"]),
        )
