"""T20: a second round, another roster, other people, other settings.

F03, F04, F08, F13, F14, F17, F19. A03 (rounds subtracted), A05 (the broker subtracts),
A06 (people invented), A18 (settings).
"""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.bounds import bounds
from dialogues.model import Engagement, Kind, Protect
from dialogues.service import Service
from storage import brokers, rounds
from storage.store import Unit
from tests.attacks.reviews import begin_live, end
from tests.bot.test_rounds import PEOPLE, answer, begin, count, set_up


async def start(world: Any, user: str = "budi", more: str = "") -> str:
    await world.says(
        user, f"/review start responsibilities for 2 hours purpose learn {more}".strip()
    )
    said: str = world.last(user)
    return said


async def test_a_second_round_beside_an_open_one_is_refused(world: Any) -> None:
    """F04: a roster of eight and a roster of seven, both published, could be subtracted."""
    await begin(world)
    assert "Only one can be open at a time" in await start(world)


async def test_nor_can_two_be_planned_and_open_together(world: Any) -> None:
    """F04 by the calendar, and by two coordinators who tap [Start] together."""
    await set_up(world)
    await start(world, more="at 2026-12-07 09:00")
    await world.taps("budi", "Start")
    assert "is planned already" in await start(world, more="at 2026-12-08 09:00")
    assert "is planned already" in await start(world)
    await world.says("budi", "/review cancel")
    await world.taps("budi", "Yes, cancel it")
    assert "8 people" in await start(world)


async def test_two_taps_on_two_start_buttons_make_one_round(world: Any) -> None:
    await set_up(world)
    await world.says("budi", "/invite coordinator")
    await world.says("sari", f"/join {world.codes('budi')[-1]}")
    await world.taps("sari", "Join")
    for user in ("budi", "sari"):
        await start(world, user)
    for user in ("budi", "sari"):
        await world.room.tap(user, world.carrying(user, "Start"), "Start")
    await world.app.ticker.tick()
    assert await count(world, "review") == 1
    said = " ".join(m.text for m in world.room.transcript("sari"))
    assert "is planned already" in said or "is open now" in said


