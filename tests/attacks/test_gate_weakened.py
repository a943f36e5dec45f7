"""T24: the solver catches a gate with smaller numbers. `make mutants` goes further."""

from collections.abc import Callable

import pytest

from dialogues.bounds import Bounds
from tests.attacks.solver import BANDS, SCALE, attack, choice, possible, weakest

BOUNDS = (1, 2, 3, 4)


def every_proof(t: int) -> list[str]:
    """What is proved at the sizes where the gate is tightest."""
    found = []
    for n in range(max(5, t + 3), 2 * t + 6):
        found += attack(SCALE, BANDS, n, weakest(t, n))
        found += attack(choice(2), possible(choice(2)), n, weakest(t, n))
    return found


@pytest.mark.parametrize("t", BOUNDS)
def test_the_gate_as_it_is_proves_nothing_where_it_is_tightest(t: int) -> None:
    assert every_proof(t) == []


@pytest.mark.parametrize(
    ("t", "name", "weakened"),
    [
        *((t, "floor", lambda roster: roster.t + 1) for t in BOUNDS),  # t + 2 made t + 1
        # 2t + 3 made 2t + 2, or dropped; where t is 1, k = 5 answers are 2t + 3 already
        *((t, "both", lambda roster: 2 * roster.t + 2) for t in BOUNDS[1:]),
        *((t, "both", lambda roster: 0) for t in BOUNDS[1:]),
    ],
)
def test_a_gate_with_smaller_numbers_is_caught(
    monkeypatch: pytest.MonkeyPatch, t: int, name: str, weakened: Callable[[Bounds], int]
) -> None:
    monkeypatch.setattr(Bounds, name, property(weakened))
    assert every_proof(t) != []


@pytest.mark.parametrize("t", BOUNDS)
def test_a_gate_that_counts_one_attacker_less_is_caught(
    monkeypatch: pytest.MonkeyPatch, t: int
) -> None:
    monkeypatch.setattr(Bounds, "t", property(lambda roster: t - 1))
    found = [p for n in range(5, 2 * t + 6) for p in attack(SCALE, BANDS, n, weakest(t, n))]
    assert any("favourable" in proof for proof in found)
