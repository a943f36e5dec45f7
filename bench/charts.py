"""The summary picture of a report: what it costs in time, and in memory beside the rest.

Matplotlib (`bench/rivals/chart.py`) draws the same picture: shape by shape and word by word
what stands in ours, in the same font and size.
"""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fontpkg_atkinson_hyperlegible import ROOT

from bench.compare import Run, stated
from dialogues.charts import WIDTH, draw, lay_out
from dialogues.cycle import Phase
from dialogues.disclosure import Result, Shown, Statement
from dialogues.library import open_library
from dialogues.model import (
    Assignment,
    Consent,
    Contractor,
    Kind,
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
)
from dialogues.report import Report, build
from dialogues.texts import Reader, Texts

NOW = datetime(2026, 12, 4, 10, tzinfo=UTC)
READER = Reader("en", ZoneInfo("Asia/Makassar"), NOW)
RIVAL = (".venv/rivals/bin/python", "bench/rivals/chart.py")


@cache
def _texts() -> tuple[Texts, Report]:
    """The house as it is when a report is due, and a report with five bars and a sentence."""
    library = open_library()
    checkin = library.checkins["responsibilities"]
    counts = ((9, 1, 2), (7, 2, 3), (3, 4, 5), (4, 4, 4), (6, 3, 3))
    keys = ("r1", "r2_fit", "r2_new", "r3", "r4")
    shown = [Shown(key, counts=each, n=12) for key, each in zip(keys, counts, strict=True)]
    shown.append(Shown("next", Statement.NONE, options=("r2",)))
    about = Assignment(
        1, 1, 1, 1, "Ratna Dewi", Kind.EXTERNAL, None, Contractor.PARTNERSHIP, None, None,
        (), "", date(2026, 11, 1), None, Consent.AGREED, None,
    )  # fmt: skip
    group = Partnership(
        1, "Water for Bima", "en", "Asia/Makassar", "ID", Phase.MANAGING, "",
        "partnership broker", "broker kemitraan", Protect.PERSON, 5, 7,
    )  # fmt: skip
    report = build(
        result=Result(14, 4, 5, 12, True, tuple(shown), (), True),
        checkin=checkin,
        facts=(),
        review=Review(9, 1, 1, 1, checkin.id, Purpose.LEARN, ReviewState.CLOSED, NOW, NOW, NOW),
        partnership=group,
        assignment=about,
        mirror=dict.fromkeys(keys, ("4",)),
    )
    return Texts(library), report


def titian() -> None:
    """Draw it once, from the report to the PNG."""
    from bot.paper import picture

    texts, report = _texts()
    assert picture(draw(report.chart("broker"), texts, READER)).startswith(b"\x89PNG")


def memory() -> float:
    """Bytes at the most that some pictures add to a process that has said the report's words."""
    from bench.rivals.chart import SEVERAL, most

    texts, report = _texts()
    texts.word(report.chat("broker"), READER)
    before = most()
    for _ in range(SEVERAL):
        titian()
    return most() - before


def rival(what: str) -> Run:
    """Matplotlib's "seconds" or "memory" for the same picture."""

    def run() -> float:
        return stated(*RIVAL, what, json.dumps(_layout()))()

    return run


def _layout() -> dict[str, Any]:
    """Where everything in our picture stands, and the font files it is drawn with."""
    texts, report = _texts()
    sheet = lay_out(report.chart("broker"), texts, READER)
    fonts = {
        weight: str(next(Path(ROOT).rglob(f"*-{name}.ttf")))
        for weight, name in (("regular", "Regular"), ("bold", "Bold"))
    }
    shapes, words = sheet.shapes, sheet.words
    return {"width": WIDTH, "height": sheet.y, "shapes": shapes, "words": words, "fonts": fonts}
