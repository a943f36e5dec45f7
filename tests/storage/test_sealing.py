"""The hourly seal: nothing is lost, nothing old opens, a crash leaves a readable round."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from dialogues.library import Library
from dialogues.messages import Address, Spot
from dialogues.model import Audience, Confidence, Protect, Purpose, Role, Round, RoundState
from storage import partnerships, people, reviews, rounds, sealing
from storage.ballots import Box, make_keys, padded_size
from storage.keyring import Keyring, seal_key, slot_key
from storage.sealing import open_box
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
CAST = Draft(State.CAST, "~sent", {"r1": ("5",), "text": "kanarifogel"}, receipt="a b c")


async def opened(store: Store, keyring: Keyring, library: Library) -> tuple[Round, list[int]]:
    """A round with four people, one of whom has cast."""

    def work(unit: Unit) -> tuple[Round, list[int]]:
        group = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW)
        members = []
        for number in range(4):
            at, spot = Address("playground", "", f"u{number}"), Spot("playground", f"u{number}")
            known = people.know(unit, at, spot, f"P{number}", NOW, "en", None)
            members.append(partnerships.enrol(unit, group.id, known.id, None, (Role.PARTNER,), NOW))
        checkin = library.checkins["responsibilities"]
        review = reviews.new_review(
            unit, group.id, None, members[0].id, checkin.id, Purpose.LEARN, NOW, NOW, (), NOW
        )
        made = rounds.new_round(
            unit,
            review,
            checkin,
            Audience.PARTNERS,
            Confidence.SEALED,
            (),
            Protect.PERSON,
            5,
            padded_size(checkin),
            False,
            members,
        )
        return made, [member.id for member in members]

    round_, members = await store.transact(work)
    make_keys(keyring, round_.id)
    await store.transact(lambda unit: open_box(unit, keyring, round_).fill(members))
    await store.transact(lambda unit: open_box(unit, keyring, round_).write(members[1], CAST))
    return round_, members


def rows(unit: Unit) -> list[tuple[bytes, int, bytes]]:
    found = unit.connection().execute(sa.text("SELECT slot, key_number, sealed FROM ballot")).all()
    return [(bytes(slot), number, bytes(sealed)) for slot, number, sealed in found]


def drafts(keyring: Keyring, round_: Round, members: list[int]) -> Callable[[Unit], list[Any]]:
    return lambda unit: [open_box(unit, keyring, round_).read(member) for member in members]


async def test_every_row_is_new_and_says_the_same(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, members = await opened(store, keyring, library)
    before = await store.read(rows)
    assert await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))
    after = await store.read(rows)
    assert {slot for slot, *_ in after} == {slot for slot, *_ in before}
    if await store.read(lambda unit: unit.sqlite):
        assert [slot for slot, *_ in after] == sorted(slot for slot, *_ in after)
    assert {len(sealed) for *_, sealed in before + after} == {round_.size + 40}
    assert not {sealed for *_, sealed in before} & {sealed for *_, sealed in after}
    assert {number for _, number, _ in after} == {2}
    found = await store.read(drafts(keyring, round_, members))
    assert found == [Draft(), CAST, Draft(), Draft()]


async def test_the_other_hours_key_opens_no_row(
    store: Store, keyring: Keyring, library: Library
) -> None:
    """T14: neither the old key the new rows, nor the new key the old rows."""
    round_, _ = await opened(store, keyring, library)
    before = await store.read(rows)
    await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))

    def other(unit: Unit) -> list[tuple[list[Draft], int]]:
        box = Box(unit, keyring, round_.id, 1, round_.size)
        new = box.open_all()
        for slot, _, sealed in before:
            query = sa.text("UPDATE ballot SET sealed = :b WHERE slot = :s")
            unit.connection().execute(query, {"b": sealed, "s": slot})
        return [new, open_box(unit, keyring, round_).open_all()]

    assert await store.read(other) == [([], 4)] * 2


async def test_the_old_key_goes_after_the_commit_and_the_slots_key_stays(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, members = await opened(store, keyring, library)

    def spy(unit: Unit) -> set[str]:
        sealing.renew(unit, keyring, round_.id)
        return set(keyring.names())

    inside = await store.transact(spy)
    assert inside == {slot_key(1), seal_key(1, 1), seal_key(1, 2)}
    await store.transact(lambda unit: sealing.retire(unit, keyring, round_.id))
    assert set(keyring.names()) == {slot_key(1), seal_key(1, 2)}
    assert (await store.read(drafts(keyring, round_, members)))[1] == CAST


async def test_a_crash_before_the_commit_leaves_the_round_as_it_was(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, members = await opened(store, keyring, library)
    before = await store.read(rows)

    def fall(unit: Unit) -> None:
        sealing.renew(unit, keyring, round_.id)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await store.transact(fall)
    assert await store.read(rows) == before
    assert (await store.read(drafts(keyring, round_, members)))[1] == CAST
    unused = keyring.get(seal_key(1, 2))
    await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))
    assert keyring.get(seal_key(1, 2)) != unused, "an hour old, and perhaps copied"
    await store.transact(lambda unit: sealing.retire(unit, keyring, round_.id))
    assert (await store.read(drafts(keyring, round_, members)))[1] == CAST


async def test_a_key_never_used_is_swept_and_the_one_in_use_stays(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, _ = await opened(store, keyring, library)
    keyring.make(seal_key(1, 2))
    keyring.make(seal_key(11, 1))
    await store.transact(lambda unit: sealing.retire(unit, keyring, round_.id))
    assert set(keyring.names()) == {slot_key(1), seal_key(1, 1), seal_key(11, 1)}


async def test_without_the_key_in_use_nothing_is_swept(
    store: Store, keyring: Keyring, library: Library
) -> None:
    """An older database put back by mistake must not cost the keys of the newer one."""
    round_, _ = await opened(store, keyring, library)
    keyring.make(seal_key(1, 5))
    keyring.destroy(seal_key(1, 1))
    await store.transact(lambda unit: sealing.retire(unit, keyring, round_.id))
    assert seal_key(1, 5) in keyring.names()
    with pytest.raises(KeyLost):
        await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))


async def test_an_ended_round_is_not_sealed_again(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, _ = await opened(store, keyring, library)
    await store.transact(lambda unit: rounds.set_round(unit, round_.id, state=RoundState.CLOSING))
    assert not await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))
    assert set(keyring.names()) == {slot_key(1), seal_key(1, 1)}


async def test_a_row_that_does_not_open_stays_shut_and_is_counted(
    store: Store, keyring: Keyring, library: Library
) -> None:
    round_, _ = await opened(store, keyring, library)

    def swap(unit: Unit) -> None:
        (first, _, one), (second, _, two), *_ = rows(unit)
        for slot, sealed in ((first, two), (second, one)):
            query = sa.text("UPDATE ballot SET sealed = :b WHERE slot = :s")
            unit.connection().execute(query, {"b": sealed, "s": slot})

    await store.transact(swap)
    await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))
    found, broken = await store.read(lambda unit: open_box(unit, keyring, round_).open_all())
    assert (len(found), broken) == (2, 2)


async def test_drafts_change_on_the_way(store: Store, keyring: Keyring, library: Library) -> None:
    round_, members = await opened(store, keyring, library)
    quiet = {members[1]: lambda draft: replace(draft, quiet=True)}
    await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id, quiet))
    found = await store.read(drafts(keyring, round_, members))
    assert found == [Draft(), replace(CAST, quiet=True), Draft(), Draft()]


async def test_whoever_answers_meanwhile_loses_nothing(
    store: Store, keyring: Keyring, library: Library
) -> None:
    """Answers and renewals at the same time, the answers knowing only an old state."""
    import asyncio

    round_, members = await opened(store, keyring, library)

    def answer(member: int, number: int) -> Callable[[Unit], None]:
        def work(unit: Unit) -> None:
            if rounds.moved_on(unit, round_):
                raise AssertionError
            box = open_box(unit, keyring, round_)
            draft = box.read(member, take=True)
            assert draft is not None
            box.write(member, replace(draft, partial=(*draft.partial, str(number))))

        return work

    async def renewing() -> None:
        for _ in range(8):
            await store.transact(lambda unit: sealing.renew(unit, keyring, round_.id))
            await store.transact(lambda unit: sealing.retire(unit, keyring, round_.id))

    works = [store.transact_ballot(answer(m, n)) for n in range(12) for m in members]
    await asyncio.gather(renewing(), *works)
    found = await store.read(drafts(keyring, round_, members))
    assert [sorted(map(int, draft.partial)) for draft in found] == [list(range(12))] * 4
    assert set(keyring.names()) == {slot_key(1), seal_key(1, 9)}
