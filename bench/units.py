"""Durable units of work with eight clients at once; beside naive SQLModel over aiosqlite.

A unit is what a tap is: an answer, a line of a dialogue, a line of the outbox, committed.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram.ext import ExtBot, PicklePersistence

from bench.waits import beyond
from storage.store import Store, Unit

CLIENTS, UNITS, KEYS = 8, 2000, 500
BODY = '{"text": "' + "x" * 200 + '"}'
SEALED = os.urandom(80)


class Answer(SQLModel, table=True):
    """A row a tap adds."""

    __tablename__ = "bench_answer"
    id: int | None = Field(default=None, primary_key=True)
    slot: str
    sealed: bytes


class Place(SQLModel, table=True):
    """A row a tap changes."""

    __tablename__ = "bench_place"
    key: str = Field(primary_key=True)
    step: int = 0


class Line(SQLModel, table=True):
    """A row that is sent later."""

    __tablename__ = "bench_line"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    due: float = Field(index=True)
    body: str


TABLES = [SQLModel.metadata.tables[t] for t in ("bench_answer", "bench_place", "bench_line")]


@dataclass(frozen=True)
class Cost:
    """Seconds of all units together, and of each."""

    whole: float
    each: list[float]


async def clients(work: Callable[[int], Awaitable[None]]) -> Cost:
    """What all units take, with `CLIENTS` of them under way at any time."""
    numbers: Iterator[int] = count()
    waits: list[float] = []

    async def client() -> None:
        for number in numbers:
            if number >= UNITS:
                return
            asked = time.perf_counter()
            await work(number)
            waits.append(time.perf_counter() - asked)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return Cost(time.perf_counter() - began, waits)


async def ours(folder: Path) -> Cost:
    """As taps are committed: Core statements on the writer's thread, those of a moment together."""
    store = Store(f"sqlite:///{folder / 'a.db'}")
    await store.transact(lambda u: SQLModel.metadata.create_all(u.connection(), TABLES))
    place = sqlite.insert(Place)
    upsert = place.on_conflict_do_update(index_elements=["key"], set_={"step": place.excluded.step})

    async def work(number: int) -> None:
        def unit(unit: Unit) -> None:
            link = unit.connection()
            link.execute(sa.insert(Answer), {"slot": "s" * 40, "sealed": SEALED})
            link.execute(upsert, {"key": f"k{number % KEYS}", "step": number % 6})
            link.execute(sa.insert(Line), {"key": f"o{number}", "due": float(number), "body": BODY})

        await store.transact_ballot(unit)

    cost = await clients(work)
    store.close()
    return cost


async def naive(folder: Path) -> Cost:
    """AsyncSession over aiosqlite, objects added one by one."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'b.db'}")

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _set(link: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        cursor = link.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    async with engine.begin() as link:
        await link.run_sync(lambda sync: SQLModel.metadata.create_all(sync, TABLES))

    async def work(number: int) -> None:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            session.add(Answer(slot="s" * 40, sealed=SEALED))
            found = await session.exec(select(Place).where(col(Place.key) == f"k{number % KEYS}"))
            place = found.first() or Place(key=f"k{number % KEYS}")
            place.step = number % 6
            session.add(place)
            session.add(Line(key=f"o{number}", due=float(number), body=BODY))
            await session.commit()

    cost = await clients(work)
    await engine.dispose()
    return cost


def _in_a_folder(work: Callable[[Path], Awaitable[Cost]]) -> Cost:
    async def run() -> Cost:
        with tempfile.TemporaryDirectory() as name:
            return await work(Path(name))

    return asyncio.run(run())


def titian() -> float:
    """Seconds of `UNITS` durable units."""
    return _in_a_folder(ours).whole


def aiosqlite() -> float:
    """The same, naively."""
    return _in_a_folder(naive).whole


def titian_late() -> float:
    """Seconds that only one unit in a hundred waits longer for."""
    return beyond(_in_a_folder(ours).each)


def aiosqlite_late() -> float:
    """The same, naively."""
    return beyond(_in_a_folder(naive).each)


def titian_last() -> float:
    """Seconds of the unit that waits the longest."""
    return max(_in_a_folder(ours).each)


def aiosqlite_last() -> float:
    """The same, naively."""
    return max(_in_a_folder(naive).each)


def pickled() -> float:
    """Seconds of one flush of as many changed users as python-telegram-bot keeps them."""

    async def flush(folder: Path) -> Cost:
        kept = PicklePersistence(folder / "kept")
        kept.set_bot(ExtBot("1:x"))
        users = {number: {"answers": [1, 2, 3], "place": BODY} for number in range(UNITS)}
        began = time.perf_counter()
        for number, data in users.items():
            await kept.update_user_data(number, data)
        cost = time.perf_counter() - began
        return Cost(cost, [cost])

    return _in_a_folder(flush).whole
