"""Slack over HTTP: who may knock, what is answered, and what comes again."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.slack import pacing
from adapters.slack.adapter import Slack
from adapters.slack.outgoing import escape
from adapters.slack.receiving import PATH
from dialogues.errors import NotNow
from dialogues.messages import Command, Filled, Form, FormField, Moved, Outgoing, Tap
from dialogues.ports import Intake
from tests.adapters.served import reserved, served
from tests.adapters.slack_ground import SORRY, Script
from tests.doubles.slack_double import SlackDouble
from tests.doubles.waiting import PATIENCE, until

COMMAND = {
    "command": "/titian",
    "text": "canary-words",
    "user_id": "U0001",
    "user_name": "sari",
    "team_id": "T0DOUBLE",
    "channel_id": "D1",
    "trigger_id": "1.2",
}
FORM = "application/x-www-form-urlencoded"


class Ground:
    """The double, our adapter behind a port, and somebody who knocks at it."""

    def __init__(self, slack: SlackDouble, script: Script, adapter: Slack, url: str) -> None:
        self.slack, self.script, self.adapter, self.url = slack, script, adapter, url

    async def post(self, raw: str, kind: str = FORM, **headers: str) -> httpx.Response:
        """What is answered to a body that is signed as it should be, but for *headers*."""
        signed = {**self.slack.signed(raw), "Content-Type": kind, **headers}
        async with httpx.AsyncClient() as http:
            return await http.post(self.url, content=raw, headers=signed)

    async def decided(self, count: int) -> None:
        await until(lambda: self.script.committed >= count, PATIENCE, lambda: self.script.handled)


@asynccontextmanager
async def grounded() -> AsyncIterator[Ground]:
    sock, address = reserved()
    async with SlackDouble("http", address + PATH, limits=False) as slack:
        adapter = Slack("xoxb-double", "", slack.api_url, SORRY, signing_secret=slack.secret)
        script, up = Script(), asyncio.Event()
        async with served(sock, adapter.routes()):
            task = asyncio.create_task(adapter.run(script, up.set))
            await asyncio.wait_for(up.wait(), PATIENCE)
            try:
                yield Ground(slack, script, adapter, address + PATH)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await adapter.close()


@pytest.fixture
async def ground(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ground]:
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    async with grounded() as made:
        yield made


async def test_all_three_kinds_come_by_one_path(ground: Ground) -> None:
    slack, script = ground.slack, ground.script
    assert ground.adapter.intake is Intake.WEB
    sari = slack.user("Sari")
    scale = FormField("r1", "one", "Clear?", (("1", "No"), ("5", "Yes")))
    form = Form("w:7", "A form", (scale,), "Send", "Cancel")
    script.answer = lambda event: [Outgoing(event.chat, "Page", (("Begin", "t"),))]
    await sari.command("/titian", "help")
    await sari.wait("Page")
    script.answer = lambda event: [Outgoing(event.chat, "A page", form=form)]
    await sari.click("Begin")
    await sari.wait_modal()
    script.answer = lambda event: [Outgoing(event.chat, "Thanks")]
    await sari.submit(r1="Yes")
    await sari.wait("Thanks")
    script.answer = lambda event: []
    await slack.event(
        {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}, wait=True
    )
    assert [event.event for event in script.handled] == [
        Command("help"),
        Tap("t"),
        Filled("w:7", {"r1": ("5",)}),
        Moved("C2"),
    ]
    assert not any(call["method"] == "apps.connections.open" for call in slack.calls)
    slack.assert_clean(warnings=True)


async def test_slack_is_told_its_challenge(ground: Ground) -> None:
    await ground.slack.verify_url()
    assert ground.script.handled == []


@pytest.mark.parametrize("how", ["secret", "stale", "unsigned"])
async def test_what_slack_has_not_signed_is_refused(ground: Ground, how: str) -> None:
    assert await ground.slack.forge(how) == 401
    assert ground.script.handled == []


async def test_nor_is_anything_taken_that_is_signed_nearly(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    raw = urlencode(COMMAND)
    right = ground.slack.signed(raw)
    stamp, signature = right["X-Slack-Request-Timestamp"], right["X-Slack-Signature"]
    forged: list[dict[str, Any]] = [
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": str(int(stamp) + 30)},
        {"X-Slack-Signature": signature[:-1]},
        {"X-Slack-Signature": "v0=\xe9".encode("latin-1")},
        {"X-Slack-Signature": ""},
        ground.slack.signed(raw + " "),
        ground.slack.signed(raw, age=-600),
    ]
    with capture_logs() as logs:
        for headers in forged:
            answer = await ground.post(raw, **headers)
            assert (answer.status_code, answer.content) == (401, b""), headers
    assert ground.script.handled == []
    assert "canary-words" not in f"{logs}{caplog.text}" and signature not in f"{logs}"


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("7", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("payload=", FORM, 400),
        ("payload=[]", FORM, 400),
        ("nothing", FORM, 200),
        ('{"type": "event_callback", "authorizations": 7}', "application/json", 400),
        (" " * (2**20 + 1), FORM, 413),
    ],
)
async def test_what_slack_would_not_send_does_nothing(
    ground: Ground, raw: str, kind: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ground.post(raw, kind)
    assert answer.status_code == status
    assert ground.script.handled == [] and "Traceback" not in answer.text + caplog.text
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_nothing_but_post(ground: Ground, method: str) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.request(method, ground.url)).status_code == 405


async def test_it_is_answered_after_it_was_decided_and_replies_follow(ground: Ground) -> None:
    ground.script.wait = 0.3
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Now"),
        Outgoing(event.chat, "And later"),
    ]
    sari = ground.slack.user("Sari")
    await sari.command("/titian", "help")
    (delivery,) = ground.slack.deliveries
    assert delivery.acked and 0.3 < (delivery.seconds or 0) < 3
    assert "Now" in json.dumps(delivery.body)
    await sari.wait("And later")
    ground.slack.assert_clean(warnings=True)


async def test_an_event_that_failed_comes_again(ground: Ground) -> None:
    moved = {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}
    ground.script.broken = NotNow()
    asking = asyncio.create_task(ground.slack.event(moved, wait=True))
    await until(lambda: ground.slack.deliveries, PATIENCE, lambda: "nothing came")
    await until(lambda: ground.slack.deliveries[0].status == 500, PATIENCE, lambda: "not refused")
    ground.script.broken = None
    await asking
    assert ground.slack.deliveries[-1].acked and ground.script.committed == 1


async def test_a_command_that_failed_is_answered_kindly(ground: Ground) -> None:
    ground.script.broken = NotNow()
    answer = await ground.post(urlencode(COMMAND))
    assert answer.status_code == 200 and answer.json()["text"] == escape(SORRY["en"])


async def test_an_event_delivered_twice_has_one_key(ground: Ground) -> None:
    moved = {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}
    ground.slack.duplicate(1)
    await ground.slack.event(moved, wait=True)
    first, second = ground.script.handled
    assert first.key == second.key
    assert [d.attempt for d in ground.slack.deliveries] == [0, 1]


async def test_whoever_hangs_up_takes_nothing_back(ground: Ground) -> None:
    ground.script.wait = 0.4
    raw = urlencode(COMMAND)
    signed = {**ground.slack.signed(raw), "Content-Type": FORM}
    async with httpx.AsyncClient(timeout=0.2) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(ground.url, content=raw, headers=signed)
    await ground.decided(1)


async def test_at_a_stop_what_is_under_way_ends_and_the_rest_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    sock, address = reserved()
    async with SlackDouble("http", address + PATH, limits=False) as slack:
        adapter = Slack("xoxb-double", "", slack.api_url, SORRY, signing_secret=slack.secret)
        script, up = Script(), asyncio.Event()
        script.answer = lambda event: [Outgoing(event.chat, "A"), Outgoing(event.chat, "B")]
        ground = Ground(slack, script, adapter, address + PATH)
        async with served(sock, adapter.routes()):
            assert (await ground.post(urlencode(COMMAND))).status_code == 503
            task = asyncio.create_task(adapter.run(script, up.set))
            await asyncio.wait_for(up.wait(), PATIENCE)
            sari, script.wait = slack.user("Sari"), 0.3
            asking = asyncio.create_task(sari.command("/titian", "help"))
            await until(lambda: script.handled, PATIENCE, lambda: "not heard")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asking
            assert script.committed == 1 and slack.deliveries[0].acked
            await sari.wait("B")
            await adapter.close()
            assert (await ground.post(urlencode(COMMAND))).status_code == 503
