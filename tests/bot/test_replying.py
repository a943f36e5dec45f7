"""The broker's reply in a whole Titian: who reads it when, and every way in which it is refused."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]
WORDS = {"u0": "Shorter meetings would help all of us.", "u1": "Thank you for your patience."}
HEARD = "Relations work well and new ideas are missing"
DAY = "14 December"


async def closed(world: Any, answers: int = 6, purpose: str = "") -> None:
    """A live check-in about ratna has closed; she reads alone."""
    await world.founded(PEOPLE)
    await world.says("budi", f"/review start responsibilities for 2h {purpose}".strip())
    await world.taps("budi", "Start")
    for user in PEOPLE[:answers]:
        await world.taps(user, "All on one page")
        words = {"text": WORDS[user]} if user in WORDS else {}
        await world.fills(user, {"r1": ("4",), **words})
    await world.forward(hours=3)


async def written(world: Any, until: str = "11 December", talk: str = "") -> None:
    """Everything but the last tap."""
    await world.taps("ratna", "Reply to the group")
    for words in (HEARD, "Minutes within two days"):
        await world.says("ratna", words)
    await world.taps("ratna", "I do")
    await world.says("ratna", until)
    await world.taps("ratna", "No more actions")
    await (world.says("ratna", talk) if talk else world.taps("ratna", "Skip"))


async def replied(world: Any, **more: str) -> None:
    await written(world, **more)
    await world.taps("ratna", "Send the reply")


def read(world: Any, user: str, words: str) -> list[Any]:
    return [m for m in world.room.transcript(user) if words in m.text and not m.author]


async def rows(world: Any, table: str) -> list[Any]:
    def look(unit: Any) -> list[Any]:
        return list(unit.connection().execute(sa.text(f"SELECT * FROM {table}")).all())

    found: list[Any] = await world.app.store.read(look)
    return found


async def test_it_goes_out_at_once_to_everybody_who_was_asked_and_once_to_each(world: Any) -> None:
    await closed(world)
    assert not read(world, "budi", "What partners said") and not read(world, "u7", HEARD)
    await replied(world)
    (report,) = read(world, "budi", "What partners said")
    assert HEARD in report.text and "Minutes within two days (Ratna" in report.text
    for user in PEOPLE:  # whether they answered or not
        (told,) = read(world, user, HEARD)
        assert "You value" in told.text and "Shorter meetings" not in told.text
    await world.forward(days=5)
    assert len(read(world, "budi", HEARD)) == 1
    assert all(len(read(world, user, "what came of")) == 1 for user in PEOPLE)


async def test_the_day_of_the_talk_comes_as_a_file_for_the_calendar(world: Any) -> None:
    await closed(world)
    await replied(world, talk=DAY)
    for user in ("ratna", "budi", "u7"):
        found = [f for m in world.room.transcript(user) for f in m.files if f.name == "talk.ics"]
        (event,) = Calendar.from_ical(found[-1].content).events
        assert str(event.start) == "2026-12-14" and "Water for Bima" in str(event["SUMMARY"])
        assert "mailto" not in found[-1].content.decode()


async def test_without_a_reply_partners_hear_after_three_days_and_then_the_reply(
    world: Any,
) -> None:
    await closed(world)
    await world.forward(days=5)
    for user in PEOPLE:
        (told,) = read(world, user, "what came of")
        assert "Ratna has not replied yet." in told.text
    await replied(world)
    for user in ("budi", *PEOPLE):
        (told,) = read(world, user, HEARD)
        assert "reply to “The four responsibilities”" in told.text


async def test_below_the_minimum_there_is_a_reply_and_no_result(world: Any) -> None:
    await closed(world, answers=2)
    await replied(world)
    (told,) = read(world, "budi", "fewer people answered than needed")
    assert HEARD in told.text
    for user in PEOPLE:
        (reply,) = read(world, user, HEARD)
        assert "You value" not in reply.text
    assert len(read(world, "budi", HEARD)) == 1


async def test_a_comment_is_not_quoted_to_the_group(world: Any) -> None:
    await closed(world, answers=8)
    await world.taps("ratna", "Reply to the group")
    await world.says("ratna", "You said: shorter meetings would help all of us")
    await world.says("ratna", "Minutes")
    await world.taps("ratna", "I do")
    await world.says("ratna", "11 December")
    await world.taps("ratna", "No more actions")
    await world.taps("ratna", "Skip")
    assert "also stands in a comment" in world.last("ratna")
    labels = dict(world.room.transcript("ratna")[-1].buttons)
    assert "Change" in labels and "Send the reply" not in labels
    await world.taps("ratna", "Change")
    await world.taps("ratna", "What you heard")
    await world.says("ratna", "Meetings take long")
    await world.taps("ratna", "Send the reply")
    assert read(world, "u1", "Meetings take long")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31 February", "as a day"),
        ("2026-11-01", "is in the past"),
        ("31 January 2031", "more than two years away"),
        ("soon", "as a day"),
    ],
)
async def test_a_day_that_cannot_be_is_refused_with_an_example(
    world: Any, typed: str, said: str
) -> None:
    await closed(world)
    await world.taps("ratna", "Reply to the group")
    for words in (HEARD, "Minutes"):
        await world.says("ratna", words)
    await world.taps("ratna", "I do")
    await world.says("ratna", typed)
    assert said in world.last("ratna")
    assert re.search(r"1 December|31 January\.", world.last("ratna"))
    await world.says("ratna", "11 December")
    assert "A second action?" in world.last("ratna"), "nothing was lost"


async def test_only_the_broker_whom_it_is_about_replies_and_once(world: Any) -> None:
    await closed(world)
    for user in ("budi", "u0"):
        await world.says(user, "/feedback reply of 1")
        assert "Only a broker can do that here" in world.last(user)
    world.person("stranger", "Stranger")
    await world.says("stranger", "/feedback reply of 1")
    assert "You do not take part" in world.last("stranger")
    await replied(world)
    for words in ("/feedback reply", "/feedback reply of 1"):
        await world.says("ratna", words)
        assert "You have replied to “The four responsibilities” already" in world.last("ratna")
    await world.says("ratna", "/feedback")
    assert "Reply to the group" not in dict(world.room.transcript("ratna")[-1].buttons)
    assert len(await rows(world, "reply")) == 1


async def test_two_forms_at_the_same_time_make_one_reply(world: Any) -> None:
    await closed(world)
    await written(world)
    before = world.carrying("ratna", "Send the reply")
    await world.room.tap("ratna", before, "Send the reply")
    with pytest.raises(KeyError):  # the button is gone with the first tap
        await world.room.tap("ratna", before, "Send the reply")
    await world.app.ticker.tick()
    assert len(await rows(world, "reply")) == 1 and len(await rows(world, "action")) == 1


@pytest.mark.parametrize("end", ["cancelled", "open"])
async def test_there_is_nothing_to_reply_to(world: Any, end: str) -> None:
    await world.founded(PEOPLE)
    await world.says("ratna", "/feedback reply")
    assert "There is nothing to reply to" in world.last("ratna")
    await world.says("budi", "/review start responsibilities for 2h")
    await world.taps("budi", "Start")
    if end == "cancelled":
        await world.says("budi", "/review cancel")
        await world.taps("budi", "Yes, cancel it")
    for words in ("/feedback reply", "/feedback reply of 1"):
        await world.says("ratna", words)
        assert "There is nothing to reply to" in world.last("ratna")


async def test_a_successor_can_neither_read_nor_reply(world: Any) -> None:
    await closed(world)
    await world.says("budi", "/broker end")
    await world.taps("budi", "End the service")
    await world.says("budi", "/broker appoint @u0 kind external by partnership")
    for label in ("Open-ended", "Not specified", "Skip", "Record"):
        await world.taps("budi", label)
    await world.taps("u0", "I agree")
    for words in ("/feedback reply of 1", "/feedback reply"):
        await world.says("u0", words)
        assert "There is nothing to reply to" in world.last("u0")
    await world.says("u0", "/feedback of 1")
    assert "value" not in world.last("u0") and HEARD not in world.last("u0")
    await replied(world)  # the former broker still can, and reads their report
    assert read(world, "u1", HEARD)
    await world.says("ratna", "/feedback")
    assert "What your partners said" in world.last("ratna")


async def test_whoever_has_left_replies_no_more_and_takes_the_report_along(world: Any) -> None:
    await closed(world)
    await world.says("ratna", "/leave")
    await world.taps("ratna", "Leave")
    await world.says("ratna", "/feedback reply of 1")
    assert "You do not take part" in world.last("ratna")
    await world.says("ratna", "/feedback")
    assert "What your partners said" in world.last("ratna"), "the reports went along"


async def test_a_forgotten_broker_leaves_no_word_of_it(world: Any) -> None:
    await closed(world)
    await replied(world, talk=DAY)
    await world.says("ratna", "/forget me")
    await world.taps("ratna", "Yes, erase everything")
    assert await rows(world, "reply") == [] == await rows(world, "action")
    assert HEARD not in str(await rows(world, "outbox"))
    await world.forward(days=20)
    assert not read(world, "ratna", "What became of it?")


async def test_a_formal_reply_goes_to_the_readers_and_promises_nothing(world: Any) -> None:
    await world.founded(PEOPLE)
    await world.says("budi", "/review start responsibilities for 2h purpose formal")
    for label in ("No further ones", "The coordinator", "The coordinator"):
        await world.taps("budi", label)
    await world.taps("budi", "A short summary and the agreed actions")
    await world.taps("budi", "Start")
    for user in PEOPLE[:6]:
        await world.taps(user, "All on one page")
        await world.fills(user, {"r1": ("4",)})
    await world.forward(hours=3)
    await world.taps("ratna", "Reply to the group")
    await world.says("ratna", HEARD)
    assert "What is promised is agreed in the talk." in world.last("ratna")
    await world.taps("ratna", "Send the reply")
    (report,) = read(world, "budi", "What partners said")
    assert HEARD in report.text
    await world.forward(days=5)
    assert not any(read(world, user, HEARD) for user in PEOPLE), "partners get what is agreed"
    await world.says("budi", "/review conclude Minutes within two days; Ratna Dewi; 11 December")
    await world.taps("budi", "Write down what was agreed")
    await world.forward(days=9)
    (asked,) = read(world, "ratna", "What became of it?")
    assert "Minutes within two days" in asked.text


async def test_nobody_to_reply_to_where_only_the_broker_reads(world: Any) -> None:
    await world.founded(PEOPLE)
    await world.says("budi", "/review start responsibilities for 2h purpose formal")
    for label in ("No further ones", "Nobody else", "The coordinator"):
        await world.taps("budi", label)
    await world.taps("budi", "A short summary and the agreed actions")
    await world.taps("budi", "Start")
    for user in PEOPLE[:6]:
        await world.taps(user, "All on one page")
        await world.fills(user, {"r1": ("4",)})
    await world.forward(hours=3)
    assert "Reply to the group" not in dict(world.room.transcript("ratna")[-1].buttons)
    await world.says("ratna", "/feedback reply")
    assert "Nobody but you reads this report" in world.last("ratna")
