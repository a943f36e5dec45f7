"""T03, T04, T05, T09, T10: what a Result depends on, and what a report can add to it (A12, A14)."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from dialogues.answers import Answer
from dialogues.bounds import bounds
from dialogues.charts import draw
from dialogues.checkin import CheckIn, Fact, Words, impossible
from dialogues.cycle import Phase
from dialogues.disclosure import Ballot, Result, disclose, to_data
from dialogues.exports import Export
from dialogues.library import LANGUAGES, Library
from dialogues.model import (
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
)
from dialogues.report import Report, build
from dialogues.texts import Reader, Texts
from tests.attacks.solver import (
    BANDS,
    LONG,
    NUMBER,
    SCALE,
    TEXT,
    checkin,
    choice,
    multi,
    seated,
    shapes,
    tallies,
    weakest,
    withstood,
)

WORDS = Words(key="words", text=TEXT, topic=TEXT, kind="words")
FORM = checkin(SCALE, NUMBER, choice(3), multi(4, 2), WORDS)
NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def in_order(pool: list[str]) -> None:
    pool.sort()


def drawn(chance: random.Random, people: int) -> list[Ballot]:
    kinds: list[Sequence[Answer]] = [
        [("1",), ("5",), None],
        [("0",), ("9",)],
        [("a",), ("b",)],
        [("a", "b"), ("c",)],
    ]
    keys = [question.key for question in FORM.questions[:-1]]
    return [
        Ballot({k: chance.choice(kind) for k, kind in zip(keys, kinds, strict=True)})
        for _ in range(people)
    ]


@pytest.mark.parametrize("seed", range(200 if LONG else 20))
def test_who_answered_and_how_organisations_are_called_changes_not_a_byte(seed: int) -> None:
    """T03: a Result is a function of the roster's sizes and of counts."""
    chance = random.Random(seed)
    people = chance.randint(5, 30)
    seats: list[int | None] = [chance.randint(0, 5) or None for _ in range(people)]
    ballots = drawn(chance, chance.randint(5, people))
    names = {one: 100 - i if one else None for i, one in enumerate(set(seats))}

    def bytes_of(places: Sequence[int | None], cast: list[Ballot]) -> str:
        roster = bounds(places, Protect.ORGANISATION)
        return json.dumps(to_data(disclose(FORM, frozenset(), roster, cast, in_order)))

    expected = bytes_of(seats, ballots)
    for _ in range(5):
        chance.shuffle(seats)
        chance.shuffle(ballots)
        assert bytes_of([names[seat] for seat in seats], ballots) == expected


@pytest.mark.parametrize("people", range(1, 16 if LONG else 11))
@pytest.mark.parametrize("protect", list(Protect))
def test_the_number_that_is_announced_is_exactly_the_one_that_is_needed(
    protect: Protect, people: int
) -> None:
    """T04: with one answer fewer nothing is shown, whatever was answered: a constant."""
    for sizes in shapes(people):
        roster = seated(sizes, protect)
        beside = 5 if len(sizes) == 2 else (*sizes, 0)[1] + 1
        number = max(5, withstood(roster) + 3, sizes[0] + beside)
        possible = number <= people and len(sizes) > 1
        assert roster.needed == (number if possible else None), sizes
        if not possible:
            continue
        silent = set()
        for answer in (("5",), ("1",), None):
            cast = [Ballot({"q": answer, "words": f"{answer}"})] * (number - 1)
            silent.add(disclose(FORM, frozenset(), roster, cast, in_order))
            assert disclose(FORM, frozenset(), roster, [*cast, cast[0]], in_order).released
        (only,) = silent
        assert not only.released and not only.questions and only.answered is None
        assert not only.comments


@pytest.mark.parametrize("people", range(5, 16 if LONG else 11))
@pytest.mark.parametrize("protect", list(Protect))
def test_whoever_stayed_away_three_organisations_took_part(protect: Protect, people: int) -> None:
    """T05: the two largest together cannot give as many answers. Of exactly two, both must."""
    for sizes in shapes(people):
        roster = seated(sizes, protect)
        if roster.needed is None:
            continue
        few = 2 if len(sizes) > 2 else 1
        assert sum(sizes[:few]) < roster.needed
        if few == 1:
            assert roster.needed - sizes[0] >= 5


