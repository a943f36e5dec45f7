"""Names, titles and words of any kind in the messages that hold most of them, on both platforms.

Nothing is cut in the middle of a markup, nothing refused, every name reads as it is.
"""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.slack import outgoing as slack
from adapters.telegram import outgoing as telegram
from dialogues.library import LANGUAGES, open_library
from dialogues.messages import Localised, Outgoing, Say, Spot, say
from dialogues.reply import HEARD, WORDS, Action, Became, Owner, Reply, told
from dialogues.texts import Reader, Texts
from tests.doubles.slack_limits import check_blocks
from tests.doubles.telegram_spec import check_markup
from tests.doubles.telegram_text import parse_html

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
END = NOW + timedelta(days=7)
NAMES = {
    "markup": "*Ana* _x_ [link](http://x) `code` <b>&amp; ~~s~~ |p| #1 1. - > \\ !",
    "arabic": "مريم بنت علي",
    "hebrew": "דנה כהן",
    "steering": "Sari \u202egnilaw\u2066 \u2069x",
    "mixed": "Sari مريم (PT Air) 漢字 👩🏽‍🌾",
    "64": "W" * 64,
    "300": "Yayasan Pengembangan " * 14 + "Bima",
    "unbroken": "X" * 300,
    "emoji": "👩🏽‍🌾" * 64,
}


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(open_library())


def messages(name: str) -> list[tuple[Say, int]]:
    """The messages that hold names, each with how often the name is in it."""
    title = Localised(en="The four responsibilities", id="Empat tanggung jawab")
    facts = {
        "partnership": name, "title": title, "broker": name, "term": title, "org": "",
        "named_broker": True, "count": 7, "minutes": 2, "closes": END, "asked": 60,
        "organisations": 12, "needed": 5, "from_organisations": 3, "formal": False,
        "mirror": False, "several": False, "named": False, "about": True, "unasked": [],
        "settled": "", "operator": name, "strong": True, "aim": name,
        "promised": [],
    }  # fmt: skip
    line = {"title": title, "partnership": name, "closes": END, "opens": NOW, "open": True}
    reply = Reply(1, 1, "x" * HEARD, NOW.date(), NOW)
    actions = [Action(1, 1, 1, name[:WORDS], o, END.date(), Became.OPEN) for o in Owner]
    block = told(reply, actions, name)
    return [
        (say("reply/told", partnership=name, title=title, replies=[block]), 3),
        (say("group/replied", title=title, replies=[block] * 2), 4),
        (say("checkin/invitation", **facts), 3),
        (say("checkin/who_sees", names=[name] * 60, **facts), 60),
        (say("home/checkins", name=name, groups=[name], lines=[line] * 5), 7),
        (say("home/reviews", partnership=name, lines=[line]), 1),
        (say("group/open", **facts), 1),
        (say("join/told", name=name, partnership="P", organisation=name, role="", partner=True), 2),
    ]


def plainly(name: str) -> str:
    """A name as it is read: on one line, without what steers the direction of the text."""
    return " ".join("".join(c for c in name if c not in STEERING).split())


STEERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_message_is_taken_and_reads_as_it_is(texts: Texts, name: str, language: str) -> None:
    reader = Reader(language, ZoneInfo("Asia/Makassar"), NOW)
    for said, least in messages(name):
        text = texts.word(said, reader)
        buttons = ((texts.label(say("label.link_to", partnership=name), reader), "c:here 1"),) * 3
        message = Outgoing(Spot("", "1"), text, buttons, options=2)
        shown = _on_telegram(message)
        assert _plain(shown).count(_plain(plainly(name))) >= least, said.key
        shown = _on_slack(message)
        assert _plain(shown).count(_plain(plainly(name))) >= least, said.key


def _plain(text: str) -> str:
    """Without spaces: where a long text is cut into messages one may be lost."""
    return "".join("".join(c for c in text if c not in STEERING).split())


def _on_telegram(message: Outgoing) -> str:
    whole = ""
    for _, values in telegram.requests(message):
        words, _ = parse_html(values["text"])
        assert 0 < len(words.encode("utf-16-le")) // 2 <= 4096
        if "reply_markup" in values:
            check_markup(json.loads(values["reply_markup"]))
        whole += words + "\n"
    return whole


def _on_slack(message: Outgoing) -> str:
    whole = ""
    for part in slack.parts(message):
        assert not check_blocks(part.blocks)
        assert "<" not in part.text and ">" not in part.text
        whole += _words(part.blocks)
    return whole


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_words(item) for item in value)
    if isinstance(value, dict) and value.get("type") == "text":
        return str(value["text"])
    return _words(value.get("elements", [])) if isinstance(value, dict) else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_right_to_left_name_keeps_its_place_in_the_sentence(texts: Texts, language: str) -> None:
    """In marks of its own, so that what follows it is not taken along."""
    reader = Reader(language, ZoneInfo("Asia/Makassar"), NOW)
    said = say("join/told", name="مريم", partnership="P", organisation="גנה", role="", partner=True)
    text = texts.word(said, reader)
    assert "\u2068مريم\u2069" in text and "\u2068גנה\u2069" in text
    label = texts.label(say("label.link_to", partnership="مريم"), reader)
    assert "\u2068مريم\u2069" in label


def test_no_sign_stands_for_words() -> None:
    """No emoji in our own texts but the tick, and that stands before what is chosen."""
    for name, source in open_library().templates.items():
        signs = {letter for letter in source if unicodedata.category(letter) == "So"}
        assert signs <= {"✓"}, name
        assert all("✓ {{" in line for line in source.splitlines() if "✓" in line), name
