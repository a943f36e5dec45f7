"""What is chosen alone, such as "none": in dialogues and forms it never stands beside others."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.answers import Answer, check
from dialogues.checkin import Multi
from dialogues.dialogue import Act, Draft, Item, Move, State, Typed, Whole
from dialogues.engine import advance, begin, items
from dialogues.errors import BrokenFile
from dialogues.library import Library, proofread, read_checkin

SCALES = tomllib.loads((Path("dialogues") / "scales.toml").read_text())
OPTIONS = ("a", "b", "none", "unknown")
ALONE = frozenset({"none", "unknown"})
FORM = (
    Item("first", "many", OPTIONS, 3, alone=("none", "unknown")),
    Item("second", "many", OPTIONS, 2, alone=("none", "unknown")),
)
PARTS = """
id = "parts"
version = 1
title = {en = "Good", id = "Baik"}
purpose = {en = "To test.", id = "Untuk menguji."}
[[questions]]
key = "parts"
kind = "multi"
most = 2
text = {en = "Which parts?", id = "Bagian mana?"}
topic = {en = "Parts", id = "Bagian"}
options = [
  {key = "a", text = {en = "That", id = "Itu"}},
  {key = "none", text = {en = "None", id = "Tidak ada"}, alone = true},
]
"""


def fits(answer: Answer) -> bool:
    """Whether nothing stands beside what is chosen alone."""
    return not isinstance(answer, tuple) or len(answer) < 2 or not ALONE & set(answer)


def fresh() -> str:
    return "a receipt"


KEYS = st.sampled_from(["first", "second"])
TICKS = st.builds(Move, st.just(Act.PICK), KEYS, st.sampled_from(OPTIONS))
MOVES = st.builds(Move, st.sampled_from(list(Act)), KEYS, st.sampled_from(OPTIONS))
WHOLES = st.builds(
    Whole,
    st.dictionaries(KEYS, st.lists(st.sampled_from(OPTIONS), max_size=3).map(tuple)),
)
EVENTS = st.one_of(TICKS, TICKS, TICKS, MOVES, WHOLES, st.builds(Typed, st.text(max_size=5)))


@given(st.lists(EVENTS, max_size=40))
def test_it_never_stands_beside_another(events: list[Move | Typed | Whole]) -> None:
    draft = begin(FORM, {})
    for event in events:
        draft = advance(FORM, draft, event, fresh).draft
        assert fits(draft.partial)
        assert all(fits(answer) for answer in draft.answers.values())


@given(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=12))
def test_the_last_tick_stays_and_clears_what_does_not_fit_beside_it(taps: list[str]) -> None:
    draft = begin(FORM, {})
    for option in taps:
        before = draft.partial
        turn = advance(FORM, draft, Move(Act.PICK, "first", option), fresh)
        draft = turn.draft
        if turn.faults:
            continue
        if option in before:
            assert set(draft.partial) == set(before) - {option}
        elif option in ALONE:
            assert draft.partial == (option,)
        else:
            assert set(draft.partial) == {*before, option} - ALONE


@given(st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True, max_size=3))
def test_a_whole_form_is_taken_as_it_is_or_refused(ticks: list[str]) -> None:
    turn = advance(FORM, Draft(), Whole({"first": tuple(ticks)}), fresh)
    if fits(tuple(ticks)):
        assert turn.draft.state is State.CAST
        return
    assert turn.draft == Draft()
    assert turn.faults["first"].key == "answer.alone"
    assert turn.faults["first"].option in ALONE & set(ticks)


def test_our_own_files_declare_it(library: Library) -> None:
    declared = {
        (name, question.key, option.key)
        for name, checkin in library.checkins.items()
        for question in checkin.questions
        if isinstance(question, Multi)
        for option in question.options
        if option.alone
    }
    assert declared == {
        ("assignment-context", "factors", "none"),
        ("role-sharing", "others", "none"),
    }


def test_a_file_says_it_with_one_attribute() -> None:
    question = read_checkin("parts.toml", tomllib.loads(PARTS), SCALES).questions[0]
    assert items((question,))[0].alone == ("none",)
    assert check(question, ("none",)) is None and check(question, ("a",)) is None
    fault = check(question, ("a", "none"))
    assert fault is not None and (fault.key, fault.option) == ("answer.alone", "none")


@pytest.mark.parametrize(
    ("change", "instead", "mend"),
    [
        ('kind = "multi"\nmost = 2', 'kind = "choice"', '"alone" is for kind = "multi"'),
        ('"Itu"}}', '"Itu"}, alone = true}', 'all are "alone": set kind = "choice"'),
        ("alone = true", "alone = 3", '"questions.0.options.1.alone"'),
        ("alone = true", "alown = true", 'did you mean "alone"'),
    ],
)
def test_what_cannot_be_is_refused(change: str, instead: str, mend: str) -> None:
    text = PARTS.replace(change, instead)
    assert text != PARTS
    with pytest.raises(BrokenFile) as caught:
        read_checkin("parts.toml", tomllib.loads(text), SCALES)
    assert mend in caught.value.mend


def test_a_none_without_it_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "parts.toml").write_text(PARTS.replace(", alone = true", ""))
    assert any('option "none"' in line and "alone = true" in line for line in proofread(tmp_path))
