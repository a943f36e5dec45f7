"""Reflections on both databases: kept, the oldest going, and brought together with a person."""

from datetime import UTC, date, datetime, timedelta

from dialogues.dialogue import Draft, State
from dialogues.messages import Address, Spot
from dialogues.model import Role
from storage import links, partnerships, people, reflections
from storage.keyring import MemoryKeyring
from storage.reflections import MOST, Reflection, Reflections
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAY = date(2026, 11, 27)


def broker(unit: Unit, group: int, installation: str) -> tuple[int, int]:
    spot = Spot(installation, "ratna")
    person = people.know(unit, Address(installation, "", "ratna"), spot, "Ratna", NOW).id
    return person, partnerships.enrol(unit, group, person, None, (Role.BROKER,), NOW).id


async def test_what_was_kept_comes_back_and_the_oldest_go(store: Store) -> None:
    keyring = MemoryKeyring()
    times = tuple(
        Reflection(DAY + timedelta(days=number), {"load": ("4",), "text": None, "mode": ("both",)})
        for number in range(MOST + 2)
    )

    def work(unit: Unit) -> None:
        group = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id
        _, member = broker(unit, group, "telegram")
        assert reflections.read(unit, keyring, member) == Reflections()
        draft = Draft(State.DRAFT, "load", {"alone": ("2",)})
        reflections.write(unit, keyring, member, Reflections(draft, times))
        unit.expire_all()
        assert reflections.read(unit, keyring, member) == Reflections(draft, times[2:])

    await store.transact(work)


async def test_two_apps_of_one_person_bring_theirs_together(store: Store) -> None:
    keyring = MemoryKeyring()
    first, second = Reflection(DAY, {"load": ("4",)}), Reflection(DAY + timedelta(days=9), {})

    def work(unit: Unit) -> None:
        group = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id
        other = partnerships.new_partnership(unit, "Wind", "en", "Asia/Makassar", NOW).id
        ratna, member = broker(unit, group, "telegram")
        twin, same = broker(unit, group, "slack")
        _, elsewhere = broker(unit, other, "slack")
        reflections.write(unit, keyring, member, Reflections(kept=(second,)))
        reflections.write(unit, keyring, same, Reflections(kept=(first,)))
        reflections.write(unit, keyring, elsewhere, Reflections(kept=(first,)))
        reflections.join(unit, keyring, ratna, twin)
        assert links.one_person(unit, ratna, twin) == ratna
        assert reflections.read(unit, keyring, member).kept == (first, second)
        assert reflections.read(unit, keyring, elsewhere).kept == (first,)
        assert list(reflections.members(unit, ratna)) == [member, elsewhere]
        assert list(reflections.forget(unit, ratna)) == [member, elsewhere]
        assert reflections.read(unit, keyring, member) == Reflections()

    await store.transact(work)
