"""The disclosure gate: what may be shown of a closed round, and nothing else (DESIGN 5).

It looks at the frozen roster and at counts, never at who answered. *t* people acting together
learn nothing certain: a statement rests on t + 2 people, so at least two are strangers to them,
and from 2t + 3 answers on both directions can be protected at once.
Pure. What R1 to R3 count with is in `bounds`, R7 in `again`; R8 (who is asked) and R10 (how
long) are decided elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from statistics import median
from typing import Any, Literal

from pydantic import TypeAdapter

from dialogues.again import Before, Change
from dialogues.answers import Answers, Band, band, check, is_scored
from dialogues.bounds import Bounds, missing
from dialogues.checkin import CheckIn, Choice, Fact, Multi, Number, Scale, Words

FULL_FROM = 20  # R5: answers from which histograms, means and counts of options may be shown
VERBATIM_FROM = 8  # R6: ballots from which comments need no special consent
Closed = Scale | Number | Choice | Multi  # the questions that are counted
Given = Counter[tuple[str, ...]]  # how often each answer was given to one of them


@dataclass(frozen=True, slots=True, repr=False)
class Ballot:
    """One cast ballot, opened: no person, no organisation (R4). Its repr says nothing."""

    answers: Answers
    pass_on: bool = False


class Statement(StrEnum):
    """R5: what is said of a question in words. NONE: nothing may be shown of it."""

    MOST = "most"
    CHANGE = "change"
    DIFFER = "differ"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of one question, of all who answered it together (R4, R5).

    A scored one has a `statement` or `counts` (favourable, middle, unfavourable in its own
    direction); `histogram`, `mean`, `median` are of the steps as asked, never turned round.
    Choice and bipolar have `options`, () where none was chosen by enough, or Statement.NONE.
    R7: only a `change`. `majority` is kept for the next comparison and shown to nobody.
    """

    key: str
    statement: Statement | None = None
    counts: tuple[int, int, int] | None = None
    histogram: tuple[int, ...] | None = None
    mean: float | None = None
    median: float | None = None
    options: tuple[str, ...] | None = None
    option_counts: tuple[int, ...] | None = None
    n: int | None = None
    cant_say: int | Literal["several"] | None = None
    change: Change | None = None
    majority: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What may be shown of a closed round: a report's only input.

    `answered` counts ballots, None below the minimum (R9); not `released` is conversation
    mode; `comments_withheld` follows from these public numbers alone (R6).
    """

    asked: int
    organisations: int
    needed: int
    answered: int | None
    released: bool
    questions: tuple[Shown, ...]
    comments: tuple[str, ...] = field(repr=False)
    comments_withheld: bool


def disclose(
    checkin: CheckIn,
    facts: frozenset[Fact],
    bounds: Bounds,
    ballots: Sequence[Ballot],
    shuffle: Callable[[list[str]], None],
    before: Sequence[Before] = (),
) -> Result:
    """R1: the one Result of a round, from every ballot that was cast, after the close.

    R2, R3: released from `bounds.needed` ballots on, blank ones too. R9: below that not even
    their number is told. `shuffle` brings the comments into an order of chance, in place.
    R7: `before` are all earlier Results, the latest first.
    """
    if len(ballots) > bounds.roster:
        raise ValueError("more ballots than people on the roster")
    needed = bounds.needed
    released = needed is not None and len(ballots) >= needed
    # An unreleased round withholds words as if it were small: "eight answered" is a number (R9).
    verbatim = released and len(ballots) >= VERBATIM_FROM
    asked = checkin.asked(facts)
    closed = [question for question in asked if not isinstance(question, Words)]
    words = [question.key for question in asked if isinstance(question, Words)]
    pool = _comments(words, ballots, verbatim)
    shuffle(pool)
    return Result(
        asked=bounds.roster,
        organisations=bounds.organisations,
        needed=bounds.roster + missing(bounds) if needed is None else needed,
        answered=len(ballots) if released else None,
        released=released,
        questions=tuple(_shown(q, bounds, ballots, before) for q in closed) if released else (),
        comments=tuple(pool),
        comments_withheld=not verbatim,
    )


def to_data(result: Result) -> dict[str, Any]:
    """*result* as plain JSON data without its comments, which are kept sealed elsewhere."""
    data: dict[str, Any] = _RESULT.dump_python(result, mode="json", exclude={"comments"})
    return data


def from_data(data: Mapping[str, Any], comments: Sequence[str] = ()) -> Result:
    """The Result that `to_data` was given, with its comments or what is left of them."""
    result = _RESULT.validate_python({**data, "comments": ()})
    return replace(result, comments=tuple(comments))


def earlier(result: Result, t: int, joined: int, left: int) -> Before:
    """R7: *result* as an earlier one, from which so many *joined* and *left* since."""
    shown: dict[str, tuple[bool, int] | None] = {}
    for one in result.questions:
        if one.majority is not None:
            most = one.counts[0] >= one.majority if one.counts else one.statement is Statement.MOST
            shown[one.key] = most, one.majority
        elif one.options is not None:
            shown[one.key] = None
    return Before(t, joined, left, shown)


def _shown(
    question: Closed, bounds: Bounds, ballots: Sequence[Ballot], before: Sequence[Before]
) -> Shown:
    """R2, R3, R5, R7 for one question by itself: n is the number of *its* answers.

    Can't say, skipped, left blank and whatever does not fit the question are no answer.
    """
    answers = Counter(ballot.answers.get(question.key) for ballot in ballots)
    given = Counter({tuple(a): n for a, n in answers.items() if a and not check(question, a)})
    if bounds.needed is None or given.total() < bounds.needed:
        return Shown(question.key, Statement.NONE)
    near = next((one for one in before if one.near(question.key, bounds.t)), None)
    if near is not None:
        return _again(question, bounds, given, near)
    shown = (_scored if is_scored(question) else _chosen)(question, bounds, given)
    unable = len(ballots) - given.total()
    if shown.n is not None:
        return replace(shown, cant_say=unable)
    # Nothing beside NONE, nor beside the two sentences that two organisations may hear.
    silent = bounds.pairwise or shown.statement is Statement.NONE
    return shown if silent or unable < bounds.floor else replace(shown, cant_say="several")


def _again(question: Closed, bounds: Bounds, given: Given, near: Before) -> Shown:
    """R7: only the change, and of options not even that."""
    favourable, n = _bands(question, given)[Band.FAVOURABLE], given.total()
    change = near.change(question.key, favourable, n, bounds.majority(n), bounds.t)
    return Shown(question.key, change=change) if change else Shown(question.key, Statement.NONE)


def _scored(question: Closed, bounds: Bounds, given: Given) -> Shown:
    """R5: counts where both sides hold t + 2 people, else one sentence."""
    bands = _bands(question, given)
    favourable, unfavourable = bands[Band.FAVOURABLE], bands[Band.UNFAVOURABLE]
    n, majority = given.total(), bounds.majority(given.total())
    if not bounds.pairwise and bounds.floor <= favourable <= n - bounds.floor:
        counts = (favourable, bands[Band.MIDDLE], unfavourable)
        shown = Shown(question.key, counts=counts, n=n, majority=majority)
        if n >= FULL_FROM:
            steps = [int(answer[0]) for answer in given.elements()]
            histogram = tuple(steps.count(int(option.key)) for option in question.options)
            mean, middle = round(sum(steps) / n, 1), float(median(steps))
            shown = replace(shown, histogram=histogram, mean=mean, median=middle)
        return shown
    statement = Statement.DIFFER
    if favourable >= majority:
        statement = Statement.MOST
    elif not bounds.pairwise and n >= bounds.both and unfavourable > n / 2:
        statement = Statement.CHANGE
    return Shown(question.key, statement, majority=majority)


def _bands(question: Closed, given: Given) -> Counter[Band | None]:
    bands: Counter[Band | None] = Counter()
    for answer, times in given.items():
        bands[band(question, answer)] += times
    return bands


def _chosen(question: Closed, bounds: Bounds, given: Given) -> Shown:
    """R5: of choice and bipolar questions the options that t + 2 chose, in file order."""
    n = given.total()  # two organisations hear only "most" or "differ", which do not fit here (R3)
    if bounds.pairwise or n < bounds.both:
        return Shown(question.key, Statement.NONE)
    picks = Counter(key for answer in given.elements() for key in answer)
    options = tuple(o.key for o in question.options if picks[o.key] >= bounds.floor)
    counts = tuple(picks[key] for key in options)
    # "The rest together" are the people who chose anything that is not shown: with several
    # picks a person they are fewer than the rest's picks, so this is the safer reading.
    rest = sum(times for answer, times in given.items() if not set(answer) <= set(options))
    within = all(count <= n - bounds.floor for count in counts)
    if counts and n >= FULL_FROM and within and (rest == 0 or rest >= bounds.floor):
        return Shown(question.key, options=options, option_counts=counts, n=n)
    return Shown(question.key, options=options)


def _comments(words: list[str], ballots: Sequence[Ballot], verbatim: bool) -> list[str]:
    """R6: one pool a round. Where only one person wrote, only what they want passed on.

    "Only one was written" is read as one author: two comments of one person are no pool.
    Sorted before anybody shuffles it, so that its order cannot follow the ballots'.
    """
    written = []
    for ballot in ballots:
        texts = [ballot.answers.get(key) for key in words]
        said = [text for text in texts if isinstance(text, str) and text.strip()]
        written.append((said, ballot.pass_on))
    free = verbatim and sum(bool(said) for said, _ in written) > 1
    return sorted(text for said, pass_on in written if free or pass_on for text in said)


_RESULT = TypeAdapter(Result)
