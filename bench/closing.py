"""Closing a round and sealing one again, on SQLite, committed; beside the bare calls.

    python -m bench.closing close|stall|renew|bare-close|bare-stall|bare-renew 100000

"Stall" is how long the loop was away during a close; the bare one is done in a thread too.
"Bare" is sqlite3 and libsodium without anything of ours: the same rows read, opened, and
deleted or sealed again, committed in the same way. It decides nothing and keeps no result.
The files lie in memory where the machine has a place for that: a disk's part is the disk's.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from nacl import bindings, secret, utils
from sqlmodel import SQLModel, select

from bench.group import Opened, opened
from bench.waits import watched
from bot import closing
from bot.processes import settle
from bot.sealing import Sealing
from dialogues.dialogue import Draft, State
from storage import rounds
from storage.keyring import seal_key
from storage.sealing import open_box
from storage.store import Unit
from storage.tables import BallotRow, MemberRow, PersonRow, RosterRow

MEMORY = Path("/dev/shm")  # noqa: S108
TIMES = 9
ROUND, REVIEW = 1, 1
MANY, FAR = 1000, 1_000_000
"""More than so many people are written as rows, with numbers from there on."""
WORDS = "Shorter meetings would help all of us."


class WarmedUp(Exception):
    """Ends a transaction that only warms up."""


async def answered(folder: Path, people: int) -> Opened:
    """A house with an open round in which everybody has answered."""
    house, _ = await opened(folder, {}, "bench", min(people, MANY))

    if people > MANY:
        await house.store.transact(lambda unit: crowd(house, unit, people - MANY))
    await house.store.transact(lambda unit: cast_all(house, unit, ROUND))
    await house.store.scrub()
    return house


def crowd(house: Opened, unit: Unit, people: int) -> None:
    """So many more on the round's roster, without the commands that would take minutes."""
    one = unit.exec(select(RosterRow).where(RosterRow.round_id == ROUND)).first()
    assert one is not None
    member = unit.get(MemberRow, one.member_id)
    assert member is not None
    person = unit.get(PersonRow, member.person_id)
    assert person is not None
    numbers = range(FAR, FAR + people)
    alike = {"person_id", "member_id"}
    tables: tuple[tuple[type[SQLModel], SQLModel, set[str]], ...] = (
        (PersonRow, person, {"id"}),
        (MemberRow, member, {"id", "person_id"}),
        (RosterRow, one, {"member_id"}),
    )
    for table, row, own in tables:
        rest = {k: v for k, v in row.model_dump().items() if k not in own | alike}
        rows = [{**rest, **dict.fromkeys(own, number)} for number in numbers]
        unit.connection().execute(sa.insert(table), rows)
    round_ = rounds.find_round(unit, ROUND)
    assert round_ is not None
    open_box(unit, house.app.house.keyring, round_).fill(numbers)


def cast_all(house: Opened, unit: Unit, round_id: int) -> None:
    """Let everybody in a round have answered."""
    round_ = rounds.find_round(unit, round_id)
    assert round_ is not None
    box = open_box(unit, house.app.house.keyring, round_)
    keys = [q.key for q in round_.checkin.asked(round_.facts)]
    for number, seat in enumerate(rounds.roster(unit, round_id)):
        answers: dict[str, Any] = {key: (str(number % 5 + 1),) for key in keys[:-1]}
        words = WORDS if number % 4 == 0 else None
        draft = Draft(State.CAST, "~sent", {**answers, keys[-1]: words}, (), f"a b {number}")
        box.write(seat.member_id, draft)


async def close(folder: Path, people: int) -> tuple[float, float]:
    """Seconds of one close, after one that was thrown away; and how long the loop was away."""
    settle()
    house = await answered(folder, people)
    now = house.app.clock.now()

    def thrown_away(unit: Unit) -> None:
        closing.close_review(house.app.house, unit, REVIEW, now)
        raise WarmedUp

    if people < 10_000:
        with_it = await asyncio.gather(house.store.transact(thrown_away), return_exceptions=True)
        assert isinstance(with_it[0], WarmedUp), with_it
    async with watched() as stall:
        began = time.perf_counter()
        await house.store.transact(
            lambda unit: closing.close_review(house.app.house, unit, REVIEW, now)
        )
        cost = time.perf_counter() - began
    left = await house.store.read(
        lambda u: u.connection().scalar(sa.select(sa.func.count()).select_from(BallotRow))
    )
    assert left == 0
    house.store.close()
    return cost, stall.worst


