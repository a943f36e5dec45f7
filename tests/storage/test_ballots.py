"""The ballot box: what a row shows (nothing), and what opens it (its own key, in its own slot)."""

import json
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues.answers import largest
from dialogues.checkin import Multi, Words
from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from dialogues.library import Library
from storage.ballots import (
    BESIDE,
    Box,
    delete_ballots,
    destroy_keys,
    has_seen,
    make_keys,
    open_comments,
    padded_size,
    plain_draft,
    seal_comments,
)
from storage.keyring import Keyring, MemoryKeyring, comment_key, seal_key, slot_key
from storage.store import Store, Unit

SIZE = 8192
MEMBERS = [3, 1, 2]


def rows(unit: Unit) -> list[tuple[bytes, bytes]]:
    found = unit.connection().execute(sa.text("SELECT slot, sealed FROM ballot")).all()
    return [(bytes(row[0]), bytes(row[1])) for row in found]


async def filled(store: Store, keyring: Keyring, round_id: int = 7) -> None:
    make_keys(keyring, round_id)
    await store.transact(lambda unit: Box(unit, keyring, round_id, 1, SIZE).fill(MEMBERS))


async def test_a_row_for_everybody_all_alike(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    cast = Draft(State.CAST, "~sent", {"r1": ("5",), "text": "x" * 1000}, receipt="a b c")
    await store.transact(lambda unit: Box(unit, keyring, 7, 1, SIZE).write(2, cast))
    found = await store.read(rows)
    assert len(found) == len(MEMBERS)
    assert len({len(sealed) for _, sealed in found}) == 1
    assert await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE).read(2)) == cast
    assert await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE).read(1)) == Draft()


async def test_rows_are_written_in_slot_order(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    slots = [slot for slot, _ in await store.read(rows)]
    assert slots == sorted(slots)


async def test_somebody_not_on_the_roster_has_no_row(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    assert await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE).read(99)) is None


async def test_a_copied_row_does_not_open(store: Store, keyring: Keyring) -> None:
    """B05, T15: whoever can write SQL cannot multiply one ballot."""
    await filled(store, keyring)
    cast = Draft(State.CAST, "~sent", {"r1": ("1",)}, receipt="a b c")
    await store.transact(lambda unit: Box(unit, keyring, 7, 1, SIZE).write(2, cast))

    def copy(unit: Unit) -> None:
        target = Box(unit, keyring, 7, 1, SIZE)._slot(2)
        query = sa.text("UPDATE ballot SET sealed = (SELECT sealed FROM ballot WHERE slot = :s)")
        unit.connection().execute(query, {"s": target})

    await store.transact(copy)
    drafts, broken = await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE).open_all())
    assert drafts == [cast]
    assert broken == 2


async def test_a_damaged_row_is_dropped_and_counted(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)

    def damage(unit: Unit) -> None:
        slot, sealed = rows(unit)[0]
        spoilt = sealed[:-1] + bytes([sealed[-1] ^ 1])
        query = sa.text("UPDATE ballot SET sealed = :b WHERE slot = :s")
        unit.connection().execute(query, {"b": spoilt, "s": slot})

    await store.transact(damage)
    drafts, broken = await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE).open_all())
    assert (len(drafts), broken) == (2, 1)


