"""Run the registered comparisons and print their ratios: `python -m bench [NAME …]`.

A run of all of them writes `bench/results.md` too.
"""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.compare import Comparison, Outcome, Spread, compare
from bench.registered import REGISTERED

RESULTS = Path("bench/results.md")
HEADINGS = ("what", "A", "median (spread)", "B", "median (spread)", "A / B (spread)", "limit", "")


def row(comparison: Comparison, outcome: Outcome) -> tuple[str, ...]:
    """Put an outcome into the columns of `HEADINGS`."""

    def cell(spread: Spread, scale: float, unit: str) -> str:
        low, high = spread.low * scale, spread.high * scale
        return f"{spread.median * scale:.2f}{unit} ({low:.2f}–{high:.2f})"

    unit = f" {comparison.unit}"
    most = ""
    if comparison.most is not None:
        most = f", A ≤ {comparison.most * comparison.scale:g}{unit}"
    return (
        comparison.name,
        comparison.a,
        cell(outcome.a, comparison.scale, unit),
        comparison.b,
        cell(outcome.b, comparison.scale, unit),
        cell(outcome.ratio, 1.0, ""),
        f"≤ {comparison.limit:g}" + most,
        "kept" if comparison.kept(outcome) else "broken",
    )


def table(rows: list[tuple[str, ...]]) -> str:
    """Line the columns up."""
    lines = [HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def written(rows: list[tuple[str, ...]]) -> str:
    """The same as a page, with what it was measured on."""
    lines = ["# What was measured", ""]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines.append(f"`make bench` on {datetime.now(UTC).date()}: {machine}. A and B run in turn;")
    lines.append("a limit counts as broken a fifth beyond it, since machines are never quiet.")
    lines += ["", "| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> int:
    """Run the comparisons with these names, or all; 1 if a limit is broken."""
    known = {comparison.name: comparison for comparison in REGISTERED}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No such comparison: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    chosen = [known[name] for name in names] or list(REGISTERED)
    found = []
    for each in chosen:
        found.append((each, compare(each.run_a, each.run_b, each.pairs)))
        print(f"{each.name}: {found[-1][1].ratio.median:.2f}", file=sys.stderr, flush=True)
    rows = [row(each, outcome) for each, outcome in found]
    print(table(rows))
    if not names:
        RESULTS.write_text(written(rows))
    return 0 if all(each.kept(outcome) for each, outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
