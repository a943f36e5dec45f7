"""What one thing costs as a host grows: 10, 100, 1,000, 10,000 partnerships of 12 people.

    python -m bench.growth        # a table of all sizes

Each partnership has two closed check-ins behind it, with rosters, results, receipts, and what
was sent for them. The first one is really lived through; the others are copies of its rows
under other numbers. What is measured happens in the first: its rows are as many in each size.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import count
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from sqlmodel import SQLModel

from bench.closing import cast_all
from bench.compare import Comparison, Run, stated
from bench.group import Opened, begun, built, founded
from bot import closing, timekeeping
from dialogues.messages import Address, Command, Incoming, Message, Spot, Tap, say
from storage import outbox, rounds
from storage.store import Unit

SIZES = (10, 100, 1_000, 10_000)
PEOPLE, QUESTIONS, CHECKINS, TIMES = 12, 6, 2, 15
STRIDE = 1_000
"""How far the numbers of one partnership's rows lie from the next one's."""
ALONE = ("ballot", "inbox", "code", "dialogue", "house", "installation", "link", "nudge", "ticket")
"""Tables that hold nothing of a partnership at rest."""
BENCH = "bench"


async def build(folder: Path, size: int) -> None:
    """Live through two check-ins, copy the partnership, and open a third."""
    house = built(folder, {}, f"file:{folder / 'keyring'}")
    now = house.app.clock.now()
    group, starter = await house.store.transact(lambda unit: founded(unit, BENCH, PEOPLE, now))
    for _ in range(CHECKINS):
        round_id = await begun(house, group, starter)
        await house.store.transact(lambda unit, r=round_id: cast_all(house, unit, r))  # type: ignore[misc]
        await house.store.transact(lambda unit, r=round_id: _close(house, unit, r))  # type: ignore[misc]
        await house.app.ticker.tick()  # what follows a close is over too

    def sent(unit: Unit) -> None:
        for number in range(10 * PEOPLE):
            outbox.put(unit, f"was:{number}", Message(say("checkin/reminder")), now, person=1)
        outbox.give_up(unit, now)

    await house.store.transact(sent)
    await house.store.transact(lambda unit: _multiply(unit, size))
    await begun(house, group, starter)
    await house.store.scrub()
    house.store.close()


def _close(house: Opened, unit: Unit, round_id: int) -> None:
    round_ = rounds.find_round(unit, round_id)
    assert round_ is not None
    closing.close_review(house.app.house, unit, round_.review_id, house.app.clock.now())


def _multiply(unit: Unit, size: int) -> None:
    """Copy every row of the first partnership, its numbers and keys moved on."""
    link = unit.connection()
    for table in SQLModel.metadata.sorted_tables:
        if table.name in ALONE or table.name.startswith("bench_"):
            continue
        numbered = [c for c in table.columns if _is_number(c)]
        copied = ", ".join(_moved(table, c) for c in table.columns)
        names = ", ".join(f'"{c.name}"' for c in table.columns)
        link.execute(
            sa.text(
                f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :most) "  # noqa: S608
                f'INSERT INTO "{table.name}" ({names}) SELECT {copied} FROM "{table.name}", n '
                f'WHERE "{table.name}"."{numbered[0].name}" < {STRIDE}'
            ),
            {"most": size - 1},
        )


def _is_number(column: sa.Column[object]) -> bool:
    return isinstance(column.type, sa.Integer) and (
        column.primary_key or bool(column.foreign_keys) or column.name.endswith("_id")
    )


def _moved(table: sa.Table, column: sa.Column[object]) -> str:
    name = f'"{table.name}"."{column.name}"'
    if _is_number(column):
        return f"{name} + n.k * {STRIDE}"
    if column.name in ("key", "user", "chat"):
        return f"{name} || ':' || n.k"
    return name


async def tap(house: Opened) -> float:
    """Seconds of one answer in a check-in, committed and worded."""
    round_id = await house.store.read(
        lambda unit: unit.connection().scalar(sa.text("SELECT id FROM round WHERE state = 'open'"))
    )
    acts = ("begin", *(f"pick:{q}:3" for q in range(QUESTIONS)))
    taps = [(n, Tap(f"r:{round_id}:{act}")) for n in range(PEOPLE) for act in acts]
    return median([await _seconds(house, 1000 + number, each) for number, each in taps])


async def command(house: Opened) -> float:
    """Seconds of `review list`, asked for by the coordinator."""
    return median(
        [await _seconds(house, 1000 + PEOPLE, Command("review list")) for _ in range(TIMES)]
    )


async def page(house: Opened) -> float:
    """Seconds of a partner's own page."""
    return median([await _seconds(house, 1000, Command("start")) for _ in range(TIMES)])


