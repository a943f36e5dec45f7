"""What a Result amounts to, by fixed rules: strengths, what to talk about, gaps, prompts.

Everything here follows from what is shown and from the broker's own answers, so it adds
nothing to the Result (DESIGN 5). Questions stay in file order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dialogues.again import Change
from dialogues.answers import Answer, Answers, Band, band, check, is_scored
from dialogues.checkin import CheckIn, Fact, Question, Words
from dialogues.disclosure import Result, Shown, Statement
from dialogues.messages import Localised


class Gap(StrEnum):
    """How the broker's own answer stands to what is shown (domain c.2), strengths first."""

    AGREED_STRENGTH = "agreed_strength"
    HIDDEN_STRENGTH = "hidden_strength"
    AGREED_GROWTH = "agreed_growth"
    BLIND_SPOT = "blind_spot"


TREND, WEAKER = "trend", frozenset({"1", "2"})
"""The question of a pulse how it is since the last one, and its steps downwards."""


class Rule(StrEnum):
    """Why a question is one for the talk. The first that apply are taken, in this order."""

    CHANGE = "change"
    DIFFER = "differ"
    NAMED = "named"
    KEEP = "keep"


MOST_PROMPTS = 2
"""Prompts by rule; a last one about the partners' own share always follows them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the check-in. `shown` is None for free text, whose pool has no question.

    `leaning` is what the shown amounts to: MIDDLE where views differ, None where nothing does.
    """

    question: Question
    text: Localised
    shown: Shown | None
    own: Answer = field(repr=False)
    leaning: Band | None
    gap: Gap | None

    @property
    def rule(self) -> Rule | None:
        """By which rule it may become a prompt."""
        if self.shown and self.shown.options:
            return Rule.NAMED
        return PROMPTING[self.leaning] if self.leaning else None


PROMPTING = {
    Band.UNFAVOURABLE: Rule.CHANGE,
    Band.MIDDLE: Rule.DIFFER,
    Band.FAVOURABLE: Rule.KEEP,
}


def find(
    result: Result, checkin: CheckIn, facts: Iterable[Fact], mirror: Answers | None
) -> tuple[Entry, ...]:
    """Every question that was asked, in file order. *mirror*: the broker's own answers."""
    known = frozenset(facts)
    shown = {one.key: one for one in result.questions}
    found = []
    for question in checkin.asked(known):
        own = (mirror or {}).get(question.key)
        own = None if check(question, own) else own or None
        what = None
        if not isinstance(question, Words):
            what = shown.get(question.key, Shown(question.key, Statement.NONE))
        towards = leaning(what) if what and is_scored(question) else None
        text = question.worded(known, mirror=False)
        found.append(Entry(question, text, what, own, towards, gap(question, own, towards)))
    return tuple(found)


def leaning(shown: Shown) -> Band | None:
    """Which way most of those who answered see it, as far as it is shown."""
    if shown.counts is not None:
        favourable, _, unfavourable = shown.counts
        half = sum(shown.counts) / 2
        if favourable > half:
            return Band.FAVOURABLE
        return Band.UNFAVOURABLE if unfavourable > half else Band.MIDDLE
    match shown.statement:
        case Statement.MOST:
            return Band.FAVOURABLE
        case Statement.CHANGE:
            return Band.UNFAVOURABLE
        case Statement.DIFFER:
            return Band.MIDDLE
        case _:
            return None


def gap(question: Question, own: Answer, towards: Band | None) -> Gap | None:
    """The broker's own band against what is shown; where views differ there is no kind.

    An own answer in the middle counts as seeing room for more.
    """
    mine = band(question, own)
    if mine is None or towards not in (Band.FAVOURABLE, Band.UNFAVOURABLE):
        return None
    if towards is Band.FAVOURABLE:
        return Gap.AGREED_STRENGTH if mine is towards else Gap.HIDDEN_STRENGTH
    return Gap.BLIND_SPOT if mine is Band.FAVOURABLE else Gap.AGREED_GROWTH


def fell(result: Result) -> bool:
    """Whether a pulse is read as worse than the one before: clearly, or all that is named is."""
    return any(
        shown.change is Change.LESS
        or (shown.key == TREND and bool(shown.options) and set(shown.options or ()) <= WEAKER)
        for shown in result.questions
    )


def prompts(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The questions to talk about: for each rule the first it fits, two of them at most."""
    first = [next((e for e in entries if e.rule is rule), None) for rule in Rule]
    return tuple(entry for entry in first if entry)[:MOST_PROMPTS]
