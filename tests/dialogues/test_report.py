"""The report: what it concludes, that it adds nothing to the Result, how it reads."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dialogues.again import Change
from dialogues.answers import Answers
from dialogues.bounds import bounds
from dialogues.charts import draw, measure, place, segments, wrap
from dialogues.checkin import CheckIn, Question, Scale
from dialogues.cycle import Phase
from dialogues.disclosure import Ballot, Result, Shown, Statement, disclose
from dialogues.findings import MOST_PROMPTS, Gap, Rule, find, prompts
from dialogues.library import LANGUAGES, Library
from dialogues.markup import parse, plain
from dialogues.model import (
    Assignment,
    Consent,
    Contractor,
    Engagement,
    Kind,
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
)
from dialogues.report import Report, build
from dialogues.texts import Reader, Texts
from tests.dialogues.reported import drawn

NOW = datetime(2026, 12, 4, 10, tzinfo=UTC)
READERS = {name: Reader(name, ZoneInfo("Asia/Makassar"), NOW) for name in LANGUAGES}
WHO = ("broker", "coordinator")
GROUP = Partnership(
    id=1,
    name="Water for Bima",
    language="en",
    zone="Asia/Makassar",
    country="ID",
    phase=Phase.MANAGING,
    purpose="",
    term_en="partnership broker",
    term_id="broker kemitraan",
    protect=Protect.ORGANISATION,
    minimum=5,
    window_days=7,
)
BROKER = Assignment(
    id=1,
    partnership_id=1,
    member_id=1,
    person_id=1,
    name="Ratna Dewi",
    kind=Kind.EXTERNAL,
    home=None,
    contractor=Contractor.PARTNERSHIP,
    contracting=None,
    engagement=Engagement.CONTRACTED,
    tasks=(),
    aims="",
    starts=date(2026, 11, 1),
    ends=None,
    consent=Consent.AGREED,
    consent_at=None,
)
REVIEW = Review(
    id=12,
    partnership_id=1,
    assignment_id=1,
    started_by=1,
    checkin_id="responsibilities",
    purpose=Purpose.LEARN,
    state=ReviewState.CLOSED,
    opens_at=datetime(2026, 11, 27, 1, tzinfo=UTC),
    closes_at=datetime(2026, 12, 4, 9, tzinfo=UTC),
    share_at=datetime(2026, 12, 7, 9, tzinfo=UTC),
)
FAVOURABLE: Answers = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), ("5",))
UNFAVOURABLE: Answers = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), ("1",))


@pytest.fixture
def checkin(library: Library) -> CheckIn:
    return library.checkins["responsibilities"]


def result(*questions: Shown, **how: object) -> Result:
    """A released Result with these questions."""
    made = Result(8, 4, 5, 7, True, questions, (), True)
    return replace(made, **how)  # type: ignore[arg-type]


FEW = result(answered=None, released=False)


def report(checkin: CheckIn, of: Result, mirror: Answers | None = None, **how: object) -> Report:
    given = {
        "facts": frozenset(),
        "review": REVIEW,
        "partnership": GROUP,
        "assignment": BROKER,
        **how,
    }
    return build(result=of, checkin=checkin, mirror=mirror, **given)  # type: ignore[arg-type]


def ballots(**columns: Sequence[str | int | None]) -> list[Ballot]:
    """One ballot a place in the columns; a column is a question."""
    found = []
    for row in zip(*columns.values(), strict=True):
        cells = zip(columns, row, strict=True)
        found.append(Ballot({key: None if cell is None else (str(cell),) for key, cell in cells}))
    return found


def disclosed(checkin: CheckIn, sizes: Sequence[int], protect: str, cast: list[Ballot]) -> Result:
    roster = bounds([n for n, size in enumerate(sizes) for _ in range(size)], protect)
    return disclose(checkin, frozenset(), roster, cast, random.Random(1).shuffle)


def forms(texts: Texts, made: Report) -> Iterator[tuple[str, str]]:
    """Everything a report is shown as, in both languages, to both readers."""
    for language, reader in READERS.items():
        for who in WHO:
            name = f"{language} {who}"
            yield f"{name} chat", texts.word(made.chat(who), reader)
            yield f"{name} guide", texts.word(made.guide(who), reader)
            yield f"{name} page", texts.page(*made.page(who), reader)
            yield f"{name} picture", draw(made.chart(who), texts, reader)


class Read(HTMLParser):
    """What a page says, without its marks and its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []
        self.styled = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styled += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.styled -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.styled:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def said(name: str, form: str) -> str:
    if name.endswith("picture"):
        return " ".join(drawn(form))
    return Read(form).text if name.endswith("page") else plain(form)


