"""What Telegram lets a bot do with messages, chats, updates and files."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest
from aiohttp import web
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
    NetworkError,
    RetryAfter,
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
    assert "before retry_after" in tg.violations[-1]
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


async def test_files(caller: Caller) -> None:
    bot, alice = caller.bot, caller.alice
    photo = await bot.send_photo(alice.id, io.BytesIO(b"jpg"), caption="c")
    caller.clock.forward(3)
    sent = await bot.send_document(alice.id, io.BytesIO(b"data"), filename="a.txt")
    assert sent.document and sent.document.file_name == "a.txt"
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == b"data"
    long = bot.send_photo(alice.id, photo.photo[0], caption="x" * 1025)
    await refused(BadRequest, "caption is too long", long)
    big = io.BytesIO(b"x" * (10 * 2**20 + 1))
    await refused(NetworkError, "Too Large", bot.send_photo(alice.id, big))
    await refused(BadRequest, "invalid file_id", bot.get_file("nothing"))
    call = bot.do_api_request
    part = {"chat_id": alice.id, "photo": "attach://nothing"}
    await refused(BadRequest, "names no uploaded part", call("sendPhoto", api_kwargs=part))
    await refused(BadRequest, "names no uploaded part", call("sendPhoto", api_kwargs=part))
    empty = {"chat_id": alice.id, "photo": ""}
    await refused(BadRequest, "not a file", call("sendPhoto", api_kwargs=empty))


async def test_captions_and_json(caller: Caller) -> None:
    bot, alice = caller.bot, caller.alice
    sent = await bot.send_photo(alice.id, io.BytesIO(b"jpg"), caption="c")
    await sent.edit_caption("<b>d</b>", parse_mode="HTML")
    assert (await alice.wait(lambda m: m.get("caption") == "d"))["caption_entities"]
    caller.clock.forward(3)
    url = f"{caller.tg.base_url}{TOKEN}/sendMessage"
    body = {"chat_id": alice.id, "text": "json", "link_preview_options": {"is_disabled": True}}
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        assert (await answer.json())["result"]["text"] == "json"
    form = aiohttp.FormData({"chat_id": str(alice.id)})
    form.add_field("disable_notification", io.BytesIO(b"x"), filename="x")
    form.add_field("text", io.BytesIO(b"x"), filename="x")
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        words = "STRICT: sendMessage.disable_notification does not take a file"
        assert words in (await answer.json())["description"]


async def test_answers_in_a_webhook(caller: Caller) -> None:
    tg, alice = caller.tg, caller.alice

    async def handle(request: web.Request) -> web.Response:
        reply = {"method": "sendMessage", "chat_id": alice.id, "text": "in the answer"}
        return web.json_response(reply)

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await caller.bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await alice.wait("in the answer")  # to what waited
    await runner.cleanup()
    tg.assert_clean()
