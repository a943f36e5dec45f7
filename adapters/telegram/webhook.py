"""Telegram's webhook: one path, opened by a secret that only Telegram shows."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.telegram import incoming
from adapters.telegram.taking import Taking
from dialogues.errors import NotNow

log = structlog.get_logger()
PATH = "/telegram/webhook"
SECRET = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 100
"""How many updates Telegram may deliver at once; its most."""
PATIENCE = 8.0
"""For a database that is away; then Telegram is asked to come again."""
ORDERED = 3.0
"""How long an update waits for its replies, so that a person's next one is answered after them,
and its chat is left alone meanwhile where Telegram asks for that."""


def made_from(token: str) -> str:
    """A secret where none was chosen: the same in every process, and no way back to the token."""
    return hmac.new(token.encode(), b"titian: webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Takes updates while it is open; in between Telegram is asked to come again."""

    def __init__(self, public_url: str, secret: str) -> None:
        self.url = public_url.rstrip("/") + PATH
        self.secret = secret
        self._taking: Taking | None = None

    def routes(self) -> list[BaseRoute]:
        """Where it is mounted."""
        return [Route(PATH, self._take, methods=["POST"])]

    def open(self, taking: Taking) -> None:
        """Hand updates to *taking* from now on."""
        self._taking = taking

    def close(self) -> None:
        """Take no more."""
        self._taking = None

    async def _take(self, request: Request) -> Response:
        """One update: 200 once it is committed, 503 where it must come again."""
        shown = request.headers.get(SECRET, "").encode("latin-1")
        if not hmac.compare_digest(shown, self.secret.encode()):
            log.warning("request_refused", part=incoming.INSTALLATION, hint="secret")
            return Response(status_code=401)
        update = _object(await request.body())
        if update is None:
            return Response(status_code=400)
        if self._taking is None:
            return Response(status_code=503)
        try:
            asked = await self._taking.one(update, PATIENCE, ORDERED)
        except NotNow:
            return Response(status_code=503)
        except asyncio.CancelledError:
            # The update was given up at a stop: it must come again, and no trace of it be shown.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return Response(status_code=503)
        # Not JSONResponse: it cannot write half a character, which a stranger may send.
        return Response(json.dumps(asked) if asked else None, media_type="application/json")


def _object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that was sent, or None where it is none."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return sent if isinstance(sent, dict) else None