@pytest.mark.parametrize(
    ("shown", "own", "gap"),
    [
        (Shown("r1", Statement.MOST), "5", Gap.AGREED_STRENGTH),
        (Shown("r1", Statement.MOST), "4", Gap.AGREED_STRENGTH),
        (Shown("r1", Statement.MOST), "3", Gap.HIDDEN_STRENGTH),
        (Shown("r1", Statement.MOST), "1", Gap.HIDDEN_STRENGTH),
        (Shown("r1", Statement.CHANGE), "4", Gap.BLIND_SPOT),
        (Shown("r1", Statement.CHANGE), "3", Gap.AGREED_GROWTH),
        (Shown("r1", Statement.CHANGE), "2", Gap.AGREED_GROWTH),
        (Shown("r1", Statement.DIFFER), "5", None),
        (Shown("r1", Statement.NONE), "5", None),
        (Shown("r1", Statement.MOST), None, None),
        (Shown("r1", Statement.MOST), "no option", None),
        (Shown("r1", counts=(7, 2, 3), n=12), "5", Gap.AGREED_STRENGTH),
        (Shown("r1", counts=(7, 2, 3), n=12), "2", Gap.HIDDEN_STRENGTH),
        (Shown("r1", counts=(3, 2, 7), n=12), "5", Gap.BLIND_SPOT),
        (Shown("r1", counts=(3, 2, 7), n=12), "1", Gap.AGREED_GROWTH),
        (Shown("r1", counts=(6, 0, 6), n=12), "5", None),
    ],
)
def test_the_own_answer_is_set_beside_what_is_shown(
    checkin: CheckIn, shown: Shown, own: str | None, gap: Gap | None
) -> None:
    mirror: Answers = {"r1": None if own is None else (own,)}
    entry = find(result(shown), checkin, (), mirror)[0]
    assert entry.gap is gap
    assert not report(checkin, result(shown)).gaps


def test_an_unfavourable_item_turns_the_own_answer_too(checkin: CheckIn) -> None:
    first = checkin.questions[0]
    assert isinstance(first, Scale)
    turned = first.model_copy(update={"reversed": True})
    other = checkin.model_copy(update={"questions": (turned,)})
    most = result(Shown("r1", Statement.MOST))
    assert find(most, other, (), {"r1": ("1",)})[0].gap is Gap.AGREED_STRENGTH
    assert find(most, other, (), {"r1": ("5",)})[0].gap is Gap.HIDDEN_STRENGTH


def test_an_unfavourable_item_keeps_its_own_words(checkin: CheckIn, texts: Texts) -> None:
    first = checkin.questions[0]
    turned = first.model_copy(update={"reversed": True})
    other = checkin.model_copy(update={"questions": (turned,)})
    told = plain(
        texts.word(report(other, result(Shown("r1", Statement.MOST))).chat("broker"), READERS["en"])
    )
    assert "Most disagree: “Ratna Dewi helps us" in told
    assert "Most agree" not in told
    counts = result(Shown("r1", counts=(7, 2, 3), n=12))
    told = plain(texts.word(report(other, counts).chat("broker"), READERS["en"]))
    assert "each other.” 3 of 12 agreed, 7 disagreed, 2 chose neither." in told


def test_strengths_come_first_and_all_stay_in_file_order(checkin: CheckIn, texts: Texts) -> None:
    of = result(
        Shown("r4", Statement.MOST),
        Shown("r3", counts=(4, 4, 4), n=12),
        Shown("r2_new", Statement.CHANGE),
        Shown("r2_fit", Statement.DIFFER),
        Shown("r1", counts=(9, 0, 3), n=12),
    )
    made = report(checkin, of)
    assert [e.question.key for e in made.strengths] == ["r1", "r4"]
    assert [e.question.key for e in made.worth_talking] == ["r2_fit", "r2_new", "r3"]
    told = plain(texts.word(made.chat("broker"), READERS["en"]))
    places = [told.index(part) for part in ("They value", "results that will last", "Worth")]
    assert places == sorted(places)


