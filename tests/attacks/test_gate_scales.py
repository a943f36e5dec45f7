"""T01, A04, A16: people who answer a scored question in order to learn what the others said.

Every n, every roster bound, every choice of own answers: nobody is ever certain that another
person was unfavourable, or not favourable; from 2t + 3 answers on nor that they were favourable.
"""

import random

import pytest

from dialogues.checkin import Question
from dialogues.model import Protect
from tests.attacks.solver import (
    BANDS,
    LONG,
    NUMBER,
    SCALE,
    STEPS,
    TURNED,
    Claim,
    attack,
    chose,
    claims,
    seated,
    shapes,
    weakest,
)

BOUNDS = (1, 2, 3, 4)
LARGE = range(15, 61) if LONG else (19, 20, 21, 26, 33, 60)
HARD = (5, 6, 8, 12, 20, 28) if LONG else (5, 6, 8, 20)
FULL = [(t, n) for t in (1, 2, 3) for n in range(20, 25)] if LONG else [(2, 20)]


def test_the_weakest_rosters_need_k_or_t_plus_three() -> None:
    for t in BOUNDS:
        roster = weakest(t, 14)
        assert (roster.t, roster.needed) == (t, max(5, t + 3))


@pytest.mark.parametrize("n", range(5, 15))
@pytest.mark.parametrize("t", BOUNDS)
def test_in_bands_nobody_is_certain_of_anybody(t: int, n: int) -> None:
    assert attack(SCALE, BANDS, n, weakest(t, n)) == []


@pytest.mark.parametrize("n", LARGE)
@pytest.mark.parametrize("t", BOUNDS)
def test_in_bands_nobody_is_certain_in_large_groups(t: int, n: int) -> None:
    assert attack(SCALE, BANDS, n, weakest(t, n)) == []


@pytest.mark.parametrize("t", HARD)
def test_a_large_organisation_learns_nothing_certain(t: int) -> None:
    """From the fewest answers that are enough to twice the size, and a whole hall."""
    spread = range(t + 3, 2 * t + 6) if LONG else (t + 3, 2 * t + 2, 2 * t + 3, 2 * t + 4)
    for n in (*spread, 60) if t > 6 else spread:
        assert attack(SCALE, BANDS, n, weakest(t, n)) == []


@pytest.mark.parametrize("people", range(5, 13 if LONG else 10))
@pytest.mark.parametrize("protect", list(Protect))
def test_organisations_of_every_shape(protect: Protect, people: int) -> None:
    """Everybody's ballot or some people's: whoever stayed away is known to the attackers."""
    for sizes in shapes(people):
        roster = seated(sizes, protect)
        for n in range(5, people + 1):
            assert attack(SCALE, BANDS, n, roster) == [], sizes


@pytest.mark.parametrize("seed", range(200 if LONG else 12))
def test_organisations_of_any_shape_in_groups_of_up_to_sixty(seed: int) -> None:
    chance = random.Random(seed)
    sizes = sorted((chance.randint(1, 9) for _ in range(chance.randint(2, 12))), reverse=True)
    while sum(sizes) > 60:
        sizes.pop()
    roster = seated(sizes, chance.choice(list(Protect)))
    n = chance.randint(min(5, sum(sizes)), sum(sizes))
    unable = chance.randint(0, sum(sizes) - n)
    assert attack(SCALE, BANDS, n, roster, unable=unable) == []


@pytest.mark.parametrize("unable", [1, 4, 6])
@pytest.mark.parametrize("t", BOUNDS)
def test_nor_does_it_help_to_know_who_could_not_say(t: int, unable: int) -> None:
    for n in range(1, 13):
        assert attack(SCALE, BANDS, n, weakest(t, n + unable), unable=unable) == []


@pytest.mark.parametrize("sizes", [(5, 5), (6, 5), (4, 6), (2, 8), (1, 9)])
@pytest.mark.parametrize("protect", list(Protect))
def test_two_organisations_learn_nothing_certain_of_each_other(
    protect: Protect, sizes: tuple[int, int]
) -> None:
    roster = seated(sizes, protect)
    for n in range(5, roster.roster + 1):
        assert attack(SCALE, BANDS, n, roster, unable=roster.roster - n) == []


@pytest.mark.parametrize("n", range(5, 13 if LONG else 9))
@pytest.mark.parametrize("t", BOUNDS)
def test_in_full_values_neither_band_nor_value_is_certain(t: int, n: int) -> None:
    roster = weakest(t, n)
    exact: dict[str, Claim] = {f"answered {step}": chose(step) for step in "12345"}
    watched = {**claims(SCALE, n, t), **exact}
    assert attack(SCALE, STEPS, n, roster, watched=watched) == []


@pytest.mark.parametrize(("t", "n"), FULL)
def test_nor_with_histogram_mean_and_median(t: int, n: int) -> None:
    assert attack(SCALE, STEPS, n, weakest(t, n)) == []


def test_a_histogram_of_three_values_with_four_attackers() -> None:
    assert attack(SCALE, BANDS, 24, weakest(4, 24)) == []


@pytest.mark.parametrize("question", [TURNED, NUMBER], ids=["turned", "number"])
@pytest.mark.parametrize("t", BOUNDS[:3])
def test_questions_that_are_turned_or_go_to_ten(t: int, question: Question) -> None:
    values = "012" if question is NUMBER else "12"
    edges = ["4", "5", "7", "8", "10"] if question is NUMBER else ["3", "4", "5"]
    answers = [(step,) for step in (*values[-1], *edges)]
    for n in range(5, 10 if LONG else 9):
        assert attack(question, answers, n, weakest(t, n)) == []


def test_below_two_t_plus_three_only_good_news_can_be_certain() -> None:
    """The accepted exception, and a proof that the solver finds what there is."""
    watched: dict[str, Claim] = {"favourable": chose("5")}
    for t in (2, 3, 4):
        n = 2 * t + 2
        assert attack(SCALE, BANDS, n, weakest(t, n), watched=watched) != []
        assert attack(SCALE, BANDS, n + 1, weakest(t, n + 1), watched=watched) == []


def test_one_attacker_more_than_the_bound_can_be_certain() -> None:
    """What the gate does not promise, said in docs/privacy.md."""
    assert attack(SCALE, BANDS, 7, weakest(2, 7), 2) == []
    assert attack(SCALE, BANDS, 7, weakest(2, 7), 3) != []
