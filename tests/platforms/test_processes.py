"""As an operator runs it: the doubles and Titian as processes of their own.

The short form stops once everybody has answered; with TEST_LONG=1 it waits the ten
minutes until the live check-in closes, and reads the report.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.platforms.conftest import labels

ROOT = Path(__file__).parents[2]
LONG = os.environ.get("TEST_LONG") == "1"
PATIENCE = 40
"""Seconds for what several processes do together, however much else the machine has to do."""
STARTING = 90.0
PICKS = ("Agree", "Agree", "Disagree", "Strongly agree", "Agree")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Platform:
    """A double in another process, told what its people do."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/_control"
        self._client = httpx.AsyncClient(timeout=900)

    async def close(self) -> None:
        await self._client.aclose()

    async def order(self, do: str, user: str = "", *args: Any, **named: Any) -> Any:
        told = {"do": do, "user": user, "args": args, "kwargs": named}
        answer = (await self._client.post(self.url, json=told)).json()
        assert "error" not in answer, (do, user, args, answer)
        return answer["result"]

    async def there(self) -> None:
        end = time.monotonic() + STARTING
        while True:
            try:
                await self.order("report")
                return
            except httpx.TransportError:
                assert time.monotonic() < end, "the double did not start"
                await asyncio.sleep(0.05)


class Stage:
    """Two doubles, and Titian beside them."""

    def __init__(self, folder: Path, *types: str, by_http: bool = False, **more: str) -> None:
        """*types* of process, each as often as it is named; by default everything in one.

        With *by_http* events are brought to Titian instead of being fetched: to `front`, where
        the one web process listens, or something that stands before several (`webs`).
        """
        self.ports = free_port(), free_port()
        self.front = free_port()
        serving = [kind for kind in types or ("run",) if kind in ("run", "web")]
        alone = len(serving) == 1
        self.webs = [self.front if alone else free_port() for _ in serving] if by_http else []
        public = f"http://127.0.0.1:{self.front}"
        self.tg, self.slack = Platform(self.ports[0]), Platform(self.ports[1])
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
        self.env = {
            **kept,
            "TITIAN_OPERATOR": "Yayasan Contoh",
            "TITIAN_TELEGRAM_TOKEN": "123456:double",
            "TITIAN_TELEGRAM_API_URL": f"http://127.0.0.1:{self.ports[0]}",
            "TITIAN_SLACK_BOT_TOKEN": "xoxb-double",
            "TITIAN_SLACK_APP_TOKEN": "xapp-double",
            "TITIAN_SLACK_API_URL": f"http://127.0.0.1:{self.ports[1]}/api/",
            "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
            "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
            "TITIAN_PORT": "0",
            **more,
        }
        if by_http:
            del self.env["TITIAN_SLACK_APP_TOKEN"]
            self.env |= {
                "TITIAN_SLACK_SIGNING_SECRET": "double-secret",
                "TITIAN_TELEGRAM_MODE": "webhook",
                "TITIAN_PUBLIC_URL": public,
            }
        shared = () if len(types) < 2 else ("--shared",)
        double, to = "tests.doubles", ("--request-url", f"{public}/slack/events") if by_http else ()
        self.running = [
            self._start(f"{double}.telegram_double", "--port", str(self.ports[0]), *shared),
            self._start(f"{double}.slack_double", "--port", str(self.ports[1]), *to),
        ]
        self._free = [*self.webs]
        first, *others = types or ("run",)
        self.bot = self._bot(first)
        if others:  # they find compiled what the first one has read
            assert self.bot.stdout is not None
            self.bot.stdout.readline()
        self.bots = [(first, self.bot), *((kind, self._bot(kind)) for kind in others)]

    def _bot(self, kind: str) -> subprocess.Popen[str]:
        here = kind in ("run", "web") and self._free
        return self._start("bot", kind, **({"TITIAN_PORT": str(self._free.pop(0))} if here else {}))

    def _start(self, module: str, *args: str, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", "-m", module, *args]
        pipe, env = subprocess.PIPE, {**self.env, **more}
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, text=True)

    def founder(self) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "founder"],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split("/start ")[1].strip()

    async def stop_bot(self, bot: "subprocess.Popen[str] | None" = None) -> tuple[float, str]:
        """SIGTERM; how long the end took, and what was said on the way."""
        bot, began = bot or self.bot, time.monotonic()
        bot.send_signal(signal.SIGTERM)
        _, errors = await asyncio.to_thread(bot.communicate, timeout=30)
        return time.monotonic() - began, errors

    async def close(self) -> None:
        await self.tg.close()
        await self.slack.close()
        for process in (*(bot for _, bot in self.bots), *self.running):
            if process.poll() is None:
                process.kill()
            said = await asyncio.to_thread(process.communicate)
            sys.stdout.write("".join(text for text in said if text))  # shown where a test fails


