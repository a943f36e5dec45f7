"""A07, A08, A09, A10: what is written beside a ballot, and when a key counts as destroyed.

The forensics of a whole database are elsewhere; here are the rules that a change of the code
breaks most easily.
"""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.attacks.reviews import begin_live, end
from tests.bot.test_rounds import PEOPLE, answer, count, state

WRITES = re.compile(r"(?i)^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)")


async def test_a_transaction_that_writes_a_ballot_writes_nothing_that_names_a_person(
    world: Any,
) -> None:
    """B06: else a row of the same transaction says whose slot it is, without any key."""
    await begin_live(world)
    written: list[set[str]] = [set()]
    engine = world.app.store._writer

    def note(link: Any, cursor: Any, statement: str, *_: Any) -> None:
        found = WRITES.match(statement)
        if found:
            written[-1].add(found[1])

    def finish(*_: Any) -> None:
        written.append(set())

    sa.event.listen(engine, "before_cursor_execute", note)
    for kind in ("commit", "rollback"):
        sa.event.listen(engine, kind, finish)
    await world.taps("sari", "Begin")
    await world.taps("sari", "Agree")
    await world.taps("joko", "Later")
    await world.taps("maria", "Not this time")
    await answer(world, "tom", "A word of mine.")
    await world.taps("tom", "Withdraw")
    await world.taps("tom", "Yes, withdraw them")
    with_ballots = [tables for tables in written if "ballot" in tables]
    assert len(with_ballots) >= 6
    assert set().union(*with_ballots) <= {"ballot", "inbox"}


async def test_after_the_close_there_is_no_ballot_and_no_key_for_one(world: Any) -> None:
    """A10: nothing to link with, for the operator or a thief."""
    await begin_live(world)
    names = set(world.app.house.keyring.names())
    assert {name for name in names if "seal" in name} and {n for n in names if "slot" in n}
    for user in PEOPLE:
        await answer(world, user, "A word of mine.")
    await end(world)
    left = world.app.house.keyring.names()
    assert not [name for name in left if "seal" in name or "slot" in name]
    assert await count(world, "ballot") == 0
    assert all((await state(world))[2])


async def test_destroyed_is_not_said_while_a_reader_is_in_the_way(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B11: the log of the database still holds what was deleted."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)

    async def busy() -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(world.app.store, "scrub", busy)
        await end(world)
        assert not any((await state(world))[2])
    await world.app.ticker.tick()
    assert all((await state(world))[2])
