"""A report in which every form of showing something stands, and every figure is unmistakable."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dialogues.again import Change
from dialogues.answers import Answers
from dialogues.charts import draw
from dialogues.cycle import Phase
from dialogues.disclosure import Result, Shown, Statement
from dialogues.exports import Export
from dialogues.history import Past
from dialogues.library import LANGUAGES, Library
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
READERS = {name: Reader(name, ZoneInfo("Asia/Makassar"), NOW) for name in LANGUAGES}
WHO = ("broker", "coordinator")
GROUP = Partnership(
    1, "Water for Bima", "en", "Asia/Makassar", "ID", Phase.MANAGING, "",
    "partnership broker", "broker kemitraan", Protect.ORGANISATION, 5, 7,
)  # fmt: skip
BROKER = Assignment(
    1, 1, 1, 1, "Ratna Dewi", Kind.EXTERNAL, None, Contractor.PARTNERSHIP, None, None,
    (), "", date(2026, 11, 1), None, Consent.AGREED, None,
)  # fmt: skip
REVIEW = Review(
    id=12,
    partnership_id=1,
    assignment_id=1,
    started_by=1,
    checkin_id="steering-style",
    purpose=Purpose.LEARN,
    state=ReviewState.CLOSED,
    opens_at=datetime(2026, 11, 27, 1, tzinfo=UTC),
    closes_at=datetime(2026, 12, 4, 9, tzinfo=UTC),
    share_at=datetime(2026, 12, 7, 9, tzinfo=UTC),
)
EARLIER = datetime(2026, 9, 3, 9, tzinfo=UTC)
COMMENTS = ("Kunjungan ke desa membantu.", '=SUM(A1)  "quoted" \\ #strong[x] $x$ <b>', "@home; \tx")
OWN: Answers = {"involve": ("4",), "nudge": ("5",), "hard_q": ("2",), "steer": ("3",), "text": "Ya"}
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
WORD = re.compile(rf"#(?:said|within)\((?:-?\d+, ){{3}}{STRING.pattern}[\w:, ]*\)", re.DOTALL)
SHAPE = re.compile(r"#[a-z]+\((?:-?\d+, ){3}-?\d+\)")
COUNTS, BEFORE = (7129, 7151, 7159), (7283, 7297, 7307)
SHOWN = Result(
    7103, 7109, 7127, 7121, True,
    (
        Shown(
            "involve", counts=COUNTS, n=sum(COUNTS), mean=7219.5, median=7229.0, cant_say=7253,
            histogram=(7177, 7187, 7193, 7207, 7211), majority=9973,
        ),
        Shown("nudge", Statement.CHANGE, cant_say="several", majority=9973),
        Shown("hard_q", change=Change.LESS),
        Shown("steer", options=("3", "4"), option_counts=(7237, 7243), n=7247),
    ),
    COMMENTS, False,
)  # fmt: skip
FEW = replace(
    SHOWN, answered=None, released=False, questions=(), comments=(), comments_withheld=True
)


def reported(library: Library, result: Result = SHOWN, **how: object) -> Report:
    """The report of *result*, with one before it and the other direction beside it."""
    checkin, other = library.checkins["steering-style"], library.checkins["enabling-conditions"]
    given = {
        "facts": frozenset(),
        "partnership": GROUP,
        "assignment": BROKER,
        "review": REVIEW,
        "mirror": OWN,
        **how,
    }
    made = build(result=result, checkin=checkin, **given)  # type: ignore[arg-type]
    if not result.released:
        return made
    then = replace(SHOWN, questions=(Shown("involve", counts=BEFORE, n=sum(BEFORE)),))
    said = replace(
        SHOWN, questions=(Shown("recognise", Statement.MOST), Shown("deciders", Statement.DIFFER))
    )
    beside = build(
        result=said,
        checkin=other,
        facts=(),
        review=replace(REVIEW, opens_at=EARLIER, closes_at=EARLIER),
        partnership=GROUP,
        assignment=BROKER,
        mirror=None,
    )
    return replace(made, past=(Past(EARLIER, checkin, then),), other=beside)


def forms(made: Report, who: str, texts: Texts, reader: Reader) -> Mapping[str, str]:
    """Every form by its name, as it is before it becomes a PNG or a PDF."""
    export = Export(made, who, texts, reader)
    return {
        "chat": texts.word(made.chat(who), reader),
        "guide": texts.word(made.guide(who), reader),
        "page": texts.page(*made.page(who), reader),
        "picture": draw(made.chart(who), texts, reader),
        "paper": texts.page(*made.paper(who), reader),
        "table": export.table(),
        "data": export.data(),
    }


def drawn(picture: str) -> list[str]:
    """The words that a picture shows, from its source."""
    return [re.sub(r"\\(.)", r"\1", said) for said in WORD.findall(picture)]


def every_form(made: Report, texts: Texts) -> Iterator[tuple[str, str]]:
    """All forms for both readers in both languages, each with its name."""
    for language, reader in READERS.items():
        for who in WHO:
            for name, form in forms(made, who, texts, reader).items():
                yield f"{language} {who} {name}", form
