"""An adapter's routes on a port, served as `titian web` serves them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute

from bot import web


def reserved() -> tuple[socket.socket, str]:
    """A port that is taken already, and its address."""
    sock = web.listen("127.0.0.1", 0)
    return sock, web.address(sock)


@asynccontextmanager
async def served(sock: socket.socket, routes: Sequence[BaseRoute]) -> AsyncIterator[None]:
    """Serve *routes* on what `reserved` gave."""
    server = web.server(web.application(routes))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
