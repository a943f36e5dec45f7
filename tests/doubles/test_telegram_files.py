"""Files, captions, and requests and answers in every form, on the Telegram double."""

import io

import aiohttp
import pytest
from aiohttp import web
from telegram import InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, NetworkError

from tests.doubles.ptb_bot import PNG, TOKEN, Caller, refused

pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot")


async def test_files_are_kept(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    photo = await bot.send_photo(alice.id, io.BytesIO(PNG), caption="c", filename="chart.png")
    assert tg.file(alice.seen()[-1]) == ("chart.png", PNG)
    caller.clock.forward(3)
    sent = await bot.send_document(alice.id, io.BytesIO(b"data"), filename="a.txt")
    assert sent.document and sent.document.file_name == "a.txt"
    assert sent.document.mime_type == "text/plain"
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == b"data"
    caller.clock.forward(3)
    again = await bot.send_photo(alice.id, photo.photo[0])
    assert tg.files[again.photo[0].file_id] == ("chart.png", PNG)
    caller.clock.forward(3)
    await bot.send_photo(alice.id, "https://a.b/c.png")
    assert tg.file(alice.seen()[-1]) == ("c.png", b"")
    tg.assert_clean()
    missing = aiohttp.request("GET", f"{tg.base_file_url}{TOKEN}/documents/x")
    async with missing as answer:
        assert answer.status == 404


async def test_files_that_are_refused(caller: Caller) -> None:
    bot, alice = caller.bot, caller.alice
    long = bot.send_photo(alice.id, io.BytesIO(PNG), caption="x" * 1025)
    await refused(BadRequest, "caption is too long", long)
    big = io.BytesIO(PNG + b"x" * 10 * 2**20)
    await refused(NetworkError, "Too Large", bot.send_photo(alice.id, big))
    empty = bot.send_document(alice.id, io.BytesIO(b""), filename="a.txt")
    await refused(BadRequest, "file must be non-empty", empty)
    svg = bot.send_photo(alice.id, io.BytesIO(b"<svg/>"))
    await refused(BadRequest, "image_process_failed", svg)
    await refused(BadRequest, "wrong file identifier", bot.send_photo(alice.id, "file99"))
    await refused(BadRequest, "invalid file_id", bot.get_file("nothing"))
    call = bot.do_api_request
    for part, words in (
        ({"photo": "attach://nothing"}, "names no uploaded part"),
        ({"photo": ""}, "not a file"),
    ):
        kwargs = {"chat_id": alice.id, **part}
        await refused(BadRequest, words, call("sendPhoto", api_kwargs=kwargs))
    media = {"chat_id": alice.id, "media": {"type": "photo", "media": "attach://nothing"}}
    lost = call("editMessageMedia", api_kwargs=media)
    await refused(BadRequest, "attach://nothing names no uploaded part", lost)


async def test_editing_files_and_captions(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    sent = await bot.send_photo(alice.id, io.BytesIO(PNG), caption="c")
    await refused(BadRequest, "no text in the message to edit", sent.edit_text("x"))
    await sent.edit_caption("<b>d</b>", parse_mode="HTML")
    assert (await alice.wait(lambda m: m.get("caption") == "d"))["caption_entities"]
    new = InputMediaPhoto(PNG + b"2", caption="e", filename="new.png")
    await sent.edit_media(new)
    shown = alice.seen()[-1]
    assert tg.file(shown) == ("new.png", PNG + b"2") and shown["caption"] == "e"
    await sent.edit_media(InputMediaDocument(b"data", filename="a.txt"))
    shown = alice.seen()[-1]
    assert tg.file(shown) == ("a.txt", b"data") and not {"photo", "caption"} & set(shown)
    words = await caller.send()
    with pytest.raises(AssertionError, match="no file in"):
        tg.file(alice.seen()[-1])
    await refused(BadRequest, "no caption in the message to edit", words.edit_caption("y"))
    await words.edit_media(InputMediaPhoto(PNG, caption="now a picture"))
    assert "text" not in alice.seen()[-1]
    await words.edit_caption(None)
    assert "caption" not in alice.seen()[-1]


async def test_requests_in_json_and_files_for_words(caller: Caller) -> None:
    url = f"{caller.tg.base_url}{TOKEN}/sendMessage"
    ident = caller.alice.id
    body = {"chat_id": ident, "text": "json", "link_preview_options": {"is_disabled": True}}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=body) as answer:
            assert (await answer.json())["result"]["text"] == "json"
        form = aiohttp.FormData({"chat_id": str(ident)})
        for name in ("disable_notification", "text"):
            form.add_field(name, io.BytesIO(b"x"), filename="x")
        async with session.post(url, data=form) as answer:
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