def test_questions_for_the_talk_follow_from_what_is_shown(checkin: CheckIn) -> None:
    def keys(*shown: Shown) -> list[tuple[str, Rule | None]]:
        chosen = prompts(find(result(*shown), checkin, (), FAVOURABLE))
        return [(entry.question.key, entry.rule) for entry in chosen]

    most = [Shown(key, Statement.MOST) for key in ("r1", "r4")]
    change = [Shown(key, Statement.CHANGE) for key in ("r2_new", "r3")]
    named = Shown("next", options=("r2",))
    assert keys(*most, *change, Shown("r2_fit", Statement.DIFFER), named) == [
        ("r2_new", Rule.CHANGE),
        ("r2_fit", Rule.DIFFER),
    ]
    assert keys(*most, named) == [("next", Rule.NAMED), ("r1", Rule.KEEP)]
    assert keys(*most) == [("r1", Rule.KEEP)]
    assert keys() == []
    assert MOST_PROMPTS == 2


@pytest.mark.parametrize("mirror", [None, FAVOURABLE, UNFAVOURABLE])
def test_equal_results_give_equal_bytes(
    checkin: CheckIn, texts: Texts, mirror: Answers | None
) -> None:
    one = ballots(
        r1=[5, 5, 5, 5, 4, 4, 4],
        r2_fit=[4, 4, 4, 4, 1, 1, 1],
        r2_new=[1, 1, 2, 2, 4, 5, 5],
        r3=[1, 1, 1, 3, 4, 4, 5],
        next=["r2", "r2", "r2", "r2", "r1", "r3", "r4"],
    )
    other = ballots(
        r1=[4, 4, 4, 4, 1, 1, 2],
        r2_fit=[5, 5, 5, 5, 5, 5, 3],
        r2_new=[1, 1, 1, 1, 1, 1, 1],
        r3=[5, 5, 5, 3, 3, 2, 2],
        next=["r2", "r2", "r2", "r2", "r2", "r2", "r1"],
    )
    first = disclosed(checkin, (2, 2, 2, 2), "organisation", one)
    second = disclosed(checkin, (2, 2, 2, 2), "organisation", other)
    assert first == second
    shown = {s.key: s.statement for s in first.questions}
    assert (shown["r1"], shown["r2_new"], shown["r3"]) == (
        Statement.MOST,
        Statement.CHANGE,
        Statement.DIFFER,
    )
    assert list(forms(texts, report(checkin, first, mirror))) == list(
        forms(texts, report(checkin, second, mirror))
    )


Columns = dict[str, Sequence[str | int | None]]
COUNTED: Columns = {
    "r1": [5, 5, 4, 4, 4, 3, 5, 2, 4, 4, 4, 1],
    "r2_fit": [4, 4, 4, 5, 4, 4, 2, 2, 2, 3, 3, None],
    "r2_new": [2, 2, 1, 2, 2, 4, 3, 4, 4, 2, 2, 2],
    "r3": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4],
    "next": ["r2"] * 6 + ["r1"] * 3 + ["r3", "balance", "r4"],
}
WORDS_ONLY: Columns = {key: values[:7] for key, values in COUNTED.items()}
MANY: Columns = {key: [*values, *values] for key, values in COUNTED.items()}
SAMPLES: dict[str, tuple[Sequence[int], str, Columns]] = {
    "words": ((2, 2, 2, 2), "organisation", WORDS_ONLY),
    "counts": ((4, 4, 4, 2), "person", COUNTED),
    "many": ((8, 8, 8), "person", MANY),
}


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest, checkin: CheckIn) -> Result:
    sizes, protect, columns = SAMPLES[request.param]
    return disclosed(checkin, sizes, protect, ballots(**columns))


def numbers(of: Result) -> set[str]:
    """Every number that a Result tells."""
    found: list[object] = [of.asked, of.organisations, of.answered, len(of.comments)]
    for one in of.questions:
        found += [one.n, one.cant_say, one.mean, one.median]
        found += [*(one.counts or ()), *(one.histogram or ()), *(one.option_counts or ())]
    texts = [f"{n:g}" for n in found if isinstance(n, int | float)]
    return {part for text in texts for part in text.split(".")}


DATES = {"27", "4", "7", "17", "00", "2026"}
FURNITURE = {"45", "5", "10", "20", "8", "90"}  # minutes of a talk, comments from 8, for 90 days


def test_no_number_is_shown_that_the_result_does_not_tell(
    checkin: CheckIn, texts: Texts, sample: Result
) -> None:
    allowed = numbers(sample) | DATES | FURNITURE
    for name, form in forms(texts, report(checkin, sample, FAVOURABLE)):
        assert set(re.findall(r"\d+", said(name, form))) <= allowed, name


