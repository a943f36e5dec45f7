"""What goes by itself, on each database."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from dialogues.messages import Message, say
from storage import outbox
from storage.ballots import has_seen
from storage.keyring import MemoryKeyring
from storage.retention import purge
from storage.store import Store, Unit
from storage.tables import OutboxRow

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


async def test_events_are_forgotten_after_a_week(store: Store) -> None:
    keyring = MemoryKeyring()

    def work(unit: Unit) -> None:
        assert not has_seen(unit, keyring, "old", (NOW - timedelta(days=8)).date())
        assert not has_seen(unit, keyring, "new", (NOW - timedelta(days=6)).date())
        purge(unit, NOW)
        assert not has_seen(unit, keyring, "old", NOW.date())
        assert has_seen(unit, keyring, "new", NOW.date())

    await store.transact(work)


async def test_ended_lines_go_and_waiting_ones_stay(store: Store) -> None:
    long_ago = NOW - timedelta(days=91)

    def work(unit: Unit) -> None:
        for key, at in (("old", long_ago), ("young", NOW - timedelta(days=80)), ("due", long_ago)):
            outbox.put(unit, key, Message(say("help/help")), at)
        for post in outbox.claim(unit, NOW, "me"):
            if post.key == "due":
                outbox.again(unit, post, long_ago)
            else:
                outbox.finish(unit, post, "sent")
        purge(unit, NOW)
        left = unit.connection().execute(sa.select(col(OutboxRow.key))).scalars()
        assert sorted(left) == ["due", "young"]

    await store.transact(work)
