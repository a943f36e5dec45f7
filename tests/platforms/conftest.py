"""Both platforms at once: the real app against the strict doubles, with a clock to step."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from adapters.slack import pacing
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from bot import web
from bot.app import App
from bot.clock import SteppedClock
from bot.settings import settings_from
from storage import brokers
from storage.store import Unit
from storage.tables import OutboxRow, TimerRow
from tests.conftest import with_every_table
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until

START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
"""A Friday, 09:30 in Makassar."""
PATIENCE = 20.0
FREE = Limits((1000, 1.0), (1000, 1.0), (1000, 1.0))


class Both:
    """Titian in one process with Telegram and Slack, run as `titian run` runs it."""

    def __init__(
        self,
        folder: Path,
        tg: TelegramDouble,
        slack: SlackDouble,
        sock: socket.socket | None = None,
        **more: str,
    ) -> None:
        """With *sock* events come there by webhook and over HTTP."""
        self.tg, self.slack, self._sock = tg, slack, sock
        self.clock = SteppedClock(START)
        settings = {
            "TITIAN_OPERATOR": "Yayasan Contoh",
            "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
            "TITIAN_KEYRING": "memory:",
            "TITIAN_TELEGRAM_TOKEN": tg.token,
            "TITIAN_TELEGRAM_API_URL": f"http://127.0.0.1:{tg.port}",
            "TITIAN_SLACK_BOT_TOKEN": slack.bot_token,
            "TITIAN_SLACK_APP_TOKEN": slack.app_token,
            "TITIAN_SLACK_API_URL": slack.api_url,
            **more,
        }
        if sock is not None:
            del settings["TITIAN_SLACK_APP_TOKEN"]
            settings |= {
                "TITIAN_SLACK_SIGNING_SECRET": slack.secret,
                "TITIAN_TELEGRAM_MODE": "webhook",
                "TITIAN_PUBLIC_URL": web.address(sock),
            }
        if not (file := folder / "titian.db").exists():
            with_every_table(file)
        self.app = App(settings_from(settings), self.clock, "http://127.0.0.1:8000")
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run, and wait until both platforms are up."""
        self._running = asyncio.create_task(self.app.run(self._sock, self._stop))
        up = {"telegram": "up", "slack": "up"}
        await until(
            lambda: up.items() <= self.app.status.items(), PATIENCE, lambda: self.app.status
        )

    async def stop(self) -> None:
        """Stop as SIGTERM does."""
        self._stop.set()
        assert self._running is not None
        await self._running

    async def founding_code(self) -> str:
        """What `titian founder` prints."""
        now = self.clock.now()
        return await self.app.store.transact(lambda u: brokers.make_code(u, None, now, "").code)

    async def forward(self, **by: float) -> None:
        """Move the clock, and let everything that is due on the way happen."""
        end = self.clock.now() + timedelta(**by)
        while (at := await self.app.next_due()) is not None and at <= end:
            self.clock.move(at - self.clock.now())
            await self.quiet()
        self.clock.move(end - self.clock.now())
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is due any more."""

        async def waits() -> bool:
            now = self.clock.now()
            return await self.app.store.read(lambda unit: waiting(unit, now))

        await self.app.ticker.tick()
        end = time.monotonic() + PATIENCE
        while await waits() or self.app.delivery._lanes.busy:
            assert time.monotonic() < end, "something due was not done"
            await asyncio.sleep(0.02)


def waiting(unit: Unit, now: datetime) -> bool:
    """Whether something is due and not done."""
    posts = sa.select(col(OutboxRow.id)).where(
        col(OutboxRow.state).in_(["claimed", "sending", "pending"]),
        col(OutboxRow.not_before) <= now,
    )
    timers = sa.select(col(TimerRow.id)).where(col(TimerRow.at) <= now)
    link = unit.connection()
    return any(link.execute(query).first() is not None for query in (posts, timers))


@pytest.fixture
async def quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seldom: None
) -> AsyncIterator[Both]:
    """The same without limits of speed, without our own pacing, and seldom sealed again."""
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        SlackDouble("socket", limits=False) as slack,
    ):
        world = Both(tmp_path, tg, slack)
        url = f"http://127.0.0.1:{tg.port}"
        world.app.adapters["telegram"] = Telegram(tg.token, url, pace=Pace(0, 0, 0))
        await world.start()
        yield world
        await world.stop()


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    """Titian on both platforms."""
    async with TelegramDouble("123456:double") as tg, SlackDouble("socket") as slack:
        world = Both(tmp_path, tg, slack)
        await world.start()
        yield world
        await world.stop()


async def tapped(user: TelegramUser, label: str, then: str) -> Any:
    """Press a button as soon as it is there, and wait for what follows."""
    await user.wait(lambda m: label in labels(m), timeout=PATIENCE)
    await user.press(label, wait=PATIENCE)
    return await user.wait(then, timeout=PATIENCE)


async def clicked(user: SlackUser, label: str, then: str, channel: Any = None) -> Any:
    """The same on Slack."""
    await user.wait(lambda m: label in str(m.get("blocks", "")), PATIENCE, channel)
    await user.click(label, channel=channel)
    return await user.wait(then, PATIENCE, channel)


def labels(message: Any) -> list[str]:
    """The buttons under a Telegram message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]
