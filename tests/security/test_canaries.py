"""Nothing that lets somebody in stands in anything a process writes: a real one, at DEBUG."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot import logs
from bot.settings import Settings, settings_from
from bot.settings import secrets as secrets_of
from tests.conftest import fresh_database
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.platforms.test_processes import free_port

ROOT = Path(__file__).parents[2]
LOUD = """
import logging
import bot.logs
quiet = bot.logs.set_up
def loud(*given):
    quiet(*given)
    logging.getLogger().setLevel(logging.DEBUG)
    names = ["httpx", "httpcore", "apscheduler", "uvicorn", "uvicorn.access", "slack_bolt",
             "slack_sdk", "telegram", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "aiohttp"]
    for name in [*names, *logging.root.manager.loggerDict]:
        logging.getLogger(name).setLevel(logging.DEBUG)
bot.logs.set_up = loud
from bot.cli import main
main()
"""
"""What `python -m bot` does, with every logger wide open."""


class Guarded:
    """A Titian with a canary in each thing that lets somebody in."""

    def __init__(self, folder: Path, tg: TelegramDouble, slack: SlackDouble, *urls: str) -> None:
        self.folder, self.port = folder, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        passwords = [f"passwordcanary{number}" for number in range(2)]
        database, keys = (
            sa.make_url(url).set(password=word).render_as_string(hide_password=False)
            for url, word in zip(urls, passwords, strict=True)
        )
        self.canaries = {
            "telegram token": tg.token,
            "slack bot token": slack.bot_token,
            "slack signing secret": slack.secret,
            "webhook secret": "webhookcanary" + secrets.token_hex(8),
            "master key": secrets.token_hex(32),
            "next master key": secrets.token_hex(32),
            "database password": passwords[0],
            "keyring password": passwords[1],
        }
        told = {
            "OPERATOR": "Yayasan Contoh",
            "DATABASE_URL": database,
            "KEYRING": keys,
            "MASTER_KEY": self.canaries["master key"],
            "NEW_MASTER_KEY": self.canaries["next master key"],
            "TELEGRAM_TOKEN": tg.token,
            "TELEGRAM_API_URL": f"http://127.0.0.1:{tg.port}",
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_WEBHOOK_SECRET": self.canaries["webhook secret"],
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.secret,
            "SLACK_API_URL": slack.api_url,
            "PUBLIC_URL": self.base,
            "PORT": str(self.port),
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
        self.env = {**kept, **{f"TITIAN_{name}": value for name, value in told.items()}}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", LOUD, *words]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            command = [sys.executable, "-c", LOUD, "run"]
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=out, stderr=err)

    def found(self, written: Mapping[str, bytes]) -> list[tuple[str, str]]:
        """Which canary stands where, as text or as the bytes of a key."""
        forms = {(name, word.encode()) for name, word in self.canaries.items()}
        for name in ("master key", "next master key"):
            forms.add((name, bytes.fromhex(self.canaries[name])))
        return [(n, place) for place, text in written.items() for n, form in forms if form in text]


@pytest.fixture
async def guarded(tmp_path: Path, postgres: str) -> AsyncIterator[Guarded]:
    with fresh_database(postgres) as one, fresh_database(postgres) as two:
        token = "123456789:AAtelegramcanary" + secrets.token_hex(8)
        async with TelegramDouble(token) as tg, SlackDouble("http", "http://127.0.0.1:9/") as slack:
            made = Guarded(tmp_path, tg, slack, one, two)
            made.tg = tg  # type: ignore[attr-defined]
            yield made


async def test_nothing_that_is_written_lets_anybody_in(guarded: Guarded, tmp_path: Path) -> None:
    written: dict[str, bytes] = {}
    founder = await asyncio.to_thread(guarded.run, "founder")
    code = founder.stdout.split()[-1]
    guarded.canaries["founding code"] = code
    written["founder's stderr"] = founder.stderr.encode()
    process = guarded.start()
    try:
        await _asked(guarded, written)
        tg: Any = guarded.tg  # type: ignore[attr-defined]
        budi = tg.user("Budi")
        await budi.send("/mydata")
        await budi.wait(lambda m: "document" in m, timeout=60)
        written["what Budi reads"] = json.dumps(budi.chat.log, default=str).encode()
        written["files"] = b"".join(
            _bytes(call) for call in tg.calls if call["method"] != "setWebhook"
        )
        backup = tmp_path / "copy.db"
        made = await asyncio.to_thread(guarded.run, "backup", str(backup))
        assert made.returncode == 0, made.stderr
        written |= {"backup": backup.read_bytes(), "backup's": (made.stdout + made.stderr).encode()}
        tg.down = True
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait)
    for words in (("doctor",), ("checkins", "list"), ("rotate",), ("run",)):
        done = await asyncio.to_thread(guarded.run, *words)  # the last refuses the old master key
        written[words[0]] = (done.stdout + done.stderr).encode()
    written |= {name: (tmp_path / name).read_bytes() for name in ("out", "err")}
    assert b"DEBUG telegram.Bot" in written["err"]  # it really was loud
    assert guarded.found(written) == []


def _bytes(call: Mapping[str, Any]) -> bytes:
    return str({k: v for k, v in call.items() if k not in ("token", "url")}).encode()


async def _asked(guarded: Guarded, written: dict[str, bytes]) -> None:
    """Every page, and what nobody should send."""
    async with httpx.AsyncClient(base_url=guarded.base, timeout=30) as http:
        for _ in range(600):
            try:
                parts = (await http.get("/healthz")).json()["parts"]
                if parts["telegram"] == parts["slack"] == "up":
                    break
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
        asked = [
            ("GET", page) for page in ("/healthz", "/readyz", "/metrics", "/report/x", "/nope")
        ]
        asked += [("POST", page) for page in ("/telegram/webhook", "/slack/events", "/report/x")]
        for number, (method, page) in enumerate(asked * 2):
            shown = {"X-Telegram-Bot-Api-Secret-Token": guarded.canaries["webhook secret"]}
            body = b'{"update_id": 1, "message": 7}' if number < len(asked) else b"\xff" * 10
            answer = await http.request(method, page, content=body, headers=shown)
            written[f"{page} {number}"] = answer.content + str(answer.headers).encode()


def test_a_secret_of_any_shape_is_taken_out_of_every_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not only what looks like a token: a library's error may hold an address whole."""
    settings = settings_from(
        {
            "TITIAN_DATABASE_URL": "postgresql+psycopg://titian:p%40ss-canary@host/titian",
            "TITIAN_MASTER_KEY": "5a" * 32,
            "TITIAN_OPERATOR": "Y",
            "TITIAN_TELEGRAM_TOKEN": "1:short",
        }
    )
    import logging

    import structlog

    logs.set_up("console", secrets_of(settings))
    logging.getLogger("psycopg").warning("cannot reach %s", settings.database_url)
    logging.getLogger("x").error("p@ss-canary and %s", "5a" * 32)
    structlog.get_logger().warning("part_failed", error="1:short p@ss-canary")
    err = capfd.readouterr().err
    assert err.count("[secret]") == 5 and "canary" not in err and "5a5a" not in err
    logs.set_up("console")
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "token",
    [
        "xoxb-1234-of-a-workspace",
        "xoxp-12-ab",
        "xapp-1-A02-33-f00d",
        "bot123456:AAe_-x/sendMessage",
        "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PAL",
    ],
)
def test_a_token_nobody_told_of_is_taken_out_by_its_shape(
    capfd: pytest.CaptureFixture[str], token: str
) -> None:
    """A workspace that installed Titian has a token that stands in no setting."""
    import logging

    import structlog

    logs.set_up("console")
    logging.getLogger("slack_sdk").error("cannot reach %s", token)
    structlog.get_logger().warning("part_failed", error=token, hint=f"said {token}.")
    err = capfd.readouterr().err
    assert err.count("[secret]") == 3 and token not in err
    structlog.reset_defaults()


def test_every_setting_that_lets_somebody_in_is_known() -> None:
    told = [name for name in Settings.model_fields if name.endswith(("_token", "_secret", "_key"))]
    values = {f"TITIAN_{name.upper()}": f"canary-of-{name}-long" for name in told}
    values |= {"TITIAN_OPERATOR": "Y", "TITIAN_SLACK_CLIENT_ID": ""}
    found = Settings.model_validate({name: f"canary-of-{name}" for name in told})
    assert {f"canary-of-{name}" for name in told} <= set(secrets_of(found))
    assert values and "canary" not in repr(found)
