"""The summary picture of a report: what it costs in time, and in memory beside the rest.

Matplotlib (`bench/rivals/chart.py`) draws the same picture: shape by shape and word by word
what stands in ours, in the same font and size.
"""

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from bench.compare import Run, stated
from dialogues.charts import draw
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
    from bot.pictures import picture

    texts, report = _texts()
    assert picture(draw(report.chart("broker"), texts, READER)).startswith(b"\x89PNG")


def memory() -> float:
    """Bytes at the most that some pictures add to a process that has all else."""
    from bench.rivals.chart import SEVERAL, most

    _texts()
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
    """Our picture as plain shapes and words, and the font files it is drawn with."""
    from bot.pictures import FONTS

    texts, report = _texts()
    svg = Xml.fromstring(draw(report.chart("broker"), texts, READER))  # noqa: S314  (our own)
    found = [
        {**each.attrib, "kind": each.tag.partition("}")[2], "words": each.text or ""}
        for each in svg
        if each.tag.partition("}")[2] != "defs"
    ]
    fonts = {
        "400": next(font for font in FONTS if font.endswith("-Regular.ttf")),
        "700": next(font for font in FONTS if font.endswith("-Bold.ttf")),
    }
    return {"width": 1080, "height": int(svg.attrib["height"]), "shapes": found, "fonts": fonts}
