"""Telegram as a platform: the real SDK against the strict double."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from telegram.error import InvalidToken

from adapters.telegram import outgoing
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from dialogues.errors import MessageGone, NotNow, RetryLater, UnknownOutcome, Unreachable
from dialogues.markup import Value
from dialogues.messages import (
    Added,
    Command,
    File,
    Incoming,
    Moved,
    Outgoing,
    Spot,
    Tap,
    Text,
)
from dialogues.ports import Adapter
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits, User
from tests.doubles.telegram_spec import check_markup
from tests.doubles.telegram_text import parse_html
from tests.doubles.waiting import PATIENCE, until

TOKEN = "123456:double"
FREE = Limits((1000, 1.0), (1000, 1.0), (1000, 1.0))
MENU = {"": [("help", "what you can do")], "id": [("help", "yang dapat Anda lakukan")]}


class Script:
    """A handler that notes what it is told and answers as the test says."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.noted: list[tuple[str, str]] = []
        self.answer: Callable[[Incoming], Sequence[Outgoing]] = lambda event: ()
        self.failing: list[Exception] = []
        self.slow = 0.0
        self.done = 0

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.heard.append(incoming)
        if self.failing:
            raise self.failing.pop(0)
        await asyncio.sleep(self.slow)
        self.done += 1
        return self.answer(incoming)

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        self.noted.append((outgoing.text, message))

    async def hears(self, count: int) -> None:
        await until(lambda: len(self.heard) >= count, PATIENCE, lambda: f"heard only {self.heard}")


@asynccontextmanager
async def running(
    tg: TelegramDouble, script: Script, token: str = TOKEN
) -> AsyncIterator[Telegram]:
    adapter = Telegram(token, f"http://127.0.0.1:{tg.port}", MENU, MENU, MENU, Pace(0, 0, 0))
    up = asyncio.Event()
    task = asyncio.create_task(adapter.run(script, up.set))
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if task.done():
            task.result()
        yield adapter
    finally:
        task.cancel()
        await asyncio.wait([task])
        await adapter.close()


@pytest.fixture
async def tg() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(TOKEN, limits=FREE) as double:
        yield double


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def telegram(tg: TelegramDouble, script: Script) -> AsyncIterator[Telegram]:
    async with running(tg, script) as adapter:
        yield adapter


async def sari(tg: TelegramDouble, script: Script) -> tuple[User, Spot]:
    """Somebody who has said hello."""
    user = tg.user("Sari", last_name="Wulandari", language_code="id")
    await user.send("/start")
    await until(lambda: script.done >= 1, PATIENCE, lambda: script.heard)
    script.heard.clear()
    return user, Spot("telegram", str(user.id))


# What people do


async def test_it_is_an_adapter(telegram: Telegram, tg: TelegramDouble) -> None:
    adapter: Adapter = telegram
    assert adapter.installation == "telegram" and adapter.ability.erases
    assert adapter.join_link("7Q2MX4") == "https://t.me/DoubleBot?start=7Q2MX4"
    assert adapter.join_link("") == "https://t.me/DoubleBot"
    assert "startgroup" in adapter.group_link()
    languages = {key.split('"')[-2] for key in tg.commands}
    assert languages == {"", "id"} and len(tg.commands) == 6
    assert {json.loads(key)[0]["type"] for key in tg.commands} == {
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    }
    tg.assert_clean()


async def test_commands_are_offered_by_scope_and_language(
    telegram: Telegram, tg: TelegramDouble
) -> None:
    """In private chats, in groups, and to a group's administrators; English for all others."""
    kinds = ("all_private_chats", "all_group_chats", "all_chat_administrators")
    offered = {
        (json.loads(key)[0]["type"], json.loads(key)[1]): menu for key, menu in tg.commands.items()
    }
    assert set(offered) == {(kind, language) for kind in kinds for language in ("", "id")}
    for (_, language), menu in offered.items():
        told = [(entry["command"], entry["description"]) for entry in menu]
        assert told == MENU[language]
    tg.assert_clean()


