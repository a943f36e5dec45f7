"""Check-in files: what is broken is refused at start, with the file's name and what to mend."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from dialogues.checkin import Fact, Number, Scale, Words
from dialogues.errors import BrokenFile
from dialogues.library import Library, open_library, proofread, read_checkin

SCALES = tomllib.loads((Path("dialogues") / "scales.toml").read_text())
GOOD = """
id = "good"
version = 1
title = {en = "Good", id = "Baik"}
purpose = {en = "To test.", id = "Untuk menguji."}
[[questions]]
key = "one"
kind = "agreement"
text = {en = "A question about {broker}.", id = "Pertanyaan tentang {broker}."}
topic = {en = "A topic", id = "Topik"}
"""


def broken(change: str, instead: str) -> str:
    text = GOOD.replace(change, instead)
    assert text != GOOD
    with pytest.raises(BrokenFile) as caught:
        read_checkin("good.toml", tomllib.loads(text), SCALES)
    assert caught.value.file == "good.toml"
    return caught.value.mend


def test_a_good_file_is_read() -> None:
    checkin = read_checkin("good.toml", tomllib.loads(GOOD), SCALES)
    question = checkin.questions[0]
    assert isinstance(question, Scale)
    assert question.options[0].text.id == "Sangat tidak setuju"


@pytest.mark.parametrize(
    ("change", "instead", "mend"),
    [
        ("topic = {en", "topix = {en", 'did you mean "topic"'),
        ('title = {en = "Good", id = "Baik"}', 'title = {en = "Good"}', '"title.id" is missing'),
        ('id = "Topik"', 'id = ""', '"questions.0.topic.id" is empty'),
        ('"agreement"', '"stars"', "must be one of"),
        ('kind = "agreement"', 'kind = "choice"', '"questions.0.options" is missing'),
        ("version = 1", 'version = "new"', '"version"'),
        ('id = "good"', 'id = "better"', "call the file better.toml"),
        ('key = "one"', 'key = "one"\nwhen = ["sunny"]', '"sunny" is not a fact'),
        ('key = "one"', 'key = "one"\nwhen = ["internal", "external"]', "never true"),
        ('key = "one"', 'key = "one"\nwhen = ["internal", "not internal"]', "together"),
        ("version = 1", "version = 1\nmirrored = true", "has no mirror"),
        (
            'key = "one"',
            'key = "one"\nmirror = {en = "I", id = "Saya"}',
            "set mirrored = true",
        ),
        ("version = 1", 'version = 1\naudience = ["broker"]', "only partners answer a sealed"),
        ("version = 1", 'version = 1\nevery = "often"', '"every"'),
    ],
)
def test_what_is_wrong_is_named(change: str, instead: str, mend: str) -> None:
    assert mend in broken(change, instead)


def test_a_condition_that_cannot_be_met_for_its_brokers_is_refused() -> None:
    text = GOOD.replace('key = "one"', 'key = "one"\nwhen = ["external"]')
    text = text.replace("version = 1", 'version = 1\napplies = {broker = "internal"}')
    with pytest.raises(BrokenFile, match="never holds"):
        read_checkin("good.toml", tomllib.loads(text), SCALES)


def test_two_questions_with_one_key_are_refused() -> None:
    again = GOOD[GOOD.index("[[questions]]") :]
    with pytest.raises(BrokenFile, match="rename one"):
        read_checkin("good.toml", tomllib.loads(GOOD + again), SCALES)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("id = ")
    with pytest.raises(BrokenFile) as caught:
        open_library(tmp_path)
    assert caught.value.file == "torn.toml" and "not TOML" in caught.value.mend


def test_our_own_check_ins(library: Library) -> None:
    """The 25 of the catalogue, 16 of them with the broker's mirror."""
    assert len(library.checkins) == 25
    kinds = Counter(c.confidence for c in library.checkins.values())
    assert kinds == {"sealed": 22, "named": 2, "private": 1}
    assert sum(c.mirrored for c in library.checkins.values()) == 16
    assert proofread() == []


def test_the_pulse_asks_for_a_trend_from_the_second_time_on(library: Library) -> None:
    pulse = library.checkins["effectiveness-pulse"]
    first = pulse.asked({Fact.FIRST_ROUND})
    assert [q.key for q in first] == ["overall", "where", "next"]
    assert [q.key for q in pulse.asked(())] == ["overall", "trend", "where", "next"]
    assert "so far" in first[1].worded({Fact.FIRST_ROUND}, mirror=False).en
    assert "since then" in first[1].worded((), mirror=False).en
    mirrored = first[1].worded({Fact.FIRST_ROUND}, mirror=True)
    assert mirrored.id == "Sejauh ini, di bagian mana pengaruh saya paling terasa?"
    assert isinstance(first[0], Number) and isinstance(first[2], Words)


def test_no_question_depends_on_an_answer(library: Library) -> None:
    """F05, T10: conditions name facts of the round and nothing else."""
    facts = {fact.value for fact in Fact}
    for checkin in library.checkins.values():
        for question in checkin.questions:
            for wording in [question.when, *(w.when for w in question.wordings)]:
                assert {c.removeprefix("not ") for c in wording} <= facts