def report(result: Result, library: Library) -> Report:
    form = library.checkins["responsibilities"]
    group = Partnership(
        1, "Water", "en", "Asia/Makassar", "ID", Phase.MANAGING, "", "broker", "broker",
        Protect.ORGANISATION, 5, 10,
    )  # fmt: skip
    about = Review(1, 1, None, 1, form.id, Purpose.LEARN, ReviewState.CLOSED, NOW, NOW, None)
    return build(
        result=result,
        checkin=form,
        facts=(),
        review=about,
        partnership=group,
        assignment=None,
        mirror=None,
    )


def every_form(told: Report, texts: Texts) -> str:
    """All that is ever worded or drawn of a report, in both languages, for both readers."""
    found = []
    for language in LANGUAGES:
        reader = Reader(language, ZoneInfo("Asia/Makassar"), NOW)
        for who in ("broker", "coordinator"):
            found += [texts.word(told.chat(who), reader), texts.word(told.guide(who), reader)]
            found += [texts.page(*told.page(who), reader), draw(told.chart(who), texts, reader)]
            export = Export(told, who, texts, reader)
            found += [texts.page(*told.paper(who), reader), export.table(), export.data()]
    return "\n".join(found)


@pytest.mark.parametrize("n", [8, 20] if LONG else [8])
def test_equal_results_make_equal_reports_to_the_byte(
    n: int, library: Library, texts: Texts
) -> None:
    """T09, F06: whatever the tallies were. Nor is told what is kept for later (`majority`)."""
    form: CheckIn = library.checkins["responsibilities"]
    seen: dict[Result, list[Result]] = {}
    for tally in tallies(n, 3):
        steps = [a for a, count in zip(BANDS, tally, strict=True) for _ in range(count)]
        cast = [Ballot({"r1": step, "r3": step}) for step in steps]
        for unable in (0, 1):
            short = cast[: len(cast) - unable] + [Ballot({})] * unable
            result = disclose(form, frozenset(), weakest(2, n), short, in_order)
            seen.setdefault(result, []).append(result)
    alike = [found for found in seen.values() if len(found) > 1]
    assert len(alike) > 2
    for found in alike:
        one, *_, other = found
        assert every_form(report(one, library), texts) == every_form(report(other, library), texts)
    told = report(alike[0][0], library)
    hidden = [replace(q, majority=None) for q in told.result.questions]
    bare = replace(told.result, questions=tuple(hidden))
    assert every_form(report(bare, library), texts) == every_form(told, texts)


def test_the_order_of_comments_does_not_follow_who_wrote_them() -> None:
    """T10: before it is shuffled the pool is the same, so its distribution is the same."""
    said = ["first", "second", "third"]
    pools = set()
    for order in permutations(said):
        cast = [Ballot({"words": words}) for words in order] + [Ballot({})] * 5
        given: list[list[str]] = []
        disclose(FORM, frozenset(), weakest(2, 8), cast, lambda pool: given.append([*pool]))  # noqa: B023
        pools.add(tuple(given[0]))
    assert pools == {tuple(sorted(said))}


def test_and_the_shuffle_is_even() -> None:
    """χ² over 1,000 rounds with a fixed seed; five degrees of freedom, p > .001."""
    chance = random.Random(7)
    cast = [Ballot({"words": words}) for words in ("a", "b", "c")] + [Ballot({})] * 5
    orders = Counter(
        disclose(FORM, frozenset(), weakest(2, 8), cast, chance.shuffle).comments
        for _ in range(1000)
    )
    even = 1000 / 6
    assert len(orders) == 6
    assert sum((count - even) ** 2 / even for count in orders.values()) < 20.5


def test_no_question_is_shown_because_of_an_answer(library: Library) -> None:
    """T10, F05: conditions look at facts of the round; and no two check-ins ask the same."""
    asked = Counter[str]()
    for form in library.checkins.values():
        for question in form.questions:
            assert not impossible(question.when, form.applies.broker)
            names = {condition.removeprefix("not ") for condition in question.when}
            assert names <= {fact.value for fact in Fact}
            asked[question.text.en] += not isinstance(question, Words)
    assert max(asked.values()) == 1
