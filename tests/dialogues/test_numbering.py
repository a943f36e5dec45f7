"""Options too long for a button become a list; typed numbers and labels mean an option."""

import pytest

from dialogues.checkin import Choice, Number, Option, Words
from dialogues.library import open_library
from dialogues.markup import isolated, plain
from dialogues.messages import Localised, Outgoing, Spot
from dialogues.numbering import numbered, typed_option

HERE = Spot("telegram", "1")
LONG = "Fitting, efficient & *inventive* ways of working"


def asking(*labels: str) -> Outgoing:
    buttons = (*((label, f"r:1:pick:0:{n}") for n, label in enumerate(labels)), ("Back", "b"))
    return Outgoing(HERE, "**Which?**", buttons, options=len(labels))


def test_short_options_stay_on_their_buttons() -> None:
    assert numbered(asking("Yes", "No"), 36) == asking("Yes", "No")


def test_one_long_option_numbers_all_and_nothing_else() -> None:
    made = numbered(asking("Short", f"✓ {LONG}"), 36)
    assert made.buttons == (("1", "r:1:pick:0:0"), ("✓ 2", "r:1:pick:0:1"), ("Back", "b"))
    assert plain(made.text) == f"Which?\n\n- Short\n- ✓ {LONG}"
    assert "1. Short" in made.text and "2. " in made.text


def test_a_long_way_on_is_no_option() -> None:
    message = Outgoing(HERE, "x", ((LONG, "c:help"),))
    assert numbered(message, 36) == message


@pytest.mark.parametrize(
    ("typed", "key"),
    [("2", "b"), (" late ", "b"), ("Akhir", None), ("a", "a"), ("3", None), ("0", None)],
)
def test_a_choice_can_be_typed_by_its_place_or_its_name(typed: str, key: str | None) -> None:
    options = (
        Option(key="a", text=Localised(en="Early", id="Awal")),
        Option(key="b", text=Localised(en="Late", id="Akhir")),
    )
    text = Localised(en="When?", id="Kapan?")
    asked = Choice(kind="choice", key="when", text=text, topic=text, options=options)
    assert typed_option(asked, typed, "en") == key


def test_a_number_means_itself_and_not_its_place() -> None:
    (asked,) = (
        q for q in open_library().checkins["effectiveness-pulse"].questions if isinstance(q, Number)
    )
    assert [typed_option(asked, text, "en") for text in ("0", "10", "11", "\u0661")] == [
        "0", "10", None, None,
    ]  # fmt: skip
    asked_for_words = open_library().checkins["responsibilities"].questions[-1]
    assert isinstance(asked_for_words, Words)
    assert typed_option(asked_for_words, "1", "en") is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Sari", "Sari"),
        ("Jürgen", "Jürgen"),
        ("مريم", "\u2068مريم\u2069"),
        ("דנה (PT Air)", "\u2068דנה (PT Air)\u2069"),
        ("Sari\u202egnilaw", "Sarignilaw"),
        ("\u2069\u202eمريم", "\u2068مريم\u2069"),
    ],
)
def test_a_value_turns_nothing_but_itself(value: str, shown: str) -> None:
    assert isolated(value) == shown
