"""Polling and Socket Mode, webhook and HTTP: everything twice, and some of it out of order.

With TEST_LONG=1 a whole review twice over in both; else by webhook and HTTP.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack import pacing
from adapters.slack.receiving import PATH
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from adapters.telegram.webhook import Webhook, made_from
from bot import web
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import until
from tests.platforms.conftest import FREE, PATIENCE, Both, clicked, tapped
from tests.platforms.test_processes import LONG
from tests.platforms.test_review import (
    ON_SLACK,
    ON_TELEGRAM,
    answered_on_slack,
    answered_on_telegram,
    founded,
    joined_on_slack,
    joined_on_telegram,
)

ALL = 10_000
FETCHED, BROUGHT = "polling and Socket Mode", "webhook and HTTP"


@pytest.fixture(params=[FETCHED, BROUGHT])
async def both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, seldom: None
) -> AsyncIterator[Both]:
    """Titian on both platforms, without limits of speed."""
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    sock = web.listen("127.0.0.1", 0) if request.param == BROUGHT else None
    mode, url = ("http", web.address(sock) + PATH) if sock else ("socket", None)
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        SlackDouble(mode, url, limits=False) as slack,
    ):
        world = Both(tmp_path, tg, slack, sock)
        hook = Webhook(web.address(sock), made_from(tg.token)) if sock else None
        api = f"http://127.0.0.1:{tg.port}"
        world.app.adapters["telegram"] = Telegram(tg.token, api, pace=Pace(0, 0, 0), webhook=hook)
        await world.start()
        yield world
        await world.stop()


@pytest.mark.parametrize("both", [FETCHED, BROUGHT] if LONG else [BROUGHT], indirect=True)
async def test_everything_comes_twice_and_counts_once(both: Both) -> None:
    tg, slack = both.tg, both.slack
    tg.duplicate(ALL)
    slack.duplicate_interactive(ALL)
    slack.duplicate(ALL)
    budi, ratna = tg.user("Budi"), slack.user("Ratna Dewi", tz="Asia/Makassar")
    codes = await founded(both, budi)
    channel = slack.channel("general", ratna)
    await ratna.command("/titian", f"join {codes[4]}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)
    people = [slack.user(name, tz="Asia/Makassar") for name in ON_SLACK]
    await asyncio.gather(
        *(joined_on_telegram(tg.user(n), codes[i]) for n, i in ON_TELEGRAM.items()),
        *(joined_on_slack(user, codes[ON_SLACK[user.name]], channel) for user in people),
    )
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await asyncio.gather(
        *(answered_on_telegram(tg.user(n), n == "Sari") for n in ON_TELEGRAM),
        *(answered_on_slack(user, user.name == "Lin") for user in people),
    )
    await both.forward(days=7, hours=9)
    closed = await tg.user("Sari").wait("Closed", timeout=PATIENCE)
    assert "8 of 8" in closed["text"]
    report = await ratna.wait("What your partners said", PATIENCE)
    assert str(report).count("Visits on site helped us most.") <= 2
    for name in ("Budi", *ON_TELEGRAM):
        said = Counter(m["text"] for m in tg.user(name).seen() if m.get("text"))
        assert max(said.values()) == 1, (name, said.most_common(1))
    tg.assert_clean()
    slack.assert_clean(warnings=True)


async def test_out_of_order_nothing_is_stuck(both: Both) -> None:
    tg, slack = both.tg, both.slack
    budi = tg.user("Budi")
    await budi.send(f"/start {await both.founding_code()}")
    await tapped(budi, "Set up a partnership", "Question 1")
    tg.reorder(2)
    await budi.send("Water for Bima")
    await budi.send("/help")
    await budi.wait("For everyone", timeout=PATIENCE)
    await budi.send("/start")
    await until(lambda: budi.seen()[-1]["text"] != "/start", PATIENCE, lambda: budi.seen()[-1])
    slack.reorder(3)
    moved = {"type": "channel_id_changed"}
    for old, new in (("C1", "C2"), ("C2", "C3"), ("C3", "C4")):
        await slack.event({**moved, "old_channel_id": old, "new_channel_id": new})
    await until(lambda: len(slack.deliveries) >= 3, PATIENCE, lambda: slack.deliveries)
    lin = slack.user("Lin")
    await lin.command("/titian", "help")
    await lin.wait("For everyone", PATIENCE)
    tg.assert_clean()
    slack.assert_clean(warnings=True)
