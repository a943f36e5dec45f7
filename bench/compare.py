"""The one harness: two programs, alternately, in one run.

Machines differ and even one machine changes its speed by a third within minutes. So the
two run in turn, A B A B, each in a fresh process, and what counts is the ratio within
each pair.
"""

import importlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Run = Callable[[], float]
"""Does the work once and says what it cost; less is better."""

SLACK = 0.2
"""How far beyond its limit a ratio may lie before that counts as broken."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several figures, and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        return cls(statistics.median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison found; `ratio` is A over B within each pair."""

    a: Spread
    b: Spread
    ratio: Spread

    def within(self, limit: float) -> bool:
        """Say whether A costs at most *limit* times as much as B, give or take `SLACK`."""
        return self.ratio.median <= limit * (1 + SLACK)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways to do the same, and how many times the cost of B we allow ourselves."""

    name: str
    a: str
    b: str
    run_a: Run
    run_b: Run
    limit: float
    unit: str = "ms"
    scale: float = 1000.0
    most: float | None = None
    """What A may cost at its best, in seconds or bytes: a busy machine is no fault of A."""
    pairs: int = 7

    def kept(self, outcome: Outcome) -> bool:
        """Whether both limits are kept, give or take `SLACK`."""
        cheap = self.most is None or outcome.a.low <= self.most * (1 + SLACK)
        return cheap and outcome.within(self.limit)


def compare(a: Run, b: Run, pairs: int = 7) -> Outcome:
    """Run *a* and *b* in turn, *pairs* times, after one pair that is not counted."""
    if pairs < 1:
        raise ValueError("at least one pair is needed")
    a(), b()
    both = [(a(), b()) for _ in range(pairs)]
    return Outcome(
        a=Spread.of([first for first, _ in both]),
        b=Spread.of([second for _, second in both]),
        ratio=Spread.of([first / second for first, second in both]),
    )


def timed(*command: str) -> Run:
    """Measure *command* from its start to its end, in seconds."""

    def run() -> float:
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    return run


def stated(*command: str) -> Run:
    """Take the figure that *command* prints as its last line: seconds, bytes, anything."""

    def run() -> float:
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return float(said.split()[-1])

    return run


def ran(module: str, *given: object) -> Run:
    """Take the figure that *module* prints when it is run."""
    return stated(sys.executable, "-m", module, *map(str, given))


def called(place: str) -> Run:
    """Measure the function at *place* ("bench.sealing:titian") in a process of its own.

    Starting Python and importing the module are left out. See `seconds`.
    """
    return stated(sys.executable, "-m", "bench.compare", place)


def seconds(function: Callable[[], object], calls: int = 9) -> float:
    """Say how long one of several calls of *function* took, after one that is not counted.

    A function that returns a number has measured itself, without what it had to set up: it is
    called once, and that is its figure.
    """
    own = function()
    if isinstance(own, int | float):
        return float(own)
    costs: list[float] = []
    for _ in range(calls):
        began = time.perf_counter()
        function()
        costs.append(time.perf_counter() - began)
    return statistics.median(costs)


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    print(seconds(getattr(importlib.import_module(module), name)))
