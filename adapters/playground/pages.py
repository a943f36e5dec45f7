"""The playground's pages: local only, nothing from elsewhere, live by server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from adapters.playground import incoming, outgoing
from adapters.playground.room import GROUP, NotYet, new_id
from dialogues.messages import Command, Text

if TYPE_CHECKING:
    from adapters.playground.adapter import Playground

PARTS = ("playground.css", "playground.js", "words.json")
LIMIT = 64 * 1024
KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
}
SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
MOVES = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
Answer = Callable[[Request], Awaitable[Response]]


def routes(playground: "Playground") -> Sequence[BaseRoute]:
    """Every page and every call of it."""
    pages = Pages(playground)
    return [
        Route("/", pages.guarded(pages.page("index.html"))),
        *(Route(f"/playground/{name}", pages.guarded(pages.page(name))) for name in PARTS),
        Route("/playground/state", pages.guarded(pages.state)),
        Route("/playground/chat", pages.guarded(pages.chat)),
        Route("/playground/events", pages.guarded(pages.events)),
        Route("/playground/act", pages.guarded(pages.act), methods=["POST"]),
        Route("/playground/person", pages.guarded(pages.person), methods=["POST"]),
        Route("/playground/clock", pages.guarded(pages.clock), methods=["POST"]),
        Route("/playground/files/{key}/{name}", pages.guarded(pages.file)),
    ]


class Pages:
    """What the page can ask for."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._room = playground.room
        self._hosts = {urlsplit(playground.address).netloc}
        port = urlsplit(playground.address).port
        self._hosts |= {f"{name}:{port}" for name in ("localhost", "127.0.0.1")}

    def guarded(self, answer: Answer) -> Answer:
        """Only this machine's own page may ask: no other site, no other name for this host."""

        async def checked(request: Request) -> Response:
            origin = request.headers.get("origin")
            host = request.headers.get("host", "")
            if host not in self._hosts or (origin and urlsplit(origin).netloc not in self._hosts):
                return _said("elsewhere", 403)
            response = await answer(request)
            for name, value in SAFE.items():
                response.headers.setdefault(name, value)
            return response

        return checked

    def page(self, name: str) -> Answer:
        """A file of the page."""
        content = (files("adapters.playground") / "page" / name).read_bytes()
        kind = KINDS[name[name.rindex(".") :]]

        async def answer(_: Request) -> Response:
            return Response(content, media_type=kind)

        return answer

    async def state(self, _: Request) -> Response:
        """Who is here, what is unread, what time it is."""
        controls = self._playground.controls
        return JSONResponse(
            {
                "version": self._room.version,
                "people": [
                    {
                        "user": guest.user,
                        "name": guest.name,
                        "language": guest.language,
                        "unread": guest.unread,
                    }
                    for guest in self._room.people.values()
                ],
                "clock": controls.now().isoformat() if controls else None,
                "restarted": self._room.restarted,
            }
        )

    async def chat(self, request: Request) -> Response:
        """One chat; reading a private one marks it read."""
        chat = request.query_params.get("chat", "")
        if chat not in self._room.chats:
            return _said("unknown", 404)
        if chat in self._room.people:
            self._room.people[chat].unread = 0
        names = {user: guest.name for user, guest in self._room.people.items()}
        entries = [outgoing.entry(entry, names) for entry in self._room.chats[chat]]
        return JSONResponse({"version": self._room.version, "entries": entries})

    async def events(self, _: Request) -> Response:
        """A line whenever something changed; ends when Titian stops."""

        async def lines() -> AsyncIterator[str]:
            version = -1
            while not self._playground.stopping.is_set():
                try:
                    version = await asyncio.wait_for(self._room.wait(version), 15)
                    yield f"data: {version}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    async def act(self, request: Request) -> Response:
        """A tap, typed words, a form."""
        people = self._room.people
        typed = new_id()
        try:
            data = await _json(request)
            event = incoming.act(
                data,
                {user: guest.name for user, guest in people.items()},
                {user: guest.language for user, guest in people.items()},
                typed,
            )
        except ValueError:
            return _said("malformed", 400)
        if isinstance(event.event, Text | Command):
            chat = incoming.PRIVATE if event.private else GROUP
            self._room.people[event.sender.user].unread = 0
            self._playground.wrote(typed, event.sender.user, chat, str(data["text"]))
        try:
            await self._playground.take(event)
        except NotYet:
            return _said("starting", 503)
        return JSONResponse({"done": True})

    async def person(self, request: Request) -> Response:
        """Somebody new to play."""
        try:
            data = await _json(request)
            name, language = str(data["name"]).strip(), str(data["language"])
        except (ValueError, KeyError):
            return _said("malformed", 400)
        if not 0 < len(name) <= 60 or language not in ("en", "id"):
            return _said("malformed", 400)
        numbers = [int(u[1:]) for u in self._room.people if u[:1] == "p" and u[1:].isdigit()]
        user = f"p{max(numbers, default=0) + 1}"
        self._room.introduce(user, name, language)
        return JSONResponse({"user": user})

    async def clock(self, request: Request) -> Response:
        """Move the clock."""
        controls = self._playground.controls
        try:
            by = (await _json(request)).get("by")
        except ValueError:
            return _said("malformed", 400)
        if controls is None or by not in (*MOVES, "next"):
            return _said("malformed", 400)
        moved = True
        if by == "next":
            moved = await controls.to_next()
        else:
            await controls.move(MOVES[by])
        self._room.changed()
        return JSONResponse({"done": moved})

    async def file(self, request: Request) -> Response:
        """A file of a message."""
        file = self._room.files.get(request.path_params["key"])
        if file is None:
            return _said("unknown", 404)
        response = Response(file.content, media_type=file.kind)
        if file.kind == "text/html":
            policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
            response.headers["Content-Security-Policy"] = policy
        return response


async def _json(request: Request) -> dict[str, Any]:
    size = 0
    body = bytearray()
    async for part in request.stream():
        size += len(part)
        if size > LIMIT:
            raise ValueError("too large")
        body += part
    data = json.loads(body)
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


def _said(reason: str, status: int) -> Response:
    """A refusal by its key: the page has the sentence in both languages."""
    return JSONResponse({"reason": reason}, status)
