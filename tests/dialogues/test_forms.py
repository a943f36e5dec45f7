"""Every form of a report: as it was looked at last, and not a figure that the Result has not."""

import csv
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.charts import draw
from dialogues.disclosure import Result, Shown, Statement
from dialogues.exports import HARMFUL, Export, harmless
from dialogues.findings import Gap
from dialogues.history import Past, trend
from dialogues.library import LANGUAGES, Library
from dialogues.markup import Quoted, plain
from dialogues.model import Purpose
from dialogues.texts import Texts
from tests.dialogues.reported import (
    BEFORE,
    BROKER,
    COMMENTS,
    COUNTS,
    EARLIER,
    FEW,
    GROUP,
    NOW,
    OWN,
    READERS,
    REVIEW,
    SHAPE,
    SHOWN,
    STRING,
    WORD,
    drawn,
    every_form,
    forms,
    reported,
)

GOLDEN = Path(__file__).parent / "golden"
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
DATES = {"27", "4", "7", "3", "17", "00", "17.00", "2026"}
FURNITURE = {"45", "5", "10", "20", "90"}
"""Minutes of a talk, and the days that comments are kept."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_is_as_it_was_looked_at(library: Library, texts: Texts, language: str) -> None:
    """After a change that is meant: TEST_RECORD=1, then read the difference."""
    for name, form in forms(reported(library), "broker", texts, READERS[language]).items():
        file = GOLDEN / f"{name}.{language}.txt"
        if os.environ.get("TEST_RECORD") == "1":
            file.write_bytes(form.encode())
        assert form == file.read_bytes().decode(), file.name


def said(name: str, form: str) -> str:
    """What a form says, without its marks, its places and sizes."""
    if name.endswith("picture"):
        return " ".join(drawn(form))
    if name.endswith("page"):
        bare = re.sub(r"<style>.*?</style>|<[^>]*>", " ", form, flags=re.DOTALL)
        return bare.replace("&#39;", "'").replace("&#34;", '"')
    if name.endswith("paper"):
        body = form[form.index("#fitted({") :]
        return " ".join(text for text in STRING.findall(body) if text not in ("fav", "mid", "unf"))
    return plain(form) if name.endswith(("chat", "guide")) else form


def told() -> set[str]:
    """Every figure of the Result and of those beside it, as both languages write it."""
    first, steer = SHOWN.questions[0], SHOWN.questions[3]
    found = {SHOWN.asked, SHOWN.organisations, SHOWN.answered, *COUNTS, sum(COUNTS), 7253}
    found |= {*BEFORE, sum(BEFORE), *(first.histogram or ()), *(steer.option_counts or ()), 7229}
    return {str(number) for number in found} | {"7219.5", "7219,5"}


def test_no_other_digit_stands_in_any_form(library: Library, texts: Texts) -> None:
    allowed = told() | DATES | FURNITURE | {"1"}  # the 1 of a comment
    for name, form in every_form(reported(library), texts):
        if not name.endswith("data"):
            assert set(NUMBER.findall(said(name, form))) <= allowed, name


def test_below_the_minimum_no_form_has_a_figure(library: Library, texts: Texts) -> None:
    for name, form in every_form(reported(library, FEW), texts):
        if not name.endswith("data"):
            assert set(NUMBER.findall(said(name, form))) <= DATES | FURNITURE, name


def test_data_is_the_result_and_nothing_that_is_kept_back(library: Library, texts: Texts) -> None:
    for reader in READERS.values():
        found = json.loads(Export(reported(library), "broker", texts, reader).data())
        assert "9973" not in json.dumps(found)
        assert (found["asked"], found["organisations"], found["answered"]) == (7103, 7109, 7121)
        by_key = {question["key"]: question for question in found["questions"]}
        assert by_key["involve"]["counts"] == list(COUNTS)
        assert by_key["nudge"].keys() == {"key", "topic", "text", "statement", "cant_say"}
        assert by_key["hard_q"]["change"] == "less"
        assert found["comments"] == list(COMMENTS)
        assert "text" not in by_key
        assert (found["opened"], found["closed"]) == ("2026-11-27", "2026-12-04")
        numbers = re.findall(r"(?<![\w\"-])\d+(?:\.\d+)?", json.dumps([found["questions"]]))
        assert set(numbers) <= told() | {"7247", "7229.0", "3", "4"}


@pytest.mark.parametrize(("language", "sign"), [("en", ","), ("id", ";")])
def test_the_table_opens_in_a_spreadsheet(
    library: Library, texts: Texts, language: str, sign: str
) -> None:
    table = Export(reported(library), "broker", texts, READERS[language]).table()
    lines = list(csv.reader(io.StringIO(table), delimiter=sign))
    assert {len(line) for line in lines} == {5}
    cells = [cell for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith(HARMFUL)]
    assert f"'{COMMENTS[1]}" in cells and f"'{COMMENTS[2]}" in cells
    assert {str(count) for count in COUNTS} <= set(cells)
    assert ("7219.5" in cells) is (language == "en")
    assert "{broker}" not in table and "9973" not in table


@given(st.text(max_size=30))
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip(" \u00a0\u200b\ufeff").startswith(HARMFUL)
    assert cell.removeprefix("'") == text or cell == text


SIGNS = st.sampled_from('"\\#$[]\n') | st.characters()
"""Chance alone finds a quotation mark too seldom."""


@given(st.text(SIGNS, max_size=60))
def test_a_value_cannot_end_a_string_of_typst(text: str) -> None:
    inside = Quoted(text).__html__()
    assert STRING.fullmatch(f'"{inside}"')
    back = re.sub(r"\\(.)", r"\1", inside)
    assert all(a == b or b == " " for a, b in zip(text, back, strict=True))


@settings(max_examples=25)
@given(st.text(SIGNS, min_size=1, max_size=30), st.text(SIGNS, min_size=1, max_size=80))
def test_no_value_becomes_markup_of_the_paper(
    library: Library, texts: Texts, name: str, comment: str
) -> None:
    """Outside of its strings the source is the same, whatever people are called or wrote."""

    def bare(called: str, wrote: str) -> str:
        result = replace(SHOWN, comments=(wrote, wrote))
        about, group = replace(BROKER, name=called), replace(GROUP, name=called)
        own = {"involve": ("4",), "text": wrote}
        made = reported(library, result, assignment=about, partnership=group, mirror=own)
        return STRING.sub('""', texts.page(*made.paper("coordinator"), READERS["id"]))

    assert bare(name, comment) == bare("Ratna", "Words.")


@settings(max_examples=25)
@given(st.text(SIGNS, min_size=1, max_size=30))
def test_no_value_becomes_markup_of_the_picture(library: Library, texts: Texts, name: str) -> None:
    def parts(called: str) -> tuple[str, str]:
        about, group = replace(BROKER, name=called), replace(GROUP, name=called)
        made = reported(library, SHOWN, assignment=about, partnership=group)
        head, _, body = draw(made.chart("broker"), texts, READERS["id"]).partition("\n\n")
        return STRING.sub('""', head), body

    (head, body), (usual, _) = parts(name), parts("Ratna")
    sized = r"height: \d+pt"
    assert re.sub(sized, "", head) == re.sub(sized, "", usual)
    assert not SHAPE.sub("", WORD.sub("", body)).strip()


def test_the_same_is_followed_over_time_where_both_are_shown_in_full(library: Library) -> None:
    made = reported(library)
    question, shown = made.entries[0].question, made.entries[0].shown
    points = trend(question, shown, NOW, made.past)
    assert [point.counts for point in points] == [BEFORE, COUNTS]
    assert [point.closed for point in points] == [EARLIER, NOW]
    assert points[0].n == sum(BEFORE)
    other = question.model_copy(update={"text": question.topic})
    words = Shown("involve", change=None, statement=None)
    (past,) = made.past
    hidden = Past(EARLIER, past.checkin, replace(past.result, questions=(words,)))
    assert trend(question, shown, NOW, ()) == ()
    assert trend(question, words, NOW, made.past) == ()
    assert trend(question, shown, NOW, [hidden]) == ()
    assert trend(other, shown, NOW, made.past) == ()


def test_the_four_kinds_of_a_gap_are_said_of_the_question(library: Library, texts: Texts) -> None:
    made = reported(library)
    assert [(e.question.key, e.gap) for e in made.gaps] == [("nudge", Gap.BLIND_SPOT)]
    page = forms(made, "broker", texts, READERS["en"])["page"]
    assert page.count("Perhaps a blind spot") >= 1


def test_a_result_beside_it_gives_its_sentences_and_no_comment(
    library: Library, texts: Texts
) -> None:
    made = reported(library)
    for who in ("broker", "coordinator"):
        page = forms(made, who, texts, READERS["en"])["page"]
        assert "The other direction" in page
        assert page.count("Kunjungan") == 1
    alone = replace(made, other=None, review=REVIEW)
    assert "The other direction" not in forms(alone, "broker", texts, READERS["en"])["page"]


@pytest.mark.parametrize("form", ["page", "paper"])
def test_each_kind_of_gap_is_said_once_and_names_its_questions(
    library: Library, texts: Texts, form: str
) -> None:
    alike = (Shown("involve", Statement.MOST), Shown("hard_q", Statement.MOST))
    mirror = {"involve": ("4",), "hard_q": ("5",)}
    made = reported(library, replace(SHOWN, questions=alike), mirror=mirror)
    name, values = getattr(made, form)("broker")
    text = said(form, texts.page(name, values, READERS["en"]))
    assert text.count("An agreed strength") == 1
    after = text[text.index("An agreed strength") :]
    assert after.index("Finding out together") < after.index("Asking the difficult question")


@pytest.mark.parametrize("form", ["page", "paper"])
def test_the_frame_says_who_else_reads(library: Library, texts: Texts, form: str) -> None:
    summary, several = "Everybody who is asked gets a summary.", "The brokers read the result first"

    def frame(who: str = "broker", result: Result = SHOWN, **how: object) -> str:
        made = reported(library, result, mirror=OWN, **how)
        name, values = getattr(made, form)(who)
        return said(form, texts.page(name, values, READERS["en"]))

    assert summary in frame() and several not in frame()
    formal = replace(REVIEW, purpose=Purpose.FORMAL)
    assert summary not in frame(review=formal) and summary not in frame(result=FEW)
    together = frame(assignment=None)
    assert several in together and "Your view and theirs" in together
    assert several not in frame("coordinator", assignment=None)
