"""Whatever shape arrives over HTTP: no trace of an error, and nobody's dialogue is stuck.

150 of each here; 10,000 with TEST_LONG=1.
"""

import asyncio
import json
import os
from collections.abc import Coroutine, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.slack import pacing
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from adapters.telegram.webhook import SECRET, Webhook
from bot import web
from bot.app import App
from bot.clock import SteppedClock
from bot.settings import settings_from
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import PATIENCE, until
from tests.malformed import payloads
from tests.platforms.conftest import FREE, START

COUNT = 10_000 if os.environ.get("TEST_LONG") == "1" else 150
HOOK = "a-secret-of-ours"
T = TypeVar("T")


class Titian:
    """The real app on two doubles, asked directly, in a loop that stands still in between."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runner = asyncio.Runner()
        self._stop = asyncio.Event()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def start(self) -> None:
        self.tg = TelegramDouble("123456:double", limits=FREE)
        self.slack = SlackDouble("http", "http://127.0.0.1:9/slack/events", limits=False)
        await self.tg.__aenter__()
        await self.slack.__aenter__()
        told = {
            "TITIAN_OPERATOR": "Yayasan Contoh",
            "TITIAN_DATABASE_URL": f"sqlite:///{self._folder / 'titian.db'}",
            "TITIAN_KEYRING": "memory:",
            "TITIAN_TELEGRAM_TOKEN": self.tg.token,
            "TITIAN_SLACK_BOT_TOKEN": self.slack.bot_token,
            "TITIAN_SLACK_SIGNING_SECRET": self.slack.secret,
            "TITIAN_SLACK_API_URL": self.slack.api_url,
        }
        self.app = App(settings_from(told), SteppedClock(START), "http://127.0.0.1:8000")
        hook, url = Webhook("http://127.0.0.1:9", HOOK), f"http://127.0.0.1:{self.tg.port}"
        telegram = Telegram(self.tg.token, url, pace=Pace(0, 0, 0), webhook=hook)
        self.app.adapters["telegram"] = telegram
        self._running = asyncio.create_task(self.app.run(None, self._stop))
        up = {"telegram": "up", "slack": "up"}
        await until(
            lambda: up.items() <= self.app.status.items(), PATIENCE, lambda: self.app.status
        )
        routes = [*telegram.routes(), *self.app.adapters["slack"].routes()]  # type: ignore[attr-defined]
        # What gets out of the application as an exception is raised here.
        transport = httpx.ASGITransport(web.application(routes))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://titian")

    async def end(self) -> None:
        self._stop.set()
        await self._running
        await self.http.aclose()
        await self.tg.__aexit__()
        await self.slack.__aexit__()

    def close(self) -> None:
        self.do(self.end())
        self._runner.close()

    async def telegram(self, update: Any) -> httpx.Response:
        shown = {SECRET: HOOK, "Content-Type": "application/json"}
        return await self.http.post("/telegram/webhook", content=json.dumps(update), headers=shown)

    async def slacks(self, raw: str, kind: str) -> httpx.Response:
        headers = {**self.slack.signed(raw), "Content-Type": kind}
        return await self.http.post("/slack/events", content=raw, headers=headers)


@pytest.fixture(scope="module")
def titian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Titian]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "EVERY", 0.0)
        made = Titian(tmp_path_factory.mktemp("titian"))
        made.do(made.start())
        yield made
        made.close()


many = settings(
    max_examples=COUNT,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
chances = st.randoms(use_true_random=False)


def quiet(answer: httpx.Response, logs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of a payload and no trace, neither in the answer nor in the log."""
    if answer.status_code >= 400:
        assert answer.content == b""
    said = f"{logs}{caplog.text}"
    assert "Traceback" not in said and "canary-words" not in said and "exc_info" not in said
    assert not [r for r in caplog.records if r.name == "asyncio"], caplog.text


@many
@given(chance=chances)
def _any_update(titian: Titian, caplog: pytest.LogCaptureFixture, chance: Random) -> None:
    with capture_logs() as logs:
        answer = titian.do(titian.telegram(payloads.broken(chance, payloads.update(chance))))
    assert answer.status_code in (200, 400)
    quiet(answer, logs, caplog)


def test_any_update_of_telegram(titian: Titian, caplog: pytest.LogCaptureFixture) -> None:
    _any_update(titian, caplog)

    async def still_answers() -> None:
        sari = {"id": payloads.SARI, "is_bot": False, "first_name": "Sari"}
        user = titian.tg.user("Sari")
        assert user.id == payloads.SARI
        message = {"message_id": 10**6, "date": 1, "from": sari, "text": "/receipt"}
        chat = {"id": user.id, "type": "private"}
        await titian.telegram({"update_id": 10**7, "message": {**message, "chat": chat}})
        asked = [c for c in titian.tg.calls if c["method"] == "sendMessage"]
        assert asked and asked[-1]["params"]["chat_id"] == str(user.id)

    titian.do(still_answers())


@many
@given(chance=chances)
def _any_request(titian: Titian, caplog: pytest.LogCaptureFixture, chance: Random) -> None:
    make = chance.choice((payloads.event, payloads.interaction, payloads.command))
    payload = payloads.broken(chance, make(chance))
    kind = "application/x-www-form-urlencoded"
    if make is payloads.event:
        raw, kind = json.dumps(payload), "application/json"
    elif make is payloads.interaction or not isinstance(payload, dict):
        raw = urlencode({"payload": json.dumps(payload)})
    else:
        raw = urlencode({k: str(v) for k, v in payload.items()}, errors="replace")
    with capture_logs() as logs:
        answer = titian.do(titian.slacks(raw, kind))
    assert answer.status_code in (200, 400, 500)
    quiet(answer, logs, caplog)


def test_any_request_of_slack(titian: Titian, caplog: pytest.LogCaptureFixture) -> None:
    titian.slack.user("Sari")
    _any_request(titian, caplog)
    raw = urlencode({**payloads.command(Random(1)), "text": "help", "trigger_id": "9.9.z"})
    answer = titian.do(titian.slacks(raw, "application/x-www-form-urlencoded"))
    assert answer.status_code == 200 and "For everyone" in answer.text
