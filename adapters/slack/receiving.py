"""Where Slack's requests arrive over HTTP: one path for events, buttons, forms and commands."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.slack.listening import AFTER

log = structlog.get_logger()
PATH = "/slack/events"
SIGNS = ("Request-Timestamp", "Signature")
SENDING = 1.0
"""How long it may take until an answer is out."""


class Receiving:
    """Takes requests while it is open; in between Slack is asked to come again."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._app: AsyncApp | None = None
        self._busy: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[BaseRoute]:
        """Where it is mounted."""
        return [Route(PATH, self._take, methods=["POST"])]

    def open(self, app: AsyncApp) -> None:
        """Hand requests to *app* from now on."""
        self._app = app

    async def close(self, limit: float) -> None:
        """Take nothing new, and let what is being handled be acknowledged."""
        self._app, end = None, time.monotonic() + limit
        while self._busy and (left := end - time.monotonic()) > 0:
            await asyncio.wait({*self._busy}, timeout=left)
        given_up = {*self._busy}
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)

    async def _take(self, request: Request) -> Response:
        """One request: 200 once what it asks for is committed, 503 where it must come again."""
        raw = await request.body()
        if not self._is_slack(request, raw):
            log.warning("request_refused", part="slack", hint="signature")
            return Response(status_code=401)
        read = _read(request, raw)
        if read is None:
            return Response(status_code=400)
        if self._app is None:
            return Response(status_code=503)
        answer: asyncio.Future[BoltResponse] = asyncio.get_running_loop().create_future()
        out = asyncio.Event()
        task = asyncio.create_task(_handled(self._app, read, answer, out))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        try:
            response = to_starlette_response(await answer)
        except asyncio.CancelledError:
            if (current := asyncio.current_task()) is not None and current.cancelling():
                raise
            return Response(status_code=503)  # given up at a stop
        response.background = BackgroundTask(_note, out)
        return response

    def _is_slack(self, request: Request, raw: bytes) -> bool:
        """Whether the body is signed, within five minutes; compared in constant time.

        Bolt would look too, but only at what it has understood already.
        """
        stamp, signature = (request.headers.get(f"X-Slack-{name}", "") for name in SIGNS)
        try:
            return self._verifier.is_valid(raw, stamp, signature)
        except (TypeError, ValueError):  # a stamp that is no number, letters outside ASCII
            return False


def _read(request: Request, raw: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt has it; None where it is nothing that Slack would send."""
    try:
        read = to_async_bolt_request(request, raw)
    except Exception:  # noqa: BLE001  (Bolt takes any shape for what it expects)
        return None
    body: object = read.body
    if not isinstance(body, dict) or not body:
        return None
    message = body.get("message")
    if isinstance(message, dict) and isinstance(message.get("team"), str):
        read.context["home"] = message["team"]
    return read


async def _handled(
    app: AsyncApp, read: AsyncBoltRequest, answer: asyncio.Future[BoltResponse], out: asyncio.Event
) -> None:
    """Find the *answer*, and start what comes after it once it is *out*.

    Whoever hangs up meanwhile takes nothing back.
    """
    jobs: list[Callable[[], None]] = []
    token = AFTER.set(jobs)
    found = BoltResponse(status=500, body="")
    try:
        found = await app.async_dispatch(read)
    except Exception as error:  # noqa: BLE001  (what fails inside Bolt itself: no trace of it)
        log.warning("slack_failed", part="slack", hint="request", error=type(error).__name__)
    except asyncio.CancelledError:
        answer.cancel()
        raise
    finally:
        AFTER.reset(token)
    if not answer.done():
        answer.set_result(found)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SENDING):
                await out.wait()
    for job in jobs:
        job()


async def _note(out: asyncio.Event) -> None:
    out.set()
