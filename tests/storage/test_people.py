"""People, partnerships, brokers and reviews, on each database."""

from datetime import UTC, date, datetime, timedelta

from dialogues.due import RECEIPTS
from dialogues.library import Library
from dialogues.messages import Address, Spot
from dialogues.model import (
    Audience,
    Confidence,
    Consent,
    Contractor,
    Kind,
    Protect,
    Purpose,
    ReviewState,
    Role,
    RoundState,
    Sector,
    Standing,
    Task,
)
from dialogues.service import Service
from storage import brokers, drafts, partnerships, people, results, reviews, rounds
from storage.looking import look
from storage.retention import purge
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
ANA = Address("playground", "", "ana")


def known(unit: Unit, user: str = "ana") -> int:
    spot = Spot("playground", user)
    address = Address("playground", "", user)
    return people.know(unit, address, spot, user.title(), NOW, "id", "Asia/Makassar").id


async def test_a_person_is_made_once_and_found_by_account(store: Store) -> None:
    first = await store.transact(known)
    again = await store.transact(known)
    assert first == again
    person = await store.read(lambda unit: people.person_by_id(unit, first))
    assert (person.name, person.language, person.zone) == ("Ana", "id", "Asia/Makassar")
    assert await store.read(lambda u: people.person_with_user(u, "playground", "ana")) == first
    assert await store.read(lambda u: people.users(u, "playground")) == [("ana", "Ana", "id")]


async def test_somebody_out_of_reach_is_in_reach_again_when_they_write(store: Store) -> None:
    person = await store.transact(known)
    spot = Spot("playground", "ana")
    await store.transact(lambda unit: people.mark_unreachable(unit, spot))
    assert await store.read(lambda unit: people.spots(unit, person)) == []
    await store.transact(known)
    assert await store.read(lambda unit: people.spots(unit, person)) == [spot]


def group(unit: Unit) -> int:
    return partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id


async def test_an_organisation_is_known_by_its_name_whatever_the_case(store: Store) -> None:
    def work(unit: Unit) -> tuple[bool, bool]:
        made = group(unit)
        add = partnerships.add_organisation
        first = add(unit, made, "Dinas PU", Sector.GOVERNMENT, Standing.LEAD)
        second = add(unit, made, "dinas pu", None, Standing.PARTNER)
        assert first[0] == second[0] and first[0].standing is Standing.LEAD
        return first[1], second[1]

    assert await store.transact(work) == (True, False)


async def test_members_gather_roles_leave_and_come_back(store: Store) -> None:
    def work(unit: Unit) -> None:
        made, person = group(unit), known(unit)
        member = partnerships.enrol(unit, made, person, None, (Role.PARTNER,), NOW)
        again = partnerships.enrol(unit, made, person, None, (Role.PARTNER, Role.BROKER), NOW)
        assert again.id == member.id and again.roles == {Role.PARTNER, Role.BROKER}
        partnerships.dismiss(unit, member.id, NOW)
        assert partnerships.members(unit, made) == []
        later = NOW + timedelta(days=9)
        back = partnerships.enrol(unit, made, person, None, (Role.PARTNER,), later)
        assert back.id == member.id and back.roles == {Role.PARTNER} and back.joined_at == later

    await store.transact(work)


