"""What is compared of the process: its start, its memory, and the pictures it draws."""

import sys

from bench import charts
from bench.compare import Comparison, called, timed

LIBRARIES = "sqlmodel, jinja2, babel.dates, markdown_it, starlette.routing, uvicorn, structlog"
BOTH = "telegram, slack_bolt.async_app"

PROCESS = (
    Comparison(
        name="a report's picture",
        a="Titian, Typst",
        b="matplotlib, the same picture",
        run_a=called("bench.charts:titian"),
        run_b=charts.rival("seconds"),
        limit=1 / 3,
        most=0.080,
    ),
    Comparison(
        name="memory of five pictures",
        a="Titian, Typst",
        b="matplotlib, the same picture",
        run_a=called("bench.charts:memory"),
        run_b=charts.rival("memory"),
        limit=1 / 3,
        unit="MB",
        scale=1e-6,
        pairs=3,
    ),
    Comparison(
        name="help",
        a="titian --help",
        b="Python that imports typer",
        run_a=timed(sys.executable, "-m", "bot", "--help"),
        run_b=timed(sys.executable, "-c", "import typer"),
        limit=2.0,
        most=0.200,
    ),
    Comparison(
        name="ready to serve",
        a="exec to /readyz",
        b="its libraries, imported",
        run_a=called("bench.start:ready"),
        run_b=timed(sys.executable, "-c", f"import {LIBRARIES}"),
        limit=3.0,
        most=2.0,
        pairs=3,
    ),
    Comparison(
        name="first of 10,000 that waited",
        a="exec to the first message",
        b="its libraries, imported",
        run_a=called("bench.start:resumed"),
        run_b=timed(sys.executable, "-c", f"import {LIBRARIES}, {BOTH}"),
        limit=3.0,
        most=2.5,
        pairs=3,
    ),
    Comparison(
        name="memory of the whole process",
        a="titian run, both platforms up",
        b="Python that imports the libraries",
        run_a=called("bench.process:memory"),
        run_b=called("bench.process:imported"),
        limit=1.3,
        unit="MB",
        scale=1e-6,
        most=120e6,
        pairs=3,
    ),
    Comparison(
        name="10,000 open dialogues",
        a="Titian, what they add",
        b="dicts, as python-telegram-bot keeps them",
        run_a=called("bench.process:dialogues"),
        run_b=called("bench.process:dicts"),
        limit=1 / 6,
        unit="MB",
        scale=1e-6,
        most=1e6,
        pairs=1,
    ),
)
