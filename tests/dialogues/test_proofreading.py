"""What `titian checkins check` finds: each fault names its file, its question, and what to mend."""

from pathlib import Path

import pytest

from dialogues.library import Library, proofread
from dialogues.proofreading import faults

GOOD = """
id = "good"
version = 1
title = {en = "Good", id = "Baik"}
purpose = {en = "To test.", id = "Untuk menguji."}
mirrored = true
[[questions]]
key = "one"
kind = "agreement"
text = {en = "A question about {broker}.", id = "Pertanyaan tentang {broker}."}
mirror = {en = "A question about me.", id = "Pertanyaan tentang saya."}
topic = {en = "A topic", id = "Topik"}
claim = {en = "you do well", id = "Anda bekerja baik"}
[[questions]]
key = "two"
kind = "choice"
text = {en = "Which?", id = "Yang mana?"}
mirror = {en = "Which?", id = "Yang mana?"}
topic = {en = "Another", id = "Lainnya"}
[[questions.options]]
key = "a"
text = {en = "This", id = "Ini"}
[[questions.options]]
key = "b"
text = {en = "That", id = "Itu"}
[[questions]]
key = "three"
kind = "words"
text = {en = "In your words?", id = "Dengan kata Anda?"}
mirror = {en = "In my words.", id = "Dengan kata saya."}
topic = {en = "Words", id = "Kata"}
"""
LONG = "word " * 20 + "more"


def mends(folder: Path, text: str) -> list[str]:
    (folder / "good.toml").write_text(text)
    return proofread(folder)


def test_a_good_file_has_nothing_to_mend(tmp_path: Path) -> None:
    assert mends(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("change", "instead", "mend"),
    [
        ('"A question about me."', f'"{LONG}"', 'question "one": 21 words in en: use at most 20'),
        ('"Dengan kata Anda?"', '"Tuliskan!"', 'question "three": its "text" in id has an excl'),
        ('"Another"', f'"{"x" * 41}"', 'question "two": its "topic" in en has 41 characters: use'),
        ('"That"', f'"{"x" * 49}"', 'question "two": option "b" in en has 49 characters'),
        ('"Itu"', '"ini"', 'question "two": two options read the same in id'),
        ('"Good"', f'"{"x" * 41}"', 'its "title" in en has 41 characters: use at most 40'),
        ('"To test."', f'"{"x" * 151}"', 'its "purpose" in en has 151 characters: use at most 150'),
        ('"This"', '"{broker}"', 'option "a" in en has the placeholder "{broker}": use none'),
        ("about {broker}.", "about {brocker}.", '"{brocker}": use {broker} or {org}'),
        ("about {broker}.", "about {broker.", 'has the placeholder "{broker."'),
        ("about {broker}.", "about {org}.", "only a broker from inside has an organisation"),
        ("you do well", "you do well.", '"claim" in en ends the sentence itself'),
        ('"agreement"', '"agreement"\nreversed = true', '"claim" is never said of such a question'),
        ("version = 1", 'version = 1\nabout = "group"', 'is about no one person, so no "claim"'),
        (
            'key = "two"',
            'key = "two"\nwordings = [{when = ["first_round"], text = {en = "W", id = "Y"}}]',
            'question "two": a wording has no mirror',
        ),
        (
            'key = "two"',
            'key = "two"\nwhen = ["external"]',
            "it asks 2 questions where no condition is true: ask at least 3",
        ),
        ('id = "Lainnya"', 'id = ""', '"questions.1.topic.id" is empty: write it'),
        ('id = "Lainnya"', 'nl = "Ander"', '"questions.1.topic.id" is missing: add it'),
        ('key = "two"', 'key = "one"', 'two questions are called "one": rename one'),
        ('key = "b"', 'key = "a"', 'question "two": two options have one key'),
        ('mirror = {en = "In my words.", id = "Dengan kata saya."}', "", '"three" has no mirror'),
        ('key = "one"', 'key = "one"\nwhen = ["scoping", "managing"]', "which is never true"),
    ],
)
def test_a_fault_is_named_with_what_to_mend(
    tmp_path: Path, change: str, instead: str, mend: str
) -> None:
    text = GOOD.replace(change, instead, 1)
    assert text != GOOD
    found = mends(tmp_path, text)
    assert any(line.startswith("good.toml: ") and mend in line for line in found), found


def test_a_check_in_that_takes_too_long_says_how_long(tmp_path: Path) -> None:
    again = GOOD[GOOD.rindex("[[questions]]") :]
    text = GOOD + "".join(again.replace("three", f"more{n}") for n in range(3))
    assert mends(tmp_path, text) == [
        "good.toml: it takes 144 seconds where no condition is true: leave a question out"
    ]


def test_every_file_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("id = ")
    found = mends(tmp_path, GOOD.replace('"Good"', '"Good!"'))
    assert [line.partition(":")[0] for line in found] == ["good.toml", "torn.toml"]


def test_the_longest_way_through_decides(library: Library) -> None:
    outside = library.checkins["external-broker"]
    lengths = [outside.seconds(facts) for facts in outside.situations()]
    assert len(lengths) == 8 and min(lengths) == 66 and max(lengths) == 102
    assert list(faults(outside)) == []
