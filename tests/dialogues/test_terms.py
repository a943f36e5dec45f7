"""The group's word for the broker reads right in every sentence, in both languages."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogues.library import LANGUAGES
from dialogues.markup import plain
from dialogues.messages import Localised, say
from dialogues.texts import BEGINS, MARK, Reader, Texts, cased

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
OURS = Localised(en="our partnership facilitator", id="fasilitator kemitraan kita")
ROLE = Localised(en="partnership facilitator", id="fasilitator kemitraan")
COMMON = {
    "broker": OURS,
    "term": ROLE,
    "named_broker": False,
    "partnership": "Water",
    "aim": "Clean water in every village",
    "title": Localised(en="Pulse", id="Sekilas"),
    "purpose": Localised(en="A look.", id="Sekilas."),
    "about": True,
    "formal": False,
    "mirror": False,
    "named": False,
    "strong": True,
    "you": False,
    "operator": "",
    "enough": True,
    "released": True,
    "parts": (),
    "settled": "",
    "several": False,
    "brokers": (),
    "answered": 6,
    "asked": 8,
    "needed": 5,
    "organisations": 4,
    "minutes": 2,
    "count": 4,
    "closes": NOW,
    "opens": NOW,
    "share": NOW,
    "share_at": NOW,
    "due": NOW,
    "starts": date(2026, 11, 1),
    "ends": date(2027, 4, 30),
    "phase": "",
    "unasked": (),
    "promised": (),
    "names": ("Sari",),
    "left_out": (),
    "lately": None,
    "reminders": (),
    "at_once": True,
    "every": "month",
    "following": (),
    "options": (),
    "answers": ("Agree",),
    "kind": "agreement",
    "text": Localised(en="{broker} helps.", id="{broker} membantu."),
    "topic": Localised(en="help", id="bantuan"),
    "reversed": False,
    "topics": (),
    "dates": (),
    "window": "",
}
SAID = [
    ("group/closed", {}),
    ("report/heading", {}),
    *(("report/gap", {"gap": gap}) for gap in ("agreed_strength", "agreed_growth")),
    ("report/together", {}),
    ("report/agenda", {}),
    ("report/own", {}),
    ("report/own", {"kind": "number"}),
    ("review/confirm", {}),
    ("review/confirm", {"formal": True}),
    ("review/closed", {}),
    ("review/closed", {"enough": False}),
    ("checkin/invitation", {}),
    ("checkin/closed", {}),
    ("checkin/who_sees", {}),
    ("schedule/soon", {}),
    ("phrase.unasked_line", {"broker": OURS}),
    *(("offer/ask", {"why": why}) for why in ("half", "ending", "handover", "clarity", "fell")),
]


def worded(texts: Texts, language: str, key: str, values: dict[str, object]) -> str:
    reader = Reader(language, ZoneInfo("Asia/Makassar"), NOW)
    given = values if "." in key else {**COMMON, **values}
    return plain(texts.word(say(key, **given), reader))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("key", "values"), SAID, ids=lambda v: v if isinstance(v, str) else "")
def test_a_sentence_says_our_word_and_begins_with_a_capital(
    texts: Texts, language: str, key: str, values: dict[str, object]
) -> None:
    text = worded(texts, language, key, values)
    word = OURS.in_language(language)
    found = [m.start() for m in re.finditer(re.escape(word), text, re.IGNORECASE)]
    assert found, text
    for at in found:
        begins = BEGINS.search(text[:at]) is not None
        assert text[at].isupper() == begins, text
    assert MARK not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_broker_is_called_by_name(texts: Texts, language: str) -> None:
    named = {"broker": "ratna dewi", "named_broker": True}
    text = worded(texts, language, "checkin/invitation", named)
    assert "ratna dewi" in text and OURS.in_language(language) not in text
    assert ROLE.in_language(language) in text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"{MARK}our x", "Our x"),
        (f"Done. {MARK}our x and {MARK}our x", "Done. Our x and our x"),
        (f"- **{MARK}our x**\n\n{MARK}our x", "- **Our x**\n\nOur x"),
        (f"About {MARK}our x: {MARK}our x", "About our x: our x"),
    ],
)
def test_where_a_sentence_begins(text: str, read: str) -> None:
    assert cased(text) == read
