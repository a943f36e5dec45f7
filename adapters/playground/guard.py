"""Who may ask for the playground's pages, how much they may send, and how a no is said."""

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

PAGE = files("adapters.playground") / "page"
WORDS: dict[str, dict[str, str]] = json.loads((PAGE / "words.json").read_text("utf-8"))
LIMIT = 64 * 1024
SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
BARE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
}
SHOWN = ("image/", "text/html")
Answer = Callable[[Request], Awaitable[Response]]


class TooMuch(Exception):
    """A body of more than LIMIT bytes."""


def guarded(address: str, answer: Answer) -> Answer:
    """*answer*, for this machine's own page only: no other site, no other name for the host."""
    hosts = {_host("//" + urlsplit(address).netloc), "localhost", "127.0.0.1"}

    async def checked(request: Request) -> Response:
        asked, origin = request.headers.get("host", ""), request.headers.get("origin")
        ours = _host("//" + asked) in hosts
        if not ours or (origin is not None and origin != f"{request.url.scheme}://{asked}"):
            response = no("elsewhere", 403)
        else:
            response = await answer(request)
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        return response

    return checked


def attachment(content: bytes, kind: str, name: str) -> Response:
    """A file of a message: pictures and pages to look at, others to keep; nothing runs in any."""
    way = "inline" if kind.startswith(SHOWN) else "attachment"
    named = {"Content-Disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=kind, headers={**BARE, **named})


def no(reason: str, status: int) -> Response:
    """A refusal: its key, and one sentence in each language."""
    sentences = {language: words[reason] for language, words in WORDS.items()}
    return JSONResponse({"reason": reason, **sentences}, status)


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises TooMuch, and ValueError for anything else."""
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) > LIMIT:
            raise TooMuch
    try:
        data = json.loads(held)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
