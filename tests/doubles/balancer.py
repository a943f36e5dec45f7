"""What stands before several web processes: one request to the first, the next to the second."""

import itertools
from collections.abc import Sequence
from typing import Self

import aiohttp
from aiohttp import web

OF_THE_WAY = ("host", "content-length", "transfer-encoding", "connection")


class Balancer:
    """Listens at *port*, hands each request to the next of *targets*; `taken` counts them.

    One that nobody listens at is passed over, as a balancer does that looks after them.
    """

    def __init__(self, port: int, targets: Sequence[str]) -> None:
        self._port, self._targets = port, targets
        self._turn = itertools.count()
        self.taken = dict.fromkeys(targets, 0)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        # A connection of its own for each: a kept one may lead to somebody who was killed.
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in OF_THE_WAY}
        first = next(self._turn)
        for place in range(len(self._targets)):
            target = self._targets[(first + place) % len(self._targets)]
            try:
                async with self._http.request(
                    request.method, target + request.path_qs, data=body, headers=headers
                ) as answer:
                    self.taken[target] += 1
                    kept = {k: v for k, v in answer.headers.items() if k.lower() == "content-type"}
                    return web.Response(
                        body=await answer.read(), status=answer.status, headers=kept
                    )
            except aiohttp.ClientConnectorError:
                continue
        return web.Response(status=502)
