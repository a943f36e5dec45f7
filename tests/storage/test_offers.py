"""Offers and organisations on each database."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from dialogues.messages import Address, Spot
from dialogues.model import Kind, Role, Sector, Standing
from dialogues.offers import OfferState, Step, Why
from dialogues.service import Service
from storage import brokers, offers, organisations, partnerships, people
from storage.forgetting import forget
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = NOW.date()


def person(unit: Unit, user: str) -> int:
    spot = Spot("telegram", user)
    return people.know(unit, Address("telegram", "", user), spot, user, NOW, "id").id


def group(unit: Unit) -> int:
    return partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id


def step(assignment: int | None, checkin: str = "role-clarity") -> Step:
    return Step(Why.CLARITY, checkin, assignment, TODAY, TODAY + timedelta(days=28))


async def test_an_offer_is_made_once_and_opens_again_after_later(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        offer = offers.make_offer(unit, made, step(None), TODAY)
        assert offers.make_offer(unit, made, step(None), TODAY) == offer
        again = TODAY + timedelta(days=14)
        offers.settle(unit, offer, OfferState.LATER, again)
        assert [(o.state, o.again) for o in offers.offers(unit, made)] == [
            (OfferState.LATER, again)
        ]
        assert offers.make_offer(unit, made, step(None), again) == offer
        found = offers.find_offer(unit, made, offer)
        assert found is not None
        assert (found.state, found.offered, found.again) == (OfferState.OPEN, again, None)
        assert offers.find_offer(unit, group(unit), offer) is None
        assert [number for number, _ in offers.founded(unit)] == [made, made + 1]

    await store.transact(work)


async def test_offers_about_somebody_who_is_forgotten_are_gone(store: Store) -> None:
    def work(unit: Unit) -> None:
        made, ratna = group(unit), person(unit, "ratna")
        about = brokers.appoint(unit, made, ratna, Service(Kind.EXTERNAL, TODAY), NOW)
        offers.make_offer(unit, made, step(about), TODAY)
        offers.make_offer(unit, made, step(None, "broker-need"), TODAY)
        forget(unit, ratna, NOW)
        assert [o.checkin for o in offers.offers(unit, made)] == ["broker-need"]

    await store.transact(work)


async def test_a_removed_organisation_keeps_its_row_and_nobody_half(store: Store) -> None:
    def work(unit: Unit) -> None:
        made = group(unit)
        found, _ = partnerships.add_organisation(unit, made, "PU", None, Standing.PARTNER)
        other, _ = partnerships.add_organisation(unit, made, "NGO", None, Standing.PARTNER)
        organisations.describe(unit, other.id, Sector.CIVIL, Standing.LEAD)
        sari, budi, maria = (person(unit, name) for name in ("sari", "budi", "maria"))
        partnerships.enrol(unit, made, sari, found.id, (Role.PARTNER,), NOW)
        both = (Role.PARTNER, Role.COORDINATOR)
        partnerships.enrol(unit, made, budi, found.id, both, NOW)
        partnerships.enrol(unit, made, maria, other.id, (Role.PARTNER,), NOW)
        brokers.make_code(unit, made, NOW, "Budi", organisation=found.id)
        service = Service(Kind.INTERNAL, TODAY, found.id)
        brokers.make_code(unit, made, NOW, "Budi", role=Role.BROKER, service=service, name="A")
        brokers.make_code(unit, made, NOW, "Budi", organisation=other.id)
        organisations.remove(unit, made, found.id, NOW)
        left = partnerships.organisations(unit, made)
        assert [(o.name, o.sector, o.standing) for o in left] == [
            ("NGO", Sector.CIVIL, Standing.LEAD)
        ]
        here = {m.name: (m.organisation, m.roles) for m in partnerships.members(unit, made)}
        assert here == {
            "budi": (None, frozenset({Role.COORDINATOR})),
            "maria": ("NGO", frozenset({Role.PARTNER})),
        }
        query = sa.text("SELECT organisation_id FROM code")
        assert [row[0] for row in unit.connection().execute(query)] == [other.id]
        again, new = partnerships.add_organisation(unit, made, "PU", None, Standing.PARTNER)
        assert new and again.id != found.id

    await store.transact(work)


async def test_a_service_ends_is_corrected_and_stays_in_the_history(store: Store) -> None:
    def work(unit: Unit) -> None:
        made, ratna = group(unit), person(unit, "ratna")
        service = Service(Kind.EXTERNAL, TODAY, aims="An agreement", share="half")
        first = brokers.appoint(unit, made, ratna, service, NOW)
        later = Service(Kind.EXTERNAL, date(2027, 3, 1), share="all")
        second = brokers.appoint(unit, made, ratna, later, NOW)
        brokers.set_last_day(unit, first, date(2027, 2, 28))
        assert [a.id for a in brokers.assignments(unit, made, TODAY)] == [first]
        assert [a.id for a in brokers.appointments(unit, made, TODAY)] == [first, second]
        after = date(2027, 3, 1)
        assert [a.id for a in brokers.assignments(unit, made, after)] == [second]
        assert [a.aims for a in brokers.history(unit, made)] == ["An agreement", ""]
        brokers.correct(unit, second, service, anew=True)
        assert brokers.service_of(unit, second) == service

    await store.transact(work)
