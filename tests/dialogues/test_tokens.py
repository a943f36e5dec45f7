"""Buttons: opaque, short, and read back as what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.dialogue import Act, Item, Move
from dialogues.tokens import LIMIT, CommandToken, FormToken, RoundToken, WholeToken, read, write

FORM = (Item("r1", "one", ("1", "2")), Item("text", "words"))


@given(st.integers(0, 10**12), st.sampled_from(list(Act)), st.integers(-1, 11), st.integers(-1, 9))
def test_a_round_token_comes_back(number: int, act: Act, question: int, option: int) -> None:
    token = RoundToken(number, act, question, option if question >= 0 else -1)
    text = write(token)
    assert len(text.encode()) <= LIMIT
    assert read(text) == token


@given(st.integers(0, 10**9), st.sampled_from(list(Act)), st.sampled_from(["checkin", ""]))
def test_a_form_token_comes_back(number: int, act: Act, key: str) -> None:
    token = FormToken(number, act, key, "responsibilities" if key else "")
    assert read(write(token)) == token


def test_other_tokens_come_back() -> None:
    for token in (CommandToken("review start"), WholeToken(7)):
        assert read(write(token)) == token


@given(st.text(max_size=80))
def test_nothing_that_arrives_is_an_error(text: str) -> None:
    found = read(text)
    assert found is None or text[:2] in ("r:", "f:", "c:", "w:")


def test_a_token_above_the_limit_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="too long"):
        write(CommandToken("x" * LIMIT))


def test_a_number_outside_the_form_means_nothing() -> None:
    assert RoundToken(1, Act.PICK, 0, 1).move(FORM) == Move(Act.PICK, "r1", "2")
    assert RoundToken(1, Act.PICK, 0, 2).move(FORM) is None
    assert RoundToken(1, Act.PICK, 2, 0).move(FORM) is None
    assert RoundToken(1, Act.BEGIN).move(FORM) == Move(Act.BEGIN)
