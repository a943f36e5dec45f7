"""A server that dies by kill -9 at the n-th statement of a close, and starts again.

    python -m tests.attacks.dying PREPARED OUT SECONDS DEATHS

Each close is a process of its own, forked from this one so that nothing is imported again.
PREPARED is a folder with a review, SECONDS after START it is to close; about so many DEATHS
are spread over it, 0: one at each point. Prints JSON: what stood there after a close that
nobody killed (0), and after each death and the restart.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.app import App
from bot.clock import SteppedClock
from bot.settings import Settings
from storage.keyring import FileKeyring

START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
CLOSING = 5
"""So many steps of a tick end with the keys destroyed and that written down."""
FOUND = {
    "states": "SELECT state, destroyed_at IS NOT NULL FROM round ORDER BY id",
    "review": "SELECT state FROM review",
    "results": "SELECT count(*) FROM result",
    "ballots": "SELECT count(*) FROM ballot",
    "inbox": "SELECT count(*) FROM inbox WHERE round_id IS NOT NULL",
    "receipts": "SELECT count(*) FROM receipt",
    "reports": "SELECT count(*) FROM outbox WHERE key LIKE 'review:1:report:%'",
    "timers": "SELECT kind FROM timer",
}


class Points:
    """Counts what a close does to database and keyring, and dies at one of them."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def pass_one(self, *_: Any) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def counted(points: Points) -> Iterator[None]:
    """Every statement, commit and key that goes or comes is a point."""
    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, name, points.pass_one)
    for name in ("make", "destroy"):
        setattr(FileKeyring, name, _first(points, getattr(FileKeyring, name)))
    yield


def _first(points: Points, work: Callable[..., Any]) -> Callable[..., Any]:
    def passing(*given: Any) -> Any:
        points.pass_one()
        return work(*given)

    return passing


def open_app(folder: Path, seconds: float) -> App:
    """The server in *folder*, at the time of the close."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'titian.db'}", keyring=f"file:{folder / 'keyring'}"
    )
    return App(settings, SteppedClock(START + timedelta(seconds=seconds)), "http://127.0.0.1")


async def close(folder: Path, seconds: float, last: int) -> int:
    """The close, up to death where there is one. Returns the number of points."""
    app = open_app(folder, seconds)
    points = Points(last)
    with counted(points):
        for step in app.ticker._steps[:CLOSING]:
            await step(app.clock.now())
    app.store.close()
    return points.count


async def start_again(folder: Path, seconds: float) -> dict[str, Any]:
    """What stands there after the next start."""
    app = open_app(folder, seconds + 60)
    for _ in range(2):
        for step in app.ticker._steps[:CLOSING]:
            await step(app.clock.now())

    def look(unit: Any) -> dict[str, Any]:
        link = unit.connection()
        return {
            name: [list(row) for row in link.execute(sa.text(query))]
            for name, query in FOUND.items()
        }

    found: dict[str, Any] = await app.store.read(look)
    found["keys"] = sorted(app.house.keyring.names())
    app.store.close()
    return found


def in_a_process(work: Callable[[], Any], answer: Path) -> int:
    """Run *work* in a fork; what it returns is written to *answer*. Returns how it ended."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            answer.write_text(json.dumps(work()))
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]


def one(prepared: Path, out: Path, seconds: float, number: int) -> dict[str, Any]:
    """Die at point *number*, and start again."""
    folder, closed, again = (out / f"{number}{end}" for end in ("", ".close", ".again"))
    shutil.copytree(prepared, folder)
    ended = in_a_process(lambda: asyncio.run(close(folder, seconds, number)), closed)
    in_a_process(lambda: asyncio.run(start_again(folder, seconds)), again)
    shutil.rmtree(folder)
    died = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    points = None if died else json.loads(closed.read_text())
    return {"died": died, "points": points, **json.loads(again.read_text())}


def main(prepared: Path, out: Path, seconds: float, deaths: int) -> dict[int, Any]:
    """A close without a death, then the deaths."""
    found = {0: one(prepared, out, seconds, 0)}
    points = found[0]["points"]
    for number in range(1, points + 1, points // deaths if deaths else 1):
        found[number] = one(prepared, out, seconds, number)
    return found


if __name__ == "__main__":
    outcome = main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(json.dumps(outcome) + "\n")
