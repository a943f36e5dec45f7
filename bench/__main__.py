"""Run the registered comparisons and print their ratios: `python -m bench [NAME …]`."""

import sys
from dataclasses import dataclass

from bench.compare import Outcome, Run, Spread, called, compare


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


REGISTERED = (
    Comparison(
        name="sealing",
        a="PyNaCl Aead",
        b="bare libsodium",
        run_a=called("bench.sealing:titian"),
        run_b=called("bench.sealing:bare"),
        limit=2.0,
    ),
    Comparison(
        name="telegram update",
        a="Titian, committed",
        b="python-telegram-bot, in memory",
        run_a=called("bench.telegram:titian"),
        run_b=called("bench.telegram:bare"),
        limit=1 / 0.6,
    ),
    Comparison(
        name="slack action",
        a="Titian, committed",
        b="stock Bolt, ack first",
        run_a=called("bench.slack:titian_action"),
        run_b=called("bench.slack:bare_action"),
        limit=0.5,
    ),
    Comparison(
        name="slack command",
        a="Titian, committed",
        b="stock Bolt, ack first",
        run_a=called("bench.slack:titian_command"),
        run_b=called("bench.slack:bare_command"),
        limit=0.5,
    ),
    Comparison(
        name="slack form",
        a="Titian, committed",
        b="stock Bolt, ack first",
        run_a=called("bench.slack:titian_form"),
        run_b=called("bench.slack:bare_form"),
        limit=0.5,
    ),
    Comparison(
        name="slack dispatch",
        a="Titian",
        b="stock Bolt, ack first",
        run_a=called("bench.slack:titian_dispatch"),
        run_b=called("bench.slack:bare_dispatch"),
        limit=0.2,
    ),
)

HEADINGS = ("what", "A", "median (spread)", "B", "median (spread)", "A / B (spread)", "limit", "")


def row(comparison: Comparison, outcome: Outcome) -> tuple[str, ...]:
    """Put an outcome into the columns of `HEADINGS`."""

    def cell(spread: Spread, scale: float, unit: str) -> str:
        low, high = spread.low * scale, spread.high * scale
        return f"{spread.median * scale:.2f}{unit} ({low:.2f}–{high:.2f})"

    unit = f" {comparison.unit}"
    return (
        comparison.name,
        comparison.a,
        cell(outcome.a, comparison.scale, unit),
        comparison.b,
        cell(outcome.b, comparison.scale, unit),
        cell(outcome.ratio, 1.0, ""),
        f"≤ {comparison.limit:g}",
        "kept" if outcome.within(comparison.limit) else "broken",
    )


def table(rows: list[tuple[str, ...]]) -> str:
    """Line the columns up."""
    lines = [HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main(names: list[str]) -> int:
    """Run the comparisons with these names, or all; 1 if a limit is broken."""
    known = {comparison.name: comparison for comparison in REGISTERED}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No such comparison: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    chosen = [known[name] for name in names] or list(REGISTERED)
    found = [(each, compare(each.run_a, each.run_b)) for each in chosen]
    print(table([row(each, outcome) for each, outcome in found]))
    return 0 if all(outcome.within(each.limit) for each, outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
