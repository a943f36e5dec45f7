"""A broker's reply: what is asked about when, what the next check-in opens with, quotations."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.reply import (
    LINE,
    MOST_ACTIONS,
    RUN,
    Action,
    Became,
    Owner,
    Reply,
    opening,
    owner_of,
    quoted,
    to_ask,
    told,
)
from dialogues.texts import Reader, Texts

DAY = date(2026, 12, 11)
NOW = datetime(2026, 12, 5, 1, tzinfo=UTC)
MINUTES = Action(1, 7, 3, "Minutes within two days", Owner.BROKER, DAY, Became.OPEN)
WORD = st.text("abcdefg", min_size=1, max_size=6)
WORDS = st.lists(WORD, max_size=25)
ACTIONS = st.builds(
    Action,
    st.integers(1, 99),
    st.just(7),
    st.just(3),
    st.text("abc de", min_size=1, max_size=150),
    st.sampled_from(Owner),
    st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.sampled_from(Became),
)


@given(st.lists(ACTIONS, max_size=6), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_only_what_is_due_and_unanswered_is_asked_about(actions: list[Action], today: date) -> None:
    asked = to_ask(actions, today)
    for action in actions:
        waits = action.became in (Became.OPEN, Became.CHANGED)
        assert (action in asked) == (waits and action.until is not None and action.until <= today)


@given(st.lists(ACTIONS, max_size=6), st.dates(), st.dates())
def test_what_has_no_date_is_asked_about_at_the_follow_up(
    actions: list[Action], today: date, follow: date
) -> None:
    asked = to_ask(actions, today, follow)
    dated = [action for action in asked if action.until is not None]
    assert dated == to_ask(actions, today)
    for action in actions:
        if action.until is None:
            open_ = action.became is Became.OPEN
            assert (action in asked) == (open_ and follow <= today)


@given(st.lists(ACTIONS, max_size=6))
def test_the_next_check_in_opens_with_a_few_short_lines(actions: list[Action]) -> None:
    lines = opening(actions)
    assert len(lines) == min(len(actions), MOST_ACTIONS)
    for line, action in zip(lines, actions, strict=False):
        assert line.key == f"phrase.promised_{action.became}"
        text = line.values["text"]
        assert isinstance(text, str) and len(text) <= LINE


@given(WORDS, st.lists(WORDS, max_size=4))
def test_what_stands_in_no_comment_is_no_quotation(
    words: list[str], comments: list[list[str]]
) -> None:
    spoken = [" ".join(comment) for comment in comments]
    found = quoted(" ".join(words), spoken)
    runs = {" ".join(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}
    assert not found or found in runs
    within = any(f" {run} " in f" {comment} " for run in runs for comment in spoken)
    assert bool(found) == within


@given(st.lists(WORD, min_size=RUN, max_size=15), WORDS, WORDS)
def test_a_quotation_is_seen_whatever_its_marks(
    comment: list[str], before: list[str], after: list[str]
) -> None:
    text = " ".join([*before, "“" + comment[0].upper(), *comment[1:-1], comment[-1] + ".”", *after])
    assert quoted(text, [" ".join(comment)])


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        ("Ratna", Owner.BROKER),
        ("ratna dewi", Owner.BROKER),
        ("the broker", Owner.BROKER),
        ("Sari, Ratna.", Owner.BROKER),
        ("all partners", Owner.PARTNERS),
        ("Ratnawati", Owner.PARTNERS),
        ("", Owner.PARTNERS),
    ],
)
def test_who_sees_to_it_in_free_words(words: str, owner: Owner) -> None:
    assert owner_of(words, "Ratna Dewi") is owner


def test_a_reply_reads_the_same_for_everybody(texts: Texts) -> None:
    reply = Reply(7, 3, "Meetings take *too* long.", date(2026, 12, 14), NOW)
    partners = replace(MINUTES, owner=Owner.PARTNERS, text="New ideas", until=None)
    said = told(reply, [MINUTES, partners], "Ratna Dewi")
    reader = Reader("en", ZoneInfo("Asia/Makassar"), NOW)
    assert [part.strip() for part in texts.label(said, reader).split("\n\n")] == [
        "**What Ratna Dewi heard**",
        "Meetings take *too* long.",
        "**What will be done**",
        "- Minutes within two days (Ratna Dewi, by 11 December)",
        "- New ideas (the partners)",
        "The talk about it is on 14 December.",
    ]
    indonesian = texts.word(said, replace(reader, language="id"))
    assert "paling lambat 11 Desember" in indonesian and "para mitra" in indonesian
    assert r"\*too\*" in indonesian, "what somebody writes is no markup"


def test_without_actions_and_talk_only_what_was_heard_is_said(texts: Texts) -> None:
    said = told(Reply(7, 3, "Thank you.", None, NOW), [], "Ratna Dewi")
    reader = Reader("en", ZoneInfo("Asia/Makassar"), NOW)
    assert texts.label(said, reader).split("\n\n") == ["**What Ratna Dewi heard**", "Thank you."]


def test_words_are_kept_out_of_what_is_printed() -> None:
    reply = Reply(7, 3, "Meetings take too long.", None, NOW)
    assert "Meetings" not in repr(reply) and "Minutes" not in repr(MINUTES)
    assert to_ask([MINUTES], DAY - timedelta(days=1)) == []
