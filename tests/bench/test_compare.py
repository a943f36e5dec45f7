"""The harness's arithmetic, with costs that are known beforehand."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import __main__ as table
from bench.compare import Comparison, Outcome, Run, Spread, called, compare, seconds, stated, timed

EVEN = Spread(1.0, 1.0, 1.0)


def costs(*figures: float) -> Run:
    """Cost one of *figures* after the other."""
    left: Iterator[float] = iter(figures)
    return lambda: next(left)


def test_a_spread_is_median_least_and_most() -> None:
    assert Spread.of([5.0, 1.0, 2.0]) == Spread(median=2.0, low=1.0, high=5.0)


def test_the_two_run_in_turn() -> None:
    order: list[str] = []

    def run(name: str) -> Run:
        def go() -> float:
            order.append(name)
            return 1.0

        return go

    compare(run("A"), run("B"), pairs=2)
    assert order == ["A", "B"] * 3


def test_the_first_pair_is_not_counted() -> None:
    outcome = compare(costs(1000, 2, 2), costs(1, 1, 1), pairs=2)
    assert outcome.a == Spread(2, 2, 2)


def test_the_ratio_is_taken_pair_by_pair() -> None:
    # The machine becomes slower, A stays twice as dear as B.
    steady = compare(costs(0, 2, 20, 200), costs(1, 1, 10, 100), pairs=3)
    assert steady.ratio == Spread(2, 2, 2)
    # The median of the ratios is not the ratio of the medians.
    crossed = compare(costs(0, 1, 4, 9), costs(1, 1, 8, 2), pairs=3)
    assert crossed.ratio == Spread(1, 0.5, 4.5)
    assert crossed.a.median / crossed.b.median == 2


@given(
    st.lists(
        st.tuples(st.floats(0.001, 1000), st.floats(0.001, 1000)),
        min_size=1,
        max_size=9,
    )
)
def test_a_ratio_turned_round_is_its_inverse(pairs: list[tuple[float, float]]) -> None:
    a, b = [first for first, _ in pairs], [second for _, second in pairs]
    there = compare(costs(1, *a), costs(1, *b), pairs=len(pairs)).ratio
    back = compare(costs(1, *b), costs(1, *a), pairs=len(pairs)).ratio
    assert there.low == pytest.approx(1 / back.high)
    assert there.high == pytest.approx(1 / back.low)
    assert there.low <= there.median <= there.high


def test_no_pairs_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        compare(costs(), costs(), pairs=0)


@pytest.mark.parametrize(("ratio", "kept"), [(0.1, True), (1.79, True), (1.81, False)])
def test_a_limit_bends_by_a_fifth(ratio: float, kept: bool) -> None:
    outcome = Outcome(EVEN, EVEN, Spread(ratio, 0.0, 99.0))
    assert outcome.within(1.5) is kept


def test_a_command_is_timed_from_start_to_end() -> None:
    cost = timed(sys.executable, "-c", "import time; time.sleep(0.05)")()
    assert 0.05 <= cost < 30


def test_the_last_line_is_the_figure() -> None:
    assert stated(sys.executable, "-c", "print('loaded'); print(2.5)")() == 2.5


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        stated(sys.executable, "-c", "print(1); raise SystemExit(3)")()


def test_the_first_call_is_not_counted() -> None:
    calls: list[None] = []
    assert seconds(lambda: calls.append(None), calls=3) >= 0
    assert len(calls) == 4


def test_a_function_that_measures_itself_is_called_once() -> None:
    own = costs(2.5, 7.0)
    assert seconds(own, calls=3) == 2.5
    assert own() == 7.0


def test_a_function_is_measured_in_a_process_of_its_own() -> None:
    assert 0 < called("bench.sealing:bare")() < 30


def test_the_table_says_what_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def three() -> float:
        return 3.0

    def two() -> float:
        return 2.0

    kept = Comparison("even", "ours", "bare", three, two, limit=1.5, unit="s", scale=1)
    broken = Comparison("dear", "ours", "bare", three, two, limit=1.0)
    monkeypatch.setattr(table, "REGISTERED", (kept, broken))
    monkeypatch.setattr(table, "RESULTS", tmp_path / "results.md")
    assert table.main(["even"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].split("  ")[-2:] == ["≤ 1.5", "kept"]
    assert "3.00 s (3.00–3.00)" in said[1]
    assert "1.50 (1.50–1.50)" in said[1]
    assert not (tmp_path / "results.md").exists()
    assert table.main([]) == 1
    assert capsys.readouterr().out.endswith("broken\n")
    assert (tmp_path / "results.md").read_text().endswith("| ≤ 1 | broken |\n")
    assert table.main(["odd"]) == 2