@pytest.fixture(params=["polling and Socket Mode", "webhook and HTTP"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    made = Stage(tmp_path, by_http=request.param == "webhook and HTTP")
    await made.tg.there()
    await made.slack.there()
    yield made
    await made.close()


async def telegram_tap(tg: Platform, who: str, label: str, then: str) -> Any:
    for _ in range(PATIENCE * 10):
        seen = await tg.order("seen", who)
        if any(label in labels(message) for message in seen):
            break
        await asyncio.sleep(0.1)
    await tg.order("press", who, label, wait=PATIENCE)
    return await tg.order("wait", who, then, timeout=PATIENCE)


async def telegram_answers(tg: Platform, who: str) -> None:
    await telegram_tap(tg, who, "Begin", "1 of 7")
    for number, pick in enumerate(PICKS, 2):
        await telegram_tap(tg, who, pick, f"{number} of 7")
    await telegram_tap(tg, who, "4", "7 of 7")
    await telegram_tap(tg, who, "Skip", "That was all")
    await telegram_tap(tg, who, "Send my answers", "receipt")


async def slack_answers(slack: Platform, who: str) -> None:
    await slack.order("wait", who, "Begin", timeout=PATIENCE)
    await slack.order("click", who, "Begin")
    view = await slack.order("wait_modal", who, timeout=PATIENCE)
    fields = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    await slack.order("submit", who, **dict(zip(fields, PICKS, strict=False)))
    await slack.order("wait", who, "receipt", timeout=PATIENCE)


async def founded(stage: Stage) -> list[str]:
    tg = stage.tg
    await tg.order("send", "Budi", f"/start {stage.founder()}")
    await telegram_tap(tg, "Budi", "Set up a partnership", "Question 1")
    for words, then in (("Water for Bima", "Question 2"), ("PU\nAir\nTirta\nDesa", "Question 3")):
        await tg.order("send", "Budi", words)
        await tg.order("wait", "Budi", then, timeout=PATIENCE)
    await telegram_tap(tg, "Budi", "That's right", "Question 4")
    await telegram_tap(tg, "Budi", "An independent person", "name")
    await tg.order("send", "Budi", "Ratna Dewi")
    await telegram_tap(tg, "Budi", "The partnership", "is set up")
    await tg.order("wait", "Budi", "People who can be asked", timeout=PATIENCE)
    texts = [m["text"] for m in await tg.order("seen", "Budi")]
    return [m[1] for text in texts if (m := re.search(r"\?start=(\w{8})", text))]


async def joined(platform: Platform, on_slack: bool, who: str, code: str) -> None:
    if on_slack:
        await platform.order("command", who, "/titian", f"join {code}")
        await platform.order("wait", who, "Join", timeout=PATIENCE)
        await platform.order("click", who, "Join")
        await platform.order("wait", who, "take part", timeout=PATIENCE)
    else:
        await platform.order("send", who, f"/start {code}")
        await telegram_tap(platform, who, "Join", "take part")


async def agreed(slack: Platform, code: str) -> None:
    """The broker joins, and agrees to be reviewed."""
    await slack.order("command", "Ratna Dewi", "/titian", f"join {code}")
    await slack.order("wait", "Ratna Dewi", "Join", timeout=PATIENCE)
    await slack.order("click", "Ratna Dewi", "Join")
    await slack.order("wait", "Ratna Dewi", "I agree", timeout=PATIENCE)
    await slack.order("click", "Ratna Dewi", "I agree")


async def test_a_review_with_everything_in_processes_of_its_own(stage: Stage) -> None:
    tg, slack = stage.tg, stage.slack
    on_telegram, on_slack = ("Sari", "Joko", "Maria", "Anna"), ("Hasan", "Lin", "Yohana", "Tom")
    codes = await founded(stage)
    await agreed(slack, codes[4])
    await asyncio.gather(
        *(joined(tg, False, who, codes[n // 2]) for n, who in enumerate(on_telegram)),
        *(joined(slack, True, who, codes[2 + n // 2]) for n, who in enumerate(on_slack)),
    )
    await tg.order("send", "Budi", "/partnership set protect person")
    await tg.order("wait", "Budi", "Protection", timeout=PATIENCE)
    await tg.order("duplicate", "", 4)
    await tg.order("send", "Budi", "/review start responsibilities for 10 minutes purpose learn")
    await telegram_tap(tg, "Budi", "Start", "Started")
    await tg.order("duplicate", "", 12)
    await slack.order("duplicate_interactive", "", 4)
    await asyncio.gather(
        *(telegram_answers(tg, who) for who in on_telegram),
        *(slack_answers(slack, who) for who in (*on_slack, "Ratna Dewi")),
    )
    await tg.order("reorder", "", 2)
    await tg.order("send", "Sari", "/help")
    await tg.order("send", "Sari", "/privacy")
    await tg.order("wait", "Sari", "For everyone", timeout=PATIENCE)
    if LONG:
        for who in on_telegram:
            await tg.order("wait", who, "Closed", timeout=700)
        report = await slack.order("wait", "Ratna Dewi", "What your partners said", timeout=60)
        assert "8 of 8" in str(report)
    await asyncio.sleep(3)
    for platform in (tg, slack):
        await platform.order("assert_clean")
    took, errors = await stage.stop_bot()
    assert stage.bot.returncode == 0, errors
    assert took < 10
    expected = ("master_key_made", "keyring_beside_database")
    assert not [line for line in errors.splitlines() if not any(e in line for e in expected)]
