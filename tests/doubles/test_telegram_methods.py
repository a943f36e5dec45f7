"""What Telegram lets a bot do with messages, chats, updates and files."""

import asyncio
from typing import Any

import aiohttp
import pytest
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.doubles.ptb_bot import TOKEN, Caller, refused, seconds

pytestmark = [
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
    pytest.mark.filterwarnings("ignore:Please use 'Bot"),
]


async def fetch(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.json()


def one(**action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("A", **action)]])


async def test_messages_and_chats(caller: Caller) -> None:
    bot, alice = caller.bot, caller.alice
    await refused(BadRequest, "replied not found", caller.send(reply_to_message_id=9999))
    message = await caller.send(reply_to_message_id=1)
    assert message.reply_to_message and message.reply_to_message.text == "/start"
    await caller.send(reply_to_message_id=9999, allow_sending_without_reply=True)
    await refused(BadRequest, "is not modified", message.edit_text("x"))
    await message.edit_text("y", reply_markup=one(callback_data="x"))
    await refused(BadRequest, "edit not found", bot.edit_message_text("z", alice.id, 9999))
    await refused(BadRequest, "can't be edited", bot.edit_message_text("z", alice.id, 1))
    await refused(BadRequest, "inline messages", bot.edit_message_text("z", inline_message_id="1"))
    forced = {"reply_markup": {"force_reply": True}}
    await refused(
        BadRequest, "has no field 'force_reply'", message.edit_text("z", api_kwargs=forced)
    )
    await message.edit_reply_markup(None)
    await message.delete()
    await refused(BadRequest, "delete not found", message.delete())
    assert [what for what, _ in alice.chat.log][-3:] == ["edited", "edited", "deleted"]
    stranger = caller.tg.user("Stranger")
    await refused(Forbidden, "can't initiate conversation", caller.send(to=stranger))
    await refused(BadRequest, "chat not found", bot.send_message(404, "x"))
    await alice.block()
    await refused(Forbidden, "blocked by the user", caller.send())
    await alice.block(False)
    await caller.send()
    await refused(
        BadRequest, "does not emulate getUserProfilePhotos", bot.get_user_profile_photos(1)
    )
    assert await bot.send_chat_action(alice.id, "typing")
    caller.clock.forward(3)
    assert (await bot.send_dice(alice.id, api_kwargs={})).text == "[sendDice]"


