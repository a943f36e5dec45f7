"""Everything about a person deleted, and everything about them listed, on each database."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dialogues.library import Library
from dialogues.messages import Address, Message, Spot, say
from dialogues.model import (
    Audience,
    Confidence,
    Kind,
    Member,
    Protect,
    Purpose,
    ReviewState,
    Role,
    Round,
    RoundState,
    Standing,
    Task,
)
from dialogues.service import Service
from storage import (
    brokers,
    drafts,
    forgetting,
    links,
    outbox,
    partnerships,
    people,
    results,
    reviews,
    rounds,
    timers,
)
from storage.forgetting import forget
from storage.kept import kept
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
SARI = "Sari Wulandari"


def known(unit: Unit, user: str, name: str, installation: str = "telegram") -> int:
    spot = Spot(installation, f"chat of {user}")
    return people.know(unit, Address(installation, "", user), spot, name, NOW, "id").id


def group(unit: Unit, name: str = "Water") -> tuple[int, int]:
    made = partnerships.new_partnership(unit, name, "en", "Asia/Makassar", NOW).id
    organisation, _ = partnerships.add_organisation(unit, made, "PU", None, Standing.PARTNER)
    return made, organisation.id


def asked(
    unit: Unit,
    library: Library,
    seats: list[Member],
    about: int | None = None,
    audience: Audience = Audience.PARTNERS,
) -> Round:
    checkin = library.checkins["responsibilities"]
    made, start = seats[0].partnership_id, seats[0].id
    end = NOW + timedelta(days=7)
    review = reviews.new_review(
        unit, made, about, start, checkin.id, Purpose.LEARN, NOW, end, [], NOW
    )
    reviews.set_review(unit, review.id, state=ReviewState.OPEN)
    return rounds.new_round(
        unit,
        review,
        checkin,
        audience,
        Confidence.NAMED if audience is Audience.BROKER else Confidence.SEALED,
        (),
        Protect.PERSON,
        5,
        2000,
        False,
        seats,
    )


def everything(unit: Unit) -> str:
    link = unit.connection()
    return json.dumps(
        {
            table: [list(map(str, row)) for row in link.execute(sa.text(f"SELECT * FROM {table}"))]
            for table in sa.inspect(link).get_table_names()
        }
    )


async def test_somebody_of_whom_history_knows_nothing_leaves_no_row(store: Store) -> None:
    def work(unit: Unit) -> None:
        sari = known(unit, "sari", SARI)
        made, organisation = group(unit)
        partnerships.enrol(unit, made, sari, organisation, (Role.PARTNER,), NOW)
        joko = known(unit, "joko", "Joko")
        partnerships.enrol(unit, made, joko, organisation, (Role.PARTNER,), NOW)
        partnerships.set_partnership(unit, made, "minimum", 6, SARI, NOW)
        brokers.make_code(unit, made, NOW, SARI, organisation=organisation)
        brokers.make_code(unit, made, NOW, "Joko", role=Role.BROKER, name=SARI)
        drafts.keep(unit, sari, made, "join", {"code": SARI}, NOW)
        links.make_link(unit, sari, NOW)
        outbox.put(unit, "k", Message(say("join/told", name=SARI)), NOW, person=sari)
        assert SARI in everything(unit) and "chat of sari" in everything(unit)
        forget(unit, sari, NOW)
        assert SARI not in everything(unit) and "chat of sari" not in everything(unit)
        assert people.find_person(unit, sari) is None
        assert people.person_with_user(unit, "telegram", "sari") is None
        assert [m.name for m in partnerships.members(unit, made)] == ["Joko"]
        for table in ("person", "member", "account", "role"):
            number = unit.connection().execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            assert number == 1, table
        assert [by for _, by, *_ in partnerships.settings_log(unit, made)] == [""]

    await store.transact(work)


async def test_rosters_keep_a_seat_without_a_name_and_nothing_joins_two(
    store: Store, library: Library
) -> None:
    def work(unit: Unit) -> None:
        sari = known(unit, "sari", SARI)
        assert links.one_person(unit, sari, known(unit, "sari", SARI, "slack")) == sari
        seats = []
        for name in ("Water", "Coast"):
            made, organisation = group(unit, name)
            mine = partnerships.enrol(unit, made, sari, organisation, (Role.PARTNER,), NOW)
            joko = known(unit, f"joko {name}", "Joko")
            other = partnerships.enrol(unit, made, joko, organisation, (Role.PARTNER,), NOW)
            round_ = asked(unit, library, [other, mine])
            results.keep_message(unit, round_.id, mine.id, "telegram", "chat of sari", "m1")
            key = f"round:{round_.id}:remind:{mine.id}"
            outbox.put(unit, key, Message(say("x/y")), NOW, person=sari, round_id=round_.id)
            seats.append((round_, mine, organisation))
        forget(unit, sari, NOW + timedelta(days=1))
        assert SARI not in everything(unit) and "chat of sari" not in everything(unit)
        nobodies = set()
        for round_, mine, organisation in seats:
            (seat,) = [s for s in rounds.roster(unit, round_.id) if s.member_id == mine.id]
            assert (seat.name, seat.organisation_id) == ("", organisation)
            assert len(rounds.roster(unit, round_.id)) == 2
            assert mine.id not in {s.member_id for s in rounds.asked(unit, round_.review_id)}
            assert people.spots(unit, seat.person_id) == []
            assert mine.id not in {m.id for m in partnerships.members(unit, mine.partnership_id)}
            nobodies.add(seat.person_id)
        assert len(nobodies) == 2 and sari not in nobodies
        assert outbox.claim(unit, NOW, "x") == []
        again = known(unit, "sari", SARI)
        assert rounds.open_rounds(unit, again) == []

    await store.transact(work)


async def test_a_broker_takes_their_reports_along(store: Store, library: Library) -> None:
    aims = "To make Bima drink"

    def work(unit: Unit) -> None:
        ratna = known(unit, "ratna", "Ratna Dewi")
        made, organisation = group(unit)
        service = Service(Kind.EXTERNAL, date(2026, 11, 1), tasks=(Task.E2,), aims=aims)
        unseen = brokers.appoint(unit, made, ratna, service, NOW)
        appointed = brokers.appoint(unit, made, ratna, service, NOW)
        joko = known(unit, "joko", "Joko")
        seat = partnerships.enrol(unit, made, joko, organisation, (Role.PARTNER,), NOW)
        round_ = asked(unit, library, [seat], appointed)
        rounds.set_round(unit, round_.id, state=RoundState.CLOSED, closed_at=NOW)
        reviews.set_review(unit, round_.review_id, state=ReviewState.READ)
        results.save_result(unit, round_.id, {"answered": 5}, b"sealed", None, ["a b c"])
        report = Message(say("report/coordinator"), report=f"{round_.review_id} coordinator")
        key = f"review:{round_.review_id}:shared:{seat.id}"
        outbox.put(unit, key, report, NOW, person=joko)
        timers.put(unit, "share", "share", NOW, review=round_.review_id)
        other = asked(unit, library, [seat])
        results.save_result(unit, other.id, {"answered": 6}, None, None, [])

        assert forgetting.reviews_about(unit, ratna) == [round_.review_id]
        assert forgetting.take_results(unit, round_.review_id) == [round_.id]
        forget(unit, ratna, NOW)
        assert aims not in everything(unit) and "Ratna Dewi" not in everything(unit)
        assert results.result(unit, round_.id) is None
        assert reviews.review(unit, round_.review_id).state is ReviewState.CANCELLED
        found = rounds.find_round(unit, round_.id)
        assert found is not None and found.state is RoundState.UNREADABLE
        assert outbox.claim(unit, NOW, "x") == [] and timers.due(unit, NOW) == []
        assert results.result(unit, other.id) is not None
        left = brokers.assignment(unit, appointed)
        assert (left.name, left.tasks, left.aims) == ("", (), "")
        assert brokers.assignments(unit, made, NOW.date()) == []
        ids = sa.text("SELECT id FROM assignment")
        assert [row[0] for row in unit.connection().execute(ids)] == [appointed] != [unseen]

    await store.transact(work)


async def test_a_number_that_was_somebodys_is_given_to_nobody_else(store: Store) -> None:
    """SQLite gives the number of the newest row again: [Not right] would mean another."""

    def work(unit: Unit) -> None:
        made, organisation = group(unit)
        sari = known(unit, "sari", SARI)
        mine = partnerships.enrol(unit, made, sari, organisation, (Role.PARTNER,), NOW)
        forget(unit, sari, NOW)
        tom = known(unit, "tom", "Tom")
        other = partnerships.enrol(unit, made, tom, organisation, (Role.PARTNER,), NOW)
        assert other.id != mine.id

    await store.transact(work)


async def test_all_that_is_kept_is_listed_and_nothing_of_others(
    store: Store, library: Library
) -> None:
    def work(unit: Unit) -> dict[str, Any]:
        sari = known(unit, "sari", SARI)
        made, organisation = group(unit)
        mine = partnerships.enrol(unit, made, sari, organisation, (Role.PARTNER,), NOW)
        joko = known(unit, "joko", "Joko Prasetyo")
        partnerships.enrol(unit, made, joko, organisation, (Role.PARTNER,), NOW)
        appointed = brokers.appoint(unit, made, sari, Service(Kind.EXTERNAL, NOW.date()), NOW)
        asked(unit, library, [mine])
        own = asked(unit, library, [mine], appointed, Audience.BROKER)
        results.save_result(unit, own.id, {"named": {str(mine.id): {"r1": "4"}}}, None, None, [])
        partnerships.set_partnership(unit, made, "minimum", 6, SARI, NOW)
        partnerships.set_partnership(unit, made, "minimum", 7, "Joko Prasetyo", NOW)
        outbox.put(unit, "k", Message(say("coordinator/told")), NOW, person=sari)
        outbox.put(unit, "other", Message(say("leave/told")), NOW, person=joko)
        drafts.keep(unit, sari, made, "invite", {"place": "for"}, NOW)
        return kept(unit, sari)

    found = await store.transact(work)
    assert found["profile"]["name"] == SARI
    assert [account["user"] for account in found["accounts"]] == ["sari"]
    (membership,) = found["memberships"]
    assert membership["partnership"] == "Water" and membership["organisation"] == "PU"
    assert membership["roles"] == ["broker", "partner"]
    assert [line["state"] for line in found["asked_in"]] == ["open", "open"]
    assert found["answered_by_name"][0]["answers"] == {"r1": "4"}
    assert [line["after"] for line in found["settings_changed"]] == ["6"]
    assert len(found["reviews_started"]) == 2 and len(found["services_as_broker"]) == 1
    assert found["command_under_way"][0]["command"] == "invite"
    (waiting,) = found["messages"]
    assert waiting["state"] == "pending" and "coordinator/told" in str(waiting["content"])
    assert "Joko" not in json.dumps(found, default=str)
    assert not {"ballot", "ballots", "sealed", "slot"} & set(json.dumps(found, default=str).split())
