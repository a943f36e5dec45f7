"""T06, T07, A03: two rounds between which a few people joined or left.

Figures of nearly the same people can be subtracted: a lone critic who leaves would be read off
the difference. After R7 the second round is silent unless the change cannot hang on them.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import pytest

from dialogues.again import Before, Change
from dialogues.answers import Answer
from dialogues.bounds import Bounds
from dialogues.checkin import Question
from dialogues.disclosure import Ballot, Result, Shown, Statement, disclose, earlier
from dialogues.model import Protect
from tests.attacks.solver import (
    BANDS,
    LONG,
    SCALE,
    Tally,
    attack,
    checkin,
    choice,
    seated,
    tallies,
    weakest,
)

FORM = checkin(SCALE)
CAME_AND_WENT = [(0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (2, 1), (1, 2), (2, 2)]


def plus(*parts: Tally) -> Tally:
    return tuple(map(sum, zip(*parts, strict=True)))


@cache
def said(roster: Bounds, tally: Tally, before: tuple[int, int, Result] | None = None) -> Result:
    """The Result of a round in which so many were favourable, between and unfavourable.

    *before*: who joined, who left, and what was said then of a roster with the same bound.
    """
    cast = [Ballot({"q": a}) for a, count in zip(BANDS, tally, strict=True) for _ in range(count)]
    known: list[Before] = []
    if before is not None:
        joined, left, result = before
        known = [earlier(result, roster.t, joined, left)]
    return disclose(FORM, frozenset(), roster, cast, lambda pool: None, known)


def of(result: Result) -> Shown:
    return result.questions[0]


def meetings(t: int) -> Iterator[tuple[int, int, int]]:
    """Sizes of a first round, and how many, at most t + 2 each, joined and left after it."""
    for joined, left in CAME_AND_WENT:
        if max(joined, left) <= t + 2:
            for n in range(max(5, t + 3), max(16 if LONG else 0, 2 * t + 8)):
                if max(5, t + 3) <= n - left + joined:
                    yield n, joined, left


@pytest.mark.parametrize("t", [1, 2, 3, 4] if LONG else [1, 2, 3])
def test_where_nobody_else_changed_their_mind_nothing_is_said(t: int) -> None:
    """T06: a constant, so the posterior of whoever came or went stays what it was."""
    for n, joined, left in meetings(t):
        first, second = weakest(t, n), weakest(t, n - left + joined)
        for stayed in tallies(n - left, 3):
            for gone, new in product(tallies(left, 3), tallies(joined, 3)):
                before = (joined, left, said(first, plus(stayed, gone)))
                shown = of(said(second, plus(stayed, new), before))
                assert shown == Shown("q", change=Change.UNCLEAR), (n, joined, left, stayed)


def first_words(roster: Bounds, n: int) -> dict[tuple[bool, int], Result]:
    """One first Result for each that R7 can tell apart: most or not, and R5's bound."""
    found = {}
    for tally in tallies(n, 3):
        result = said(roster, tally)
        then = earlier(result, roster.t, 0, 1).shown["q"]
        assert then is not None
        found[then] = result
    return found


@pytest.mark.parametrize("t", [1, 2, 3, 4, 6] if LONG else [1, 2, 3])
def test_whatever_everybody_answers_the_second_time_nobody_is_certain(t: int) -> None:
    """T07: others and attackers free to change, every pair of sizes, all own answers."""
    told = set()
    for n, joined, left in meetings(t):
        then = n - left + joined
        roster = weakest(t, then)
        for result in first_words(weakest(t, n), n).values():
            before = [earlier(result, t, joined, left)]
            assert attack(SCALE, BANDS, then, roster, before=before) == [], (n, joined, left)
            told |= {
                of(said(roster, tally, (joined, left, result))).change for tally in tallies(then, 3)
            }
    assert told >= {Change.LESS, Change.UNCLEAR, Change.MORE}


@pytest.mark.parametrize("sizes", [((5, 5), (6, 5)), ((6, 6), (6, 5)), ((5, 7), (6, 6))])
@pytest.mark.parametrize("protect", list(Protect))
def test_nor_is_anybody_where_there_are_two_organisations(
    protect: Protect, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    first, second = (seated(sorted(s, reverse=True), protect) for s in sizes)
    for result in first_words(first, first.roster).values():
        before = [earlier(result, first.t, 1, 1)]
        assert attack(SCALE, BANDS, second.roster, second, before=before) == []


@pytest.mark.parametrize("n", [7, 9, 20, 22])
@pytest.mark.parametrize("question", [SCALE, choice(3)], ids=["scale", "choice"])
def test_no_figure_sentence_or_option_stands_beside_a_change(question: Question, n: int) -> None:
    keys: Sequence[Answer] = BANDS if question is SCALE else [("a",), ("b",), ("c",)]
    roster, form = weakest(2, n), checkin(question)
    cast = [Ballot({question.key: keys[i % 3]}) for i in range(n)]
    first = disclose(form, frozenset(), roster, cast, lambda pool: None)
    assert first.questions[0].statement is not Statement.NONE
    for joined, left in CAME_AND_WENT:
        again = disclose(
            form, frozenset(), roster, cast, lambda pool: None, [earlier(first, 2, joined, left)]
        )
        only = Change.UNCLEAR if question is SCALE else None
        silent = None if only else Statement.NONE
        assert again.questions[0] == Shown(question.key, silent, change=only)


def test_where_nobody_or_very_many_came_or_went_there_are_figures_again() -> None:
    roster = weakest(2, 9)
    first = said(roster, (5, 0, 4))
    for joined, left in ((0, 0), (5, 2), (5, 0), (1, 5)):
        assert said(roster, (5, 0, 4), (joined, left, first)) == first


@pytest.mark.parametrize("t", [1, 2, 3, 4])
def test_whoever_joins_again_under_another_name_does_not_bring_figures_back(t: int) -> None:
    """A03, A06: t people erase themselves and join again, so that one more who left is hidden."""
    n = 4 * t + 8
    first = said(weakest(t, n), (n // 2, 0, n - n // 2))
    assert of(first).counts is not None
    for strangers in (1, 2):
        then = weakest(t, n - strangers)
        tally = (n // 2, 0, n - n // 2 - strangers)
        assert of(said(then, tally)).counts is not None
        again = said(then, tally, (t, t + strangers, first))
        assert of(again) == Shown("q", change=Change.UNCLEAR)


def test_an_earlier_change_is_no_figure_but_what_was_before_it_still_counts() -> None:
    roster = weakest(2, 9)
    first = said(roster, (5, 0, 4))
    second = said(roster, (5, 0, 4), (1, 1, first))
    assert earlier(second, 2, 1, 1).shown == {}
    both = [earlier(second, 2, 0, 1), earlier(first, 2, 1, 2)]
    cast = [Ballot({"q": ("5",)})] * 9
    third = disclose(FORM, frozenset(), roster, cast, lambda pool: None, both)
    assert of(third).change is not None and of(third).counts is None
