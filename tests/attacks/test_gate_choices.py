"""T08: nobody's option is ever certain: choice, multi and bipolar questions."""

import pytest

from tests.attacks.solver import BIPOLAR, LETTERS, LONG, attack, choice, multi, possible, weakest

BOUNDS = (1, 2, 3, 4)
SIZES = [*range(5, 16), *range(20, 25)] if LONG else [*range(5, 13), 20, 21]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("t", BOUNDS)
@pytest.mark.parametrize("count", [2, 3])
def test_nobodys_choice_is_certain(count: int, t: int, n: int) -> None:
    question = choice(count)
    assert attack(question, possible(question), n, weakest(t, n)) == []


@pytest.mark.parametrize("t", BOUNDS if LONG else (1, 2))
def test_nobodys_choice_of_four_is_certain(t: int) -> None:
    question = choice(4)
    for n in (2 * t + 3, 2 * t + 4, 20):
        assert attack(question, possible(question), n, weakest(t, n)) == []


@pytest.mark.parametrize("count", range(5, 9) if LONG else (5, 8))
def test_nobodys_choice_of_many_is_certain(count: int) -> None:
    question = choice(count)
    for n in (5, 6, 7) if LONG or count == 5 else (5,):
        assert attack(question, possible(question), n, weakest(1, n)) == []


@pytest.mark.parametrize("t", BOUNDS[:3] if LONG else (1, 2))
def test_nobodys_bipolar_step_is_certain(t: int) -> None:
    for n in (2 * t + 3, 2 * t + 4):
        assert attack(BIPOLAR, possible(BIPOLAR), n, weakest(t, n)) == []


@pytest.mark.parametrize(
    ("t", "count", "most"),
    [*((t, 2, 2) for t in BOUNDS), *((t, 3, 2) for t in BOUNDS), *((t, 3, 3) for t in BOUNDS[:3])],
)
def test_none_of_several_choices_is_certain(t: int, count: int, most: int) -> None:
    question = multi(count, most)
    tight = [2 * t + 3, 2 * t + 4]
    for n in [*tight, 20, 21] if count == 2 else tight[: 2 if t < 3 else 1]:
        assert attack(question, possible(question), n, weakest(t, n)) == []


@pytest.mark.parametrize("n", range(5, 13 if LONG else 7))
def test_none_of_two_of_four_choices_is_certain(n: int) -> None:
    question = multi(4, 2) if n < 8 else multi(3, 2)
    assert attack(question, possible(question), n, weakest(1, n)) == []


@pytest.mark.parametrize(
    ("t", "count", "most", "alone"),
    [
        *((t, 3, 2, 1) for t in BOUNDS),
        *((t, 4, 3, 1) for t in (BOUNDS[:2] if LONG else BOUNDS[:1])),
        *((t, 4, 2, 2) for t in (BOUNDS[:3] if LONG else BOUNDS[:1])),
    ],
)
def test_an_option_that_stands_alone_makes_nobody_certain(
    t: int, count: int, most: int, alone: int
) -> None:
    """Whoever chose it chose none of the others: there are fewer worlds to hide in."""
    question = multi(count, most, alone)
    answers = possible(question)
    assert {len(a) for a in answers if a and a[-1] == LETTERS[count - 1].key} == {1}
    for n in (2 * t + 3, 2 * t + 4, 20, 21) if count == 3 else (2 * t + 3,):
        assert attack(question, answers, n, weakest(t, n)) == []
