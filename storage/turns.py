"""What one process at a time does, of all that share a database.

On PostgreSQL a turn is an advisory lock on a connection of its own: it ends with its process,
however that ends, and marks no row. On SQLite there is one process, and it is always its turn.
"""

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage.database import is_sqlite, open_engine
from storage.store import Unit

T = TypeVar("T")
EVERY = 1.0
"""Seconds between two looks at whether the connection stands."""
MISSING = 0.2
"""Seconds between two looks at whether a turn has come."""
PATIENCE = 4.0
"""Seconds without an answer after which every turn counts as lost. The server gives up later."""
SERVER = {"tcp_keepalives_idle": 4, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 4}
CLIENT = {
    "connect_timeout": "3",
    "tcp_user_timeout": "5000",
    "fallback_application_name": f"titian {os.getpid()}",
}
TURN, DECIDING = 7142, 7143
"""Of advisory locks; `rounds.LOCK` is another one."""

HELD = sa.text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :turn"
)
"""The numbers of all turns that some process has."""


def number(name: str) -> int:
    """A turn's number among advisory locks."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)


class Turn:
    """One of them: wanted, come, and perhaps lost again."""

    def __init__(self) -> None:
        self.wanted = False
        self.come = asyncio.Event()
        self.lost = asyncio.Event()

    def begin(self) -> None:
        """It is ours."""
        self.lost.clear()
        self.come.set()

    def end(self) -> None:
        """Another process may have it."""
        if self.come.is_set():
            self.come.clear()
            self.lost.set()


class Turns:
    """The turns that this process wants, and those it has."""

    def __init__(self, url: str, came: Callable[[], object] = lambda: None) -> None:
        """*came* is told whenever a turn has come that others may have had before."""
        self._alone = is_sqlite(url)
        self._came = came
        self._turns: defaultdict[str, Turn] = defaultdict(Turn)
        self._signs: dict[str, Callable[[], bool]] = {}
        self._watched: dict[str, bool] = {}
        self._bell = asyncio.Event()
        self._link: sa.Connection | None = None
        if not self._alone:
            given = make_url(url)
            patient = given.set(query={**CLIENT, **given.query})
            self._engine = open_engine(patient.render_as_string(hide_password=False))
            self._thread = ThreadPoolExecutor(1, "turns")

    def want(self, name: str) -> None:
        """Ask for a turn: once it has come it stays until it is given back or lost."""
        turn = self._turns[name]
        if not turn.wanted:
            turn.wanted = True
            if self._alone:
                turn.begin()
            self._bell.set()

    def sign(self, name: str, holds: Callable[[], bool]) -> None:
        """Have a turn as long as *holds*, asked each second: for other processes to see."""
        self._signs[name] = holds

    def shows(self, name: str) -> bool:
        """Whether some process had a turn when we last looked; looked at from the first call on."""
        return self._watched.setdefault(name, False)

    def has(self, name: str) -> bool:
        """Whether it is this process's turn."""
        return self._turns[name].come.is_set()

    async def come(self, name: str) -> None:
        """Ask for a turn, and wait until it has come."""
        self.want(name)
        await self._turns[name].come.wait()

    async def lost(self, name: str) -> None:
        """Wait until a turn that had come is lost."""
        await self._turns[name].lost.wait()

    async def give_back(self, name: str) -> None:
        """Let another process have a turn at once."""
        if self._turns.pop(name, Turn()).wanted and not self._alone:
            await self._in_thread(lambda: self._unlock(name))

    async def run(self) -> None:
        """Look each second until cancelled. While the database is away nothing is ours."""
        while not self._alone:
            self._bell.clear()
            for name, holds in self._signs.items():
                if holds():
                    self._turns[name].wanted = True
                else:
                    await self.give_back(name)
            missing = [n for n, t in self._turns.items() if t.wanted and not t.come.is_set()]
            for name in await self._won(missing):
                if self._turns[name].wanted:
                    self._turns[name].begin()
                    self._came()
                else:
                    await self._in_thread(lambda name=name: self._unlock(name))  # type: ignore[misc]
            with suppress(TimeoutError):
                async with asyncio.timeout(MISSING if missing else EVERY):
                    await self._bell.wait()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Give everything back."""
        if not self._alone:
            await self._in_thread(self._let_go)
            self._thread.shutdown()
            self._engine.dispose()

    async def _won(self, missing: Sequence[str]) -> Sequence[str]:
        """Ask for what is missing; an answer that is late or none ends all we have."""
        looking = self._in_thread(lambda: self._look(missing))
        done, _ = await asyncio.wait([looking], timeout=PATIENCE)
        if done and looking.exception() is None:
            return looking.result()
        for turn in self._turns.values():
            turn.end()
        self._watched = dict.fromkeys(self._watched, False)
        await asyncio.wait([looking])
        looking.exception()
        await self._in_thread(self._let_go)
        return ()

    def _in_thread(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _look(self, missing: Sequence[str]) -> list[str]:
        if self._link is None:
            link = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for name, value in SERVER.items():
                link.exec_driver_sql(f"SET {name} = {value}")
            self._link = link
        self._link.exec_driver_sql("SELECT 1")
        if self._watched:
            held = set(self._link.execute(HELD, {"turn": TURN}).scalars())
            self._watched.update({n: number(n) % 2**32 in held for n in list(self._watched)})
        return [name for name in missing if self._ask("pg_try_advisory_lock", name)]

    def _unlock(self, name: str) -> None:
        try:
            self._ask("pg_advisory_unlock", name)
        except sa.exc.SQLAlchemyError:
            self._let_go()

    def _ask(self, function: str, name: str) -> bool:
        if self._link is None:
            return False
        return bool(self._link.scalar(sa.select(getattr(sa.func, function)(TURN, number(name)))))

    def _let_go(self) -> None:
        """Close the connection, with all that it holds."""
        link, self._link = self._link, None
        if link is not None:
            link.invalidate()
            link.close()


def one_at_a_time(unit: Unit) -> None:
    """Let what is decided by commands and timers be decided one after another, until the commit.

    On SQLite it is so anyway. Answers do not wait for it.
    """
    if not unit.sqlite:
        unit.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(DECIDING, 0)))
