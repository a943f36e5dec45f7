"""A02, T01: whole check-ins drawn at random, the others near agreement, any roster of 5 to 30."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dialogues.answers import Answer
from dialogues.bounds import Bounds, bounds
from dialogues.checkin import Question
from dialogues.disclosure import Ballot, Result, disclose
from dialogues.model import Protect
from tests.attacks.solver import (
    BIPOLAR,
    LONG,
    NUMBER,
    SCALE,
    TURNED,
    Claim,
    checkin,
    choice,
    claims,
    multi,
    possible,
    weakest,
    withstood,
)

QUESTIONS: tuple[Question, ...] = (SCALE, TURNED, NUMBER, BIPOLAR, choice(3), multi(4, 3))
FORM = checkin(*QUESTIONS)


@dataclass(frozen=True, slots=True, repr=False)
class Scene:
    """A round in which the first *attackers* ballots are the attackers'."""

    roster: Bounds
    attackers: int
    ballots: list[Ballot]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Rosters of 5 to 30, the others near agreement, the attackers with whatever they like."""
    mixed = st.lists(st.integers(1, 4), min_size=2, max_size=9)
    small = st.lists(st.integers(1, 2), min_size=12, max_size=20)
    sizes = draw(mixed | small)
    seats: list[int | None] = [i or None for i, size in enumerate(sizes) for _ in range(size)]
    roster = bounds(seats, draw(st.sampled_from(list(Protect))))
    assume(roster.needed is not None and roster.roster <= 30)
    attackers = draw(st.integers(0, withstood(roster)))
    others = draw(st.integers((roster.needed or 0) - attackers, roster.roster - attackers))
    columns: list[list[Answer]] = []
    for question in QUESTIONS:
        answer: st.SearchStrategy[Answer] = st.sampled_from([None, *possible(question)])
        few = st.sampled_from(draw(st.lists(answer, min_size=1, max_size=3)))
        column = draw(st.lists(answer, min_size=attackers, max_size=attackers))
        columns.append(column + draw(st.lists(few, min_size=others, max_size=others)))
    rows = zip(*columns, strict=True)
    keys = [question.key for question in QUESTIONS]
    return Scene(roster, attackers, [Ballot(dict(zip(keys, row, strict=True))) for row in rows])


def told(roster: Bounds, ballots: Sequence[Ballot]) -> Result:
    return disclose(FORM, frozenset(), roster, ballots, lambda pool: None)


def refuted(scene: Scene, question: Question, claim: Claim) -> bool:
    """Whether a world with the same Result exists in which the claim is false of another.

    Either somebody else already answered otherwise (then any two of the others can be
    exchanged), or one of them could have, without anything shown being different.
    """
    key, others = question.key, range(scene.attackers, len(scene.ballots))
    given = {i: answer for i in others if (answer := scene.ballots[i].answers[key])}
    if not given or not all(claim(answer) for answer in given.values()):
        return True
    shown = told(scene.roster, scene.ballots)
    alternatives = [answer for answer in possible(question) if not claim(answer)]
    for person in {answer: i for i, answer in given.items()}.values():
        for answer in alternatives:
            ballots = list(scene.ballots)
            ballots[person] = Ballot({**ballots[person].answers, key: answer})
            if told(scene.roster, ballots) == shown:
                return True
    return False


@given(scene=scenes())
@settings(
    max_examples=3000 if LONG else 150,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_whatever_was_answered_nobody_is_certain_of_anybody(scene: Scene) -> None:
    assert told(scene.roster, scene.ballots).released
    for question in QUESTIONS:
        n = sum(bool(ballot.answers[question.key]) for ballot in scene.ballots)
        for name, claim in claims(question, n, withstood(scene.roster)).items():
            assert refuted(scene, question, claim), f"{question.key}: certain {name}"


def test_the_drawn_scenes_can_find_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who say yes, five who say no: with t + 1 as the floor the two are certain."""
    answers = [("5",)] * 2 + [("1",)] * 5
    ballots = [Ballot({q.key: a if q is SCALE else None for q in QUESTIONS}) for a in answers]
    scene = Scene(weakest(2, 7), 2, ballots)
    claim = claims(SCALE, 7, 2)["not favourable"]
    assert refuted(scene, SCALE, claim)
    monkeypatch.setattr(Bounds, "floor", property(lambda roster: roster.t + 1))
    assert not refuted(scene, SCALE, claim)
