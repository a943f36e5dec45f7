"""Run the registered comparisons and print their ratios: `python -m bench [NAME …]`."""

import sys
from dataclasses import dataclass

from bench import charts
from bench.compare import SLACK, Outcome, Run, Spread, called, compare, stated


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
    pairs: int = 7
    """What A may cost at most, in seconds, at its best: a busy machine is no fault of A."""

    def kept(self, outcome: Outcome) -> bool:
        """Whether both limits are kept, give or take `SLACK`."""
        cheap = self.most is None or outcome.a.low <= self.most * (1 + SLACK)
        return cheap and outcome.within(self.limit)


def closing(what: str, people: int) -> Run:
    """One figure of `bench.closing`."""
    return stated(sys.executable, "-m", "bench.closing", what, str(people))


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
        name="telegram update, the other way",
        a="Titian, committed",
        b="aiogram_dialog, in memory",
        run_a=called("bench.telegram:titian"),
        run_b=stated(".venv/rivals/bin/python", "bench/rivals/dialog.py"),
        limit=1 / 1.2,
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
    Comparison(
        name="200 tap at once on Slack",
        a="Titian, the last one",
        b="stock Bolt, ack first",
        run_a=called("bench.crowd:slack"),
        run_b=called("bench.crowd:stock_slack"),
        limit=10.0,
        most=3.0,
        pairs=3,
    ),
    Comparison(
        name="200 tap at once, both",
        a="Telegram, to the edit",
        b="Slack, to the ack",
        run_a=called("bench.crowd:telegram"),
        run_b=called("bench.crowd:slack"),
        limit=2.0,
        most=3.0,
        pairs=3,
    ),
    Comparison(
        name="opening",
        a="PyNaCl Aead",
        b="bare libsodium",
        run_a=called("bench.sealing:titian_opens"),
        run_b=called("bench.sealing:bare_opens"),
        limit=1 / 0.8,
    ),
    Comparison(
        name="close of 200 ballots",
        a="Titian, committed",
        b="bare sqlite3 and libsodium",
        run_a=closing("close", 200),
        run_b=closing("bare-close", 200),
        limit=8.0,
        most=0.030,
    ),
    Comparison(
        name="close of 100,000 ballots",
        a="Titian, committed",
        b="bare sqlite3 and libsodium",
        run_a=closing("close", 100_000),
        run_b=closing("bare-close", 100_000),
        limit=8.0,
        unit="s",
        scale=1.0,
        most=10.0,
        pairs=1,
    ),
    Comparison(
        name="re-seal of 60 rows",
        a="Titian, committed",
        b="bare sqlite3 and libsodium",
        run_a=closing("renew", 60),
        run_b=closing("bare-renew", 60),
        limit=3.0,
        most=0.010,
    ),
    Comparison(
        name="2000 durable units, 8 clients",
        a="Titian's store",
        b="SQLModel over aiosqlite",
        run_a=called("bench.units:titian"),
        run_b=called("bench.units:aiosqlite"),
        limit=1 / 4,
        most=2.0,
        pairs=3,
    ),
    Comparison(
        name="1000 chats invited",
        a="Titian, against the double",
        b="Telegram's limit",
        run_a=called("bench.fanout:titian"),
        run_b=called("bench.fanout:allowed"),
        limit=1.054,
        unit="s",
        scale=1.0,
        pairs=1,
    ),
    Comparison(
        name="1000 chats, two workers, one killed",
        a="Titian, against the double",
        b="Telegram's limit",
        run_a=called("bench.fanout:workers"),
        run_b=called("bench.fanout:allowed"),
        limit=1.054,
        unit="s",
        scale=1.0,
        pairs=1,
    ),
    Comparison(
        name="50 Slack chats, ten each",
        a="Titian, against the double",
        b="Slack's limit",
        run_a=called("bench.fanout:slack"),
        run_b=called("bench.fanout:allowed_on_slack"),
        limit=1.054,
        unit="s",
        scale=1.0,
        pairs=1,
    ),
    Comparison(
        name="1000 lines due",
        a="outbox of 1,000,000",
        b="APScheduler's store of 10,000",
        run_a=stated(sys.executable, "-m", "bench.due", "titian"),
        run_b=stated(sys.executable, "-m", "bench.due", "apscheduler"),
        limit=1 / 5,
        most=0.100,
        pairs=3,
    ),
    Comparison(
        name="a report's picture",
        a="Titian, SVG and Typst",
        b="matplotlib, the same picture",
        run_a=called("bench.charts:titian"),
        run_b=charts.rival("seconds"),
        limit=1 / 3,
        most=0.080,
    ),
    Comparison(
        name="memory of five pictures",
        a="Titian, SVG and Typst",
        b="matplotlib, the same picture",
        run_a=called("bench.charts:memory"),
        run_b=charts.rival("memory"),
        limit=1 / 2,
        unit="MB",
        scale=1e-6,
        pairs=3,
    ),
)

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


def main(names: list[str]) -> int:
    """Run the comparisons with these names, or all; 1 if a limit is broken."""
    known = {comparison.name: comparison for comparison in REGISTERED}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No such comparison: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    chosen = [known[name] for name in names] or list(REGISTERED)
    found = [(each, compare(each.run_a, each.run_b, each.pairs)) for each in chosen]
    print(table([row(each, outcome) for each, outcome in found]))
    return 0 if all(each.kept(outcome) for each, outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
