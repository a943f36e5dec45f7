"""Schedules, on each database: kept as they were made, ended with what they are about."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogues.messages import Address, Spot
from dialogues.model import Kind, Purpose, Role
from dialogues.recurring import Recurrence, Schedule
from dialogues.service import Service
from storage import brokers, links, partnerships, people, schedules, timers
from storage.forgetting import forget
from storage.kept import kept
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
RULE = Recurrence(
    "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1MO",
    date(2026, 11, 30),
    time(9),
    ZoneInfo("Asia/Makassar"),
    date(2028, 1, 31),
)


def person(unit: Unit, user: str, name: str) -> int:
    return people.know(
        unit, Address("playground", "", user), Spot("playground", user), name, NOW
    ).id


def made(unit: Unit) -> tuple[Schedule, int, int]:
    """A schedule, who made it, and the broker it is about."""
    group = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id
    budi, ratna = person(unit, "budi", "Budi"), person(unit, "ratna", "Ratna")
    mine = partnerships.enrol(unit, group, budi, None, (Role.COORDINATOR,), NOW)
    about = brokers.appoint(unit, group, ratna, Service(Kind.EXTERNAL, NOW.date()), NOW)
    due = RULE.after(NOW)
    assert due is not None
    kept_as = schedules.new_schedule(
        unit, group, about, mine.id, "effectiveness-pulse", Purpose.LEARN, RULE, due, NOW
    )
    return kept_as, budi, ratna


async def test_a_schedule_is_kept_as_it_was_made(store: Store) -> None:
    def work(unit: Unit) -> None:
        schedule, _, _ = made(unit)
        assert schedule.recurrence == RULE
        assert schedules.find_schedule(unit, schedule.id) == schedule
        assert schedules.find_schedule(unit, schedule.id + 1) is None
        later = NOW + timedelta(days=90)
        assert schedules.set_due(unit, schedule.id, later).due_at == later
        assert [s.due_at for s in schedules.schedules(unit, schedule.partnership_id)] == [later]
        assert schedules.end_schedule(unit, schedule.id, later).ended_at == later
        assert schedules.schedules(unit, schedule.partnership_id) == []

    await store.transact(work)


async def test_its_timers_go_with_it_and_no_others(store: Store) -> None:
    def work(unit: Unit) -> None:
        schedule, _, _ = made(unit)
        timers.put(unit, "a", "warn", NOW, schedule=schedule.id)
        timers.put(unit, "b", "scheduled", NOW, schedule=schedule.id)
        timers.put(unit, "c", "close", NOW, review=schedule.id)
        assert [t.schedule_id for t in timers.due(unit, NOW)] == [schedule.id] * 2 + [None]
        timers.forget_schedule(unit, schedule.id)
        assert [t.key for t in timers.due(unit, NOW)] == ["c"]

    await store.transact(work)


async def test_a_broker_who_is_forgotten_ends_it(store: Store) -> None:
    def work(unit: Unit) -> None:
        schedule, _, ratna = made(unit)
        forget(unit, ratna, NOW)
        left = schedules.find_schedule(unit, schedule.id)
        assert left is not None and left.ended_at == NOW and left.assignment_id is None

    await store.transact(work)


async def test_it_goes_on_without_whoever_made_it_and_is_among_their_data(store: Store) -> None:
    def work(unit: Unit) -> None:
        schedule, budi, _ = made(unit)
        (line,) = kept(unit, budi)["reviews_scheduled"]
        assert line["partnership"] == "Water" and line["rule"] == RULE.rule
        twin = person(unit, "twin", "Budi")
        joined = partnerships.enrol(
            unit, schedule.partnership_id, twin, None, (Role.COORDINATOR,), NOW
        )
        assert links.one_person(unit, budi, twin) == budi
        assert joined.id != schedule.made_by
        forget(unit, budi, NOW)
        assert schedules.schedules(unit, schedule.partnership_id)[0].ended_at is None

    await store.transact(work)