async def test_the_next_round_waits_fourteen_days_even_for_a_changed_assignment(
    world: Any,
) -> None:
    """F04: the broker as a person counts, not the arrangement."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)
    await end(world)
    assert "was asked only a short while ago" in await start(world)

    def change(unit: Unit) -> None:
        known = brokers.assignments(unit, 1, date(2026, 11, 27))[0]
        unit.connection().execute(sa.text("UPDATE assignment SET ends = '2026-11-27'"))
        service = Service(
            Kind.INTERNAL, date(2026, 11, 28), 1, None, None, Engagement.EMPLOYED, (), "", None
        )
        made = brokers.appoint(unit, 1, known.person_id, service, world.clock.now())
        unit.connection().execute(
            sa.text("UPDATE assignment SET consent = 'agreed' WHERE id = :at"), {"at": made}
        )

    await world.app.store.transact(change)
    await world.forward(days=2)
    assert "was asked only a short while ago" in await start(world)
    await world.forward(days=14)
    assert "8 people" in await start(world)


async def test_a_cancelled_round_reveals_nothing_and_everybody_is_told(world: Any) -> None:
    """F13: cancelled and started again, with the new roster shown person by person."""
    await begin(world)
    for user in PEOPLE:
        await answer(world, user)
    await world.says("budi", "/review cancel")
    await world.taps("budi", "Yes, cancel it")
    assert all("nobody has seen it" in world.last(user) for user in PEOPLE)
    assert await count(world, "result") == 0 and await count(world, "ballot") == 0
    assert not [n for n in world.app.house.keyring.names() if n.startswith("round")]
    asked = await start(world)
    assert all(user.title() in asked for user in PEOPLE)


async def test_whoever_comes_later_is_asked_in_the_next_round_only(world: Any) -> None:
    """F03, A06: people invented to reach the minimum, or an organisation, do not get in."""
    await begin(world)
    world.person("eve", "Eve Sybil")
    code = world.codes("budi")[0]
    await world.says("eve", f"/start {code}")
    await world.taps("eve", "Join")
    await world.says("eve", "/checkin")
    assert "No check-in" in world.last("eve") or "not among" in world.last("eve")
    assert await count(world, "ballot") == len(PEOPLE) + 1
    await world.says("sari", "/checkin who 1")
    assert "Eve" not in world.last("sari") and all(u.title() in world.last("sari") for u in PEOPLE)


async def test_somebody_whose_membership_ends_keeps_their_ballot(world: Any) -> None:
    """F03: a coordinator removes the fifth, and the count would tell whether they had answered."""
    await begin_live(world)
    for user in PEOPLE[:5]:
        await answer(world, user)
    at = world.clock.now()
    await world.app.store.transact(
        lambda unit: unit.connection().execute(
            sa.text(
                "UPDATE member SET left_at = :at WHERE person_id IN"
                " (SELECT id FROM person WHERE name = 'Hasan')"
            ),
            {"at": at.isoformat(" ")},
        )
    )
    await end(world)
    assert "5 of 8 people answered" in world.last("sari")


async def test_settings_are_frozen_at_the_start_and_may_not_go_below_five(world: Any) -> None:
    """A18: lowered, raised or loosened while a round is open; every change can be read by all."""
    await begin_live(world)
    await world.says("budi", "/partnership set minimum 4")
    assert "Changed" not in world.last("budi")
    await world.says("budi", "/partnership set minimum 9")
    assert "keeps its old settings" in world.last("budi")
    await world.says("budi", "/partnership set protect organisation")
    await world.says("budi", "/review status")
    assert "the result needs 5 answers" in world.last("budi")
    await world.says("sari", "/privacy")
    assert "Answers needed: 5 → 9 (Budi" in world.last("sari")
    for user in PEOPLE[:5]:
        await answer(world, user)
    await end(world)
    assert "5 of 8 people answered" in world.last("tom")


async def test_two_accounts_on_one_open_roster_stay_two(world: Any) -> None:
    """F14: from inside a round one person could answer twice, or end with one ballot."""
    await begin(world)
    await world.says("sari", "/link")
    await world.says("tom", f"/link {world.codes('sari')[-1]}")
    assert await count(world, "person") == len(PEOPLE) + 2
    taps = [label for label, _ in world.room.transcript("tom")[-1].buttons]
    if "Yes, that is me" in taps:
        await world.taps("tom", "Yes, that is me")
    assert await count(world, "person") == len(PEOPLE) + 2
    assert await count(world, "ballot") == len(PEOPLE) + 1


def test_people_without_an_organisation_count_as_one() -> None:
    """F17: otherwise anybody could be made an organisation of their own."""
    loose = bounds([None] * 6 + [1, 2], Protect.ORGANISATION)
    assert (loose.organisations, loose.t) == (3, 6) and loose.needed is None


async def test_the_broker_is_on_no_roster_and_neither_starts_nor_sees_it(world: Any) -> None:
    """A05, F08: even as a partner and as a second coordinator."""
    await set_up(world)
    await world.says("budi", "/invite coordinator")
    await world.says("ratna", f"/join {world.codes('budi')[-1]}")
    await world.taps("ratna", "Join")
    await world.says("ratna", f"/join {world.codes('budi')[0]}")
    if "Join" in dict(world.room.transcript("ratna")[-1].buttons):
        await world.taps("ratna", "Join")
    assert "would be about you" in await start(world, "ratna")
    assert "8 people" in await start(world)
    await world.taps("budi", "Start")
    seats = await world.app.store.read(lambda unit: rounds.roster(unit, 1))
    assert "Ratna" not in {seat.name for seat in seats}


async def test_slots_of_two_rounds_have_nothing_in_common(world: Any) -> None:
    """F19: other keys, so a person's rows cannot be joined across rounds."""
    await begin(world)
    first = await slots(world)
    await world.says("budi", "/review cancel")
    await world.taps("budi", "Yes, cancel it")
    await start(world)
    await world.taps("budi", "Start")
    second = await slots(world)
    assert len(first) == len(second) == len(PEOPLE) + 1 and not first & second


async def slots(world: Any) -> set[bytes]:
    query = sa.text("SELECT slot FROM ballot")
    rows = await world.app.store.read(lambda unit: unit.connection().execute(query).all())
    return {bytes(row[0]) for row in rows}


async def test_whoever_is_forgotten_between_two_rounds_has_left(world: Any) -> None:
    """A03, R7: their line on the old roster has no name any more, but it still counts."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)
    await end(world)
    await world.says("tom", "/forget me")
    await world.taps("tom", "Yes, erase everything")
    await world.forward(days=31)
    await start(world)
    await world.taps("budi", "Start")
    for user in PEOPLE[:-1]:
        await answer(world, user)
    await end(world)
    told = [m.text for m in world.room.transcript("ratna") if "What your partners" in m.text]
    assert "7 of 7 people" in told[-1] and "no clear change" in told[-1]


@pytest.mark.parametrize("leaving", [True, False], ids=["one leaves", "the same people"])
async def test_after_one_has_left_the_second_report_names_no_figure(
    world: Any, leaving: bool
) -> None:
    """A03, R7: the lone critic of the first round leaves before the second."""
    await begin_live(world)
    for user in PEOPLE:
        await answer(world, user)
    await world.forward(days=31)
    await start(world)
    if leaving:
        await world.taps("budi", "Change")
        await world.taps("budi", "Left out")
        await world.taps("budi", "Tom")
        await world.taps("budi", "Done")
    await world.taps("budi", "Start")
    people = PEOPLE[:-1] if leaving else PEOPLE
    for user in people:
        await answer(world, user)
    await end(world)
    report = next(
        m.text for m in reversed(world.room.transcript("ratna")) if "What your partners" in m.text
    )
    assert ("no clear change" in report) is leaving
    assert ("Most agree" in report) is not leaving
