"""The web part: whatever pages there are. One server in our own loop."""

import contextlib
import socket
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialogues.errors import CannotStart

STOP_WITHIN = 2
MOST = 2**20
"""Bytes of a request; no platform sends as many."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that an occupied port is said first. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise CannotStart(
            f"The address {host}:{port} cannot be used ({error.strerror}): "
            "stop what uses it, or set TITIAN_PORT to another number."
        ) from None
    return sock


def address(sock: socket.socket) -> str:
    """How a browser on this machine reaches what listens at *sock*."""
    host, port, *_ = sock.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """The pages."""
    return Starlette(routes=routes, middleware=[Middleware(Limited)])


class Limited:
    """No body of more than MOST bytes is taken in, whatever its length is said to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST:
                raise HTTPException(413)
            return message

        # Whoever hangs up in the middle of sending gets no answer, and leaves no trace.
        with contextlib.suppress(ClientDisconnect):
            await self._app(scope, counted, send)


class Server(uvicorn.Server):
    """Uvicorn without its hold on the process's signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the app."""
        yield


def server(app: Starlette) -> Server:
    """A server for *app*; stop it with `should_exit`."""
    return Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_WITHIN,
            server_header=False,
        )
    )
