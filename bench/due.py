"""A thousand reminders due at once among many rows; beside APScheduler's own job store.

    python -m bench.due titian|apscheduler fire|stall|idle

"fire" is how long it takes, "stall" how long the loop is away meanwhile, "idle" what all but
the slowest hundredth of a thousand looks take while nothing is due.
Ours: the outbox on SQLite with a million lines, claimed in the portions delivery takes.
Theirs: ten thousand jobs in SQLAlchemyJobStore on SQLite, with the same pragmas.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bench.waits import beyond, watched
from bot.lanes import AT_ONCE
from dialogues.messages import Message, say
from dialogues.wire import to_json
from storage import outbox
from storage.database import upgrade
from storage.looking import look
from storage.store import Store, Unit

MEMORY = Path("/dev/shm")  # noqa: S108
ROWS, JOBS, DUE = 1_000_000, 10_000, 1_000
LOOKS = 1_000
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO outbox (key, lane, priority, not_before, body, state, attempts, repeated)
SELECT 'k' || i, 'person:' || i, 5, :far, :body, 'pending', 0, 0 FROM n
"""
NEAR = "UPDATE outbox SET not_before = :due WHERE id % :every = 0"


async def claimed(folder: Path, what: str) -> float:
    """Seconds until all that is due is claimed and read, or as *what* says."""
    url = f"sqlite:///{folder / 'titian.db'}"
    upgrade(url)
    store = Store(url)
    body = to_json(Message(say("checkin/reminder"), round_id=1))

    def fill(unit: Unit) -> None:
        outbox.put(unit, "one", Message(say("checkin/reminder"), round_id=1), NOW)
        outbox.put(unit, "far", Message(say("checkin/reminder")), NOW + timedelta(days=9))
        link = unit.connection()
        near, far = link.execute(sa.text("SELECT not_before FROM outbox ORDER BY id")).scalars()
        link.execute(sa.text(FILL), {"rows": ROWS, "far": far, "body": json.dumps(body)})
        link.execute(sa.text("DELETE FROM outbox WHERE key IN ('one', 'far')"))
        nears.append(near)

    nears: list[str] = []
    await store.transact(fill)

    async def portion() -> int:
        return len(await store.transact(lambda unit: outbox.claim(unit, NOW, "b", AT_ONCE)))

    async def looked() -> float:
        began = time.perf_counter()
        assert not (await store.read(lambda unit: look(unit, NOW))).lines
        return time.perf_counter() - began

    idle = [await looked() for _ in range(LOOKS)]
    due = {"due": nears[0], "every": ROWS // DUE}
    await store.transact(lambda unit: unit.connection().execute(sa.text(NEAR), due))
    got = 0
    async with watched() as stall:
        began = time.perf_counter()
        while count := await portion():
            got += count
        cost = time.perf_counter() - began
    store.close()
    assert got == DUE, got
    return {"fire": cost, "stall": stall.worst, "idle": beyond(idle)}[what]


fired = 0


def fire() -> None:
    """One job."""
    global fired
    fired += 1


async def scheduled(folder: Path, what: str) -> float:
    """The same of APScheduler; all that is due is fired."""
    engine = sa.create_engine(f"sqlite:///{folder / 'jobs.db'}")

    @sa.event.listens_for(engine, "connect")
    def _set(link: object, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            link.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    store = SQLAlchemyJobStore(engine=engine)
    defaults = {"misfire_grace_time": 3600}
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC, job_defaults=defaults)
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    for number in range(JOBS):
        at = now if number < DUE else now + timedelta(days=30, seconds=number)
        scheduler.add_job(fire, "date", run_date=at, id=str(number))

    def looked() -> float:
        began = time.perf_counter()
        assert store.get_due_jobs(now - timedelta(days=1)) == []
        return time.perf_counter() - began

    idle = [looked() for _ in range(LOOKS)]
    async with watched() as stall:
        began = time.perf_counter()
        scheduler.resume()
        while fired < DUE:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        cost = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    return {"fire": cost, "stall": stall.worst, "idle": beyond(idle)}[what]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as name:
        work = {"titian": claimed, "apscheduler": scheduled}[sys.argv[1]]
        print(asyncio.run(work(Path(name), sys.argv[2])))
