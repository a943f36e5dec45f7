"""The doors to the database: transact, read or glance, scrub."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from dialogues.errors import NotNow
from storage.database import PATIENCE, is_sqlite, open_engine
from storage.together import Together

T = TypeVar("T")
TRACES = (
    *("ballot", "inbox", "outbox", "open_message", "person", "account", "member", "dialogue"),
    *("action", "assignment", "code", "formal", "link", "nudge", "offer", "part", "partnership"),
    *("reflection", "reply", "result", "review", "role", "round", "schedule", "setting", "timer"),
)
"""The tables in which something is deleted or changed that must leave no trace."""
WRITERS, READERS = 4, 2
"""Threads, and as many connections to PostgreSQL; SQLite has one writer."""
BRIEFLY = 250
"""Milliseconds that a scrub waits for readers, since answers wait for it meanwhile."""


class Unit(Session):
    """One transaction. What `storage` functions work on; others only hand it on."""

    _link: sa.Connection | None = None

    @property
    def dialect(self) -> str:
        """Which database it is."""
        return self.get_bind().dialect.name

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.dialect == "sqlite"

    @property
    def link(self) -> sa.Connection:
        """The transaction's connection, asked for once: for what every tap needs."""
        # No `cached_property`: in Python 3.11 it has one lock for all, which whoever waits for a
        # connection would hold against those that have one.
        if self._link is None:
            self._link = self.connection()
        return self._link


class Store:
    """A database with its threads. Create it in the loop that uses it; close it at the end."""

    def __init__(self, url: str) -> None:
        self._sqlite = is_sqlite(url)
        links = 1 if self._sqlite else WRITERS + READERS
        self._writer = open_engine(url, "BEGIN IMMEDIATE", size=links)
        self._reader = open_engine(url, "BEGIN", size=READERS) if self._sqlite else self._writer
        glance = {} if self._sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._glancer = self._reader.execution_options(**glance)
        self._writing = ThreadPoolExecutor(1 if self._sqlite else WRITERS, "store-write")
        self._reading = ThreadPoolExecutor(READERS, "store-read")
        self._ballots = Together(self._writing, self._committed)
        self._lines = Together(self._writing, self._committed)
        self.changes = 0
        """How often something that is not a ballot was written here."""

    @property
    def alone(self) -> bool:
        """Whether only one process can work with this database."""
        return self._sqlite

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run *work* in one transaction: committed as a whole, or nothing happened.

        Raises:
            NotNow: The database is locked, full or gone.
        """
        try:
            return await self._run(self._writing, self._writer, work)
        finally:
            self.changes += 1

    async def transact_ballot(self, work: Callable[[Unit], T]) -> T:
        """The same for work that writes ballots and nothing else, and may be run twice.

        Ballots of different people that come at the same moment share one commit: that is
        quicker, and one says still less about the other.
        """
        return await self._ballots.run(work)

    async def transact_line(self, work: Callable[[Unit], T]) -> T:
        """The same for work on a line of the outbox and what names its reader, never a ballot.

        On PostgreSQL several lines may be in the way of a statement over many: one of the two is
        undone after a second, and is tried again.
        """
        try:
            return await self._lines.run(work)
        finally:
            self.changes += 1

    async def read(self, work: Callable[[Unit], T]) -> T:
        """Run *work* beside the writer. What it writes is thrown away."""
        return await self._run(self._reading, self._reader, work, keep=False)

    async def glance(self, work: Callable[[Unit], T]) -> T:
        """The same for *work* that writes nothing: on PostgreSQL no transaction is made for it."""
        return await self._run(self._reading, self._glancer, work, keep=False)

    async def scrub(self) -> bool:
        """Leave no deleted content behind: True once no reader was in the way.

        SQLite: the write-ahead log is truncated; PostgreSQL: the tables are vacuumed.

        Raises:
            NotNow: The disk is full, or cannot be read.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writing, self._scrub)

    def close(self) -> None:
        """Wait for what is running, then let go of the database. Blocks: not for the loop."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._reader.dispose()
        self._writer.dispose()

    async def _run(
        self,
        threads: ThreadPoolExecutor,
        engine: sa.Engine,
        work: Callable[[Unit], T],
        *,
        keep: bool = True,
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            threads, lambda: _once(engine, work, keep)
        )

    def _committed(self, work: Callable[[Unit], T]) -> T:
        return _once(self._writer, work, True)

    def _scrub(self) -> bool:
        if self._sqlite:
            raw = self._writer.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute(f"PRAGMA busy_timeout={BRIEFLY}")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                cursor.close()
                return bool(busy[0] == 0)
            except sqlite3.Error as error:
                raise NotNow from error
            finally:
                raw.execute(f"PRAGMA busy_timeout={PATIENCE}")
                raw.close()
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            for table in TRACES:
                link.execute(sa.text(f"VACUUM {table}"))
        return True


def _once(engine: sa.Engine, work: Callable[[Unit], T], keep: bool) -> T:
    try:
        with Unit(engine, expire_on_commit=False, autoflush=True) as unit:
            done = work(unit)
            if keep:
                unit.commit()
            return done
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        raise NotNow from error
