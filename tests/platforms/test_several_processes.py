"""One database, one keyring beside it, and every part in processes of its own; some are killed."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.turns import TURN, number
from tests.conftest import fresh_database
from tests.platforms.test_processes import (
    PATIENCE,
    STARTING,
    Platform,
    Stage,
    agreed,
    founded,
    joined,
    slack_answers,
    telegram_answers,
    telegram_tap,
)

TYPES = ("web", "worker", "worker", "clock", "clock", "poll", "poll", "socket")
HOLDERS = sa.text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND classid = :space AND objid = CAST(:number AS oid)"
)


class Parts(Stage):
    """Titian in eight processes."""

    def __init__(self, folder: Path, database: str, keys: str) -> None:
        master = os.urandom(32).hex()
        super().__init__(
            folder,
            *TYPES,
            TITIAN_DATABASE_URL=database,
            TITIAN_KEYRING=keys,
            TITIAN_MASTER_KEY=master,
        )
        self.engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")

    def sql(self, statement: str) -> Any:
        with self.engine.connect() as link:
            done = link.execute(sa.text(statement))
            return done.all() if done.returns_rows else None

    async def holder(self, turn: str) -> int:
        """The process whose turn it is."""
        values = {"space": TURN, "number": number(turn) % 2**32}
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            with self.engine.connect() as link:
                found = link.execute(HOLDERS, values).scalar()
            if found is not None:
                return int(found.split()[1])
            await asyncio.sleep(0.1)
        raise AssertionError(f"nobody has {turn}")

    async def still(self, which: str = "true") -> None:
        """Wait until every line has gone out, of those that *which* picks."""
        lines = "SELECT state, count(*) FROM outbox WHERE state <> 'sent' AND {} GROUP BY 1"
        began = time.monotonic()
        while left := self.sql(lines.format(which)):
            assert time.monotonic() - began < PATIENCE, left
            await asyncio.sleep(0.3)

    async def kill(self, turn: str) -> None:
        """kill -9 whoever has a turn, and see that another one takes it in good time."""
        first = await self.holder(turn)
        os.kill(first, signal.SIGKILL)
        began = time.monotonic()
        while await self.holder(turn) == first:
            assert time.monotonic() - began < 10, turn
            await asyncio.sleep(0.1)


@pytest.fixture
async def parts(tmp_path: Path, postgres: str) -> AsyncIterator[Parts]:
    with ExitStack() as stack:
        database, keys = (stack.enter_context(fresh_database(postgres)) for _ in range(2))
        made = Parts(tmp_path, database, keys)
        try:
            await made.tg.there()
            await made.slack.there()
            await made.holder("intake telegram")
            yield made
        finally:
            await made.close()
            made.engine.dispose()


async def texts(platform: Platform, who: str) -> Counter[str]:
    return Counter(str(m["text"]) for m in await platform.order("seen", who) if m.get("text"))


async def test_a_review_goes_on_whoever_is_killed(parts: Parts) -> None:
    tg, slack = parts.tg, parts.slack
    on_telegram, on_slack = ("Sari", "Joko", "Maria", "Anna"), ("Hasan", "Lin")
    codes = await founded(parts)
    await agreed(slack, codes[4])
    await asyncio.gather(
        *(joined(tg, False, who, codes[n // 2]) for n, who in enumerate(on_telegram)),
        *(joined(slack, True, who, codes[2]) for who in on_slack),
    )
    await tg.order("send", "Budi", "/partnership set protect person")
    await tg.order("wait", "Budi", "Protection", timeout=PATIENCE)
    for who in ("Budi", *on_telegram):
        assert max((await texts(tg, who)).values()) == 1, who
    await tg.order("send", "Budi", "/review start responsibilities for 10 minutes purpose learn")
    await telegram_tap(tg, "Budi", "Start", "Started")
    await tg.order("wait", "Sari", "It is there to learn from", timeout=PATIENCE)
    await parts.kill("lane telegram")
    await asyncio.gather(
        *(telegram_answers(tg, who) for who in on_telegram),
        *(slack_answers(slack, who) for who in on_slack),
    )
    # What was on its way when the worker died may have arrived: it is said once more.
    await parts.still("not_before <= now()")
    ((twice,),) = parts.sql("SELECT count(*) FROM outbox WHERE repeated")
    before = {who: await texts(tg, who) for who in on_telegram}
    await tg.order("assert_clean")
    await parts.kill("intake telegram")
    await parts.kill("clock")
    parts.sql("UPDATE timer SET at = now() WHERE kind = 'close'")
    report = await slack.order("wait", "Ratna Dewi", "What your partners said", timeout=60)
    assert "6 of 6" in str(report)
    for who in on_telegram:
        await tg.order("wait", who, "Closed", timeout=PATIENCE)
        shown = [n for text, n in (await texts(tg, who)).items() if "Closed" in text]
        assert len(shown) == 1
        twice -= shown[0] - 1
    assert twice >= 0, (before, {who: await texts(tg, who) for who in on_telegram})
    await tg.order("send", "Sari", "/help")
    await tg.order("wait", "Sari", "For everyone", timeout=PATIENCE)
    await parts.still()
    assert parts.sql("SELECT count(*) FROM round WHERE destroyed_at IS NULL") == [(0,)]
    await slack.order("assert_clean")
    # The double does not notice that whoever was killed has gone.
    assert set((await tg.order("report"))["violations"]) <= {"getUpdates: two pollers at once"}
    ended = [(kind, bot) for kind, bot in parts.bots if bot.poll() is None]
    stopped = await asyncio.gather(*(parts.stop_bot(bot) for _, bot in ended))
    for (kind, bot), (took, errors) in zip(ended, stopped, strict=True):
        assert (kind, bot.returncode, errors) == (kind, 0, "")
        assert took < 10, (kind, took)