async def test_each_change_of_a_setting_is_in_the_log(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        for value in ("person", "person"):
            partnerships.set_partnership(unit, made, "protect", value, "Budi", NOW)
        assert partnerships.partnership(unit, made).protect is Protect.PERSON
        log = partnerships.settings_log(unit, made)
        assert log == [(NOW, "Budi", "protect", "organisation", "person")]

    await store.transact(work)


async def test_a_link_serves_ten_people_for_fourteen_days(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        code = brokers.make_code(unit, made, NOW, "Budi").code
        spaced = f"{code[:4].lower()}-{code[4:]}"
        assert brokers.find_code(unit, spaced, NOW) is not None
        late = NOW + timedelta(days=15)
        assert brokers.find_code(unit, code, late) is None
        for _ in range(10):
            brokers.use_code(unit, code)
        assert brokers.find_code(unit, code, NOW) is None
        fresh = brokers.make_code(unit, made, NOW, "Budi").code
        assert brokers.find_code(unit, fresh, NOW) is not None
        newer = brokers.make_code(unit, made, NOW, "Budi").code
        assert brokers.find_code(unit, fresh, NOW) is None
        assert brokers.find_code(unit, newer, NOW) is not None
        single = brokers.make_code(unit, made, NOW, "Budi", role=Role.COORDINATOR)
        assert single.uses_left == 1

    await store.transact(work)


async def test_a_broker_is_invited_until_the_link_is_used_or_too_old(store: Store) -> None:
    def work(unit: Unit) -> None:
        made, service = group(unit), Service(Kind.EXTERNAL, NOW.date())
        assert brokers.invited(unit, made, NOW) == []
        links = [
            brokers.make_code(unit, made, NOW, "Budi", role=Role.BROKER, service=service, name=name)
            for name in ("Ratna", "Ratna", "Ana")
        ]
        brokers.make_code(unit, made, NOW, "Budi", role=Role.COORDINATOR)
        assert sorted(brokers.invited(unit, made, NOW)) == ["Ana", "Ratna"]
        assert brokers.invited(unit, made, NOW + timedelta(days=15)) == []
        brokers.use_code(unit, links[-1].code)
        assert brokers.invited(unit, made, NOW) == ["Ratna"]
        person = people.know(unit, ANA, Spot("playground", "ana"), "Ratna", NOW).id
        brokers.appoint(unit, made, person, service, NOW)
        assert brokers.invited(unit, made, NOW) == []

    await store.transact(work)


async def test_an_appointment_keeps_all_it_says(store: Store) -> None:
    service = Service(
        Kind.EXTERNAL,
        date(2026, 11, 1),
        contractor=Contractor.PARTNERSHIP,
        tasks=(Task.E2, Task.E5),
        aims="An agreement",
        ends=date(2027, 4, 30),
    )
    assert Service.from_data(service.to_data()) == service

    def work(unit: Unit) -> None:
        made = group(unit)
        appointed = brokers.appoint(unit, made, known(unit), service, NOW)
        found = brokers.assignment(unit, appointed)
        assert (found.name, found.kind, found.tasks) == ("Ana", Kind.EXTERNAL, service.tasks)
        assert found.consent is Consent.ASKED and found.contractor is Contractor.PARTNERSHIP
        brokers.set_consent(unit, appointed, Consent.AGREED, NOW)
        assert brokers.assignment(unit, appointed).consent_at == NOW
        assert len(brokers.assignments(unit, made, date(2027, 4, 30))) == 1
        assert brokers.assignments(unit, made, date(2027, 5, 1)) == []

    await store.transact(work)


async def test_a_service_that_ends_is_over_at_once(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        appointed = brokers.appoint(
            unit, made, known(unit), Service(Kind.INTERNAL, NOW.date()), NOW
        )
        member = brokers.assignment(unit, appointed).member_id
        brokers.set_consent(unit, appointed, Consent.AGREED, NOW)
        assert brokers.end_service(unit, member, NOW)
        assert brokers.assignments(unit, made, NOW.date()) == []
        assert brokers.assignment(unit, appointed).consent is Consent.WITHDRAWN
        assert not brokers.end_service(unit, member, NOW)

    await store.transact(work)


async def test_a_round_keeps_copies_and_a_frozen_roster(store: Store, library: Library) -> None:
    checkin = library.checkins["responsibilities"]

    def work(unit: Unit) -> None:
        made, person = group(unit), known(unit)
        member = partnerships.enrol(unit, made, person, None, (Role.PARTNER,), NOW)
        end = NOW + timedelta(days=7)
        review = reviews.new_review(
            unit, made, None, member.id, checkin.id, Purpose.LEARN, NOW, end, [member.id], NOW
        )
        assert reviews.left_out(unit, review.id) == [member.id]
        review = reviews.set_review(unit, review.id, state=ReviewState.OPEN)
        round_ = rounds.new_round(
            unit,
            review,
            checkin,
            Audience.PARTNERS,
            Confidence.SEALED,
            (),
            Protect.PERSON,
            5,
            4096,
            False,
            [member],
        )
        assert round_.checkin == checkin and not round_.mirror
        partnerships.dismiss(unit, member.id, NOW)
        assert [seat.name for seat in rounds.roster(unit, round_.id)] == ["Ana"]
        assert rounds.open_rounds(unit, person) == [(round_, member.id)]
        assert rounds.last_close(unit, made, checkin.id, None) == (True, end)
        assert [r.id for r, _ in rounds.unfilled(unit)] == [round_.id]
        assert look(unit, NOW).unfilled and not look(unit, NOW).unfinished
        results.keep_message(unit, round_.id, member.id, "playground", "ana", "m1")
        results.keep_message(unit, round_.id, member.id, "playground", "ana", "m2")
        assert results.open_message(unit, round_.id, member.id, "playground") == "m2"
        rounds.set_round(unit, round_.id, state=RoundState.CLOSING, closed_at=NOW)
        assert [r.id for r in rounds.unfinished(unit)] == [round_.id]
        assert look(unit, NOW).unfinished and not look(unit, NOW).unfilled
        results.save_result(unit, round_.id, {"answered": 3}, None, None, ["b", "a"])
        assert results.receipts(unit, round_.id) == ["a", "b"]
        assert results.result(unit, round_.id) == ({"answered": 3}, None)
        purge(unit, NOW + RECEIPTS)
        assert results.receipts(unit, round_.id) == ["a", "b"]
        purge(unit, NOW + RECEIPTS + timedelta(days=1))
        assert results.receipts(unit, round_.id) == []

    await store.transact(work)


async def test_a_command_under_way_is_one_a_person(store: Store) -> None:
    def work(unit: Unit) -> None:
        person = known(unit)
        first = drafts.keep(unit, person, None, "invite", {"place": "for"}, NOW)
        same = drafts.keep(unit, person, None, "invite", {"place": "x"}, NOW)
        assert same.id == first.id and same.body == {"place": "x"}
        other = drafts.keep(unit, person, None, "language", {}, NOW)
        assert other.command == "language"
        drafts.set_waiting(unit, person, False)
        found = drafts.pending(unit, person)
        assert found is not None and not found.waiting
        drafts.drop(unit, person)
        assert drafts.pending(unit, person) is None

    await store.transact(work)
