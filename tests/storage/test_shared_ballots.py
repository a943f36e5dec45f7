"""Several at once on PostgreSQL: nothing is lost, and nobody waits for a connection."""

import asyncio
import os
import threading
from dataclasses import replace

import sqlalchemy as sa

from dialogues.library import Library
from storage import rounds, sealing
from storage.database import upgrade
from storage.keyrings import TableKeyring
from storage.sealing import open_box
from storage.store import READERS, WRITERS, Store, Unit
from tests.conftest import fresh_database
from tests.storage.test_sealing import drafts, opened

TAPS = 12


async def test_nobody_waits_for_a_connection_that_others_hold(postgres: str) -> None:
    """Whoever waits for one must not keep those from their work who have one."""
    together = threading.Barrier(WRITERS + READERS, timeout=10)

    def work(unit: Unit) -> int:
        unit.link.execute(sa.text("SELECT 1"))
        return together.wait()

    with fresh_database(postgres) as url:
        store = Store(url)
        doors = [store.transact] * WRITERS + [store.read, store.glance]
        places = await asyncio.gather(*(door(work) for door in doors))
        assert sorted(places) == list(range(len(doors)))
        await asyncio.to_thread(store.close)


async def test_taps_in_two_processes_and_a_new_seal_in_a_third(
    postgres: str, library: Library
) -> None:
    with fresh_database(postgres) as url, fresh_database(postgres) as keys:
        upgrade(url)
        master = os.urandom(32)
        keyrings = [TableKeyring(keys, master) for _ in range(3)]
        stores = [Store(url) for _ in range(3)]
        round_, members = await opened(stores[0], keyrings[0], library)

        async def tap(process: int, member: int, number: int) -> None:
            def work(unit: Unit) -> None:
                box = open_box(unit, keyrings[process], round_)
                before = box.read(member, take=True)
                assert before is not None
                answers = {**before.answers, f"{process}-{number}": ("5",)}
                box.write(member, replace(before, answers=answers))

            await stores[process].transact_ballot(work)

        async def seal() -> None:
            for _ in range(4):
                assert await stores[2].transact(
                    lambda unit: sealing.renew(unit, keyrings[2], round_.id)
                )
                await stores[2].transact(lambda unit: sealing.retire(unit, keyrings[2], round_.id))

        asked = (0, 2)
        taps = [tap(p, members[m], n) for n in range(TAPS) for m in asked for p in (0, 1)]
        await asyncio.gather(*taps, seal())
        found = await stores[1].read(drafts(keyrings[1], round_, members))
        whole = {f"{p}-{n}" for p in (0, 1) for n in range(TAPS)}
        assert [set(found[m].answers) for m in asked] == [whole, whole]
        assert (await stores[1].read(lambda unit: rounds.standing(unit, round_.id)))[1] == 5
        assert len(list(keyrings[0].names())) == 2
        for store, keyring in zip(stores, keyrings, strict=True):
            await asyncio.to_thread(store.close)
            keyring.close()
