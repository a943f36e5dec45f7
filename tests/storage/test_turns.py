"""One at a time: turns come, stay, and pass on however their holder ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from dialogues.messages import Address, Message, Spot, app_of, say
from storage import leases, outbox, people
from storage.database import upgrade
from storage.lanes import Lanes
from storage.store import Store, Unit
from storage.turns import EVERY, Turns
from tests.conftest import fresh_database

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SOON = 10.0


@asynccontextmanager
async def running(url: str, came: Callable[[], object] = lambda: None) -> AsyncIterator[Turns]:
    turns = Turns(url, came)
    task = asyncio.create_task(turns.run())
    try:
        yield turns
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await turns.close()


async def test_alone_it_is_always_our_turn(tmp_path: object) -> None:
    async with running("sqlite:///") as turns:
        assert not turns.has("clock")
        await turns.come("clock")
        assert turns.has("clock")
        await turns.give_back("clock")
        assert not turns.has("clock")


async def test_a_turn_passes_on_when_it_is_given_back_and_when_its_holder_is_cut_off(
    postgres: str,
) -> None:
    with fresh_database(postgres) as url:
        told: list[bool] = []
        async with running(url) as one, running(url, lambda: told.append(True)) as other:
            await one.come("clock")
            other.want("clock")
            await asyncio.wait_for(other.come("lane x"), SOON)
            assert len(told) == 1
            assert one.has("clock") and not other.has("clock") and not one.has("lane x")
            await one.give_back("clock")
            await asyncio.wait_for(other.come("clock"), SOON)
            assert len(told) == 2
            one.want("clock")
            lost = asyncio.create_task(other.lost("clock"))
            cut_off_all(url)
            await asyncio.wait_for(lost, SOON)
            again = [asyncio.create_task(turns.come("clock")) for turns in (one, other)]
            done, waiting = await asyncio.wait(
                again, timeout=SOON, return_when=asyncio.FIRST_COMPLETED
            )
            assert len(done) == 1 and one.has("clock") != other.has("clock")
            for task in waiting:
                task.cancel()


async def test_a_sign_is_seen_by_others_as_long_as_it_holds(postgres: str) -> None:
    busy = False
    with fresh_database(postgres) as url:
        async with running(url) as one, running(url) as other, running(url) as third:
            for turns in (one, other):
                turns.sign("answers x", lambda: busy)
            for busy in (True, False, True):
                async with asyncio.timeout(SOON):
                    while third.shows("answers x") is not busy:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            one.sign("answers x", lambda: False)
            await asyncio.sleep(2 * EVERY)
            assert third.shows("answers x"), "the other one still answers"
            assert not third.shows("answers y")
            cut_off_all(url)
            busy = False
            async with asyncio.timeout(SOON):
                while third.shows("answers x"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)


def cut_off_all(url: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        link.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()


def put(unit: Unit, slack: str = "slack") -> None:
    """A line to somebody on two apps, one to each of two others, one to a chat, one to nobody."""
    for user, apps in (("both", ("telegram", slack)), ("t", ("telegram",)), ("s", (slack,))):
        for app in apps:
            spot = Spot(app, user)
            person = people.know(unit, Address(app, "", user), spot, user, NOW).id
            outbox.put(
                unit, f"{user} on {app_of(app)}", Message(say("help/help")), NOW, person=person
            )
    outbox.put(unit, "chat", Message(say("help/help"), at=Spot(slack, "c")), NOW)
    outbox.put(unit, "gone", Message(say("help/help"), at=Spot("fax", "c")), NOW)


@pytest.mark.parametrize("name", ["slack", "slack:T024BE7LD"])
async def test_a_process_takes_only_what_goes_out_through_its_lanes(
    store: Store, name: str
) -> None:
    known = frozenset({"telegram", "slack"})
    telegram, slack = (Lanes(frozenset({name}), known) for name in ("telegram", "slack"))
    await store.transact(lambda unit: put(unit, name))
    first = await store.transact(lambda unit: outbox.claim(unit, NOW, "one", lanes=telegram))
    assert {post.key for post in first} == {"both on telegram", "t on telegram", "gone"}
    second = await store.transact(lambda unit: outbox.claim(unit, NOW, "two", lanes=slack))
    assert {post.key for post in second} == {"both on slack", "s on slack", "chat"}


async def test_whoever_gets_a_lane_goes_on_at_once_with_what_lay_there(store: Store) -> None:
    known = frozenset({"telegram", "slack"})
    both, slack = Lanes(known, known), Lanes(frozenset({"slack"}), known)
    await store.transact(put)
    await store.transact(lambda unit: outbox.claim(unit, NOW, "dead", lanes=both))
    await store.transact(lambda unit: leases.recover(unit, NOW, but="me", lanes=slack))
    mine = await store.transact(lambda unit: outbox.claim(unit, NOW, "me", lanes=slack))
    assert {post.key for post in mine} == {"both on slack", "s on slack", "chat", "gone"}
    assert both.but(slack).mine == {"telegram"}


async def test_two_upgrades_at_once_are_one(postgres: str) -> None:
    async with AsyncExitStack() as stack:
        url = stack.enter_context(fresh_database(postgres))
        await asyncio.gather(*(asyncio.to_thread(upgrade, url) for _ in range(3)))


@pytest.mark.parametrize("moments", range(4))
async def test_it_ends_when_told_to_while_a_turn_is_asked_for(postgres: str, moments: int) -> None:
    turns = Turns(postgres)
    running = asyncio.create_task(turns.run())
    await turns.come("clock")
    await asyncio.sleep(0.1)  # it waits for its bell
    turns.want("lane somewhere")
    for _ in range(moments):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=5)
    assert done
    await turns.close()
