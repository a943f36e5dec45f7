"""Replies and what is promised in them, on each database."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from dialogues.messages import Address, Spot
from dialogues.model import Kind, Purpose
from dialogues.reply import Became, Owner
from dialogues.service import Service
from storage import brokers, partnerships, people, replies, reviews
from storage.forgetting import forget, take_results
from storage.kept import kept
from storage.store import Store, Unit

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAY = date(2026, 12, 11)


def serving(unit: Unit, name: str = "Ratna Dewi") -> tuple[int, int, int]:
    """A broker: person, member, and a review about them."""
    spot = Spot("telegram", f"chat of {name}")
    person = people.know(unit, Address("telegram", "", name), spot, name, NOW, "en").id
    group = partnerships.new_partnership(unit, "Water", "en", "Asia/Makassar", NOW).id
    appointed = brokers.appoint(unit, group, person, Service(Kind.EXTERNAL, NOW.date()), NOW)
    member = brokers.assignment(unit, appointed).member_id
    return person, member, review_about(unit, group, appointed, member)


def review_about(unit: Unit, group: int, appointed: int, member: int) -> int:
    end = NOW + timedelta(days=7)
    made = reviews.new_review(
        unit, group, appointed, member, "responsibilities", Purpose.LEARN, NOW, end, [], NOW
    )
    return made.id


async def test_a_broker_replies_once_a_review(store: Store) -> None:
    def work(unit: Unit) -> None:
        _, member, review = serving(unit)
        replies.give(unit, review, member, "Too long", DAY, NOW)
        (reply,) = replies.replies(unit, review)
        assert (reply.heard, reply.talk_on, reply.given_at) == ("Too long", DAY, NOW)
        with pytest.raises(sa.exc.IntegrityError), unit.begin_nested():
            replies.give(unit, review, member, "Again", None, NOW)

    await store.transact(work)


async def test_an_action_is_settled_changed_and_opens_the_next_review(store: Store) -> None:
    def work(unit: Unit) -> None:
        _, member, review = serving(unit)
        about = reviews.review(unit, review)
        assert about.assignment_id is not None
        replies.promise(unit, review, member, "Minutes", Owner.BROKER, DAY)
        replies.promise(unit, review, member, "Ideas", Owner.PARTNERS, None)
        first, second = replies.actions(unit, review)
        assert (first.became, second.until) == (Became.OPEN, None)
        replies.settle(unit, first.id, Became.DONE)
        later = DAY + timedelta(days=30)
        replies.change(unit, second.id, "One idea", later)
        done, changed = replies.actions(unit, review)
        assert done.became is Became.DONE and done.until == DAY
        assert (changed.text, changed.until, changed.became) == ("One idea", later, Became.CHANGED)
        assert replies.promised_before(unit, review) == []
        following = review_about(unit, about.partnership_id, about.assignment_id, member)
        assert replies.promised_before(unit, following) == [done, changed]
        replies.tell_done(unit, following)
        assert replies.promised_before(unit, following) == [done, changed], "said once"
        third = review_about(unit, about.partnership_id, about.assignment_id, member)
        assert replies.promised_before(unit, third) == [changed], "and then it rests"
        replies.settle(unit, second.id, Became.DONE)
        (late,) = replies.promised_before(unit, third)
        assert late.became is Became.DONE, "done while the third was open: not said yet"
        fourth = review_about(unit, about.partnership_id, about.assignment_id, member)
        replies.tell_done(unit, fourth)
        assert replies.promised_before(unit, fourth) == [late]
        _, _, other = serving(unit, "Agus Salim")
        assert replies.promised_before(unit, other) == [], "a successor starts afresh"

    await store.transact(work)


async def test_a_forgotten_broker_takes_replies_and_actions_along(store: Store) -> None:
    def work(unit: Unit) -> None:
        person, member, review = serving(unit)
        _, other, others = serving(unit, "Agus Salim")
        for who, about in ((member, review), (other, others)):
            replies.give(unit, about, who, "Too long", None, NOW)
            replies.promise(unit, about, who, "Minutes", Owner.BROKER, DAY)
        take_results(unit, review)
        forget(unit, person, NOW)
        assert replies.replies(unit, review) == [] == replies.actions(unit, review)
        assert replies.replies(unit, others) and replies.actions(unit, others)

    await store.transact(work)


async def test_a_reply_among_several_brokers_goes_with_its_author(store: Store) -> None:
    def work(unit: Unit) -> None:
        person, member, _ = serving(unit)
        _, other, others = serving(unit, "Agus Salim")
        for who in (member, other):
            replies.give(unit, others, who, "Too long", None, NOW)
        forget(unit, person, NOW)
        assert [reply.member for reply in replies.replies(unit, others)] == [other]

    await store.transact(work)


async def test_whoever_has_offered_to_listen_can_be_forgotten_and_reads_it(store: Store) -> None:
    def work(unit: Unit) -> None:
        person, member, review = serving(unit)
        group = reviews.review(unit, review).partnership_id
        partnerships.set_partnership(unit, group, "listener", "Ratna Dewi", "Budi", NOW)
        partnerships.set_partnership(unit, group, "listener", "Sinta", "Budi", NOW)
        partnerships.set_partnership(unit, group, "listener", "Ratna Dewi", "Budi", NOW)
        replies.give(unit, review, member, "Too long", DAY, NOW)
        replies.promise(unit, review, member, "Minutes", Owner.BROKER, DAY)
        found = kept(unit, person)
        assert found["offered_to_talk_in"] == ["Water"]
        assert [line["heard"] for line in found["replies_as_broker"]] == ["Too long"]
        assert [line["text"] for line in found["actions_as_broker"]] == ["Minutes"]
        forget(unit, person, NOW)
        assert partnerships.partnership(unit, group).listener == ""
        log = partnerships.settings_log(unit, group)
        assert [line[3:] for line in log] == [("", ""), ("", "Sinta"), ("Sinta", "")]

    await store.transact(work)
