"""What the database hears while somebody answers: ballots, inbox, and nobody's number (T12)."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from storage.tables import MemberRow, PartnershipRow, PersonRow
from tests.attacks import play
from tests.attacks.play import COMMENT, PEOPLE, Opener

Statement = tuple[str, Any]
WRITES = re.compile(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
TABLES = re.compile(r"(?:FROM|JOIN|INTO|UPDATE) \"?([a-z_]+)")
FAR = 90_000
"""Numbers of people and members begin here, so that none is also that of a round or a key."""


class Listener:
    """Every statement of every transaction that was committed, by transaction."""

    def __init__(self) -> None:
        self.committed: list[list[Statement]] = []
        self._open: dict[int, list[Statement]] = {}

    def before(self, link: Any, _: Any, statement: str, values: Any, *__: Any) -> None:
        self._open.setdefault(id(link), []).append((statement, values))

    def commit(self, link: Any) -> None:
        self.committed.append(self._open.pop(id(link), []))

    def rollback(self, link: Any) -> None:
        self._open.pop(id(link), None)

    def writing_ballots(self) -> list[list[Statement]]:
        """Transactions that insert or change a ballot."""
        mark = re.compile(r"^\s*(INSERT INTO|UPDATE) \"?ballot\b")
        return [t for t in self.committed if any(mark.match(said) for said, _ in t)]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    events = ("before_cursor_execute", made.before), ("commit", made.commit)
    for name, hear in (*events, ("rollback", made.rollback)):
        sa.event.listen(sa.Engine, name, hear)
    yield made
    for name, hear in (*events, ("rollback", made.rollback)):
        sa.event.remove(sa.Engine, name, hear)


async def far_numbers(world: Any) -> None:
    """Everybody who joins from here on has a number beyond FAR."""

    def work(unit: Any) -> None:
        now = world.clock.now()
        group = PartnershipRow(id=FAR, name="x", language="en", zone="UTC", created_at=now)
        unit.add_all([group, PersonRow(id=FAR, name="x")])
        unit.flush()
        unit.add(MemberRow(id=FAR, partnership_id=FAR, person_id=FAR, joined_at=now))
        unit.flush()
        if not unit.sqlite:
            for table in ("person", "member"):
                link = unit.connection()
                link.execute(sa.text(f"ALTER SEQUENCE {table}_id_seq RESTART {FAR + 1}"))

    await world.app.store.transact(work)


def bound(values: Any) -> Iterator[Any]:
    """Every single value that a statement was given."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, list | tuple):
        for value in values:
            yield from bound(value)
    else:
        yield values


async def answered_in_every_way(world: Any) -> None:
    """Taps, typed words, a page, a change, a withdrawal, later, a reminder, an hour, a command."""
    await play.answer_by_taps(world, "sari", COMMENT)
    await play.answer(world, "joko", COMMENT)
    await world.taps("joko", "Change an answer")
    await world.taps("joko", "1 Working relationships")
    await world.taps("joko", "Disagree")
    await world.taps("sari", "Withdraw")
    await world.taps("sari", "Yes, withdraw them")
    await world.says("sari", "/checkin")
    await world.taps("maria", "Later")
    await world.taps("anna", "Not this time")
    await world.says("lin", "/partnership new")
    await world.taps("lin", "Begin")
    await world.says("lin", "agree")
    await world.says("tom", "/checkin")
    await world.forward(days=2)
    await world.says("hasan", "/checkin")
    await world.taps("hasan", "Begin")


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_a_ballots_transaction_touches_ballots_and_names_nobody(
    database_url: str, world: Any, tmp_path: Any, listener: Listener
) -> None:
    folder = tmp_path / "far"
    folder.mkdir()
    other = type(world)(folder, database_url=database_url)
    await far_numbers(other)
    await other.start()
    await play.set_up(other)
    await play.start_review(other, "3d")
    await answered_in_every_way(other)
    await other.stop()
    found = listener.writing_ballots()
    assert len(found) > 60
    written = {m[1] for t in found for said, _ in t if (m := WRITES.match(said))}
    assert written == {"ballot", "inbox", "round"}
    on_rounds = {said for t in found for said, _ in t if said.startswith("UPDATE round")}
    assert {said.partition(" WHERE ")[0].split(" SET ")[1].split("=")[0] for said in on_rounds} == {
        "key_number"
    }
    filling = [t for t in found if any(said.startswith("INSERT INTO ballot") for said, _ in t)]
    assert len(filling) == 1
    read = {
        name for t in found if t not in filling for said, _ in t for name in TABLES.findall(said)
    }
    assert read == {"ballot", "inbox", "round"}
    values = [value for t in found for _, given in t for value in bound(given)]
    assert max(value for value in values if isinstance(value, int)) < FAR
    words = {value for value in values if isinstance(value, str)}
    assert words <= {"open"}, "no name, no chat, no key of an event"


async def test_the_ballots_of_many_share_a_commit_and_no_more(
    opened: Opener, listener: Listener
) -> None:
    """Eight people at once: their transactions still name nobody."""
    world = await opened()
    await asyncio.gather(
        *(world.room.tap(user, world.carrying(user, "Begin"), "Begin") for user in PEOPLE)
    )
    found = listener.writing_ballots()
    values = [v for t in found for _, given in t for v in bound(given)]
    assert {value for value in values if isinstance(value, str)} <= {"open"}
    assert 2 <= len(found) <= 1 + len(PEOPLE)
