"""One person, several accounts, on each database."""

from datetime import UTC, datetime, timedelta

from dialogues.library import Library
from dialogues.messages import Address, Message, Spot, say
from dialogues.model import Audience, Confidence, Protect, Purpose, Role, Standing
from storage import drafts, links, outbox, partnerships, people, reviews, rounds
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


def known(unit: Unit, installation: str, user: str = "sari") -> int:
    spot = Spot(installation, user)
    return people.know(unit, Address(installation, "", user), spot, "Sari W.", NOW).id


def group(unit: Unit) -> tuple[int, int]:
    made = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id
    organisation, _ = partnerships.add_organisation(unit, made, "PU", None, Standing.PARTNER)
    return made, organisation.id


async def test_a_code_is_good_once_for_a_quarter_of_an_hour(store: Store) -> None:
    def work(unit: Unit) -> None:
        sari, twin = known(unit, "telegram"), known(unit, "slack")
        old = links.make_link(unit, sari, NOW)
        code = links.make_link(unit, sari, NOW)
        assert links.linked_person(unit, old, NOW) is None
        assert links.linked_person(unit, f" {code[:4]}-{code[4:].lower()} ", NOW) == sari
        late = NOW + timedelta(minutes=16)
        assert links.linked_person(unit, code, late) is None
        assert links.one_person(unit, twin, sari) == sari
        assert links.linked_person(unit, code, NOW) is None

    await store.transact(work)


async def test_whoever_was_here_longer_stays_with_every_account(store: Store) -> None:
    def work(unit: Unit) -> None:
        sari, twin = known(unit, "telegram"), known(unit, "slack")
        made, organisation = group(unit)
        other, _ = group(unit)
        partnerships.enrol(unit, made, sari, None, (Role.COORDINATOR,), NOW)
        partnerships.enrol(unit, made, twin, organisation, (Role.PARTNER, Role.COORDINATOR), NOW)
        partnerships.enrol(unit, other, twin, None, (Role.BROKER,), NOW)
        outbox.put(unit, "k", Message(say("checkin/none")), NOW, person=twin)
        drafts.keep(unit, twin, None, "join", {}, NOW)
        assert links.one_person(unit, twin, sari) == sari
        assert links.apps(unit, sari) == ["telegram", "slack"]
        assert {s.installation for s in people.spots(unit, sari)} == {"telegram", "slack"}
        assert people.person_with_user(unit, "slack", "sari") == sari
        (member,) = partnerships.members(unit, made)
        assert member.roles == {Role.COORDINATOR, Role.PARTNER}
        assert member.organisation_id == organisation
        assert {m.partnership_id for m in partnerships.memberships(unit, sari)} == {made, other}
        assert [post.person_id for post in outbox.claim(unit, NOW, "x")] == [sari]
        assert drafts.pending(unit, sari) is None

    await store.transact(work)


async def test_an_open_roster_cannot_lose_anybody(store: Store, library: Library) -> None:
    """DESIGN 4: accounts on one open roster cannot be merged; a lone seat moves along."""

    def work(unit: Unit) -> None:
        sari, twin = known(unit, "telegram"), known(unit, "slack")
        made, organisation = group(unit)
        seat = partnerships.enrol(unit, made, twin, organisation, (Role.PARTNER,), NOW)
        checkin, start = library.checkins["responsibilities"], seat.id
        review = reviews.new_review(
            unit,
            made,
            None,
            start,
            checkin.id,
            Purpose.LEARN,
            NOW,
            NOW + timedelta(days=7),
            [],
            NOW,
        )
        asked = rounds.new_round(
            unit,
            review,
            checkin,
            Audience.PARTNERS,
            Confidence.SEALED,
            (),
            Protect.PERSON,
            5,
            2000,
            False,
            [seat],
        )
        own = partnerships.enrol(unit, made, sari, organisation, (Role.PARTNER,), NOW)
        assert links.one_person(unit, sari, twin) is None
        assert people.person_with_user(unit, "slack", "sari") == twin
        assert rounds.seat_of(unit, asked.id, twin) == seat.id
        partnerships.dismiss(unit, own.id, NOW)
        assert links.one_person(unit, sari, twin) is None

        third = known(unit, "playground", "sari 3")
        assert links.one_person(unit, twin, third) == twin
        assert rounds.seat_of(unit, asked.id, twin) == seat.id
        assert len(links.apps(unit, twin)) == 2

    await store.transact(work)
