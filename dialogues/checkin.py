"""The shape of a check-in file: questions, options, conditions, the broker's mirror.

A question's wording may hold `{broker}`, which the texts replace by the person's name or by
the group's word for the role, and `{org}`, the broker's home organisation. Conditions look
at facts of the round, never at an answer (DESIGN 2, F05), so that nothing shown can betray
what somebody said.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialogues.messages import Localised

COMMENT_LIMIT = 1000
"""The longest comment in characters (DESIGN 4: the padding follows from it)."""


class Fact(StrEnum):
    """What a condition may ask: true of a round from its start to its end."""

    FIRST_ROUND = "first_round"
    INTERNAL = "internal"
    EXTERNAL = "external"
    SEVERAL_BROKERS = "several_brokers"
    FIXED_TERM = "fixed_term"
    SCOPING = "scoping"
    MANAGING = "managing"
    REVIEWING = "reviewing"
    SUSTAINING = "sustaining"
    I1 = "task_i1"
    I2 = "task_i2"
    I3 = "task_i3"
    I4 = "task_i4"
    E1 = "task_e1"
    E2 = "task_e2"
    E3 = "task_e3"
    E4 = "task_e4"
    E5 = "task_e5"
    E6 = "task_e6"


EITHER = (
    frozenset({Fact.INTERNAL, Fact.EXTERNAL}),
    frozenset({Fact.SCOPING, Fact.MANAGING}),
    frozenset({Fact.SCOPING, Fact.REVIEWING}),
    frozenset({Fact.SCOPING, Fact.SUSTAINING}),
    frozenset({Fact.MANAGING, Fact.REVIEWING}),
    frozenset({Fact.MANAGING, Fact.SUSTAINING}),
    frozenset({Fact.REVIEWING, Fact.SUSTAINING}),
)
"""Facts that are never true together."""

Condition = Annotated[str, Field(pattern=r"^(not )?[a-z_0-9]+$")]
"""A fact's name, or "not" and a fact's name."""


class Strict(BaseModel):
    """A part of a file: a misspelt key is refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Option(Strict):
    """One answer that can be chosen; *alone*, as "none", never beside others of several."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,24}$")]
    text: Localised
    alone: bool = False


class Wording(Strict):
    """Another wording of a question where facts ask for it."""

    when: tuple[Condition, ...]
    text: Localised
    mirror: Localised | None = None


class Asked(Strict):
    """What every kind of question has.

    `topic` names it in a list, `claim` completes "Most agree that …" towards the
    broker, `mirror` is the broker's own version.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,24}$")]
    text: Localised
    topic: Localised
    claim: Localised | None = None
    mirror: Localised | None = None
    when: tuple[Condition, ...] = ()
    wordings: tuple[Wording, ...] = ()

    def applies(self, facts: Iterable[Fact]) -> bool:
        """Whether the question is asked where *facts* hold."""
        return holds(self.when, frozenset(facts))

    def worded(self, facts: Iterable[Fact], mirror: bool) -> Localised:
        """The wording to show, the mirror's where there is one and it is asked for."""
        known = frozenset(facts)
        for wording in self.wordings:
            if holds(wording.when, known):
                return wording.mirror if mirror and wording.mirror else wording.text
        return self.mirror if mirror and self.mirror else self.text


class Scale(Asked):
    """Agreement or frequency, five steps; `options` come from scales.toml."""

    kind: Literal["agreement", "frequency"]
    options: tuple[Option, ...] = Field(min_length=5, max_length=5)
    reversed: bool = False
    bipolar: bool = False


class Number(Asked):
    """0 to 10, with a text at each end."""

    kind: Literal["number"]
    low: Localised
    high: Localised
    options: tuple[Option, ...] = Field(min_length=11, max_length=11)
    reversed: bool = False
    bipolar: bool = False


class Choice(Asked):
    """One of several; *bipolar* where the middle is best and nothing may be averaged."""

    kind: Literal["choice"]
    options: tuple[Option, ...] = Field(min_length=2, max_length=10)
    bipolar: bool = False


class Multi(Asked):
    """Up to *most* of several."""

    kind: Literal["multi"]
    options: tuple[Option, ...] = Field(min_length=2, max_length=10)
    most: int = Field(ge=1, le=9)


class Words(Asked):
    """Free text, always skippable."""

    kind: Literal["words"]
    most: int = Field(default=COMMENT_LIMIT, ge=20, le=COMMENT_LIMIT)


Question = Annotated[Scale | Number | Choice | Multi | Words, Field(discriminator="kind")]


Asking = Literal["partners", "coordinators", "broker", "line_manager"]
"""Who can be asked. Partners alone answer a sealed check-in; its mirror is the broker's."""


class Applies(Strict):
    """Which arrangement a check-in is for; `term` "fixed": an assignment with a last day."""

    broker: Literal["any", "internal", "external", "none"] = "any"
    several: Literal["any", "only"] = "any"
    term: Literal["any", "fixed"] = "any"


