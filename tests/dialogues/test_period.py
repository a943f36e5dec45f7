"""Days from one to another."""

from datetime import date

import pytest

from dialogues.period import say_period


@pytest.mark.parametrize(
    ("first", "last", "english", "indonesian"),
    [
        ((2027, 2, 2), (2027, 2, 9), "2–9 February 2027", "2–9 Februari 2027"),
        (
            (2026, 11, 27),
            (2026, 12, 4),
            "27 November – 4 December 2026",
            "27 November – 4 Desember 2026",
        ),
        (
            (2026, 12, 28),
            (2027, 1, 4),
            "28 December 2026 – 4 January 2027",
            "28 Desember 2026 – 4 Januari 2027",
        ),
        ((2026, 12, 4), (2026, 12, 4), "4 December 2026", "4 Desember 2026"),
    ],
)
def test_a_period_always_has_its_year(
    first: tuple[int, int, int], last: tuple[int, int, int], english: str, indonesian: str
) -> None:
    for language, said in (("en", english), ("id", indonesian)):
        assert say_period(date(*first), date(*last), language) == said
