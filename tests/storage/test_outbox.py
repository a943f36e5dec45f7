"""Outbox and timers: once a key, never more than the limit, nobody twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.messages import Button, Localised, Message, Spot, say
from storage import leases, outbox, timers
from storage.looking import Due, look
from storage.store import Store, Unit
from storage.tables import OutboxRow

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
NOTHING = Due(unfilled=False, unfinished=False, timers=False, lines=False, lost=False)


def post(unit: Unit, key: str, at: datetime = NOW, round_id: int | None = None) -> None:
    told = say("help/help", at=at, day=at.date(), title=Localised(en="a", id="b"))
    message = Message(told, (Button("x", "c:help"),))
    outbox.put(unit, key, message, at, place=None, round_id=round_id)


async def test_a_key_is_put_once_and_comes_back_as_it_was(store: Store) -> None:
    for _ in range(2):
        await store.transact(lambda unit: post(unit, "k"))
    posts = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    assert [p.key for p in posts] == ["k"]
    assert posts[0].message.say.values["title"] == Localised(en="a", id="b")
    assert posts[0].message.say.values["at"] == NOW
    assert posts[0].message.say.values["day"] == NOW.date()
    assert posts[0].message.buttons == (Button("x", "c:help"),)


async def test_an_edit_keeps_its_place(store: Store) -> None:
    message = Message(say("help/help"), replaces="m1", at=Spot("playground", "p1"), round_id=3)
    await store.transact(lambda unit: outbox.put(unit, "e", message, NOW))
    posts = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    assert posts[0].message == message


async def test_not_before_its_time_and_never_more_than_the_limit(store: Store) -> None:
    def fill(unit: Unit) -> None:
        for number in range(20):
            post(unit, f"k{number:02}")
        post(unit, "later", NOW + timedelta(hours=1))

    await store.transact(fill)
    first = await store.transact(lambda unit: outbox.claim(unit, NOW, "me", 5))
    assert [p.key for p in first] == ["k00", "k01", "k02", "k03", "k04"]
    rest = await store.transact(lambda unit: outbox.claim(unit, NOW, "me", 50))
    assert len(rest) == 15


async def test_several_claimers_share_without_doubling(store: Store) -> None:
    def fill(unit: Unit) -> None:
        for number in range(60):
            post(unit, f"k{number}")

    await store.transact(fill)

    async def take(who: str) -> list[str]:
        taken: list[str] = []
        while posts := await store.transact(lambda unit: outbox.claim(unit, NOW, who, 7)):
            taken += [p.key for p in posts]
        return taken

    shares = await asyncio.gather(*(take(f"w{n}") for n in range(4)))
    assert sorted(key for share in shares for key in share) == sorted(f"k{n}" for n in range(60))


async def test_a_lease_that_ran_out_is_taken_again(store: Store) -> None:
    await store.transact(lambda unit: post(unit, "k"))
    before = NOW - timedelta(seconds=1)
    assert await store.read(lambda unit: look(unit, before)) == NOTHING
    assert await store.read(lambda unit: look(unit, NOW)) == replace(NOTHING, lines=True)
    await store.transact(lambda unit: outbox.claim(unit, NOW, "gone"))
    assert await store.transact(lambda unit: outbox.claim(unit, NOW, "me")) == []
    assert await store.read(lambda unit: look(unit, NOW)) == NOTHING
    late = NOW + outbox.LEASE + timedelta(seconds=1)
    assert await store.read(lambda unit: look(unit, late)) == replace(NOTHING, lost=True)
    await store.transact(lambda unit: leases.recover(unit, late))
    again = await store.transact(lambda unit: outbox.claim(unit, late, "me"))
    assert [(p.key, p.attempts) for p in again] == [("k", 2)]


async def test_what_was_on_its_way_is_said_once_more_but_a_reminder_never(store: Store) -> None:
    """DESIGN 8: neither platform lets us ask whether it arrived."""

    def put(unit: Unit) -> None:
        post(unit, "report")
        outbox.put(unit, "remind", Message(say("checkin/reminder"), round_id=1), NOW)

    await store.transact(put)
    for held in (["remind", "report"], ["report"], []):
        posts = await store.transact(lambda unit: outbox.claim(unit, NOW, "gone"))
        assert sorted(p.key for p in posts) == held
        for found in posts:
            assert await store.transact(lambda u, i=found: outbox.sending(u, i, NOW, "gone"))  # type: ignore[misc]
        assert await store.read(leases.holders) == (["gone"] if held else [])
        await store.transact(lambda unit: leases.recover(unit, NOW, "gone"))


async def test_a_line_taken_back_cannot_be_sent_by_who_lost_it(store: Store) -> None:
    await store.transact(lambda unit: post(unit, "k"))
    (mine,) = await store.transact(lambda unit: outbox.claim(unit, NOW, "slow"))
    await store.transact(lambda unit: leases.recover(unit, NOW, "slow"))
    assert not await store.transact(lambda unit: outbox.sending(unit, mine, NOW, "slow"))
    await store.transact(lambda unit: outbox.claim(unit, NOW, "quick"))
    assert not await store.transact(lambda unit: outbox.sending(unit, mine, NOW, "slow"))
    assert await store.transact(lambda unit: outbox.sending(unit, mine, NOW, "quick"))


async def test_what_was_sent_keeps_no_words(store: Store) -> None:
    await store.transact(lambda unit: post(unit, "k"))
    posts = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    await store.transact(lambda unit: outbox.finish(unit, posts[0], "sent"))
    late = NOW + timedelta(days=1)
    assert await store.transact(lambda unit: outbox.claim(unit, late, "me")) == []


async def test_timers_ring_in_order_move_and_go(store: Store) -> None:
    def set_up(unit: Unit) -> None:
        timers.put(unit, "b", "close", NOW + timedelta(hours=2), review=1)
        timers.put(unit, "a", "signal", NOW + timedelta(hours=1), review=1)
        timers.put(unit, "a", "signal", NOW, review=1)

    await store.transact(set_up)
    assert await store.read(lambda u: outbox.next_due(u, NOW)) == NOW + timedelta(hours=1)
    assert await store.read(lambda u: timers.due(u, NOW)) == []
    late = NOW + timedelta(hours=3)
    assert [t.key for t in await store.read(lambda u: timers.due(u, late))] == ["a", "b"]
    await store.transact(lambda u: timers.move(u, "b", NOW))
    due = await store.read(lambda u: timers.due(u, NOW))
    assert [t.key for t in due] == ["b"]
    await store.transact(lambda u: timers.drop(u, due[0].id))
    assert await store.read(lambda u: timers.due(u, NOW)) == []


async def test_the_end_of_a_round_takes_what_belongs_to_it(store: Store) -> None:
    def set_up(unit: Unit) -> None:
        post(unit, "bound", NOW, 5)
        post(unit, "free")
        timers.put(unit, "t", "hour", NOW, round_id=5)

    await store.transact(set_up)
    await store.transact(lambda unit: outbox.forget_round(unit, 5))
    left = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    assert [p.key for p in left] == ["free"]
    assert await store.read(lambda u: timers.due(u, NOW)) == []


async def test_only_what_still_waits_is_put_off(store: Store) -> None:
    later = NOW + timedelta(days=2)
    await store.transact(lambda unit: post(unit, "waits"))
    await store.transact(lambda unit: post(unit, "taken"))
    await store.transact(lambda unit: outbox.put_off(unit, "waits", later))
    taken = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    assert [p.key for p in taken] == ["taken"]
    await store.transact(lambda unit: outbox.put_off(unit, "taken", later))
    await store.transact(lambda unit: outbox.finish(unit, taken[0], "sent"))
    assert [p.key for p in await store.transact(lambda u: outbox.claim(u, later, "me"))] == [
        "waits"
    ]


async def test_a_claimed_line_that_was_deleted_is_noticed_whatever_has_its_number(
    store: Store,
) -> None:
    await store.transact(lambda unit: post(unit, "old", round_id=1))
    (taken,) = await store.transact(lambda unit: outbox.claim(unit, NOW, "me"))
    assert await store.read(lambda unit: outbox.is_there(unit, taken))
    await store.transact(lambda unit: outbox.forget_round(unit, 1))
    assert not await store.read(lambda unit: outbox.is_there(unit, taken))
    await store.transact(lambda unit: post(unit, "new"))
    assert not await store.read(lambda unit: outbox.is_there(unit, taken))


async def test_a_damaged_line_holds_nobody_else_up(store: Store) -> None:
    def prepare(unit: Unit) -> None:
        for key in ("damaged", "well"):
            post(unit, key)
        table = sa.update(OutboxRow).where(col(OutboxRow.key) == "damaged")
        unit.connection().execute(table.values(body={"~": "message"}))

    await store.transact(prepare)
    posts = await store.transact(lambda unit: outbox.claim(unit, NOW, "x"))
    assert [post.key for post in posts] == ["well"]
    states = await store.read(
        lambda unit: dict(unit.exec(select(OutboxRow.key, OutboxRow.state)).all())
    )
    assert states == {"damaged": "failed", "well": "claimed"}