class CheckIn(Strict):
    """A short poll as its file defines it, with both languages and the mirror inside.

    `about`: the work of one broker, or something that concerns the group and no one person.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
    version: int = Field(ge=1)
    title: Localised
    purpose: Localised
    about: Literal["broker", "group"] = "broker"
    audience: tuple[Asking, ...] = Field(default=("partners",), min_length=1)
    confidence: Literal["sealed", "named", "private"] = "sealed"
    applies: Applies = Applies()
    phases: tuple[Literal["scoping", "managing", "reviewing", "sustaining"], ...] = ()
    every: Annotated[str, Field(pattern=r"^(\d+ (weeks|months))?$")] = ""
    mirrored: bool = False
    source: tuple[str, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def consistent(self) -> "CheckIn":
        """Keys are unique, conditions can be met, every mirror and placeholder is there."""
        seen: set[str] = set()
        if self.confidence == "sealed" and self.audience != ("partners",):
            raise ValueError('only partners answer a sealed check-in: remove "audience"')
        for question in self.questions:
            if question.key in seen:
                raise ValueError(f'two questions are called "{question.key}": rename one')
            seen.add(question.key)
            self._check(question)
        return self

    def _check(self, question: Question) -> None:
        for condition in (question.when, *(w.when for w in question.wordings)):
            fault = impossible(condition, self.applies.broker)
            if fault:
                raise ValueError(f'question "{question.key}": {fault}')
        if self.mirrored and question.mirror is None:
            raise ValueError(f'question "{question.key}" has no mirror: add mirror.en, mirror.id')
        if not self.mirrored and question.mirror is not None:
            raise ValueError(f'question "{question.key}" has a mirror: set mirrored = true')
        if isinstance(question, Words):
            return
        keys = [option.key for option in question.options]
        if len(set(keys)) < len(keys):
            raise ValueError(f'question "{question.key}": two options have one key')
        if isinstance(question, Multi) and question.most > len(keys):
            raise ValueError(f'question "{question.key}": most is above the number of options')
        alone = sum(option.alone for option in question.options)
        if alone and not isinstance(question, Multi):
            raise ValueError(f'question "{question.key}": "alone" is for kind = "multi": remove it')
        if alone == len(keys):
            raise ValueError(f'question "{question.key}": all are "alone": set kind = "choice"')

    def asked(self, facts: Iterable[Fact]) -> tuple[Question, ...]:
        """The questions that are asked where *facts* hold, in file order."""
        known = frozenset(facts)
        return tuple(q for q in self.questions if q.applies(known))

    def seconds(self, facts: Iterable[Fact]) -> int:
        """How long it takes: 12 seconds a closed question, 30 a free text (domain b.1)."""
        return sum(30 if isinstance(q, Words) else 12 for q in self.asked(facts))

    def minutes(self, facts: Iterable[Fact]) -> int:
        """The same in whole minutes, at least one."""
        return max(1, round(self.seconds(facts) / 60))

    def situations(self) -> list[frozenset[Fact]]:
        """Every combination of the facts it looks at that can be true where it is asked."""
        named = {c.removeprefix("not ") for q in self.questions for c in conditions(q)}
        mentioned = [fact for fact in Fact if fact.value in named]
        found = []
        for truth in product((False, True), repeat=len(mentioned)):
            told = zip(mentioned, truth, strict=True)
            said = [fact.value if true else f"not {fact.value}" for fact, true in told]
            if not impossible(said, self.applies.broker):
                facts = (fact for fact, true in zip(mentioned, truth, strict=True) if true)
                found.append(frozenset(facts))
        return found


@lru_cache(maxsize=256)
def kept(text: str) -> CheckIn:
    """A check-in from the JSON that a round keeps: all that are alike are one object."""
    return CheckIn.model_validate_json(text)


def conditions(question: Question) -> list[str]:
    """Every condition of a question and of its wordings."""
    return [*question.when, *(c for wording in question.wordings for c in wording.when)]


def holds(conditions: Iterable[str], facts: frozenset[Fact]) -> bool:
    """Whether every one of *conditions* is true of *facts*."""
    return all((c.removeprefix("not ") in facts) is not c.startswith("not ") for c in conditions)


def impossible(conditions: Iterable[str], broker: str) -> str:
    """Why *conditions* can never all hold, or "" where they can."""
    wanted: set[str] = set()
    refused: set[str] = set()
    for condition in conditions:
        name = condition.removeprefix("not ")
        if name not in {fact.value for fact in Fact}:
            names = ", ".join(fact.value for fact in Fact)
            return f'"{name}" is not a fact; the facts are {names}'
        (refused if condition.startswith("not ") else wanted).add(name)
    both = sorted(wanted & refused)
    if both:
        return f'the condition wants "{both[0]}" and "not {both[0]}" together'
    for pair in EITHER:
        if {fact.value for fact in pair} <= wanted:
            names = " and ".join(sorted(fact.value for fact in pair))
            return f"the condition wants {names} together, which is never true"
    kinds = {"internal": "external", "external": "internal"}
    if kinds.get(broker) in wanted or broker in refused:
        return f"the check-in is for {broker} brokers only, so the condition never holds"
    return ""
