"""Whose slot is whose: not by key, order, time or transaction (T13, T14, T16)."""

import random
import shutil
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from storage import rounds
from storage.ballots import Box, make_keys
from storage.keyring import MemoryKeyring
from storage.keyrings import open_keyring
from storage.sealing import open_box
from storage.store import Store, Unit
from tests.attacks import play
from tests.attacks.play import COMMENT, PEOPLE, Opener

PERSONAL = {"person_id", "member_id", "started_by", "chat", "user", "lane", "by", "name"}
"""Columns that lead to somebody."""
NEAR = 3
"""So many transactions apart still counts as together."""


def naming() -> list[str]:
    """Tables that lead to a person."""
    found = [t.name for t in SQLModel.metadata.sorted_tables if PERSONAL & set(t.columns.keys())]
    assert {"person", "account", "roster", "outbox", "open_message", "dialogue"} <= set(found)
    assert "ballot" not in found and "inbox" not in found
    return found


async def marks(store: Store, table: str) -> list[tuple[int, dict[str, Any]]]:
    """The transaction that wrote each row of a table, with the row."""

    def work(unit: Unit) -> list[tuple[int, dict[str, Any]]]:
        query = sa.text(f"SELECT xmin::text::bigint AS x, t.* FROM {table} t")
        return [(row["x"], dict(row)) for row in unit.connection().execute(query).mappings()]

    return await store.read(work)


async def joined(world: Any) -> list[str]:
    """Tables with a row that was written together with a ballot or a note of an event."""
    store = world.app.store
    sealed = {x for table in ("ballot", "inbox") for x, _ in await marks(store, table)}
    return [table for table in naming() if sealed & {x for x, _ in await marks(store, table)}]


async def owners(world: Any) -> dict[bytes, tuple[int, int]]:
    """What an attacker wants: who sits in which slot. Member and person."""

    def work(unit: Unit) -> dict[bytes, tuple[int, int]]:
        found = {}
        for round_id in rounds.all_open(unit):
            round_ = rounds.find_round(unit, round_id)
            assert round_ is not None
            box = open_box(unit, world.app.house.keyring, round_)
            for seat in rounds.roster(unit, round_id):
                found[box._slot(seat.member_id)] = (seat.member_id, seat.person_id)
        return found

    found: dict[bytes, tuple[int, int]] = await world.app.store.read(work)
    return found


async def told_apart(world: Any) -> list[str]:
    """Tables with a row of somebody near whose transaction their own slot, alone, was written."""
    whose = await owners(world)
    rows = await marks(world.app.store, "ballot")
    ballots = [(x, bytes(row["slot"])) for x, row in rows if row["round_id"] == 1]
    many = Counter(x for x, _ in ballots)
    alone = [(x, *whose[slot]) for x, slot in ballots if many[x] <= 2]
    found = []
    for table in naming():
        for x, row in await marks(world.app.store, table):
            named = (row.get("member_id"), row["id"] if table == "person" else row.get("person_id"))
            found += [
                table
                for at, member, person in alone
                if abs(at - x) <= NEAR and (named[0] == member or named[1] == person)
            ]
    return found


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_row_of_a_person_shares_a_transaction_with_a_ballot(on_either: Any) -> None:
    world = on_either
    # Whoever was written to last may by chance be the first to answer, which would tell nothing.
    for _ in range(NEAR + 1):
        await world.says("budi", "/help")
    for user in PEOPLE[:3]:
        await play.answer(world, user, COMMENT)
        assert await joined(world) == []
        assert await told_apart(world) == []
    await world.says("anna", "/partnership new")
    await world.taps("anna", "Begin")
    assert await told_apart(world) == [], "a command left, just before an answer"
    for user in ("hasan", "tom"):
        await world.says(user, "/checkin")
        await world.taps(user, "Begin")
    await world.forward(hours=1)
    assert await joined(world) == []
    assert (
        len({x for x, row in await marks(world.app.store, "ballot") if row["round_id"] == 1}) == 1
    )
    await world.says("tom", "/forget me")
    await world.taps("tom", "Yes, erase everything")
    assert await told_apart(world) == [], "whoever leaves had begun"
    await play.close(world)
    assert await joined(world) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_reminders_do_not_lead_from_a_person_to_a_slot(
    database_url: str, world: Any, tmp_path: Path
) -> None:
    """Each is sent at its own hour, and a row with a name is written each time (B06)."""
    folder = tmp_path / "slow"
    folder.mkdir()
    other = type(world)(folder, database_url=database_url)
    await other.start()
    await play.set_up(other)
    for number, user in enumerate(PEOPLE):
        await other.says(user, "/timezone " + ("Asia/Makassar", "Asia/Jayapura")[number % 2])
    await play.start_review(other, "1d")
    await play.answer(other, "sari")
    times = await play.reminders(other)
    assert len(times) > 1
    wrong = []
    for at in times:
        await play.jump(other, at - other.clock.now())
        wrong += await told_apart(other) + await joined(other)
        await other.forward(minutes=1)
        wrong += await told_apart(other) + await joined(other)
    assert not wrong
    reminded = [u for u in PEOPLE if any("I can tell" in m.text for m in other.room.transcript(u))]
    assert set(reminded) == set(PEOPLE) - {"sari"}
    await other.stop()


