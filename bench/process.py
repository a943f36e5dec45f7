"""How much memory the whole process takes, and what open check-ins add to it.

Beside it stands a bare process that only imports the same libraries.
"""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from bench.group import opened
from bench.start import served
from dialogues.messages import Address, Incoming, Spot, Tap
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble

LIBRARIES = "telegram, slack_bolt.async_app, sqlmodel, alembic, uvicorn, starlette.applications"
IMPORTS = (sys.executable, "-c", f"import {LIBRARIES}, jinja2, babel, apscheduler, nacl.secret")
ASKED = 10_000
WARM = 1_000
"""So many come first: what grows up to a bound, as SQLite's pages do, is full by then."""


def resident(pid: int | str = "self") -> int:
    """Bytes of memory that a process has now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def imported() -> float:
    """Bytes of a process that has imported the libraries."""
    command = (sys.executable, "-c", f"{IMPORTS[2]}; {OWN_MEMORY}")
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


OWN_MEMORY = (
    "import os, pathlib;"
    "print(int(pathlib.Path('/proc/self/statm').read_text().split()[1])"
    " * os.sysconf('SC_PAGE_SIZE'))"
)


def memory() -> float:
    """Bytes of a process with both platforms up."""
    return asyncio.run(_memory())


async def _memory() -> float:
    def measure(folder: Path, settings: dict[str, str]) -> float:
        with served(folder, **settings) as (pid, _):
            time.sleep(3)  # both are up, and the first ticks were done
            return resident(pid)

    with tempfile.TemporaryDirectory() as name:
        async with TelegramDouble("123456:double") as tg, SlackDouble("socket") as slack:
            settings = {
                "TITIAN_OPERATOR": "Bench",
                "TITIAN_TELEGRAM_TOKEN": "123456:double",
                "TITIAN_TELEGRAM_API_URL": tg.base_url.removesuffix("/bot"),
                "TITIAN_SLACK_BOT_TOKEN": "xoxb-double",
                "TITIAN_SLACK_APP_TOKEN": "xapp-double",
                "TITIAN_SLACK_API_URL": slack.api_url,
            }
            return await asyncio.to_thread(measure, Path(name), settings)


def dialogues() -> float:
    """Bytes that ten thousand people in the middle of a check-in add to a process."""
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_dialogues(Path(name)))


async def _dialogues(folder: Path) -> float:
    house, round_id = await opened(folder, {}, "bench", WARM + ASKED)
    keys = count(1)

    async def tap(number: int, what: str) -> None:
        user = str(1000 + number)
        event = Tap(f"r:{round_id}:{what}")
        address, spot = Address("bench", "", user), Spot("bench", user)
        incoming = Incoming(f"e{next(keys)}", address, spot, True, event, "10")
        assert await house.conversation.handle(incoming)

    for number in range(WARM):
        await tap(number, "begin")
        await tap(number, "pick:0:3")
    gc.collect()
    before = resident()
    for number in range(WARM, WARM + ASKED):
        await tap(number, "begin")
        await tap(number, "pick:0:3")
    gc.collect()
    added = resident() - before
    house.store.close()
    return float(max(added, 1))


def dicts() -> float:
    """Bytes of the same dialogues as python-telegram-bot keeps them in memory."""
    gc.collect()
    before = resident()
    places = {(10**9 + n, 10**9 + n): n % 5 for n in range(ASKED)}
    answers = {
        10**9 + n: {"answers": [1, 2, 3], "review": f"r{n % 50}", "began": 1.7e9 + n, "message": n}
        for n in range(ASKED)
    }
    added = resident() - before
    assert len(places) == len(answers) == ASKED
    return float(added)
