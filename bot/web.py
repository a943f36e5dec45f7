"""The web part: health, and whatever pages the adapters bring. One server in our own loop."""

import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from dialogues.errors import CannotStart

STOP_WITHIN = 2


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


def application(routes: Sequence[BaseRoute], status: Mapping[str, str]) -> Starlette:
    """The pages. `/healthz` says what each part is doing."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"parts": dict(status)})

    return Starlette(routes=[Route("/healthz", healthz), *routes])


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
