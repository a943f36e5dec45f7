"""What lets Titian into workspaces: sealed, bound to its row, and gone with all it reached."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from bot.clock import SteppedClock
from bot.installations import Installations, sealing_key
from dialogues.errors import CannotStart, KeyLost
from dialogues.messages import Address, Spot
from storage import installations, people, places
from storage.database import database_file, upgrade
from storage.keyrings import master_key, open_keyring
from storage.store import Store, Unit
from storage.tables import InstallationRow
from storage.turns import Turns
from tests.conftest import fresh_database
from tests.storage.test_people import NOW

MASTER, OTHER = b"m" * 32, b"o" * 32
TOKENS = "xoxb-canary"
ONE, TWO = "slack:T1", "slack:T2"


async def test_tokens_come_back_and_never_stand_in_the_clear(
    store: Store, database_url: str
) -> None:
    await store.transact(lambda unit: installations.keep(unit, MASTER, ONE, TOKENS))
    assert await store.read(lambda unit: installations.find(unit, MASTER, ONE)) == TOKENS
    assert await store.read(lambda unit: installations.find(unit, MASTER, TWO)) is None

    def sealed(unit: Unit) -> bytes:
        return bytes(unit.exec(select(InstallationRow.sealed)).one())

    first = await store.read(sealed)
    assert TOKENS.encode() not in first
    await store.transact(lambda unit: installations.keep(unit, MASTER, ONE, TOKENS))
    assert await store.read(sealed) != first
    await store.scrub()
    file = database_file(database_url)
    if file is not None:
        assert TOKENS.encode() not in file.read_bytes()


async def test_a_seal_opens_only_its_own_row_and_under_its_own_key(store: Store) -> None:
    def moved(unit: Unit) -> None:
        installations.keep(unit, MASTER, ONE, TOKENS)
        unit.execute(sa.update(InstallationRow).values(name=TWO))

    await store.transact(moved)
    with pytest.raises(KeyLost):
        await store.read(lambda unit: installations.find(unit, MASTER, TWO))
    await store.transact(lambda unit: installations.keep(unit, MASTER, TWO, TOKENS))
    assert await store.read(lambda unit: installations.open_all(unit, MASTER)) == [TWO]
    with pytest.raises(KeyLost) as lost:
        await store.read(lambda unit: installations.open_all(unit, OTHER))
    assert "canary" not in str(lost.value)


async def test_titian_does_not_start_with_another_master_key(
    store: Store, database_url: str
) -> None:
    await store.transact(lambda unit: installations.keep(unit, MASTER, ONE, TOKENS))
    assert sealing_key(database_url, "memory:", MASTER.hex()) == MASTER
    for wrong, said in ((OTHER.hex(), "is not the one"), (None, "is missing")):
        with pytest.raises(CannotStart, match=f"TITIAN_MASTER_KEY {said}"):
            sealing_key(database_url, "memory:", wrong)


def test_the_master_key_beside_a_keyring_seals_too(tmp_path: Path) -> None:
    where = f"file:{tmp_path / 'keyring'}"
    open_keyring(where, None)
    assert len(master_key(where, None)) == 32
    assert master_key(where, OTHER.hex()) == OTHER


async def test_processes_take_turns(postgres: str) -> None:
    with fresh_database(postgres) as url:
        upgrade(url)
        store, clock, inside = Store(url), SteppedClock(NOW), 0
        turns = [Turns(url), Turns(url)]
        running = [asyncio.create_task(one.run()) for one in turns]

        async def renew(vault: Installations) -> None:
            nonlocal inside
            async with vault.alone(ONE):
                inside += 1
                await asyncio.sleep(0.1)
                assert inside == 1
                inside -= 1

        vaults = [Installations(store, one, clock, MASTER) for one in turns]
        await asyncio.wait_for(asyncio.gather(*(renew(v) for v in (*vaults, *vaults))), 20)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for one in turns:
            await one.close()
        store.close()


def known(unit: Unit, installation: str, workspace: str, user: str) -> int:
    spot = Spot(installation, user)
    return people.know(unit, Address(installation, workspace, user), spot, "Sari", NOW).id


async def test_a_person_is_one_in_all_workspaces_and_their_namesake_is_not(store: Store) -> None:
    def meet(unit: Unit) -> Mapping[str, int]:
        return {
            "here": known(unit, ONE, "T2", "U1"),
            "at home": known(unit, TWO, "T2", "U1"),
            "namesake": known(unit, ONE, "T1", "U1"),
            "elsewhere": known(unit, "telegram", "", "U1"),
            "playground": known(unit, "playground", "", "U1"),
        }

    met = await store.transact(meet)
    assert met["here"] == met["at home"]
    assert len(set(met.values())) == 4
    found = await store.read(lambda unit: people.spots(unit, met["here"]))
    assert found == [Spot(TWO, "U1"), Spot(ONE, "U1")]


async def test_the_end_of_an_installation_leaves_the_others_in_reach(store: Store) -> None:
    def prepare(unit: Unit) -> int:
        installations.keep(unit, MASTER, ONE, TOKENS)
        person = known(unit, ONE, "T2", "U1")
        known(unit, TWO, "T2", "U1")
        return person

    person = await store.transact(prepare)
    assert await store.transact(lambda unit: installations.forget(unit, ONE))
    assert not await store.transact(lambda unit: installations.forget(unit, ONE))
    assert await store.read(lambda unit: people.spots(unit, person)) == [Spot(TWO, "U1")]
    await store.transact(lambda unit: installations.keep(unit, MASTER, ONE, TOKENS, again=True))
    assert await store.read(lambda unit: installations.open_all(unit, MASTER)) == []
    await store.transact(lambda unit: installations.keep(unit, MASTER, ONE, TOKENS))
    assert len(await store.read(lambda unit: people.spots(unit, person))) == 2


async def test_a_ticket_is_good_once_and_not_for_ever(store: Store) -> None:
    async def issued() -> str:
        return await store.transact(lambda unit: installations.issue(unit, NOW, 600))

    async def consumed(ticket: str, after: int) -> bool:
        at = NOW + timedelta(seconds=after)
        return await store.transact(lambda unit: installations.consume(unit, at, ticket))

    first, second = await issued(), await issued()
    assert first != second and len(first) > 32
    assert not await consumed("made-up", 0)
    assert await consumed(first, 599)
    assert not await consumed(first, 1)
    assert not await consumed(second, 600)


async def test_a_shared_channel_is_linked_by_one_installation(store: Store) -> None:
    def linked(unit: Unit) -> list[int | None]:
        from storage.tables import PartnershipRow

        group = PartnershipRow(name="Water", language="en", zone="Asia/Makassar", created_at=NOW)
        unit.add(group)
        unit.flush()
        places.link_place(unit, group.id or 0, Spot(ONE, "C1"))
        found = [places.place_of(unit, Spot(name, "C1")) for name in (ONE, TWO, "slack")]
        places.close_places(unit, Spot(ONE, "C1"))
        return [*found, places.place_of(unit, Spot(TWO, "C1"))]

    here, beside, single, gone = await store.transact(linked)
    assert here == beside is not None
    assert (single, gone) == (None, None)
