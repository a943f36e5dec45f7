"""A real python-telegram-bot bot lives on the double, and its slips are noticed."""

import asyncio
import re

import pytest

from tests.doubles.ptb_bot import FREE, TOKEN, PtbBot, serving
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits
from tests.doubles.waiting import PATIENCE, until

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
both = pytest.mark.parametrize("mode", ["polling", "webhook"])


async def seen(bot: PtbBot, *wanted: object) -> None:
    """Wait until the bot noted an event that begins so."""
    size = len(wanted)
    await until(
        lambda: wanted in [event[:size] for event in bot.events],
        PATIENCE,
        lambda: f"{wanted} is not among {bot.events}",
    )


@both
async def test_a_conversation(mode: str) -> None:
    async with serving(mode, limits=FREE) as (tg, bot):
        alice, bob = tg.user("Alice"), tg.user("Bob")
        await alice.send("/start invite42")
        welcome = await alice.wait("Welcome")
        assert welcome["text"] == "Welcome & hello" and welcome["entities"][0]["type"] == "bold"
        assert bot.events[0][:2] == ("start", ["invite42"])
        assert (await alice.press("Yes"))["text"] == "noted"
        await alice.wait("You chose yes")
        assert not any(m.get("reply_markup") for m in alice.seen()), "keyboard left behind"
        await alice.send("/ask")
        asked = await alice.wait("Your name?")
        assert asked["reply_markup"]["force_reply"]
        group = await tg.group("Team", bob, alice)
        await bob.send("/start", chat=group)
        await bob.wait("Welcome", chat=group)
        await bob.send("small talk", chat=group)  # privacy mode: unseen
        await bob.send("/start@AnotherBot", chat=group)
        await bob.send("my answer", chat=group, reply_to=bob.seen(group)[-1])
        await seen(bot, "text")
        assert [e[1] for e in bot.events if e[0] == "text"] == ["my answer"]
        await alice.block()
        await seen(bot, "member", "private", "kicked")
        tg.assert_clean()


@both
async def test_an_update_twice(mode: str) -> None:
    async with serving(mode, limits=FREE) as (tg, bot):
        tg.duplicate(1)
        await tg.user("Alice").send("/start")
        await until(lambda: len(bot.events) == 2, PATIENCE, lambda: f"no duplicate: {bot.events}")
        assert bot.events[0][2] == bot.events[1][2], "same update_id expected"


@both
async def test_updates_out_of_order(mode: str) -> None:
    async with serving(mode, limits=FREE) as (tg, bot):
        alice = tg.user("Alice")
        tg.reorder(2)
        await alice.send("one")
        with pytest.raises(AssertionError, match="still held back by reorder: 1"):
            tg.assert_clean()
        await alice.send("two")
        await until(lambda: len(bot.events) == 2, PATIENCE, lambda: bot.events)
        assert [e[1] for e in bot.events] == ["two", "one"]
        tg.assert_clean()


async def test_faults_of_a_call() -> None:
    async with serving("polling", limits=FREE) as (tg, bot):
        alice = tg.user("Alice")
        tg.fail("sendMessage", "reset_after")
        await alice.send("/ask")
        await seen(bot, "error")
        assert len(alice.seen()) == 1, "reset_after must still send"
        tg.fail("sendMessage", "http", code=502)
        await alice.send("/ask")
        await until(lambda: "Bad Gateway" in bot.events[-1][2], PATIENCE, lambda: bot.events)
        tg.fail("sendMessage", "hang", seconds=3)
        await alice.send("/ask")
        await seen(bot, "error", "TimedOut")
        assert len(alice.seen()) == 1


async def test_a_wrong_secret_is_refused_and_the_update_comes_again() -> None:
    async with serving("webhook", limits=FREE, webhook_tries=3) as (tg, bot):
        assert tg.webhook
        right, alice = tg.webhook["secret"], tg.user("Alice")
        tg.webhook["secret"] = "wrong"
        await alice.send("/start")
        await until(lambda: tg.webhook_log, PATIENCE, lambda: "no delivery")
        assert tg.webhook_log[0][1] == 403 and not bot.events, "bot took a forged update"
        await until(
            lambda: "refused 3 times" in str(tg.violations), PATIENCE, lambda: tg.violations
        )
        tg.webhook["secret"] = right
        await alice.send("/start")
        await alice.wait("Welcome")


async def test_a_webhook_that_is_not_there() -> None:
    async with TelegramDouble(TOKEN, webhook_tries=1) as tg:
        tg.webhook = {"url": "http://127.0.0.1:9/", "secret": ""}
        await tg.user("Alice").send("/start")
        await until(lambda: tg.violations, PATIENCE, lambda: tg.webhook_log)
        assert "ClientConnectorError" in str(tg.webhook_log[0][1])
        with pytest.raises(AssertionError, match="refused 1 times"):
            tg.assert_clean()


async def test_a_careless_bot_is_caught() -> None:
    async with serving("polling", careful=False) as (tg, bot):
        alice = tg.user("Alice")
        await alice.send("/flood")
        await until(lambda: len([e for e in bot.events if e[0] == "flood"]) == 2, PATIENCE, str)
        assert any("before retry_after" in v for v in tg.violations), tg.violations
        await asyncio.sleep(0.7)
        await alice.send("/start")
        await alice.wait("Welcome")
        with pytest.raises(AssertionError, match="never answered"):
            await alice.press("Yes", wait=0.3)
        with pytest.raises(
            AssertionError, match=re.compile("retry_after.*never answered", re.DOTALL)
        ):
            tg.assert_clean()


async def test_a_careful_bot_keeps_the_flood_limit() -> None:
    async with serving("polling", limits=Limits(private=(1, 0.5))) as (tg, bot):
        alice = tg.user("Alice")
        await alice.send("/flood")
        await alice.wait("part 1")
        assert bot.events[0][0] == "flood"
        assert [m["text"] for m in alice.seen()] == ["part 0", "part 1"]
        tg.assert_clean()


async def test_a_bot_survives_faults_of_polling() -> None:
    async with serving("polling", limits=FREE) as (tg, bot):
        tg.fail("getUpdates", "http", code=502)
        tg.fail("getUpdates", "reset_after")
        tg.fail("*", "http", code=500)  # not meant for getUpdates
        await tg.user("Alice").send("hello")
        await seen(bot, "text", "hello")
        errors = [e[1:] for e in bot.events if e[0] == "error"]
        assert "Bad Gateway" in errors[0][1] and errors[1][0] == "NetworkError"
        assert [f.method for f in tg.faults] == ["*"]


async def test_an_update_once_more_later_by_webhook() -> None:
    async with serving("webhook", limits=FREE) as (tg, bot):
        alice = tg.user("Alice")
        await alice.send("one")
        await alice.send("two")
        await seen(bot, "text", "two")
        again = tg.redeliver(2)
        await until(lambda: len(bot.events) == 3, PATIENCE, lambda: bot.events)
        assert bot.events[2] == ("text", "one", again["update_id"]) == bot.events[0]
