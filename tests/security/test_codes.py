"""Codes to join, to found and to link apps: they end, and nobody guesses one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dialogues.messages import Address
from dialogues.model import Role
from dialogues.tries import ACCOUNTS, MOST, WITHIN, Tries
from storage import brokers, links, partnerships, people
from storage.brokers import GOOD_FOR, PEOPLE_A_LINK
from storage.store import Store, Unit
from tests.conftest import World

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
SARI = Address("telegram", "", "1")


def group(unit: Unit) -> int:
    return partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id


async def test_each_code_ends_by_use_and_by_time(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        kinds = [(None, Role.PARTNER, 1), (made, Role.PARTNER, PEOPLE_A_LINK)]
        kinds += [(made, role, 1) for role in Role if role is not Role.PARTNER]
        for where, role, uses in kinds:
            code = brokers.make_code(unit, where, NOW, "Budi", role=role).code
            assert brokers.find_code(unit, code, NOW + GOOD_FOR) is not None
            assert brokers.find_code(unit, code, NOW + GOOD_FOR + timedelta(seconds=1)) is None
            assert [brokers.use_code(unit, code) for _ in range(uses + 1)] == [True] * uses + [
                False
            ]
            assert brokers.find_code(unit, code, NOW) is None

    await store.transact(work)


async def test_a_code_is_never_looked_up_as_a_whole(store: Store) -> None:
    """The database is asked by two letters; the others are compared in constant time."""

    def work(unit: Unit) -> None:
        made = group(unit)
        own = people.know(unit, SARI, None, "Sari", NOW).id
        codes = [brokers.make_code(unit, made, NOW, "Budi").code, links.make_link(unit, own, NOW)]
        for code, find in zip(codes, (brokers.find_code, links.linked_person), strict=True):
            wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
            with asked(unit) as parameters:
                assert find(unit, wrong, NOW) is None
                assert find(unit, code.lower(), NOW) is not None
                assert find(unit, code + "A", NOW) is None
                assert find(unit, code[:-1], NOW) is None
            assert parameters and not [p for p in parameters if code[:4] in p], parameters

    await store.transact(work)


@contextmanager
def asked(unit: Unit) -> Iterator[list[str]]:
    """What the database is given with each statement."""
    found: list[str] = []

    def note(_: Any, __: Any, ___: str, parameters: Any, *____: Any) -> None:
        found.append(str(parameters))

    sa.event.listen(unit.connection(), "before_cursor_execute", note)
    yield found
    sa.event.remove(unit.connection(), "before_cursor_execute", note)


@pytest.mark.parametrize("typed", ["/join {}", "/start {}", "/link {}", "/partnership new code {}"])
async def test_after_ten_wrong_codes_an_account_waits_an_hour(world: World, typed: str) -> None:
    """Whichever command it is, and whatever the next code; nobody else waits."""
    await world.founded(["sari"])
    object.__setattr__(world.app.house, "founding_open", False)
    store = world.app.store
    other = await store.transact(lambda unit: people.know(unit, SARI, None, "S", NOW).id)
    good = {
        "/join {}": world.codes("budi")[0],
        "/start {}": world.codes("budi")[0],
        "/link {}": await store.transact(lambda u: links.make_link(u, other, world.clock.now())),
        "/partnership new code {}": await store.transact(
            lambda u: brokers.make_code(u, None, world.clock.now(), "").code
        ),
    }[typed]
    for user in ("mallory", "tom"):
        world.person(user, user.title())
    for number in range(MOST):
        await world.says("mallory", typed.format(f"AAAAAAA{number % 8 + 2}"))
        assert "hour" not in world.last("mallory")
    before = await everything(store)
    await world.says("mallory", typed.format(good))
    assert "several codes that do not work" in world.last("mallory")
    assert await everything(store) == before
    await world.says("tom", typed.format(good))
    assert "several codes" not in world.last("tom")
    assert "does not work" not in world.last("tom") and "not good any more" not in world.last("tom")
    await world.forward(minutes=61)
    await world.says("mallory", "/join AAAAAAA2")
    assert "This code does not work" in world.last("mallory")


async def everything(store: Store) -> list[Any]:
    query = sa.text("SELECT code, uses_left FROM code UNION SELECT code, 0 FROM link")
    members = sa.text("SELECT id, left_at FROM member")

    def work(unit: Unit) -> list[Any]:
        link = unit.connection()
        return [tuple(row) for q in (query, members) for row in link.execute(q).all()]

    return await store.read(work)


async def test_a_founding_code_founds_one(world: World) -> None:
    object.__setattr__(world.app.house, "founding_open", False)
    code = await world.app.store.transact(
        lambda unit: brokers.make_code(unit, None, world.clock.now(), "").code
    )
    for user in ("budi", "agus"):
        world.person(user, user.title())
        await world.says(user, f"/partnership new Water of {user} code {code}")
    for user in ("budi", "agus"):
        await world.says(user, "Alpha\nBeta\nGamma")
        await world.taps(user, "That's right")
        await world.taps(user, "Nobody yet")
    query = sa.text("SELECT name FROM partnership")
    made = await world.app.store.read(lambda u: u.connection().execute(query).scalars().all())
    assert made == ["Water of budi"]
    assert "This code does not work" in "".join(m.text for m in world.room.transcript("agus"))


@given(st.lists(st.integers(0, 400), max_size=60).map(sorted))
def test_within_any_hour_no_more_than_ten(minutes: list[int]) -> None:
    tries, let = Tries(), list[int]()
    for minute in minutes:
        now = NOW + timedelta(minutes=minute)
        if not tries.spent(SARI, now):
            tries.note(SARI, now)
            let.append(minute)
    hour = WITHIN.total_seconds() / 60
    assert all(sum(at <= other < at + hour for other in let) <= MOST for at in let)
    assert len(let) >= min(len(minutes), MOST)


def test_of_many_accounts_the_oldest_is_dropped() -> None:
    tries = Tries()
    for number in range(ACCOUNTS + 1):
        for _ in range(MOST if number in (0, ACCOUNTS) else 1):
            tries.note(Address("slack", "T", str(number)), NOW)
    assert not tries.spent(Address("slack", "T", "0"), NOW)
    assert tries.spent(Address("slack", "T", str(ACCOUNTS)), NOW)
    assert len(tries._wrong) == ACCOUNTS
