"""What is asked by those who watch over the server: `/healthz`, `/readyz`, `/metrics`."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dialogues.errors import KeyLost
from dialogues.messages import Incoming, Outgoing
from dialogues.ports import Handler
from storage.figures import Figures, figures
from storage.keyring import HOUSE, Keyring, MemoryKeyring
from storage.store import Store

PATIENCE = 2.0
"""Seconds for which a database may take to answer."""
STEPS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
HINTS = {
    "InvalidToken": "the platform does not know this token: look at it in .env",
    "Conflict": "another process polls with the same token: stop it",
    "NetworkError": "the platform cannot be reached from here: tried again all the time",
    "TurnLost": "the database was away: another process may have taken over, this one waits",
    "TimedOut": "the platform does not answer: tried again all the time",
}
"""What to do about a part that failed, by the error."""


class Meter:
    """What is counted, for all of a process. A label is a platform or a state, nothing else."""

    def __init__(self) -> None:
        self.registry = made = CollectorRegistry()
        by = ["platform"]
        self.taken = Counter("titian_updates", "Events that were taken", by, registry=made)
        self.decided = Histogram(
            "titian_ack_seconds",
            "From an event's arrival until it was decided on and committed",
            by,
            buckets=STEPS,
            registry=made,
        )
        ends = ["platform", "end"]
        self._sent = Counter(
            "titian_sends", "Messages, by what became of them", ends, registry=made
        )
        state = ["state"]
        self._outbox = Gauge("titian_outbox", "Lines of the outbox", state, registry=made)
        self._rounds = Gauge("titian_rounds", "Rounds", state, registry=made)
        self._waited = Gauge("titian_outbox_oldest_due_seconds", "Of all lines", registry=made)
        self._gone = Gauge("titian_unreachable", "Accounts not to be written to", registry=made)

    def ended(self, installation: str, end: str) -> None:
        """A message was handed to a platform."""
        self._sent.labels(platform(installation), end).inc()

    def text(self, found: Figures) -> bytes:
        """All of it, as Prometheus reads it."""
        for gauge, counts in ((self._outbox, found.outbox), (self._rounds, found.rounds)):
            gauge.clear()
            for state, count in counts.items():
                gauge.labels(state).set(count)
        self._waited.set(found.waited)
        self._gone.set(found.unreachable)
        return generate_latest(self.registry)


def platform(installation: str) -> str:
    """The platform of an installation, of which there may be one a workspace."""
    return installation.partition(":")[0]


class Metered:
    """A Handler around another one, which counts what it is asked and how long that takes."""

    def __init__(self, inner: Handler, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """See Handler."""
        name, began = platform(incoming.chat.installation), time.perf_counter()
        self._meter.taken.labels(name).inc()
        try:
            return await self._inner.handle(incoming)
        finally:
            self._meter.decided.labels(name).observe(time.perf_counter() - began)

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """See Handler."""
        await self._inner.sent(outgoing, message)


class Health:
    """The pages, which only this machine or its network may see: no proxy passes them on."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        status: Mapping[str, str],
        meter: Meter,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._status = status
        self._meter = meter
        self._now = now

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
        ]

    async def _healthz(self, _: Request) -> Response:
        return JSONResponse({"parts": dict(self._status)})

    async def _readyz(self, _: Request) -> Response:
        found = {
            "database": "up" if await self._figures() is not None else "away",
            "keyring": await asyncio.to_thread(self._keys),
            "lanes": "down" if any(s.startswith("down") for s in self._status.values()) else "up",
        }
        ready = all(state == "up" for state in found.values())
        return JSONResponse(found, 200 if ready else 503)

    async def _metrics(self, request: Request) -> Response:
        if any(name in request.headers for name in FORWARDED):
            return Response(status_code=404)
        found = await self._figures()
        if found is None:
            return Response(status_code=503)
        return Response(self._meter.text(found), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def _figures(self) -> Figures | None:
        try:
            now = self._now()
            async with asyncio.timeout(PATIENCE):
                return await self._store.read(lambda u: figures(u, now))
        except Exception:  # noqa: BLE001  (whatever it is, the database does not answer)
            return None

    def _keys(self) -> str:
        if isinstance(self._keyring, MemoryKeyring):
            return "up"
        try:
            self._keyring.get(HOUSE)
        except KeyLost:
            return "lost"
        except Exception:  # noqa: BLE001  (a folder or a second database that is away)
            return "away"
        return "up"
