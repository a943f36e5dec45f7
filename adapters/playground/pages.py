"""The playground's pages: local only, nothing from elsewhere, live by server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from adapters.playground import incoming, outgoing
from adapters.playground.guard import PAGE, Answer, TooMuch, attachment, body, guarded, no
from adapters.playground.room import GROUP, NotYet

if TYPE_CHECKING:
    from adapters.playground.adapter import Controls, Playground

KINDS = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}
PARTS = (
    "playground.css",
    "playground.js",
    "dialogs.js",
    "elements.js",
    "mark.svg",
    "words.json",
)
MOVES = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOST = timedelta(days=7)
STILL_HERE = 15
log = structlog.get_logger()


def routes(playground: "Playground") -> list[BaseRoute]:
    """Every page and every call of it."""
    pages = Pages(playground)

    def route(path: str, answer: Answer, method: str = "GET") -> Route:
        return Route(path, guarded(playground.address, answer), methods=[method])

    return [
        route("/", page("index.html")),
        *(route(f"/playground/{name}", page(name)) for name in PARTS),
        route("/playground/state", pages.state),
        route("/playground/chat", pages.chat),
        route("/playground/events", pages.events),
        route("/playground/files/{key}/{name:path}", pages.file),
        route("/playground/act", taking(pages.act), "POST"),
        route("/playground/person", taking(pages.person), "POST"),
        route("/playground/clock", taking(pages.clock), "POST"),
    ]


def page(name: str) -> Answer:
    """A file of the page."""
    content = (PAGE / name).read_bytes()
    kind = KINDS[name.rpartition(".")[2]]

    async def answer(_: Request) -> Response:
        return Response(content, media_type=kind)

    return answer


def taking(answer: Answer) -> Answer:
    """*answer*, with every failure said kindly. The log gets its type, never what was sent."""

    async def tried(request: Request) -> Response:
        try:
            return await answer(request)
        except NotYet:
            return no("starting", 503)
        except TooMuch:
            return no("toolong", 413)
        except Exception as error:  # noqa: BLE001  (whoever plays sees a sentence, not a trace)
            log.warning("act_failed", part=incoming.INSTALLATION, error=type(error).__name__)
            return no("trouble", 500)

    return tried


class Pages:
    """What the page can ask for."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._room = playground.room

    async def state(self, _: Request) -> Response:
        """Who is here, what is unread, what time it is, what this platform can do."""
        controls = self._playground.controls
        return JSONResponse(
            {
                "version": self._room.version,
                "address": self._playground.address,
                "abilities": asdict(self._playground.ability),
                "clock": controls.now().isoformat() if controls else None,
                "group": self._room.said_in_group,
                "people": [
                    {
                        "user": guest.user,
                        "name": guest.name,
                        "language": guest.spoken or guest.language,
                        "unread": guest.unread,
                    }
                    for guest in self._room.people.values()
                ],
            }
        )

    async def chat(self, request: Request) -> Response:
        """One chat; looking at a private one marks it read."""
        user, which = request.query_params.get("user", ""), request.query_params.get("chat")
        if user not in self._room.people or which not in (incoming.PRIVATE, incoming.GROUP):
            return no("unknown", 404)
        chat = user if which == incoming.PRIVATE else GROUP
        if which == incoming.PRIVATE:
            self._room.read(user)
        names = {known: guest.name for known, guest in self._room.people.items()}
        entries = [outgoing.entry(entry, names) for entry in self._room.chats[chat]]
        earlier = self._room.lacks_earlier(chat)
        return JSONResponse({"entries": entries, "earlier": earlier})

    async def events(self, _: Request) -> Response:
        """A line whenever something changed; ends when Titian stops."""

        async def lines() -> AsyncIterator[str]:
            version = -1
            yield "retry: 1000\n\n"
            while not self._playground.stopping.is_set():
                try:
                    version = await asyncio.wait_for(self._room.wait(version), STILL_HERE)
                    yield f"data: {version}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    async def file(self, request: Request) -> Response:
        """A file of a message."""
        file = self._room.files.get(request.path_params["key"])
        return attachment(file.content, file.kind, file.name) if file else no("unknown", 404)

    async def act(self, request: Request) -> Response:
        """A tap, typed words, a form."""
        people = {user: (guest.name, guest.language) for user, guest in self._room.people.items()}
        try:
            data = await body(request)
            event = incoming.act(data, people)
        except ValueError:
            return no("malformed", 400)
        sent = await self._playground.take(event, data["text"] if data["kind"] == "text" else "")
        return JSONResponse({"done": True, "messages": sent})

    async def person(self, request: Request) -> Response:
        """Somebody new to play."""
        try:
            name, language = incoming.newcomer(await body(request))
        except ValueError:
            return no("malformed", 400)
        taken = [int(u[1:]) for u in self._room.people if u[:1] == "p" and u[1:].isdecimal()]
        user = f"p{max(taken, default=0) + 1}"
        self._room.introduce(user, name, language)
        return JSONResponse({"user": user})

    async def clock(self, request: Request) -> Response:
        """Move the clock."""
        controls = self._playground.controls
        try:
            by = (await body(request)).get("by")
        except ValueError:
            return no("malformed", 400)
        if controls is None or by not in (*MOVES, "next"):
            return no("malformed", 400)
        if not self._playground.listening:
            raise NotYet
        moved = True
        if by == "next":
            moved = await self._to_next(controls)
        else:
            await controls.move(MOVES[by])
        self._room.changed()
        return JSONResponse({"done": moved})

    async def _to_next(self, controls: "Controls") -> bool:
        """To the next moment at which somebody is written to, a week at most.

        What is due between, like the hourly seal, is done and not stopped at: there is
        nothing to see. False where nothing is due.
        """
        before, until = self._room.version, controls.now() + MOST
        moved = False
        while self._room.version == before and controls.now() < until:
            if not await controls.to_next():
                break
            moved = True
        return moved
