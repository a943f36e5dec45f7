"""Two web processes on one database, to which events come in turns; one of them is killed."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import fresh_database
from tests.doubles.balancer import Balancer
from tests.platforms.test_processes import (
    PATIENCE,
    STARTING,
    Stage,
    agreed,
    founded,
    joined,
    slack_answers,
    telegram_answers,
    telegram_tap,
)

TYPES = ("web", "web", "worker", "clock")


@pytest.fixture
async def stage(tmp_path: Path, postgres: str) -> AsyncIterator[Stage]:
    with ExitStack() as stack:
        database, keys = (stack.enter_context(fresh_database(postgres)) for _ in range(2))
        made = Stage(
            tmp_path,
            *TYPES,
            by_http=True,
            TITIAN_DATABASE_URL=database,
            TITIAN_KEYRING=keys,
            TITIAN_MASTER_KEY=os.urandom(32).hex(),
        )
        try:
            await made.tg.there()
            await made.slack.there()
            for port in made.webs:
                await up(f"http://127.0.0.1:{port}/healthz")
            yield made
        finally:
            await made.close()


async def up(url: str) -> None:
    """Wait until both platforms are up in a process."""
    parts: Any = {}
    async with httpx.AsyncClient() as http:
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            try:
                parts = (await http.get(url)).json()["parts"]
                if parts["telegram"] == parts["slack"] == "up":
                    return
            except (httpx.TransportError, KeyError):
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(parts)


async def test_each_event_can_come_to_any_of_them(stage: Stage) -> None:
    tg, slack = stage.tg, stage.slack
    on_telegram, on_slack = ("Sari", "Joko", "Maria", "Anna"), ("Hasan", "Lin")
    targets = [f"http://127.0.0.1:{port}" for port in stage.webs]
    async with Balancer(stage.front, targets) as balancer:
        codes = await founded(stage)
        await asyncio.gather(
            agreed(slack, codes[4]),
            *(joined(tg, False, who, codes[n // 2]) for n, who in enumerate(on_telegram)),
            *(joined(slack, True, who, codes[2]) for who in on_slack),
        )
        await tg.order("send", "Budi", "/partnership set protect person")
        await tg.order("wait", "Budi", "Protection", timeout=PATIENCE)
        await tg.order("duplicate", "", len(on_telegram))
        await slack.order("duplicate_interactive", "", 2)
        await asyncio.gather(
            *(tg.order("send", who, "/help") for who in on_telegram),
            *(slack.order("command", who, "/titian", "help") for who in on_slack),
        )
        for who in on_telegram:
            await tg.order("wait", who, "For everyone", timeout=PATIENCE)
        assert min(balancer.taken.values()) > 10, balancer.taken
        for who in ("Budi", *on_telegram):
            seen = Counter(m["text"] for m in await tg.order("seen", who) if m.get("text"))
            assert max(seen.values()) == 1, (who, seen)
        start = "/review start responsibilities for 10 minutes purpose learn"
        await tg.order("send", "Budi", start)
        await telegram_tap(tg, "Budi", "Start", "Started")
        stage.bot.kill()
        await asyncio.gather(
            *(telegram_answers(tg, who) for who in on_telegram[:2]),
            *(slack_answers(slack, who) for who in on_slack),
        )
        await tg.order("assert_clean")
        await slack.order("assert_clean")