async def test_rows_are_alike_at_every_step(on_either: Any) -> None:
    world = on_either
    shape = "SELECT round_id, count(*), count(DISTINCT key_number), count(DISTINCT length(sealed))"

    async def alike() -> None:
        found = await play.look(
            world.app.store, f"{shape} FROM ballot GROUP BY round_id ORDER BY 1"
        )
        assert [tuple(map(int, row)) for row in found] == [(1, len(PEOPLE), 1, 1), (2, 1, 1, 1)]

    await alike()
    await play.answer(world, "sari", COMMENT)
    await alike()
    for label in ("Later", "Not this time"):
        await world.taps("joko", label)
        await alike()
        await world.says("joko", "/checkin")
    await world.forward(hours=2)
    await alike()


async def test_copies_of_two_hours_do_not_fit(opened: Opener, tmp_path: Path) -> None:
    """T14, B03: the database of one hour and the keyring of another open nothing."""
    world = await opened()
    for user in PEOPLE[:4]:
        await play.answer(world, user, COMMENT)
    shutil.copytree(world.folder, tmp_path / "first")
    await world.forward(hours=1)
    shutil.copytree(world.folder, tmp_path / "second")
    assert await readable(tmp_path, "first", "first") == len(PEOPLE)
    assert await readable(tmp_path, "second", "second") == len(PEOPLE)
    assert await readable(tmp_path, "first", "second") == 0
    assert await readable(tmp_path, "second", "first") == 0


async def readable(folder: Path, database: str, keys: str) -> int:
    """How many ballots a thief of two copies opens, who tries every key he has."""
    keyring, _ = open_keyring(f"file:{folder / keys / 'keyring'}", None)
    store = Store(f"sqlite:///{folder / database / 'titian.db'}")

    def work(unit: Unit) -> int:
        round_ = rounds.find_round(unit, 1)
        assert round_ is not None
        found = 0
        for number in range(1, 9):
            try:
                found += len(Box(unit, keyring, 1, number, round_.size).open_all()[0])
            except KeyLost:
                continue
        return found

    try:
        return await store.read(work)
    finally:
        store.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_order_of_rows_says_nothing_of_the_order_of_answers(store: Store) -> None:
    """T16: 200 rounds of 12; the rank correlation stays within four standard errors."""
    chance = random.Random(7)
    found: list[float] = []
    for round_id in range(1, 201):
        keyring = MemoryKeyring()
        make_keys(keyring, round_id)
        members = list(range(1, 13))
        order = chance.sample(members, len(members))

        def work(
            unit: Unit, ring: MemoryKeyring = keyring, at: int = round_id, went: Any = order
        ) -> list[bytes]:
            box = Box(unit, ring, at, 1, 2048)
            box.fill(went)
            for member in went:
                box.write(member, Draft(State.CAST, "~sent", {"r1": ("4",)}))
            query = sa.text("SELECT slot FROM ballot WHERE round_id = :r")
            rows = [bytes(row[0]) for row in unit.connection().execute(query, {"r": at})]
            return [*rows, *(box._slot(member) for member in went)]

        slots = await store.transact(work)
        rows, casts = slots[:12], slots[12:]
        ranks = [casts.index(slot) for slot in rows]
        found.append(correlation(ranks))
    limit = 4 / (len(found) * 11) ** 0.5
    assert abs(mean(found)) < min(limit, 0.1)


def correlation(ranks: list[int]) -> float:
    """Spearman's, of ranks against their places."""
    n = len(ranks)
    return 1 - 6 * sum((rank - at) ** 2 for at, rank in enumerate(ranks)) / (n * (n * n - 1))
