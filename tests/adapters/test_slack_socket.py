"""Slack: the socket, being stopped, tokens and logs."""

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from adapters.slack import listening
from adapters.slack.adapter import Slack
from adapters.slack.faults import InvalidToken, NetworkError
from tests.adapters.slack_ground import (
    Ground,
    Script,
    asking,
    grounded,
)
from tests.doubles.slack_double import SlackDouble
from tests.doubles.waiting import PATIENCE, until


@pytest.mark.parametrize("reason", ["refresh_requested", None])
async def test_a_socket_that_ends_is_renewed(ground: Ground, reason: str | None) -> None:
    ana = ground.slack.user("Ana")
    await ground.slack.disconnect(reason)
    await until(lambda: ground.slack.sockets, PATIENCE, lambda: "no socket")
    await ana.command("/titian", "x")
    assert "Heard." in ana.seen()[0]["text"]
    assert not ground.task.done()


@pytest.mark.parametrize("reason", ["refresh_requested", None])
async def test_an_acknowledgement_survives_a_new_socket(ground: Ground, reason: str | None) -> None:
    ana = ground.slack.user("Ana")
    ground.script.wait = 0.3
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await ground.slack.disconnect(reason)
    delivery = await task
    assert delivery.acked and ground.script.committed == 1


async def test_a_socket_that_cannot_be_renewed_is_said(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 0.2)
    ground.slack.fail("apps.connections.open", "hang", times=9, seconds=0.4)
    await ground.slack.disconnect(None)
    with pytest.raises(NetworkError):
        await asyncio.wait_for(asyncio.shield(ground.task), PATIENCE)


async def test_a_refused_renewal_is_said(ground: Ground) -> None:
    ground.slack.fail("apps.connections.open", "error", error="token_revoked")
    await ground.slack.disconnect(None)
    with pytest.raises(InvalidToken):
        await asyncio.wait_for(asyncio.shield(ground.task), PATIENCE)


async def test_being_stopped_in_the_middle_finishes_what_was_begun(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Afterwards.")
    ground.script.wait = 0.4
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await ground.stop()
    assert ground.task.cancelled()
    delivery = await task
    assert ground.script.committed == 1 and delivery.acked
    assert [m["text"] for m in ana.seen()] == ["In the ack.", "Afterwards."]


async def test_being_stopped_does_not_wait_for_ever(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.adapter.DRAIN", 0.2)
    ana = ground.slack.user("Ana")
    ground.script.wait = 30
    ground.slack.ack_seconds = 1
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await asyncio.wait_for(ground.stop(), 10)
    await task
    left = [repr(other) for other in asyncio.all_tasks()]
    assert not any("slack_sdk" in name or "/adapters/slack/" in name for name in left), left
    ground.slack.violations.clear()
    ground.slack.deliveries.clear()


async def test_being_stopped_before_it_began() -> None:
    async with SlackDouble("socket") as slack:
        slack.fail("auth.test", "hang", seconds=0.5)
        adapter = Slack("xoxb-double", "xapp-double", slack.api_url)
        task = asyncio.create_task(adapter.run(Script(), lambda: None))
        await until(lambda: slack.calls, PATIENCE, lambda: "nothing")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.close()
        assert task.cancelled()


@pytest.mark.parametrize("which", ["bot", "app"])
async def test_a_wrong_token_is_raised_without_itself(which: str) -> None:
    async with SlackDouble("socket") as slack:
        tokens = {"bot": "xoxb-double", "app": "xapp-double", which: "xoxz-very-wrong"}
        adapter, up = Slack(tokens["bot"], tokens["app"], slack.api_url), asyncio.Event()
        with pytest.raises(InvalidToken) as caught:
            await adapter.run(Script(), up.set)
        await adapter.close()
        assert not up.is_set() and str(caught.value) == "invalid_auth"
        assert caught.value.__context__ is None and caught.value.__cause__ is None


async def test_the_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"SLACK_{name}", "rubbish")
    monkeypatch.setenv("SLACK_VERIFICATION_TOKEN", "rubbish")
    async with grounded() as ground:
        ana = ground.slack.user("Ana")
        await ana.command("/titian", "x")
        assert ana.seen()[0]["text"] == "Heard."


async def test_logs_hold_neither_words_nor_tokens(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        ana = ground.slack.user("Ana-Name")
        ground.says("A secret reply", buttons=(("A secret button", "secret-token"),))
        await ana.command("/titian", "secret words")
        ground.script.answer = asking
        await ana.click("A secret button")
        ground.says("A secret reply")
        await ana.submit(clear="Step 1", why="secret answer")
        await ana.wait(lambda m: "only" not in m)
        ground.slack.fail("chat.postMessage", "error", error="no_such_thing_known")
        ground.script.broken = RuntimeError("secret failure")
        await ana.command("/titian", "secret words")
        await ground.slack.disconnect(None)
        await until(lambda: ground.slack.sockets, PATIENCE, lambda: "no socket")
        await ground.stop()
    said = caplog.text + str(logs)
    for word in ("secret", "xoxb", "xapp", "Ana-Name", "Step 1"):
        assert word not in said, said[max(0, said.index(word) - 200) :][:400]
