"""Three doors to the database: transact, read, scrub."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from dialogues.errors import NotNow
from storage.database import open_engine

T = TypeVar("T")


class Unit(Session):
    """One transaction. What `storage` functions work on; others only hand it on."""

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.get_bind().dialect.name == "sqlite"


class Store:
    """A database with its threads. Create it in the loop that uses it; close it at the end."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        self._writer = open_engine(url, "BEGIN IMMEDIATE", size=1 if self._sqlite else 4)
        self._reader = open_engine(url, "BEGIN", size=2) if self._sqlite else self._writer
        self._writing = ThreadPoolExecutor(1 if self._sqlite else 4, "store-write")
        self._reading = ThreadPoolExecutor(2, "store-read")

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run *work* in one transaction: committed as a whole, or nothing happened.

        Raises:
            NotNow: The database is locked, full or gone.
        """
        return await self._run(self._writing, self._writer, work)

    async def read(self, work: Callable[[Unit], T]) -> T:
        """Run *work* beside the writer. What it writes is thrown away."""
        return await self._run(self._reading, self._reader, work, keep=False)

    async def scrub(self) -> bool:
        """Leave no deleted content behind: True once no reader was in the way.

        SQLite: the write-ahead log is truncated; PostgreSQL: the tables are vacuumed.
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
        def run() -> T:
            try:
                with Unit(engine, expire_on_commit=False, autoflush=True) as unit:
                    done = work(unit)
                    if keep:
                        unit.commit()
                    return done
            except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
                raise NotNow from error

        return await asyncio.get_running_loop().run_in_executor(threads, run)

    def _scrub(self) -> bool:
        if self._sqlite:
            raw = self._writer.raw_connection()
            try:
                cursor = raw.cursor()
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                cursor.close()
                return bool(busy[0] == 0)
            finally:
                raw.close()
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            for table in ("ballot", "inbox", "outbox", "open_message"):
                link.execute(sa.text(f"VACUUM {table}"))
        return True