def test_every_question_stands_on_the_page_with_what_is_shown(
    checkin: CheckIn, texts: Texts, sample: Result
) -> None:
    page = Read(texts.page(*report(checkin, sample).page("broker"), READERS["id"]))
    for question in checkin.questions:
        assert question.text.id.replace("{broker}", "Ratna Dewi") in page.text
    shown = [s for s in sample.questions if s.counts]
    for one in shown:
        assert all(str(count) in page.text for count in one.counts or ())
    assert {"header", "main", "footer", "h1", "h2", "h3"} <= set(page.tags)
    assert {"script", "link", "img", "iframe"}.isdisjoint(page.tags)


def test_headings_are_in_order(checkin: CheckIn, texts: Texts, sample: Result) -> None:
    for of in (sample, FEW):
        tags = Read(texts.page(*report(checkin, of, FAVOURABLE).page("broker"), READERS["en"])).tags
        levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))


def test_below_the_minimum_there_is_a_guide_and_no_number(checkin: CheckIn, texts: Texts) -> None:
    made = report(checkin, FEW, FAVOURABLE)
    assert not made.strengths and not made.worth_talking and not made.gaps
    assert not made.chart("broker").rows
    for name, form in forms(texts, made):
        assert set(re.findall(r"\d+", said(name, form))) <= DATES | {"45", "5", "10", "20"}, name
    guide = plain(texts.word(made.guide("broker"), READERS["en"]))
    for question in checkin.questions[:6]:
        assert question.topic.en in guide
    labels = [texts.label(button.label, READERS["en"]) for button in made.buttons("broker")]
    assert labels == ["Conversation guide"]


def test_only_the_broker_is_addressed(checkin: CheckIn, texts: Texts, sample: Result) -> None:
    made = report(checkin, sample, FAVOURABLE)
    for form in ("chat", "guide"):
        told = plain(texts.word(getattr(made, form)("coordinator"), READERS["en"]))
        assert not re.search(r"\b[Yy]ours?elf\b|\byour\b", told)
    told = plain(texts.word(made.chat("coordinator"), READERS["en"]))
    assert "Ratna Dewi had this first." in told
    assert "Nobody else has seen this yet." in plain(texts.word(made.chat("broker"), READERS["en"]))
    shared = report(checkin, sample, review=replace(REVIEW, state=ReviewState.SHARED))
    assert "Nobody else" not in plain(texts.word(shared.chat("broker"), READERS["en"]))


def test_a_review_about_nobody_has_no_broker_in_it(
    checkin: CheckIn, texts: Texts, sample: Result
) -> None:
    made = report(checkin, sample, assignment=None)
    for name, form in forms(texts, made):
        assert "Ratna" not in form, name
    page = Read(texts.page(*made.page("coordinator"), READERS["en"]))
    assert "partnership broker helps us" in page.text.lower()


def test_comments_stand_as_they_are(checkin: CheckIn, texts: Texts) -> None:
    few = ("Kunjungan ke desa membantu.", "Shorter meetings, please.")
    of = result(Shown("r1", Statement.MOST), comments=few, comments_withheld=False)
    told = plain(texts.word(report(checkin, of).chat("broker"), READERS["en"]))
    assert all(comment in told for comment in few)
    many = tuple(f"{letter * 300}" for letter in "abc")
    of = replace(of, comments=many)
    told = plain(texts.word(report(checkin, of).chat("broker"), READERS["en"]))
    assert "3 comments are in the whole report." in told and "aaa" not in told
    page = Read(texts.page(*report(checkin, of).page("broker"), READERS["en"]))
    assert all(comment in page.text for comment in many)
    assert page.tags.count("blockquote") == 3
    withheld = replace(of, comments=(), comments_withheld=True)
    told = plain(texts.word(report(checkin, withheld).chat("broker"), READERS["en"]))
    assert "fewer than 8 people answered" in told


