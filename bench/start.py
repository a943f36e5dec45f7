"""How long a start takes: until help is there, until people are served, until a message leaves.

Beside it the libraries that are needed for it, imported and nothing more.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import sqlalchemy as sa

from bench.fanout import campaign
from bot.app import App
from bot.clock import SystemClock
from bot.settings import settings_from
from dialogues.messages import Message, say
from storage import outbox
from storage.store import Unit

PEOPLE, EACH = 50, 200
"""Ten thousand messages wait."""


def ready() -> float:
    """Seconds from exec to the first answer of a server, on a database that is there."""
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder)):
            pass
        with served(Path(folder)) as (_, seconds):
            return seconds


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[tuple[int, float]]:
    """Titian as a process of its own that serves; its id, and the seconds until it did."""
    set_here = {
        "TITIAN_DATABASE_URL": f"sqlite:///{folder}/titian.db",
        "TITIAN_KEYRING": f"file:{folder}/keys",
        "TITIAN_PORT": "0",
        **settings,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TITIAN_")}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot"],
        env={**kept, **set_here},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bot:
        try:
            assert bot.stdout is not None
            address = bot.stdout.readline().split()[1]
            with urlopen(f"{address}/readyz", timeout=30) as answer:  # noqa: S310  (our own server)
                assert answer.status == 200
            yield bot.pid, time.perf_counter() - began
        finally:
            bot.terminate()


def resumed() -> float:
    """Seconds from exec to the first of ten thousand messages that wait for both platforms."""
    return asyncio.run(_resumed())


async def _resumed() -> float:
    async with campaign(PEOPLE, "telegram", "slack") as made:
        await made.prepare()
        app = App(settings_from(made.settings), SystemClock(), "")
        now = app.clock.now()

        def more(unit: Unit) -> None:
            everybody = unit.connection().execute(sa.text("SELECT id FROM person")).scalars().all()
            for number in range(EACH - 1):
                for person in everybody:
                    told = Message(say("fault.not_asked"))
                    outbox.put(unit, f"bench:{person}:{number}", told, now, person=person)

        await app.store.transact(more)
        app.store.close()
        try:
            made.start()
            await made.going()
            return made.slowest
        finally:
            await made.stop()
