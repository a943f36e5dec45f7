"""The socket on which Slack's events arrive."""

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack import clients, faults, incoming

log = structlog.get_logger()

PING = 5.0
LOOK = 0.5
PATIENCE = 30.0
CLOSING = 1.0
RESENDING = 2.0

AFTER: ContextVar[list[Callable[[], None]]] = ContextVar("after")
"""What is to be started once the event at hand is acknowledged."""


class Client(SocketModeClient):
    """Keeps hold of the tasks it starts, so that they can be waited for."""

    def __init__(self, app_token: str, api_url: str) -> None:
        super().__init__(
            app_token,
            logger=clients.SILENT,
            web_client=clients.web(app_token, api_url),
            ping_interval=PING,
        )
        self.busy: set[asyncio.Task[Any]] = set()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """See the base class."""
        task = asyncio.current_task()
        assert task is not None
        self.busy.add(task)
        try:
            await super().run_message_listeners(message, raw_message)
        finally:
            self.busy.discard(task)

    async def send_message(self, message: str) -> None:
        """See the base class. A new socket is waited for: an acknowledgement is worth it."""
        end = time.monotonic() + RESENDING
        while True:
            try:
                await super().send_message(message)
                return
            except ConnectionError:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(0.05)


class Draining(AsyncSocketModeHandler):
    """Bolt's handler, which loses nothing when it is stopped."""

    client: Client

    def __init__(self, app: AsyncApp, app_token: str, api_url: str) -> None:
        # Not the base class's: that would make a client of the SDK's own kind.
        self.app = app
        self.app_token = app_token
        self.client = Client(app_token, api_url)
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]

    async def handle(  # type: ignore[override]
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Have one event handled and acknowledged, and start what comes after that."""
        jobs: list[Callable[[], None]] = []
        token = AFTER.set(jobs)
        try:
            await super().handle(client, req)
        except Exception as error:
            kind = incoming.kind(req.payload)
            log.warning("slack_failed", part="slack", hint=kind, error=type(error).__name__)
            raise
        finally:
            AFTER.reset(token)
            for job in jobs:
                job()

    async def connect(self, url: str) -> None:
        """Connect to *url*, which was asked for before: the SDK would try a wrong token for ever.

        Raises:
            NetworkError: No connection after a while.
        """
        self.client.wss_uri = url
        try:
            async with asyncio.timeout(PATIENCE):
                await self.client.connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise faults.NetworkError("no connection") from None

    async def watch(self) -> None:
        """Return never; a connection that is lost is renewed.

        Raises:
            NetworkError: It could not be renewed for a while.
        """
        lost: float | None = None
        while True:
            await asyncio.sleep(LOOK)
            if await self.client.is_connected():
                lost = None
                continue
            now = time.monotonic()
            lost = now if lost is None else lost
            if now - lost > PATIENCE:
                raise faults.NetworkError("no connection")
            session = self.client.current_session
            if session is not None and session.closed:
                await self._renew(PATIENCE - (now - lost))

    async def _renew(self, limit: float) -> None:
        """Connect anew, sooner than the SDK would notice that it must."""
        failed = None
        try:
            async with asyncio.timeout(limit):
                await self.client.connect_to_new_endpoint()
        except TimeoutError:
            return
        except faults.SDK as error:
            failed = faults.starting(error)
        if failed is not None:
            raise failed

    async def drain(self, limit: float) -> None:
        """Take nothing new, and let what is being handled be acknowledged."""
        client, end = self.client, time.monotonic() + limit
        client.auto_reconnect_enabled = False
        for task in (client.message_receiver, client.current_session_monitor):
            if task is not None:
                task.cancel()
        while (client.busy or not client.message_queue.empty()) and time.monotonic() < end:
            if client.busy:
                await asyncio.wait({*client.busy}, timeout=max(end - time.monotonic(), 0))
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Disconnect, and leave no task behind."""
        client = self.client
        closing = asyncio.ensure_future(client.close())  # type: ignore[no-untyped-call]
        await asyncio.wait([closing], timeout=CLOSING)
        tasks = [closing, client.message_receiver, client.current_session_monitor]
        left = [task for task in [*tasks, client.message_processor, *client.busy] if task]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await client.aiohttp_client_session.close()
