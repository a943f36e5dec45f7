"""The days of reminders, on each database: one a day, four a month."""

from datetime import UTC, date, datetime, timedelta

from dialogues.messages import Address, Message, Spot, say
from storage import nudges, outbox, people
from storage.forgetting import forget
from storage.kept import kept
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAY = date(2026, 12, 1)


def known(unit: Unit, user: str = "sari") -> int:
    return people.know(
        unit, Address("playground", "", user), Spot("playground", user), user, NOW
    ).id


async def test_one_a_day_and_four_a_month(store: Store) -> None:
    def work(unit: Unit) -> None:
        sari, joko = known(unit), known(unit, "joko")
        assert nudges.take(unit, sari, DAY, "a")
        assert nudges.take(unit, sari, DAY, "a"), "the same line tries again"
        assert not nudges.take(unit, sari, DAY, "b")
        assert nudges.take(unit, joko, DAY, "c")
        days = [nudges.take(unit, sari, DAY + timedelta(days=n), f"d{n}") for n in range(1, 6)]
        assert days == [True, True, True, False, False]
        assert nudges.take(unit, sari, DAY + nudges.MONTH, "e"), "the first is a month ago"
        assert len(kept(unit, sari)["days_with_reminders"]) == 4
        forget(unit, sari, NOW)
        assert nudges.take(unit, joko, DAY, "c")

    await store.transact(work)


async def test_what_is_due_on_a_day_and_what_was_planned(store: Store) -> None:
    def work(unit: Unit) -> None:
        sari = known(unit)
        said = Message(say("checkin/reminder"))
        for round_id, kind, days in ((1, "remind", 0), (2, "extra", 0), (3, "remind", 3)):
            name = f"round:{round_id}:{kind}:7" + (":1" if kind == "remind" else "")
            at = NOW + timedelta(days=days)
            outbox.put(unit, name, said, at, person=sari, round_id=round_id)
        outbox.put(unit, "round:4:invite:7", said, NOW, person=sari, round_id=4)
        assert nudges.due_on(unit, sari, NOW + timedelta(days=1)) == {1, 2}
        assert [nudges.planned(unit, r, 7) for r in (1, 2, 3, 4)] == [1, 0, 1, 0]
        assert nudges.planned(unit, 1, 77) == 0
        assert outbox.still_waits(unit, "round:1:remind:7:1")
        outbox.claim(unit, NOW, "x")
        assert not outbox.still_waits(unit, "round:1:remind:7:1")
        assert nudges.due_on(unit, sari, NOW + timedelta(days=1)) == {1, 2}

    await store.transact(work)
