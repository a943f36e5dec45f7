"""T02: what is only bounded, and what cannot be, measured against docs/privacy.md.

A gate that becomes worse than its table fails here, and so does a table that flatters or is
out of date. Both languages print the same numbers.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.attacks import odds
from tests.attacks.odds import EVEN, KIND, greatest, leaver_above, posteriors
from tests.attacks.solver import LONG

DOCS = Path(__file__).parents[2] / "docs"
ROUNDING = Fraction(6, 1000)


def table(name: str, page: str = "privacy.md") -> dict[str, list[Fraction]]:
    """The numbers of one table of *page*: it stands under the comment with its *name*."""
    _, found, rest = (DOCS / page).read_text().partition(f"<!-- {name} -->")
    assert found, f"{page} has no table called {name}"
    rows = [line.strip("| ").split("|") for line in rest.strip().split("\n\n")[0].splitlines()]
    return {row[0].strip(): [number(cell) for cell in row[1:]] for row in rows[2:]}


def number(cell: str) -> Fraction:
    """A number as it is printed: "7.0", "7,0", "82 %" or "–"."""
    digits = re.sub(r"[^0-9.]", "", cell.replace(",", "."))
    return Fraction(digits or "-1") / (100 if "%" in cell else 1)


def rows(name: str) -> Iterator[tuple[str, list[Fraction]]]:
    yield from table(name).items()


def as_printed(measured: Fraction, printed: Fraction) -> bool:
    """Not worse than printed; and printed so closely that better news must be told."""
    return abs(measured - printed) <= max(ROUNDING, abs(printed) / 100)


@pytest.mark.parametrize("name", ["one-round", "good-news", "again", "probed"])
def test_both_languages_print_the_same_numbers(name: str) -> None:
    one, two = table(name), table(name, "privacy.id.md")
    assert list(one.values()) == list(two.values()) and len(one) > 1


@pytest.mark.parametrize("row", table("one-round").items(), ids=lambda row: f"n{row[0]}")
def test_odds_and_chances_of_one_round_are_as_printed(row: tuple[str, list[Fraction]]) -> None:
    n, printed = int(row[0]), row[1]
    for t, cells in ((2, printed[:2]), (1, printed[2:])):
        for measured, cell in zip(greatest(n, t), cells, strict=True):
            assert as_printed(measured, cell), f"t = {t}: {float(measured):.3f}"


def test_the_odds_stay_within_the_limits_of_the_design() -> None:
    for t in (1, 2, 3, 4):
        for n in range(max(5, t + 3), 41 if LONG else 25):
            if n < 2 * t + 3:
                assert greatest(n, t)[0] <= Fraction(21, 10)
            elif n < 10:
                assert greatest(n, t)[0] <= 9


@pytest.mark.parametrize("prior", [EVEN, KIND, (Fraction(1, 4), Fraction(3, 10), Fraction(9, 20))])
def test_where_counts_are_shown_the_odds_have_a_limit_under_any_prior(
    prior: tuple[Fraction, ...],
) -> None:
    for t in (1, 2, 3):
        for n in range(2 * t + 4, 31 if LONG else 16):
            for result, _, chance, _ in posteriors(n, t, t, prior):
                if result.questions[0].counts:
                    assert chance / (1 - chance) <= Fraction(n - t - 2, 2)


@pytest.mark.parametrize("row", table("good-news").items(), ids=lambda row: row[0][:12])
def test_how_often_good_news_is_proved_is_as_printed(row: tuple[str, list[Fraction]]) -> None:
    n, t, attackers = map(int, re.findall(r"\d+", row[0]))
    for prior, cell in zip((EVEN, KIND), row[1], strict=True):
        measured = odds.proved_favourable(n, t, attackers, prior)
        assert as_printed(measured, cell), float(measured)


@pytest.mark.parametrize("row", table("again").items(), ids=lambda row: row[0][:12])
def test_what_two_rounds_tell_an_outsider_is_as_printed(row: tuple[str, list[Fraction]]) -> None:
    n, joined, left = map(int, re.findall(r"\d+", row[0]))
    if n > 8 and not LONG:
        return
    for stable, cell in zip((Fraction(1), Fraction(9, 10)), row[1], strict=True):
        assert as_printed(leaver_above(n, joined, left, stable, Fraction(4, 5)), cell)


@pytest.mark.parametrize("row", table("probed").items(), ids=lambda row: row[0][:12])
def test_what_probing_twice_can_prove_is_as_printed(row: tuple[str, list[Fraction]]) -> None:
    n, joined, left = map(int, re.findall(r"\d+", row[0]))
    if n > 9 and not LONG:
        return
    for measured, cell in zip(odds.probed(n, joined, left), row[1], strict=True):
        assert as_printed(measured, cell), float(measured)
