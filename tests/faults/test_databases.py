"""The database is locked, full or gone for a while: Titian waits, and goes on by itself."""

import asyncio
import resource
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.campaign import Campaign
from tests.faults.conftest import LONG, Opener
from tests.faults.test_sends import Note, checked

SIZE = 60 if LONG else 20
AWAY = 30.0 if LONG else 3.0


def file_of(made: Campaign) -> Path:
    """The SQLite file."""
    return Path(str(sa.make_url(made.url).database))


async def test_locked_by_somebody_else(campaign: Opener, note: Note) -> None:
    """A backup tool that holds the write lock: everything waits, nothing is lost."""
    made = await campaign(SIZE)
    made.start()
    await made.going()
    other = sqlite3.connect(file_of(made), isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(AWAY)
    other.execute("ROLLBACK")
    other.close()
    await made.end()
    checked(made.tally(f"database locked for {AWAY:.0f} s", 1), note)


async def test_a_full_disk(campaign: Opener, note: Note) -> None:
    """No byte more can be written; later one can. The file is whole, and everybody hears."""
    made = await campaign(SIZE)
    made.start()
    await made.going()
    assert made.bot is not None
    _, hard = resource.prlimit(made.bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(made.bot.pid, resource.RLIMIT_FSIZE, (4096, hard))
    await asyncio.sleep(AWAY)
    assert made.bot.poll() is None, "it ended instead of waiting"
    resource.prlimit(made.bot.pid, resource.RLIMIT_FSIZE, (hard, hard))
    await made.end()
    checked(made.tally(f"disk full for {AWAY:.0f} s", 1), note)
    assert made.asked("PRAGMA integrity_check")[0][0] == "ok"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_server_that_goes_away(campaign: Opener, note: Note, database_url: str) -> None:
    """PostgreSQL ends every connection and takes no new one for a while."""
    made = await campaign(SIZE, database_url)
    made.start()
    await made.going()
    url = sa.make_url(database_url)
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as link:
        link.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        link.execute(sa.text(ended), {"name": url.database})
        await asyncio.sleep(AWAY)
        link.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    admin.dispose()
    await made.end()
    checked(made.tally(f"PostgreSQL gone for {AWAY:.0f} s", 1), note)