async def test_without_its_keys_a_round_stays_shut(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    keyring.make(comment_key(7))
    destroy_keys(keyring, 7)
    with pytest.raises(KeyLost):
        await store.read(lambda unit: Box(unit, keyring, 7, 1, SIZE))
    assert list(keyring.names()) == [comment_key(7)]


async def test_deleting_leaves_other_rounds_alone(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    await filled(store, keyring, 8)
    await store.transact(lambda unit: Box(unit, keyring, 7, 1, SIZE).has_seen("tap"))
    await store.transact(lambda unit: delete_ballots(unit, 7))
    assert len(await store.read(rows)) == len(MEMBERS)
    left = await store.read(lambda u: u.connection().execute(sa.text("SELECT * FROM inbox")).all())
    assert left == []


async def test_an_event_is_seen_once(store: Store, keyring: Keyring) -> None:
    await filled(store, keyring)
    look = [
        await store.transact(lambda unit: Box(unit, keyring, 7, 1, SIZE).has_seen("tap 1"))
        for _ in range(2)
    ]
    assert look == [False, True]
    today = date(2026, 11, 27)
    look = [await store.transact(lambda u: has_seen(u, keyring, "k", today)) for _ in range(2)]
    assert look == [False, True]


async def test_a_ballot_transaction_touches_ballots_and_inbox_only(
    store: Store, keyring: Keyring
) -> None:
    """T12: no statement of it writes a row that names a person."""
    await filled(store, keyring)
    seen: list[str] = []

    def work(unit: Unit) -> None:
        sa.event.listen(
            unit.connection(),
            "before_cursor_execute",
            lambda conn, cur, statement, *rest: seen.append(statement),
        )
        box = Box(unit, keyring, 7, 1, SIZE)
        box.has_seen("tap 2")
        box.write(1, Draft(State.LATER))

    await store.transact(work)
    writes = [s.split()[:3] for s in seen if not s.startswith("SELECT")]
    assert writes == [["INSERT", "INTO", "inbox"], ["UPDATE", "ballot", "SET"]]


async def test_nothing_leads_from_a_ballot_to_a_person(store: Store) -> None:
    """C01: no foreign key, no column of a person, a time or a state."""

    def look(unit: Unit) -> tuple[int, set[str]]:
        inspector = sa.inspect(unit.connection())
        keys = inspector.get_foreign_keys("ballot")
        return len(keys), {column["name"] for column in inspector.get_columns("ballot")}

    keys, columns = await store.read(look)
    assert keys == 0
    assert columns == {"slot", "round_id", "key_number", "sealed"}


def test_comments_end_with_their_key(keyring: Keyring) -> None:
    sealed = seal_comments(keyring, comment_key(7), ("one", "dua"))
    assert b"one" not in sealed
    assert open_comments(keyring, comment_key(7), sealed) == ("one", "dua")
    keyring.destroy(comment_key(7))
    assert open_comments(keyring, comment_key(7), sealed) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_every_possible_answer_fits_the_padding(library: Library, data: st.DataObject) -> None:
    """T11: one length a round, from nothing to the longest words with emoji."""
    for checkin in library.checkins.values():
        answers: dict[str, tuple[str, ...] | str | None] = {}
        for question in checkin.questions:
            if isinstance(question, Words):
                letter = data.draw(st.sampled_from(["🎉", '"', "\\", "é", "\n", "x"]))
                answers[question.key] = letter * question.most
            else:
                most = len(question.options) if isinstance(question, Multi) else 1
                answers[question.key] = tuple(o.key for o in question.options[:most])
        draft = Draft(
            State.CAST,
            "~withdraw",
            answers,
            tuple("option_key_of_24_letters" for _ in range(10)),
            "x" * 40,
            later_at="2026-11-27T02:00:00.000000+00:00",
            touched="2026-11-27T02:00:00.000000+00:00",
            shown=("slack-installation|C0123456789|1700000000.000000",) * 3,
        )
        body = json.dumps(plain_draft(draft), ensure_ascii=False, separators=(",", ":")).encode()
        assert len(body) + 4 <= padded_size(checkin)
        assert padded_size(checkin) >= largest(checkin) + BESIDE


def test_keys_have_names_without_people() -> None:
    ring = MemoryKeyring()
    make_keys(ring, 12)
    assert set(ring.names()) == {slot_key(12), seal_key(12, 1)}
    with pytest.raises(ValueError, match="name"):
        ring.get("../etc/passwd")
    assert "b'" not in repr(ring)
