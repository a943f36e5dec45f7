"""Telegram's webhook: who may deliver, what is said to it, and what comes again."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.telegram import webhook
from adapters.telegram.adapter import KINDS, Telegram
from adapters.telegram.pacing import Pace
from adapters.telegram.webhook import SECRET, Webhook, made_from
from dialogues.errors import NotNow
from dialogues.messages import Command, Outgoing, Text
from dialogues.ports import Intake
from tests.adapters.served import reserved, served
from tests.adapters.test_telegram import FREE, TOKEN, Script, running
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import PATIENCE, until

ORIGIN = {"id": 501, "is_bot": False, "first_name": "Sari", "language_code": "id"}
SAID = {
    "update_id": 7,
    "message": {
        "message_id": 3,
        "date": 1_700_000_000,
        "chat": {"id": 501, "type": "private"},
        "from": ORIGIN,
        "text": "canary-words",
    },
}


class Ground:
    """The double, our adapter behind a port, and somebody who knocks at it."""

    def __init__(
        self, tg: TelegramDouble, script: Script, adapter: Telegram, hook: Webhook
    ) -> None:
        self.tg, self.script, self.adapter, self.hook = tg, script, adapter, hook
        self.http = httpx.AsyncClient(headers={SECRET: hook.secret})

    async def post(self, **how: Any) -> int:
        """What is answered to a delivery."""
        return (await self.http.post(self.hook.url, **how)).status_code


@asynccontextmanager
async def grounded(script: Script, **how: Any) -> AsyncIterator[Ground]:
    async with TelegramDouble(TOKEN, limits=FREE, **how) as tg:
        sock, address = reserved()
        hook = Webhook(address, made_from(TOKEN))
        url = f"http://127.0.0.1:{tg.port}"
        adapter, up = Telegram(TOKEN, url, pace=Pace(0, 0, 0), webhook=hook), asyncio.Event()
        async with served(sock, adapter.routes()):
            ground = Ground(tg, script, adapter, hook)
            task = asyncio.create_task(adapter.run(script, up.set))
            await asyncio.wait_for(up.wait(), PATIENCE)
            try:
                yield ground
            finally:
                await ground.http.aclose()
                task.cancel()
                await asyncio.wait([task])
                await adapter.close()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def ground(script: Script) -> AsyncIterator[Ground]:
    async with grounded(script) as made:
        yield made


async def test_it_says_where_and_for_what_it_listens(ground: Ground) -> None:
    assert ground.adapter.intake is Intake.WEB
    (call,) = [c for c in ground.tg.calls if c["method"] == "setWebhook"]
    assert call["params"]["url"].endswith("/telegram/webhook")
    assert call["params"]["secret_token"] == made_from(TOKEN) and TOKEN not in made_from(TOKEN)
    assert all(kind in call["params"]["allowed_updates"] for kind in KINDS)
    assert call["params"]["max_connections"] == "100"
    assert not any(c["method"] in ("getUpdates", "deleteWebhook") for c in ground.tg.calls)


async def test_a_person_is_answered(ground: Ground, script: Script) -> None:
    sari = ground.tg.user("Sari")
    script.answer = lambda event: [Outgoing(event.chat, "Hello")]
    await sari.send("/start")
    await sari.wait("Hello")
    assert script.heard[0].event == Command("start")
    ground.tg.assert_clean()


@pytest.mark.parametrize("shown", ["", "wrong", "\xe9", made_from(TOKEN)[:-1], made_from("1:b")])
async def test_whoever_does_not_know_the_secret_is_refused(
    ground: Ground, script: Script, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        given = {SECRET: shown.encode("latin-1")} if shown else {SECRET: ""}
        assert await ground.post(json=SAID, headers=given) == 401
        async with httpx.AsyncClient() as stranger:
            assert (await stranger.post(ground.hook.url, json=SAID)).status_code == 401
    assert script.heard == []
    said = f"{logs}{caplog.text}"
    assert "canary-words" not in said and made_from(TOKEN) not in said


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"7", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"{}", 200),
        (b'{"update_id": 8, "message": 7}', 200),
        (b'{"update_id": 8, "poll": {}}', 200),
        (b" " * (2**20 + 1), 413),
    ],
)
async def test_what_is_no_update_is_refused_or_passed_over(
    ground: Ground, script: Script, body: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert await ground.post(content=body) == status
    assert script.heard == []
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_the_answer_stops_the_clock_of_the_button(ground: Ground, script: Script) -> None:
    """Whatever its id is: half a character cannot be written as it is."""
    script.answer = lambda event: []
    for query in ("4001", "\ud800"):
        shown = SAID["message"]
        tapped = {"id": query, "from": ORIGIN, "message": shown, "data": "t", "chat_instance": "1"}
        sent = json.dumps({"update_id": 9, "callback_query": tapped})
        answer = await ground.http.post(ground.hook.url, content=sent)
        assert answer.status_code == 200
        asked = {"method": "AnswerCallbackQuery", "callback_query_id": query}
        assert json.loads(answer.text) == asked


async def test_a_length_that_is_not_told_is_counted(ground: Ground, script: Script) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 2**16

    assert await ground.post(content=endless()) == 413
    assert script.heard == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_nothing_but_post(ground: Ground, method: str) -> None:
    assert (await ground.http.request(method, ground.hook.url)).status_code == 405


async def test_it_is_answered_after_it_was_decided(ground: Ground, script: Script) -> None:
    script.slow = 0.3
    answer = asyncio.create_task(ground.post(json=SAID))
    await script.hears(1)
    assert not answer.done() and script.done == 0
    assert await answer == 200
    assert script.done == 1 and script.heard[0].event == Text("canary-words")


async def test_while_the_database_is_away_it_comes_again(
    ground: Ground, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "PATIENCE", 0.0)
    script.failing = [NotNow(), NotNow()]
    await ground.tg.user("Sari").send("/start")
    log = ground.tg.webhook_log
    await until(lambda: len(log) == 3, PATIENCE, lambda: log)
    assert [status for _, status in log] == [503, 503, 200] and script.done == 1


async def test_a_delivery_that_took_too_long_comes_again_under_its_own_key(script: Script) -> None:
    async with grounded(script, webhook_seconds=0.3) as ground:
        script.slow = 0.5
        script.answer = lambda event: [Outgoing(event.chat, "Once")]
        sari = ground.tg.user("Sari")
        await sari.send("/start")
        await sari.wait("Once")
        log = ground.tg.webhook_log
        await until(lambda: log and log[-1][1] == 200, PATIENCE, lambda: log)
        assert len(log) > 1 and len({event.key for event in script.heard}) == 1


async def test_one_that_fails_each_time_holds_up_nobody(ground: Ground, script: Script) -> None:
    script.failing = [ValueError("canary-words")] * 3
    with capture_logs() as logs:
        assert await ground.post(json=SAID) == 200
    assert {line["event"] for line in logs} == {"update_failed"} and "canary" not in str(logs)


async def test_the_next_update_waits_for_the_answer_to_the_last(
    ground: Ground, script: Script
) -> None:
    """So that two processes do not overtake each other in front of one person."""
    sari = ground.tg.user("Sari")
    ground.tg.fail("sendMessage", "error", code=429, retry_after=1)
    script.answer = lambda event: [Outgoing(event.chat, "Slow")]
    await sari.send("/start")
    await script.hears(1)
    await asyncio.sleep(0.1)
    assert ground.tg.webhook_log == []
    await until(lambda: ground.tg.webhook_log, 2.8, lambda: "answered later than the reply")
    await sari.wait("Slow")


async def test_at_a_stop_what_is_under_way_ends_and_the_rest_comes_again(script: Script) -> None:
    async with TelegramDouble(TOKEN, limits=FREE) as tg:
        sock, address = reserved()
        hook = Webhook(address, made_from(TOKEN))
        url = f"http://127.0.0.1:{tg.port}"
        adapter, up = Telegram(TOKEN, url, pace=Pace(0, 0, 0), webhook=hook), asyncio.Event()
        async with served(sock, adapter.routes()), httpx.AsyncClient() as http:
            known = {SECRET: hook.secret}
            assert (await http.post(hook.url, json=SAID, headers=known)).status_code == 503
            task = asyncio.create_task(adapter.run(script, up.set))
            await up.wait()
            script.slow = 0.3
            under_way = asyncio.create_task(http.post(hook.url, json=SAID, headers=known))
            await script.hears(1)
            task.cancel()
            assert (await under_way).status_code == 200 and script.done == 1
            await asyncio.wait([task])
            assert (await http.post(hook.url, json=SAID, headers=known)).status_code == 503
            await adapter.close()
        assert tg.webhook is not None, "updates wait at Telegram until somebody serves again"


async def test_going_back_to_polling_loses_nothing(script: Script) -> None:
    async with TelegramDouble(TOKEN, limits=FREE, webhook_tries=1) as tg:
        tg.webhook = {"url": "http://127.0.0.1:9/", "secret": ""}
        tg.updates.append(({**SAID}, False))
        async with running(tg, script):
            await script.hears(1)
        assert tg.webhook is None