async def test_groups(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    bob = tg.user("Bob", language_code="id")
    group = await tg.group("Team", alice, bob)
    assert (await bot.get_chat(group.id)).title == "Team"
    assert (await bot.get_chat_member(group.id, alice.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, bob.id)).status == "member"
    assert (await bot.get_chat_administrators(group.id))[0].user.first_name == "Alice"
    await refused(BadRequest, "PARTICIPANT_ID_INVALID", bot.get_chat_member(group.id, 404))
    tg.assert_clean()
    await tg.kick_bot(group, alice)
    await refused(Forbidden, "kicked from the supergroup", bot.send_message(group.id, "x"))
    other = await tg.group("Other", alice)
    assert await bot.leave_chat(other.id)
    await refused(Forbidden, "kicked", bot.send_message(other.id, "x"))
    other.bot_in, other.type = True, "channel"
    menu = ReplyKeyboardMarkup([["A"]])
    call = bot.send_message(other.id, "x", reply_markup=menu)
    await refused(BadRequest, "reply keyboards are not available in channels", call)


async def test_callback_queries(caller: Caller) -> None:
    bot = caller.bot
    await caller.send(reply_markup=one(callback_data="x"))
    await refused(BadRequest, "too old", bot.answer_callback_query("77"))
    await caller.alice.press("A", wait=0)
    await refused(BadRequest, "MESSAGE_TOO_LONG", bot.answer_callback_query("1", "x" * 201))
    await bot.answer_callback_query("1")
    await refused(BadRequest, "too old", bot.answer_callback_query("1"))
    await caller.alice.press("A", wait=0)
    caller.clock.forward(16)
    await refused(BadRequest, "too old", bot.answer_callback_query("2"))


async def test_commands_and_webhooks(caller: Caller) -> None:
    bot = caller.bot
    for command, words in (
        (BotCommand("Start", "x"), "BOT_COMMAND_INVALID"),
        (BotCommand("start", ""), "BOT_COMMAND_DESCRIPTION_INVALID"),
    ):
        await refused(BadRequest, words, bot.set_my_commands([command]))
    start = BotCommand("start", "x")
    await refused(BadRequest, "BOT_COMMANDS_TOO_MUCH", bot.set_my_commands([start] * 101))
    assert await bot.set_my_commands([start])
    assert await bot.get_my_commands() == (start,)
    assert await bot.get_my_commands(language_code="id") == ()
    assert await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    await refused(BadRequest, "HTTPS URL must", bot.set_webhook("http://a.b"))
    await refused(BadRequest, "unallowed", bot.set_webhook("https://a.b", secret_token="é"))
    await bot.set_webhook("http://127.0.0.1:9/", drop_pending_updates=True)
    assert (await bot.get_webhook_info()).url and not caller.tg.updates
    await refused(Conflict, "webhook is active", bot.get_updates())
    assert await bot.delete_webhook()


async def test_polling(caller: Caller) -> None:
    bot, alice = caller.bot, caller.alice
    assert [u.update_id for u in await bot.get_updates()] == [1000]
    assert await bot.get_updates(offset=1001) == ()
    first = asyncio.ensure_future(bot.get_updates(1001, timeout=5))
    await asyncio.sleep(0.1)
    call = f"{caller.tg.base_url}{TOKEN}/getUpdates?offset=1001&timeout=5"
    second = asyncio.ensure_future(fetch(call))
    await refused(Conflict, "only one bot instance", first)
    assert "getUpdates: two pollers at once" in caller.tg.violations
    await alice.send("one")
    await alice.send("two")
    assert (await second)["ok"]
    assert len(await bot.get_updates(limit=1)) == 1
    assert (await fetch(f"{caller.tg.base_url}123456:wrong/getMe"))["description"] == "Unauthorized"


async def test_flood_limits(caller: Caller) -> None:
    tg, bot, alice, clock = caller.tg, caller.bot, caller.alice, caller.clock
    group = await tg.group("Team", alice)
    await caller.send()
    await refused(RetryAfter, "Flood", bot.send_message(alice.id, "x"))
    tg.assert_clean()
    assert tg.calls[-1]["error"] == "Too Many Requests: retry after 1"
    clock.forward(0.5)
    await refused(RetryAfter, "Flood", bot.send_message(alice.id, "x"))
    assert "before retry_after" in tg.violations.pop()
    tg.limits.shared = True
    await refused(RetryAfter, "Flood", bot.send_message(alice.id, "x"))
    tg.assert_clean()
    for _ in range(20):
        clock.forward(0.1)
        await bot.send_message(group.id, "x")
    error = await refused(RetryAfter, "Flood", bot.send_message(group.id, "x"))
    assert 55 < seconds(error.retry_after) <= 60
    clock.forward(60)
    crowd = [tg.user(f"U{i}") for i in range(31)]
    for user in crowd:
        await user.send("hi")
    for user in crowd[:30]:
        await bot.send_message(user.id, "x")
    await refused(RetryAfter, "Flood", bot.send_message(crowd[30].id, "x"))


async def test_faults(caller: Caller) -> None:
    tg, alice = caller.tg, caller.alice
    tg.fail("sendMessage", "error", code=429, description="Too Many Requests", retry_after=7)
    assert seconds((await refused(RetryAfter, "Flood", caller.send())).retry_after) == 7
    tg.fail("sendMessage", "error", code=403, description="Forbidden: user is deactivated")
    tg.fail("sendMessage", "error", chat_id=404)
    await refused(Forbidden, "deactivated", caller.send())
    tg.fail("*", "reset", times=2)
    for _ in range(2):
        await refused(NetworkError, "", caller.send())
    tg.fail("sendMessage", "hang", seconds=1)
    await refused(TimedOut, "", caller.send(read_timeout=0.1))
    assert not alice.seen()
    tg.fail("sendMessage", "reset_after")
    await refused(NetworkError, "", caller.send())
    assert len(alice.seen()) == 1
    tg.assert_clean()


@pytest.mark.parametrize(
    ("kind", "how", "error", "words"),
    [
        ("error", {"code": 409}, Conflict, "only one bot instance is running"),
        ("error", {"code": 401}, InvalidToken, "Unauthorized"),
        ("error", {"code": 429}, RetryAfter, "Retry in 1 seconds"),
        ("error", {"code": 429, "retry_after": 9}, RetryAfter, "Retry in 9 seconds"),
        ("http", {"code": 502}, NetworkError, "Bad Gateway"),
        ("reset", {}, NetworkError, ""),
        ("reset_after", {}, NetworkError, ""),
        ("hang", {"seconds": 0.1}, NetworkError, ""),
    ],
)
async def test_faults_of_polling(
    caller: Caller, kind: str, how: dict[str, Any], error: type[TelegramError], words: str
) -> None:
    caller.tg.fail("getUpdates", kind, **how)
    caller.tg.fail("*", "http", code=500)  # not meant for getUpdates
    await refused(error, words, caller.bot.get_updates())
    assert [u.update_id for u in await caller.bot.get_updates()] == [1000], "nothing is lost"
    caller.tg.assert_clean()