HOSTILE = (
    "<b>&amp;</b>",
    "*Ana* _x_ [link](http://x) `code`",
    "</style><script>alert(1)</script>",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "n" * 200,
    "Mitra " * 33 + "akhir",
    "{broker} {{ 7 }} %(x)s",
)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_stay_themselves(
    checkin: CheckIn, texts: Texts, sample: Result, value: str
) -> None:
    made = report(
        checkin,
        replace(sample, comments=(value,), comments_withheld=False),
        {**FAVOURABLE, "text": value},
        partnership=replace(GROUP, name=value),
        assignment=replace(BROKER, name=value, kind=Kind.INTERNAL, home=value),
    )
    for name, form in forms(texts, made):
        text = said(name, form)
        if name.endswith("picture"):
            assert value.split()[0][:8] in text
        elif not name.endswith("guide"):
            assert text.count(value) >= 1, name
        if name.endswith("page"):
            assert Read(form).tags.count("script") == 0
        elif not name.endswith("picture"):
            kinds = {node.type for node in parse(form).walk()}
            assert {"link", "code_inline", "em", "html_inline"}.isdisjoint(kinds), name


def test_what_is_kept_silent_stays_out_of_a_repr(checkin: CheckIn) -> None:
    of = result(Shown("r1", Statement.MOST), comments=("secret words",), comments_withheld=False)
    made = report(checkin, of, {"r1": ("5",), "text": "own words"})
    assert "secret" not in repr(made) and "own words" not in repr(made)
    assert "own words" not in repr(made.entries[0])


def test_bars_share_one_axis_and_hold_everybody() -> None:
    among = [(9, 1, 2), (3, 1, 8), (4, 4, 4)]
    axes = set()
    for counts in among:
        bar = segments(counts, among)
        assert [part.band for part in bar] == ["unfavourable", "middle", "favourable"]
        assert sum(part.count for part in bar) == sum(counts)
        assert bar[0].x >= 0 and bar[-1].x + bar[-1].width <= 100.1
        axes.add(round(bar[1].middle, 1))
    assert len(axes) == 1
    assert [part.band for part in segments((5, 0, 0), [(5, 0, 0)])] == ["favourable"]
    assert [part.label for part in segments((98, 1, 1), [(98, 1, 1)])] == ["", "", "98"]


@pytest.mark.parametrize("text", [*HOSTILE, "", "Hubungan kerja antarmitra"])
def test_lines_fit_and_lose_nothing(text: str) -> None:
    lines = wrap(text, 30, 300)
    assert all(measure(line, 30) <= 300 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_only_counted_questions_have_a_mark_on_a_scale(
    checkin: CheckIn, library: Library, sample: Result
) -> None:
    made = report(checkin, sample, FAVOURABLE)
    among = [entry.shown.counts for entry in made.entries if entry.shown and entry.shown.counts]
    for row in made.chart("broker").rows:
        assert (row.mark is not None) == (row.counts is not None)
        if row.counts:
            assert row.mark == segments(row.counts, among)[-1].middle, "under its own band"
    pulse = library.checkins["effectiveness-pulse"]
    of = result(Shown("overall", counts=(6, 3, 3), n=12))
    first: Question = pulse.questions[0]
    rows = report(pulse, of, {first.key: ("7",)}).chart("broker").rows
    assert rows[0].mark == segments((6, 3, 3), [(6, 3, 3)])[1].middle


@pytest.mark.parametrize(
    ("band", "counts", "at"),
    [
        ("favourable", (4, 2, 2), 75.0),
        ("middle", (4, 2, 2), 37.5),
        ("unfavourable", (4, 2, 2), 12.5),
        ("middle", (4, 0, 4), 50.0),
        ("unfavourable", (4, 4, 0), 0.0),
        ("favourable", (0, 4, 4), 100.0),
    ],
)
def test_an_answer_that_nobody_else_gave_lies_between_the_others(
    band: str, counts: tuple[int, int, int], at: float
) -> None:
    assert place(band, counts, [counts]) == at


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change.LESS, {"en": "learly less favourable", "id": "elas kurang positif"}),
        (Change.MORE, {"en": "learly more favourable", "id": "elas lebih positif"}),
        (Change.UNCLEAR, {"en": "o clear change", "id": "idak ada perubahan yang jelas"}),
    ],
)
def test_a_change_is_said_by_itself_and_weighs_nothing(
    checkin: CheckIn, texts: Texts, change: Change, words: dict[str, str]
) -> None:
    """R7: no strength, no gap, no prompt, no bar comes of it."""
    made = report(checkin, result(Shown("r1", change=change)), {"r1": ("5",)})
    assert not made.strengths and not made.worth_talking and not made.gaps
    for name, form in forms(texts, made):
        if "guide" not in name:
            assert words[name[:2]] in said(name, form), name