async def renew(folder: Path, people: int) -> float:
    """Seconds of sealing a round again, in the middle of several."""
    house = await answered(folder, people)
    sealing = Sealing(house.app.house, house.store)
    costs = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        await sealing.renew(ROUND)
        costs.append(time.perf_counter() - began)
        await sealing.retire()
    house.store.close()
    return median(costs[1:])


def bare(folder: Path, people: int, work: Callable[[sqlite3.Connection, bytes], None]) -> float:
    """Seconds of the bare calls for *work*, in the middle of several."""
    house = asyncio.run(answered_and_left(folder, people))
    costs = []
    for _ in range((TIMES if people <= MANY else 1) + 1):
        link = sqlite3.connect(folder / "titian.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            link.execute(f"PRAGMA {pragma}")
        rows = link.execute("SELECT * FROM ballot").fetchall()
        began = time.perf_counter()
        link.execute("BEGIN IMMEDIATE")
        work(link, house)
        link.execute("COMMIT")
        costs.append(time.perf_counter() - began)
        link.execute("DELETE FROM ballot")
        link.executemany("INSERT INTO ballot VALUES (?, ?, ?, ?)", rows)
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        link.close()
    return median(costs[1:])


async def beside_the_loop(folder: Path, people: int) -> float:
    """Seconds that the loop was away while a thread closed barely."""
    settle()
    key = await answered_and_left(folder, people)

    def work() -> None:
        link = sqlite3.connect(folder / "titian.db", isolation_level=None)
        link.execute("BEGIN IMMEDIATE")
        bare_close(link, key)
        link.execute("COMMIT")
        link.close()

    async with watched() as stall:
        await asyncio.to_thread(work)
    return stall.worst


async def answered_and_left(folder: Path, people: int) -> bytes:
    """The same house, closed; and its key."""
    house = await answered(folder, people)
    key = house.app.house.keyring.get(seal_key(ROUND, 1))
    house.store.close()
    return key


def _opened(link: sqlite3.Connection, key: bytes) -> list[tuple[bytes, bytes]]:
    size, found = secret.Aead.NONCE_SIZE, []
    for slot, sealed in link.execute("SELECT slot, sealed FROM ballot ORDER BY slot").fetchall():
        bound = f"{ROUND}:1:".encode() + slot
        found.append((slot, _decrypt(sealed[size:], bound, sealed[:size], key)))
    return found


_decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
_encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt


def bare_close(link: sqlite3.Connection, key: bytes) -> None:
    """Open every row and delete it."""
    _opened(link, key)
    link.execute("DELETE FROM ballot WHERE round_id = ?", (ROUND,))


def bare_renew(link: sqlite3.Connection, key: bytes) -> None:
    """Open every row and seal it under another key."""
    fresh, size = utils.random(secret.Aead.KEY_SIZE), secret.Aead.NONCE_SIZE
    rows = []
    for slot, padded in _opened(link, key):
        nonce = utils.random(size)
        sealed = nonce + _encrypt(padded, f"{ROUND}:2:".encode() + slot, nonce, fresh)
        rows.append((sealed, slot))
    link.executemany("UPDATE ballot SET sealed = ?, key_number = 2 WHERE slot = ?", rows)


def main(what: str, people: int) -> float:
    """One figure, in seconds."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as name:
        folder = Path(name)
        match what:
            case "close":
                return asyncio.run(close(folder, people))[0]
            case "stall":
                return asyncio.run(close(folder, people))[1]
            case "bare-stall":
                return asyncio.run(beside_the_loop(folder, people))
            case "renew":
                return asyncio.run(renew(folder, people))
            case "bare-close":
                return bare(folder, people, bare_close)
            case "bare-renew":
                return bare(folder, people, bare_renew)
    raise ValueError(what)


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
