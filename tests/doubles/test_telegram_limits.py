"""The texts, keyboards and parameters Telegram refuses, in the same words."""

from typing import Any

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    WebAppInfo,
)
from telegram.error import (
    BadRequest,
    TelegramError,
)

from tests.doubles.ptb_bot import Caller, refused

pytestmark = [
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
    pytest.mark.filterwarnings("ignore:Please use 'Bot"),
]


def one(**action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("A", **action)]])


def keyboard(button: Any) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": [[button]]}}


def many(count: int, wide: int = 1) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton("A", callback_data="x")
    return InlineKeyboardMarkup([[button] * wide] * (count // wide))


BAD_HTML = {
    "<b>x": 'Can\'t find end tag corresponding to start tag "b"',
    "a < b": 'Unsupported start tag ""',
    "<p>x</p>": 'Unsupported start tag "p"',
    "<b><i>x</b></i>": 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    "x</b>": "Unexpected end tag at byte offset 1",
    "<span>x</span>": 'Tag "span" must have class "tg-spoiler"',
}
BAD_MARKDOWN_V2 = {
    "a.b": "Character '.' is reserved",
    "*x": "Can't find end of the entity opened by '*'",
    "1-2": "Character '-' is reserved",
    "[x](http://a.b": "Character '(' is reserved",
    "*_x*_": "Can't find end of * entity",
    "[*x](http://a.b)": "Can't find end of an entity before byte offset",
}


@pytest.mark.parametrize(("mode", "bad"), [("HTML", BAD_HTML), ("MarkdownV2", BAD_MARKDOWN_V2)])
async def test_formatting(caller: Caller, mode: str, bad: dict[str, str]) -> None:
    for source, words in bad.items():
        await refused(BadRequest, words, caller.send(source, parse_mode=mode))
    await refused(
        BadRequest, "starting at byte offset 1", caller.send("a*b", parse_mode="Markdown")
    )
    await refused(BadRequest, "unsupported parse_mode", caller.send(parse_mode="Word"))


async def test_formatting_that_is_taken(caller: Caller) -> None:
    sent = await caller.send("<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert sent.entities[0].length == 4096, "counted after parsing"
    html = '<a href="http://a.b?c&amp;d">\U0001f600</a> &copy; <span class="tg-spoiler">s</span>'
    sent = await caller.send(html, parse_mode="HTML")
    assert sent.text == "\U0001f600 &copy; s" and sent.entities[0].url == "http://a.b?c&d"
    assert [e.length for e in sent.entities] == [2, 1], "counted in UTF-16"
    v2 = r"*bold* _it_ `a.b` [x](http://a.b/c) 1\-2 ||s|| ```c.d``` ![e](tg://emoji?id=1)"
    assert (await caller.send(v2 + "\n>q", parse_mode="MarkdownV2")).text
    assert (await caller.send("*b* [x](http://a.b)", parse_mode="Markdown")).text
    caller.tg.assert_clean()


async def test_texts_and_parameters(caller: Caller) -> None:
    await refused(BadRequest, "message is too long", caller.send("x" * 4097))
    await refused(BadRequest, "message text is empty", caller.send(" "))
    await refused(BadRequest, "no parameter 'reply_to'", caller.send(api_kwargs={"reply_to": 1}))
    call = caller.bot.do_api_request
    await refused(BadRequest, "chat_id is empty", call("sendMessage", api_kwargs={"text": "x"}))
    for kwargs, words in (
        ({"user_id": 1}, "chat_id is empty"),
        ({"chat_id": 1}, 'parameter "user_id" is required'),
        ({"chat_id": 1, "user_id": "x"}, "STRICT: user_id: invalid literal"),
    ):
        await refused(BadRequest, words, call("getChatMember", api_kwargs=kwargs))
    for extra, words in (
        ({"disable_notification": "maybe"}, "is not a Boolean"),
        ({"link_preview_options": "{"}, "can't parse JSON object"),
        ({"link_preview_options": []}, "not a LinkPreviewOptions"),
        ({"entities": {}}, "not an Array"),
        ({"entities": [{"type": "bold", "offset": 0}]}, "MessageEntity lacks 'length'"),
        ({"entities": [{"type": 1, "offset": 0, "length": 1}]}, "1 is not a String"),
        ({"entities": [{"type": "bold", "offset": [], "length": 1}]}, "[] is not Integer"),
        (keyboard({"text": "A", "callback_data": "x", "colour": "red"}), "has no field 'colour'"),
        (keyboard({"text": "A", "pay": "yes"}), "is not a Boolean"),
    ):
        await refused(BadRequest, words, caller.send(api_kwargs=extra))
    await refused(
        BadRequest,
        "BotCommandScopeDefault.type must be default",
        call("setMyCommands", api_kwargs={"commands": [], "scope": {"type": "nobody"}}),
    )
    await refused(TelegramError, "not found in Bot API", call("sendNonsense"))


async def test_keyboards(caller: Caller) -> None:
    for markup, words in (
        (one(callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (one(), "unallowed in the inline keyboard (actions given: [])"),
        (one(url="http://a.b", callback_data="x"), "unallowed"),
        (one(url="a.b"), "Wrong HTTP URL"),
        (InlineKeyboardMarkup([[InlineKeyboardButton(" ", url="http://a.b")]]), "be empty"),
        (many(101), "reply markup is too long"),
        (many(9, wide=9), "reply markup is too long"),
        (ReplyKeyboardMarkup([["A"]] * 301), "reply markup is too long"),
        (ReplyKeyboardMarkup([["A"] * 13]), "reply markup is too long"),
        (ReplyKeyboardMarkup([["A"]], input_field_placeholder="x" * 65), "1-64 characters"),
    ):
        await refused(BadRequest, words, caller.send(reply_markup=markup))
    await caller.send(reply_markup=one(callback_data="x" * 64))
    await caller.send(reply_markup=many(100, wide=8))
    await caller.send(reply_markup=one(web_app=WebAppInfo("https://a.b")))
    await caller.send(reply_markup=one(url="https://t.me/x?start=y"))
    assert await caller.alice.press("A") == "https://t.me/x?start=y"
    await caller.send(reply_markup=ReplyKeyboardMarkup([["Menu"]]))
    assert (await caller.alice.press("Menu"))["text"] == "Menu"
    with pytest.raises(AssertionError, match=r"Alice sees no button 'No'; sees \['Menu'"):
        await caller.alice.press("No")
    with pytest.raises(AssertionError, match="Alice never saw 'No'; saw"):
        await caller.alice.wait("No", timeout=0.01)
