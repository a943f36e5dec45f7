"""The composition root: everything concrete meets here, in one loop, under one TaskGroup."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from socket import socket

import structlog

from bot import web
from bot.clock import MovedClock, SystemClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.forgiving import Forgiving
from bot.platforms import Ground, open_platforms
from bot.reports import Reports
from bot.scene import House
from bot.sealing import Sealing
from bot.settings import Settings
from bot.ticker import Ticker
from bot.timekeeping import Timekeeping
from dialogues.errors import CannotStart
from dialogues.library import open_library
from dialogues.messages import Ability
from dialogues.ports import Adapter, Clock
from dialogues.texts import Texts
from storage import outbox, people
from storage.database import upgrade
from storage.keyring import open_keyring
from storage.store import Store

log = structlog.get_logger()
HINTS = {
    "InvalidToken": "the platform does not know this token: look at it in .env",
    "Conflict": "another process polls with the same token: stop it",
    "NetworkError": "the platform cannot be reached from here: tried again all the time",
    "TimedOut": "the platform does not answer: tried again all the time",
}
DRAIN = 2.0


class App:
    """All parts of one process. `run` starts them and returns when asked to stop."""

    def __init__(self, settings: Settings, clock: Clock, address: str) -> None:
        library = open_library()
        upgrade(settings.database_url)
        master = settings.master_key.get_secret_value() if settings.master_key else None
        keyring, self.new_master = open_keyring(settings.keyring, master)
        self.clock = clock
        self.store = Store(settings.database_url)
        self.status: dict[str, str] = {}
        controls = Controls(self) if isinstance(clock, MovedClock) else None
        texts = Texts(library)
        ground = Ground(settings, address, controls, texts)
        self.adapters: dict[str, Adapter] = {
            adapter.installation: adapter for adapter in open_platforms(ground)
        }
        self.house = House(
            library,
            texts,
            keyring,
            settings.operator,
            settings.founding_open,
            lambda code: [link for a in self.adapters.values() if (link := a.join_link(code))],
            lambda: [link for a in self.adapters.values() if (link := a.group_link())],
            lambda name: self.adapters[name].join_link("") if name in self.adapters else "",
            lambda name: self.adapters[name].ability if name in self.adapters else Ability(),
        )
        self.reports = Reports(self.house, self.store, clock)
        self.sealing = Sealing(self.house, self.store)
        self.delivery = Delivery(
            self.house, self.store, clock, self.reports, self.adapters, self.sealing
        )
        keeping = Timekeeping(self.house, self.store, self.delivery, self.sealing)
        self.ticker = Ticker(clock, keeping.steps)
        self.conversation = Conversation(
            self.house,
            self.store,
            clock,
            self.reports,
            self.delivery.direct,
            self.ticker.ring,
            self.sealing.renew,
        )

    async def next_due(self) -> datetime | None:
        """When something is next due, after now."""
        now = self.clock.now()
        return await self.store.read(lambda unit: outbox.next_due(unit, now))

    async def introduce(self) -> None:
        """Tell the playground whom the database knows there."""
        for name, adapter in self.adapters.items():
            introduce = getattr(adapter, "introduce", None)
            if introduce is not None:
                for user, shown, language in await self.store.read(
                    lambda unit, n=name: people.users(unit, n)  # type: ignore[misc]
                ):
                    introduce(user, shown, language or "en")

    async def run(self, sock: socket | None, stop: asyncio.Event) -> None:
        """Run every part until *stop*; then intake first, delivery, web, store."""
        await self.introduce()
        await self._take_over()
        routes = [r for a in self.adapters.values() for r in getattr(a, "routes", list)()]
        server = web.server(web.application(routes, self.status)) if sock else None
        async with asyncio.TaskGroup() as group:
            intake = [
                group.create_task(self._keep(name, self._adapter(name))) for name in self.adapters
            ]
            sending = group.create_task(self._keep("delivery", self.delivery.run))
            ticking = group.create_task(self._keep("clock", self.ticker.run))
            self.ticker.ring()
            serving = group.create_task(server.serve(sockets=[sock])) if server and sock else None
            await stop.wait()
            for task in intake:
                task.cancel()
            await asyncio.wait(intake, timeout=DRAIN)
            ticking.cancel()
            sending.cancel()
            if server is not None and serving is not None:
                server.should_exit = True
                await serving
        await asyncio.to_thread(self.store.close)

    async def _take_over(self) -> None:
        """On SQLite there is one process: whatever another one held, it is not there any more."""
        if self.store.alone:
            now = self.clock.now()
            for holder in await self.store.read(outbox.holders):
                await self.store.transact(lambda unit, h=holder: outbox.recover(unit, now, h))  # type: ignore[misc]

    def _adapter(self, name: str) -> Callable[[], Awaitable[None]]:
        adapter = self.adapters[name]
        handler = Forgiving(self.conversation, self.house.texts)

        async def run() -> None:
            self.status.setdefault(name, "connecting")
            await adapter.run(handler, lambda: self._is_up(name))

        return run

    def _is_up(self, name: str) -> None:
        if self.status.get(name, "").startswith("down"):
            log.info("part_up_again", part=name)
        self.status[name] = "up"

    def _is_down(self, name: str, error: str) -> None:
        """Said once for each new reason; the retries after it are silent."""
        if self.status.get(name) != f"down: {error}":
            log.warning("part_failed", part=name, error=error, hint=HINTS.get(error, ""))
        self.status[name] = f"down: {error}"

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part, and start it again when it fails: no part takes another down."""
        wait = 0.2
        while True:
            began = time.monotonic()
            try:
                await run()
                return
            except Exception as error:  # noqa: BLE001  (any failure of a part is said and mended)
                self._is_down(name, type(error).__name__)
            wait = 0.2 if time.monotonic() - began > 60 else min(wait * 2, 30)
            await asyncio.sleep(wait)


class Controls:
    """The playground's clock buttons."""

    def __init__(self, app: App) -> None:
        self._app = app

    def now(self) -> datetime:
        """The present of this process."""
        return self._app.clock.now()

    async def move(self, by: timedelta) -> None:
        """Forward, and everything that became due on the way, in its order."""
        target = self.now() + by
        while await self._step(target):
            continue
        self._forward(target - self.now())
        await self._app.ticker.tick()

    async def to_next(self) -> bool:
        """To the next thing due; False where nothing is."""
        at = await self._app.next_due()
        if at is None:
            return False
        self._forward(at - self.now())
        await self._app.ticker.tick()
        return True

    async def _step(self, target: datetime) -> bool:
        at = await self._app.next_due()
        if at is None or at > target:
            return False
        self._forward(at - self.now())
        await self._app.ticker.tick()
        return True

    def _forward(self, by: timedelta) -> None:
        assert isinstance(self._app.clock, MovedClock)
        self._app.clock.move(by)


async def serve(settings: Settings) -> None:
    """Run Titian until SIGTERM or SIGINT. Prints where it can be reached.

    Raises:
        CannotStart: Something must be changed first.
    """
    sock = web.listen(settings.host, settings.port)
    port = sock.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = settings.public_url or f"http://{host}:{port}"
    clock: Clock = MovedClock() if settings.with_playground and not settings.live else SystemClock()
    try:
        app = App(settings, clock, address)
    except CannotStart:
        sock.close()
        raise
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if app.new_master:
        log.info("master_key_made", hint="it lies beside the keyring: keep it out of backups")
    what = "the playground" if settings.with_playground else "Titian"
    print(f"Open {address} for {what}. Ctrl+C stops.", flush=True)  # noqa: T201  (for whoever started it)
    await app.run(sock, stop)
