"""Texts: complete in both languages, plain, and whatever goes into them stays what it is."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from dialogues.library import LANGUAGES
from dialogues.markup import Value, escape, parse, plain
from dialogues.messages import Localised, say
from dialogues.texts import Reader, Texts

ROOT = Path(__file__).parents[2]
PO = ROOT / "dialogues" / "locales" / "id" / "LC_MESSAGES" / "titian.po"
NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
KEY = re.compile(r'(?:say|reply|Refusal|Say)\(\s*"([a-z_]+(?:/|\.)[a-z_]+)"')
NASTY = [
    "*Ana*",
    "_x_ [link](http://x)",
    "<b>&amp;",
    "`code`",
    "1. one",
    "- list",
    "> quote",
    "# h",
]


def reader(language: str) -> Reader:
    return Reader(language, ZoneInfo("Asia/Makassar"), NOW)


def test_a_value_that_is_called_like_something_global_is_the_value(texts: Texts) -> None:
    values = dict.fromkeys(("away", "stopped", "apart", "never_quiet"), "")
    hours = {"now": NOW, "quiet_from": NOW, "quiet_until": NOW}
    said = say("home/settings", language=say("label.language_id"), **values, **hours)
    assert "Language: Bahasa Indonesia" in texts.label(said, reader("en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("enrolled", [False, True])
def test_help_says_what_each_command_is_for_on_one_screen(
    texts: Texts, language: str, enrolled: bool
) -> None:
    said = say("help/help", coordinator=enrolled, broker=enrolled, enrolled=enrolled)
    whole = plain(texts.word(said, reader(language)))
    lines = [line for line in whole.splitlines() if line.startswith("- /")]
    assert len(lines) >= 11
    assert all(re.match(r"- (/[a-z ]+(, )?)+: \w", line) for line in lines), lines
    partner = say("help/help", coordinator=False, broker=False, enrolled=enrolled)
    assert len(plain(texts.word(partner, reader(language)))) < 950


def test_the_translation_is_complete_and_certain() -> None:
    with PO.open("rb") as file:
        catalogue = read_po(file)
    assert not catalogue.obsolete
    for message in catalogue:
        if message.id:
            parts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(parts), f"not translated: {message.id}"
            assert not message.fuzzy, f"uncertain: {message.id}"


def test_the_translation_knows_every_sentence_and_no_other() -> None:
    from babel.messages.extract import extract_from_dir

    options = {"**.j2": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}}
    found = {
        entry[2] if isinstance(entry[2], str) else entry[2][0]
        for entry in extract_from_dir(
            ROOT / "dialogues", [("**.j2", "jinja2")], options_map=options
        )
    }
    with PO.open("rb") as file:
        known = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.id}
    assert found == known


def test_every_key_that_is_said_has_a_template(texts: Texts) -> None:
    known = set(texts.keys())
    for folder in ("bot", "dialogues"):
        for path in (ROOT / folder).rglob("*.py"):
            for key in KEY.findall(path.read_text()):
                assert key in known, f"{path.name} says {key}"


def test_no_template_uses_what_drops_the_escape() -> None:
    """String filters and "~" would turn a value into our own words (spike 5)."""
    for path in (ROOT / "dialogues" / "templates").rglob("*.md.j2"):
        text = path.read_text()
        assert not re.search(r"\|\s*(upper|lower|title|capitalize|replace|format|trim)\b", text), (
            path
        )
        assert not re.search(r"\{[{%][^}]*~[^}]*[%}]\}", text), path


def test_no_text_shouts() -> None:
    for path in (ROOT / "dialogues").rglob("*"):
        if path.suffix in (".j2", ".toml") and path.name.endswith((".md.j2", ".toml")):
            assert "!" not in path.read_text().replace("!=", ""), path
    with PO.open("rb") as file:
        assert not [m.id for m in read_po(file) if m.id and "!" in str(m.string)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", NASTY)
def test_a_nasty_value_stays_itself(texts: Texts, language: str, value: str) -> None:
    told = texts.word(say("start/founding"), reader(language))
    assert plain(told)
    joined = texts.word(
        say("join/told", name=value, partnership="P", organisation=value, role="", partner=True),
        reader(language),
    )
    assert plain(joined).count(value) == 2
    assert {node.type for node in parse(joined).walk()} <= {"root", "paragraph", "inline", "text"}


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_any_value_reads_back_as_itself(value: str) -> None:
    nodes = parse(f"x {escape(value)} x").walk()
    read = "".join(node.content for node in nodes if node.type == "text")
    assert read == f"x {' '.join(value.split())} x"


def test_the_broker_is_named_inside_a_check_ins_text(texts: Texts) -> None:
    text = Localised(en="{broker} helps.", id="{broker} membantu.")
    values = {"number": 1, "of": 2, "changing": False, "text": text, "words": False, "most": 0}
    values |= {"low": "", "high": "", "erases": False, "fault": "", "named": False}
    told = texts.word(say("checkin/question", broker="*Ana*", **values), reader("id"))
    assert "*Ana* membantu." in plain(told)
    ours = Localised(en="our broker", id="broker kita")
    told = texts.word(say("checkin/question", broker=ours, **values), reader("en"))
    assert "Our broker helps." in plain(told)


def test_a_label_is_plain(texts: Texts) -> None:
    assert texts.label(say("label.link_to", partnership="A & B"), reader("en")) == "Link to A & B"
    assert texts.label(Localised(en="Yes", id="Ya"), reader("id")) == "Ya"
    assert texts.label("*x*", reader("id")) == "*x*"


def receipt_words(language: str) -> list[str]:
    return (ROOT / "dialogues" / f"receipts.{language}.txt").read_text(encoding="ascii").split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_receipt_words_are_many_short_and_sorted(language: str) -> None:
    words = receipt_words(language)
    assert len(words) == len(set(words)) == 2048
    assert words == sorted(words)
    assert all(re.fullmatch(r"[a-z]{3,8}", word) for word in words)


def test_no_receipt_word_stands_in_both_languages() -> None:
    assert not set(receipt_words("en")) & set(receipt_words("id"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_receipt_words_look_nearly_alike(language: str) -> None:
    """Never one letter more, fewer or other, and no two neighbours swapped."""
    words = receipt_words(language)
    known, masked = set(words), set[tuple[str, str]]()
    for word in words:
        for at in range(len(word)):
            before, after = word[:at], word[at + 1 :]
            swapped = before + after[:1] + word[at] + after[1:]
            assert before + after not in known, word
            assert swapped == word or swapped not in known, word
            assert (before, after) not in masked, word
            masked.add((before, after))


def test_a_value_is_still_a_string() -> None:
    assert Value("a") == "a"
