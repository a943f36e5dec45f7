"""The composition root: everything concrete meets here, in one loop, under one TaskGroup."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from socket import socket

import structlog
from starlette.routing import BaseRoute

from bot import web
from bot.clock import MovedClock, SystemClock
from bot.controls import Controls
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.disks import keyring_beside
from bot.forgiving import Forgiving
from bot.health import HINTS, Health, Meter, Metered
from bot.installations import Installations, sealing_key
from bot.platforms import Ground, open_platforms
from bot.processes import Process, TurnLost, check, settle
from bot.replies import Replies
from bot.report_page import ReportPage
from bot.scene import House
from bot.sealing import Sealing
from bot.sending import serving
from bot.settings import Settings
from bot.ticker import Ticker
from bot.timekeeping import Timekeeping
from dialogues.errors import CannotStart
from dialogues.library import open_library
from dialogues.messages import Ability
from dialogues.ports import Adapter, Clock, Intake, Turn
from dialogues.texts import Texts
from storage import leases, outbox, people
from storage.belonging import belong
from storage.database import upgrade
from storage.keyrings import open_keyring
from storage.lanes import Lanes
from storage.store import Store
from storage.turns import Turns

log = structlog.get_logger()
DRAIN = 2.0
WELL = 5.0
"""Seconds after which an inner part that runs counts as up, also after a failure."""
CLOCK = "clock"


class App:
    """All parts of one process. `run` starts those of its type, and returns when asked to stop."""

    def __init__(
        self, settings: Settings, clock: Clock, address: str, process: Process = Process.RUN
    ) -> None:
        check(process, settings)
        self.process = process
        library = open_library()
        upgrade(settings.database_url)
        master = settings.master_key.get_secret_value() if settings.master_key else None
        keyring, self.new_master = open_keyring(settings.keyring, master, settings.database_url)
        belong(settings.database_url, keyring)
        self.clock = clock
        self.store = Store(settings.database_url)
        self.turns = Turns(settings.database_url, lambda: self.ticker.ring())
        if process.keeps_time:
            self.turns.want(CLOCK)
        self.status: dict[str, str] = {}
        self.meter = Meter()
        self.health = Health(self.store, keyring, self.status, self.meter, clock.now)
        self._said: dict[str, str] = {}
        controls = Controls(self) if isinstance(clock, MovedClock) else None
        texts = Texts(library)
        self.vault: Installations | None = None
        if settings.slack_client_id:
            sealing = sealing_key(settings.database_url, settings.keyring, master)
            self.vault = Installations(self.store, self.turns, clock, sealing)
        ground = Ground(settings, address, controls, texts, process, self.turns, self.vault)
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
            lambda name: a.join_link("") if (a := serving(self.adapters, name)) else "",
            lambda name: a.ability if (a := serving(self.adapters, name)) else Ability(),
            settings.public_url.rstrip("/"),
        )
        self.reports = Replies(self.house, self.store, clock)
        self.sealing = Sealing(self.house, self.store)
        self.delivery = Delivery(
            self.house,
            self.store,
            clock,
            self.reports,
            self.adapters,
            self.sealing,
            mine=None if self.store.alone else self._lanes,
            counted=self.meter.ended,
        )
        keeping = Timekeeping(
            self.house, self.store, self.delivery, self.sealing, lambda: self.turns.has(CLOCK)
        )
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
        settle()
        server = web.server(web.application(self._routes())) if sock else None
        async with asyncio.TaskGroup() as group:
            turning = group.create_task(self._keep("turns", self.turns.run))
            intake = [
                group.create_task(self._keep(name, self._adapter(name))) for name in self.adapters
            ]
            sending = group.create_task(self._keep("delivery", self.delivery.run))
            ticking = group.create_task(self._keep("clock", self._tick))
            self.ticker.ring()
            serving = group.create_task(server.serve(sockets=[sock])) if server and sock else None
            await stop.wait()
            self.delivery.rest()
            for task in intake:
                task.cancel()
            await asyncio.wait(intake, timeout=DRAIN)
            ticking.cancel()
            sending.cancel()
            turning.cancel()
            if server is not None and serving is not None:
                server.should_exit = True
                await serving
        for adapter in self.adapters.values():
            await adapter.close()
        await self.turns.close()
        await asyncio.to_thread(self.store.close)
        self.house.keyring.close()

    async def _take_over(self) -> None:
        """On SQLite there is one process: whatever another one held, it is not there any more."""
        if self.store.alone:
            now = self.clock.now()
            for holder in await self.store.read(leases.holders):
                await self.store.transact(lambda unit, h=holder: leases.recover(unit, now, h))  # type: ignore[misc]

    def _routes(self) -> list[BaseRoute]:
        """Where events that come by HTTP are mounted, and reports where browsers reach us."""
        taking = [a for a in self.adapters.values() if self.process.takes(a.intake)]
        brought = [route for adapter in taking for route in getattr(adapter, "routes", list)()]
        if self.house.address:
            brought += ReportPage(self.house, self.store, self.clock).routes()
        return [*self.health.routes(), *brought]

    def _lanes(self) -> Lanes:
        """The lanes that this process paces now."""
        mine = [name for name in self.adapters if self.turns.has(f"lane {name}")]
        return Lanes(frozenset(mine), frozenset(self.adapters))

    async def _tick(self) -> None:
        """Timers and the outbox, where this process looks after either."""
        if self.process.keeps_time or self.process.delivers:
            await self.ticker.run()

    def _adapter(self, name: str) -> Callable[[], Awaitable[None]]:
        """An adapter as long as it is its turn; until then it can send."""
        adapter, intake = self.adapters[name], f"intake {name}"
        handler = Metered(Forgiving(self.conversation, self.house.texts), self.meter)

        async def run() -> None:
            self.status.setdefault(name, "connecting")
            running = asyncio.ensure_future(
                adapter.run(handler, lambda: self._is_up(name), self._turn(name, adapter))
            )
            lost = asyncio.ensure_future(self.turns.lost(intake))
            try:
                await asyncio.wait({running, lost}, return_when=asyncio.FIRST_COMPLETED)
                if not running.done():
                    raise TurnLost
                running.result()
            finally:
                running.cancel()
                lost.cancel()
                await asyncio.gather(running, lost, return_exceptions=True)
                await self.turns.give_back(intake)

        return run

    def _turn(self, name: str, adapter: Adapter) -> Turn:
        """Events are taken by one process for each token, its lane is paced by one.

        What comes by HTTP comes to any of them.
        """

        async def turn() -> None:
            takes = self.process.takes(adapter.intake)
            if takes and adapter.intake is not Intake.WEB:
                self.status[name] = "waiting"
                await self.turns.come(f"intake {name}")
                self.status[name] = "connecting"
            if self.process.delivers:
                self.turns.want(f"lane {name}")
            if not takes:
                self._is_up(name)
                await asyncio.Event().wait()

        return turn

    def _is_up(self, name: str) -> None:
        if self._said.pop(name, ""):
            log.info("part_up_again", part=name)
        self.status[name] = "up"

    def _is_down(self, name: str, error: str) -> None:
        """Said once for each new reason; the retries after it are silent."""
        if self._said.get(name) != error:
            log.warning("part_failed", part=name, error=error, hint=HINTS.get(error, ""))
        self._said[name] = error
        self.status[name] = f"down: {error}"

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part, and start it again when it fails: no part takes another down."""
        wait, loop = 0.2, asyncio.get_running_loop()
        while True:
            began = time.monotonic()
            well = loop.call_later(WELL, self._is_up, name) if name not in self.adapters else None
            try:
                await run()
                return
            except Exception as error:  # noqa: BLE001  (any failure of a part is said and mended)
                self._is_down(name, type(error).__name__)
            finally:
                if well is not None:
                    well.cancel()
            wait = 0.2 if time.monotonic() - began > 60 else min(wait * 2, 30)
            await asyncio.sleep(wait)


async def serve(settings: Settings, process: Process = Process.RUN) -> None:
    """Run Titian, or one process of it, until SIGTERM or SIGINT. Prints where it can be reached.

    Raises:
        CannotStart: Something must be changed first.
    """
    check(process, settings)
    sock = web.listen(settings.host, settings.port) if process.serves else None
    address = settings.public_url or (web.address(sock) if sock else "")
    clock: Clock = MovedClock() if settings.with_playground and not settings.live else SystemClock()
    try:
        app = App(settings, clock, address, process)
    except CannotStart:
        if sock is not None:
            sock.close()
        raise
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if app.new_master:
        log.info("master_key_made", hint="it lies beside the keyring: keep it out of backups")
    if settings.live and keyring_beside(settings):
        log.warning("keyring_beside_database", hint="see what titian doctor says of it")
    what = "the playground" if settings.with_playground else "Titian"
    said = f"Open {address} for {what}." if sock else f"Titian's {process} runs."
    print(f"{said} Ctrl+C stops.", flush=True)  # noqa: T201  (for whoever started it)
    await app.run(sock, stop)
