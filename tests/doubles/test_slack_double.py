"""A real slack-bolt bot lives on the double, and its slips are noticed."""

import asyncio
import re

import pytest
from aiohttp import web

from tests.doubles.bolt_bot import serving
from tests.doubles.clock import Clock
from tests.doubles.slack_double import SlackDouble
from tests.doubles.waiting import PATIENCE, until

both = pytest.mark.parametrize("mode", ["socket", "http"])


@both
async def test_a_conversation(mode: str) -> None:
    clock = Clock()
    async with serving(mode, clock=clock) as (slack, bot):
        alice = slack.user("Alice")
        await alice.command("/standup")
        await alice.wait_modal("standup")
        with pytest.raises(AssertionError, match="wants an answer for"):
            await alice.submit(yesterday="tests")
        with pytest.raises(AssertionError, match=r"no such fields in the modal: \{'tomorrow'\}"):
            await alice.submit(yesterday="tests", today="more", tomorrow="rest")
        with pytest.raises(AssertionError, match="no option 'Ugly' among"):
            await alice.submit(yesterday="tests", today="more", mood="Ugly")
        with pytest.raises(AssertionError, match=re.escape("wants (0, 3000) characters")):
            await alice.submit(yesterday="x" * 3001, today="more")
        await alice.submit(yesterday="tests", today="nothing")
        assert alice.form_errors == {"today": "Really?"} and alice.modal
        await alice.submit(Yesterday="tests", today="more", mood="Good")
        assert not alice.stack
        with pytest.raises(AssertionError, match="Alice has no modal open"):
            await alice.submit()
        await alice.wait("Thanks")
        assert bot.events[-1][1]["value"] == "good"
        await alice.click("Done")
        await alice.wait("All done")
        assert "blocks" not in alice.seen()[-1]
        await alice.command("/inline")
        await alice.wait("answered in the ack")
        await alice.open_home()
        await until(lambda: alice.home, PATIENCE, lambda: slack.violations)
        clock.forward(1)  # one message a second and channel
        await alice.say("hi")
        await alice.wait("echo hi")
        await alice.click("Done", channel=slack.channel("empty"))  # the one on Home
        slack.assert_clean(warnings=True)


async def test_what_is_not_there() -> None:
    async with SlackDouble() as slack:
        alice = slack.user("Alice")
        with pytest.raises(AssertionError, match=re.escape("Alice sees no 'Done'; sees []")):
            await alice.click("Done")
        with pytest.raises(AssertionError, match="Alice never saw 'Hi'; saw"):
            await alice.wait("Hi", timeout=0.01)
        with pytest.raises(AssertionError, match="Alice sees no modal None"):
            await alice.wait_modal(timeout=0.01)


async def test_requests_are_signed() -> None:
    async with serving("http") as (slack, _):
        await slack.verify_url()
        for how in ("secret", "stale", "unsigned"):
            assert await slack.forge(how) == 401, how


@both
async def test_deadlines(mode: str) -> None:
    async with serving(mode, ack_seconds=0.3, trigger_seconds=0.3) as (slack, _):
        alice = slack.user("Alice")
        await alice.command("/slow")
        assert alice.errors == ["operation_timeout"] and "no ack" in slack.violations[-1]
        if mode == "socket":
            await until(lambda: slack.warnings, PATIENCE, lambda: "no late ack")
            assert slack.warnings == ["an ack came after the deadline"]
        await alice.command("/late")
        await until(lambda: "expired_trigger_id" in slack.violations[-1], PATIENCE, str)
        with pytest.raises(AssertionError, match=re.compile("no ack.*not acked", re.DOTALL)):
            slack.assert_clean()


@both
async def test_a_response_url_works_five_times(mode: str) -> None:
    async with serving(mode) as (slack, bot):
        await slack.user("Alice").command("/chatty")
        await until(lambda: len(bot.events) == 6, PATIENCE, lambda: bot.events)
        assert [e[1] for e in bot.events] == [200] * 5 + [404]
        assert slack.violations == ["response_url used after 30 minutes or a sixth time"]


@both
async def test_an_event_twice(mode: str) -> None:
    async with serving(mode, limits=False) as (slack, bot):
        slack.duplicate(1)
        await slack.user("Alice").say("twice")
        await until(lambda: len(bot.events) == 2, PATIENCE, lambda: bot.events)
        assert bot.events[0][2] == bot.events[1][2]
        await until(
            lambda: all(d.acked for d in slack.deliveries), PATIENCE, lambda: slack.deliveries
        )
        if mode == "http":
            assert [e[3] for e in bot.events] == [None, ["1"]]
        slack.assert_clean()


async def test_a_failing_handler_loses_the_event() -> None:
    """Bolt acks an event before its handler runs."""
    async with serving("socket") as (slack, bot):
        await slack.user("Alice").say("boom")
        await until(lambda: bot.events and slack.deliveries[0].acked, PATIENCE, str)
        await asyncio.sleep(0.05)
        assert [(d.attempt, d.status) for d in slack.deliveries] == [(0, "ack")]


async def kept(slack: SlackDouble, fault: str) -> None:
    """Wait for a socket that its client keeps: it may open two, and give one up at once."""
    before: list[object] = []
    while not before or before != slack.sockets:
        await until(lambda: slack.sockets, PATIENCE, lambda: fault)
        before = [*slack.sockets]
        await asyncio.sleep(0.3)


async def test_sockets_end() -> None:
    async with serving("socket", limits=False) as (slack, _):
        alice = slack.user("Alice")
        await slack.disconnect()
        await kept(slack, "no new socket after a notice")
        await alice.say("after notice")
        await alice.wait("echo after notice")
        await slack.disconnect(None)
        await kept(slack, "no new socket after a loss")
        await alice.say("after loss")
        await alice.wait("echo after loss")
        slack.assert_clean()


@both
async def test_faults_of_a_call(mode: str) -> None:
    async with serving(mode, limits=False) as (slack, _):
        alice = slack.user("Alice")
        slack.fail("chat.postMessage", "limited", retry_after=1)
        await alice.say("limited")
        await until(
            lambda: slack.calls and "error" in slack.calls[-1], PATIENCE, lambda: slack.calls
        )
        assert slack.calls[-1]["error"] == "ratelimited"
        slack.fail("chat.postMessage", "reset_after")
        await alice.say("lost answer")
        await alice.wait("echo lost answer")
        await until(lambda: len(alice.seen()) == 2, PATIENCE, alice.seen)
        assert {m["text"] for m in alice.seen()} == {"echo lost answer"}, "slack_sdk tries again"


async def test_an_app_that_never_acks() -> None:
    """Three retries, with the headers Slack sends."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        names = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
        seen.append(tuple(request.headers.get(name) for name in names))
        return web.Response(status=500)

    app = web.Application()
    app.router.add_post("/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with SlackDouble("http", url, retry_delays=(0, 0, 0)) as slack:
        await slack.event({"type": "app_home_opened", "user": "U1"}, wait=True)
        assert seen == [(None, None), *((str(n), "http_error") for n in (1, 2, 3))]
        with pytest.raises(AssertionError, match="app_home_opened: answered 500"):
            slack.assert_clean()
        slack.violations.clear()
        with pytest.raises(AssertionError, match="not acked in time"):
            slack.assert_clean()
    await runner.cleanup()