async def tick(house: Opened) -> float:
    """Seconds of a tick in which nothing is due.

    Left out is the look for something to offer, of which each tick has 25 partnerships until
    all were looked at that day.
    """
    timekeeping.LOOKS = 0
    costs = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await house.app.ticker.tick()
        costs.append(time.perf_counter() - began)
    return median(costs)


async def close(house: Opened) -> float:
    """Seconds of a close, committed."""

    def work(unit: Unit) -> None:
        found = unit.connection().scalar(sa.text("SELECT id FROM round WHERE state = 'open'"))
        assert isinstance(found, int)
        _close(house, unit, found)

    began = time.perf_counter()
    await house.store.transact(work)
    return time.perf_counter() - began


OPERATIONS: dict[str, Callable[[Opened], Awaitable[float]]] = {
    "tap": tap,
    "command": command,
    "page": page,
    "tick": tick,
    "close": close,
}
_keys = count(1)


async def _seconds(house: Opened, user: int, event: Tap | Command) -> float:
    spot = Spot(BENCH, str(user))
    address = Address(BENCH, "", str(user))
    incoming = Incoming(f"e{next(_keys)}", address, spot, True, event, "10", "Somebody")
    began = time.perf_counter()
    replies = await house.conversation.handle(incoming)
    cost = time.perf_counter() - began
    assert replies
    return cost


async def measure(operation: str, folder: Path) -> float:
    """One figure, on a copy: what is measured writes."""
    with tempfile.TemporaryDirectory() as name:
        there = Path(name) / "copy"
        shutil.copytree(folder, there)
        house = built(there, {}, f"file:{there / 'keyring'}")
        await house.app.ticker.tick()
        await _seconds(house, 1000, Command("start"))
        cost = await OPERATIONS[operation](house)
        house.store.close()
        return cost


@cache
def grown(size: int) -> tempfile.TemporaryDirectory[str]:
    """A host of *size* partnerships, built once."""
    made = tempfile.TemporaryDirectory(prefix="titian-growth-")
    asyncio.run(build(Path(made.name), size))
    return made


def of(operation: str, size: int) -> Run:
    """One operation on a host of *size* partnerships."""

    def run() -> float:
        here = grown(size).name
        return stated(sys.executable, "-m", "bench.growth", operation, here)()

    return run


def compared() -> list[Comparison]:
    """Each operation in each size beside the smallest."""
    few = SIZES[0]
    return [
        Comparison(
            name=f"{operation}, {size} partnerships",
            a=f"among {size}",
            b=f"among {few}",
            run_a=of(operation, size),
            run_b=of(operation, few),
            limit=1.5,
            pairs=3,
        )
        for size in SIZES[1:]
        for operation in OPERATIONS
    ]


def main() -> None:
    """Print what each operation costs in each size, in milliseconds."""
    print("partnerships", *OPERATIONS, sep="\t")
    for size in SIZES:
        costs = [median(of(name, size)() for _ in range(3)) for name in OPERATIONS]
        print(size, *(f"{1000 * cost:.2f}" for cost in costs), sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(asyncio.run(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