async def test_words_and_commands(telegram: Telegram, tg: TelegramDouble, script: Script) -> None:
    user = tg.user("Sari", last_name="Wulandari", language_code="id")
    await user.send("/start 7Q2MX4")
    await user.send("/review@DoubleBot start responsibilities")
    await user.send("/review@OtherBot start")
    await user.send("a < b & *c*")
    await user.send(photo=[{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}])
    await script.hears(4)
    events = [i.event for i in script.heard]
    assert events[:2] == [
        Command("start 7Q2MX4"),
        Command("review start responsibilities"),
    ]
    assert [e.body for e in events if isinstance(e, Text)] == ["a < b & *c*", ""]
    first = script.heard[0]
    assert (first.name, first.language, first.private) == ("Sari Wulandari", "id", True)
    assert first.chat == Spot("telegram", str(user.id)) and first.sender.user == str(user.id)
    assert len({i.key for i in script.heard}) == 4
    tg.assert_clean()


async def test_somebody_without_a_username_is_mentioned(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    text = "/broker appoint 😀 Ratna Dewi kind external"
    ratna = {"id": 777, "is_bot": False, "first_name": "Ratna", "last_name": "Dewi"}
    entity = {"type": "text_mention", "offset": 19, "length": 10, "user": ratna}
    message = tg.new_message(user.chat, user.info, text=text, entities=[entity])
    await tg.push({"message": message})
    await script.hears(1)
    assert script.heard[0].event == Command("broker appoint 😀 @777 kind external")
    assert script.heard[0].mentions == {"777": "Ratna Dewi"}


async def test_a_group_is_left_in_peace(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    group = await tg.group("Water", user)
    await script.hears(1)
    joined = script.heard[0]
    assert joined.event == Added() and not joined.private
    assert joined.chat == Spot("telegram", str(group.id))
    await user.send("good morning", chat=group)
    await user.send("/review@DoubleBot status", chat=group)
    await script.hears(2)
    assert script.heard[1].event == Command("review status")
    moved = tg.new_message(group, user.info, migrate_to_chat_id=-100500)
    await tg.push({"message": moved})
    await script.hears(3)
    assert script.heard[2].event == Moved("-100500") and script.heard[2].chat == joined.chat


async def test_a_tap_is_answered_and_its_message_edited(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    first = await telegram.send(Outgoing(spot, "**One**", (("Yes", "r:1:begin"),)))
    script.answer = lambda event: [Outgoing(event.chat, "Two", replaces=event.message)]
    await user.press("Yes")
    tap = script.heard[0]
    assert tap.event == Tap("r:1:begin") and tap.message == first
    await user.wait("Two")
    assert [m["text"] for m in user.seen()] == ["Two"]
    assert "reply_markup" not in user.seen()[0]
    await until(lambda: script.noted == [("Two", first)], PATIENCE, lambda: str(script.noted))
    tg.assert_clean()


async def test_a_tap_that_cannot_be_confirmed_any_more_is_decided_all_the_same(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    """After a night without us Telegram takes no confirmation of an old tap."""
    user, spot = await sari(tg, script)
    await telegram.send(Outgoing(spot, "Well?", (("Agree", "r:1:pick:0:3"),)))
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    tg.fail("answerCallbackQuery", "error", code=400, description=old)
    script.answer = lambda event: [Outgoing(event.chat, "Next.", replaces=event.message)]
    await user.press("Agree", wait=0)
    await user.wait("Next.")
    assert script.heard[-1].event == Tap("r:1:pick:0:3")


async def test_a_picture_is_no_answer_and_is_never_fetched(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    size = {"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}
    await user.send(photo=[size])
    await user.send(photo=[size], caption="Our meeting")
    await script.hears(2)
    assert [e.event.body for e in script.heard if isinstance(e.event, Text)] == ["", "Our meeting"]
    assert "getFile" not in {call["method"] for call in tg.calls}
    tg.assert_clean()


async def test_what_is_repeated_is_handled_once(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    await telegram.send(Outgoing(spot, "One", (("Yes", "t"),)))
    tg.duplicate(2)
    await user.press("Yes")
    await user.send("once")
    tg.reorder(2)
    await user.send("first")
    await user.send("second")
    await script.hears(4)
    update = tg.new_message(user.chat, user.info, text="again")
    await tg.push({"message": update})
    await tg.push({"message": update})
    await user.send("last")
    await script.hears(6)
    bodies = [i.event.body for i in script.heard if isinstance(i.event, Text)]
    assert bodies == ["once", "second", "first", "again", "last"]
    assert len({i.key for i in script.heard}) == 6
    tg.assert_clean()


async def test_a_repeat_after_a_restart_has_the_same_key(
    tg: TelegramDouble, script: Script
) -> None:
    """Then the handler knows it by its key."""
    async with running(tg, script):
        user, _ = await sari(tg, script)
        message = tg.new_message(user.chat, user.info, text="again")
        await tg.push({"message": message})
        await script.hears(1)
    async with running(tg, script):
        await tg.push({"message": message})
        await until(
            lambda: [i.key for i in script.heard].count(script.heard[0].key) >= 2, PATIENCE, str
        )


async def test_typed_words_are_taken_out_of_the_chat(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    script.answer = lambda event: [Outgoing(event.chat, "Kept.", erases=event.message)]
    typed = await user.send("my very own words")
    await user.wait("Kept.")
    await until(
        lambda: typed["message_id"] not in user.chat.messages, PATIENCE, lambda: "still there"
    )
    tg.assert_clean()


# What goes wrong


async def test_an_update_nobody_can_read_is_skipped(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    with capture_logs() as logs:
        await tg.push({"message": {"message_id": "x", "text": "a secret", "chat": 5}})
        await tg.push({"something_new": {"text": "a secret"}})
        await user.send("after")
        await script.hears(1)
    assert script.heard[0].event == Text("after")
    assert "update_skipped" in [entry["event"] for entry in logs]
    assert "secret" not in str(logs)


async def test_a_handler_that_breaks_does_not_block_anybody(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    await telegram.send(Outgoing(spot, "One", (("Yes", "t"),)))
    script.failing = [RuntimeError("a secret")] * 3
    with capture_logs() as logs:
        await user.press("Yes", wait=5)
        await user.send("after")
        await script.hears(4)
    assert script.heard[3].event == Text("after")
    assert len({i.key for i in script.heard[:3]}) == 1
    assert "secret" not in str(logs)
    tg.assert_clean()


async def test_a_database_that_is_away_is_waited_for(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, _ = await sari(tg, script)
    script.failing = [NotNow()] * 4
    script.answer = lambda event: [Outgoing(event.chat, "Heard.")]
    before = script.done
    await user.send("patience")
    await user.wait("Heard.")
    assert script.done == before + 1
    tg.assert_clean()


async def test_every_way_a_send_can_end(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    _, spot = await sari(tg, script)
    stranger = tg.user("Stranger")
    with pytest.raises(Unreachable):
        await telegram.send(Outgoing(Spot("telegram", str(stranger.id)), "x"))
    with pytest.raises(Unreachable):
        await telegram.send(Outgoing(Spot("telegram", "404404"), "x"))
    first = await telegram.send(Outgoing(spot, "same"))
    assert await telegram.send(Outgoing(spot, "same", replaces=first)) == first
    for gone in ("99999", "playground-id"):
        with pytest.raises(MessageGone):
            await telegram.send(Outgoing(spot, "x", replaces=gone))
    tg.fail("sendMessage", "error", code=429, description="Too Many", retry_after=7)
    with pytest.raises(RetryLater) as patience:
        await telegram.send(Outgoing(spot, "x"))
    assert patience.value.seconds == 7
    with pytest.raises(RetryLater):
        await telegram.send(Outgoing(spot, "x"))


async def test_what_may_have_arrived_is_not_sent_again(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    tg.fail("sendMessage", "reset_after")
    with pytest.raises(UnknownOutcome):
        await telegram.send(Outgoing(spot, "perhaps"))
    assert [m["text"] for m in user.seen()] == ["perhaps"]
    tg.fail("sendMessage", "reset")
    with pytest.raises(UnknownOutcome):
        await telegram.send(Outgoing(spot, "perhaps not"))
    tg.fail("sendMessage", "http", code=502)
    with pytest.raises(RetryLater):
        await telegram.send(Outgoing(spot, "no"))
    shown = str(user.seen()[0]["message_id"])
    tg.fail("editMessageText", "reset_after")
    with pytest.raises(RetryLater):
        await telegram.send(Outgoing(spot, "edited", replaces=shown))
    assert await telegram.send(Outgoing(spot, "edited", replaces=shown)) == shown


async def test_somebody_who_blocked_the_bot(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    await user.block()
    with pytest.raises(Unreachable):
        await telegram.send(Outgoing(spot, "x"))
    await user.block(False)
    assert await telegram.send(Outgoing(spot, "x"))


async def test_a_wrong_token_is_raised_without_itself(
    tg: TelegramDouble, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(InvalidToken):
        async with running(tg, script, "123456:wrong"):
            pass
    assert "123456:wrong" not in "".join(r.name for r in caplog.records)


async def test_stopping_lets_a_decision_and_its_reply_finish(
    tg: TelegramDouble, script: Script
) -> None:
    async with running(tg, script):
        user, _ = await sari(tg, script)
        script.slow = 0.4
        script.answer = lambda event: [Outgoing(event.chat, "Kept.")]
        before = script.done
        await user.send("just before the end")
        await script.hears(1)
    assert script.done == before + 1
    assert [m["text"] for m in user.seen()] == ["Kept."]


async def test_nobody_elses_slowness(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    """One person's slow chat does not keep another's reply back."""
    user, _ = await sari(tg, script)
    budi = tg.user("Budi")
    tg.fail("sendMessage", "hang", seconds=5, chat_id=user.id)
    script.answer = lambda event: [Outgoing(event.chat, "Heard.")]
    await user.send("slow")
    await budi.send("quick")
    await budi.wait("Heard.", timeout=4.5)  # before the other one's ends


# What people see


async def test_a_locked_screen_shows_the_preview_only(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    private = Outgoing(spot, "About **Ratna**", (("Begin", "t"),), preview="A check-in is waiting")
    await telegram.send(private)
    shown = [m["text"] for kind, m in user.chat.log if kind == "sent"]
    assert shown == ["A check-in is waiting"]
    assert [m["text"] for m in user.seen()] == ["About Ratna"]
    tg.fail("editMessageText", "error", code=429, description="Too Many", retry_after=1)
    await telegram.send(private)
    assert [m["text"] for m in user.seen()] == ["About Ratna", "About Ratna"]
    tg.fail("editMessageText", "error", code=400, description="Bad Request: broken", times=9)
    with pytest.raises(UnknownOutcome):
        await telegram.send(private)
    assert [m["text"] for m in user.seen()] == ["About Ratna", "About Ratna"]


async def test_pictures_and_pages(telegram: Telegram, tg: TelegramDouble, script: Script) -> None:
    user, spot = await sari(tg, script)
    files = (
        File("summary.png", "image/png", b"png", "The summary as a picture"),
        File("the report.html", "text/html", b"<p>"),
    )
    message = await telegram.send(Outgoing(spot, "The report", (("More", "t"),), files))
    assert str(user.seen()[0]["message_id"]) == message
    assert user.seen()[1]["caption"] == "The summary as a picture"
    assert user.seen()[2]["document"]["file_name"] == "the report.html"
    assert {data for _, data in tg.files.values()} == {b"png", b"<p>"}
    tg.assert_clean()


async def test_a_long_message_comes_in_parts_with_the_buttons_last(
    telegram: Telegram, tg: TelegramDouble, script: Script
) -> None:
    user, spot = await sari(tg, script)
    text = "\n\n".join(f"**{n}** " + "word " * 100 for n in range(30))
    last = await telegram.send(Outgoing(spot, text, (("Go on", "t"),)))
    seen = user.seen()
    assert len(seen) > 3 and str(seen[-1]["message_id"]) == last
    assert ["reply_markup" in m for m in seen] == [False] * (len(seen) - 1) + [True]
    assert "".join("".join(m["text"] for m in seen).split()) == "".join(
        text.replace("*", "").split()
    )
    tg.assert_clean()


NASTY = st.text(
    st.one_of(
        st.sampled_from("<&>_*[]()~`>#+-=|{}.!\\\"'  \n😀ء"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    max_size=300,
)


@given(st.lists(NASTY, max_size=4))
def test_any_value_comes_out_as_it_is(values: list[str]) -> None:
    text = "\n\n".join(f"**Name:** {Value(value).__html__()}" for value in values)
    plain = " ".join(parse_html(part)[0] for part in outgoing.parts(text))
    wanted = " ".join(f"Name: {' '.join(value.split())}" for value in values)
    assert " ".join(plain.split()) == " ".join(wanted.split())


@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60
            ),
            st.just("r:1:pick:0:1"),
        ),
        max_size=60,
    )
)
def test_any_buttons_make_a_keyboard(buttons: list[tuple[str, str]]) -> None:
    made = outgoing.keyboard(tuple(buttons))
    if made is None:
        assert not buttons
        return
    data: Any = json.loads(made)
    check_markup({"inline_keyboard": [list(row) for row in data["inline_keyboard"]]})
    assert [b["text"] for row in data["inline_keyboard"] for b in row] == [b for b, _ in buttons]
