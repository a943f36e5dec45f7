"""The attacker's arithmetic: everything that fits a published Result, enumerated exactly.

The attackers know the roster, who answered which question, the whole Result, the gate's code
and their own answers, which they choose freely. They cannot tell the others apart, so a world
is a tally; they are certain of something about another person when it is true of every other
person in every world that fits what they see. The real `disclose` says what is seen; what
t and the bands are is said here a second time, so that a fault there is not believed here.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, combinations, combinations_with_replacement

from dialogues.again import Before
from dialogues.answers import Answer
from dialogues.bounds import Bounds, bounds
from dialogues.checkin import CheckIn, Choice, Multi, Number, Option, Question, Scale
from dialogues.disclosure import Ballot, Result, disclose
from dialogues.messages import Localised
from dialogues.model import Protect

LONG = os.environ.get("TEST_LONG") == "1"
"""Whether the long form runs, as `make attacks` does."""

TEXT = Localised(en="text", id="teks")
Tally = tuple[int, ...]
"""How many people gave each of a list of answers."""
Claim = Callable[[Answer], bool]


def options(*keys: object) -> tuple[Option, ...]:
    return tuple(Option(key=str(key), text=TEXT) for key in keys)


SCALE = Scale(key="q", text=TEXT, topic=TEXT, kind="agreement", options=options(1, 2, 3, 4, 5))
TURNED = SCALE.model_copy(update={"key": "turned", "reversed": True})
BIPOLAR = SCALE.model_copy(update={"key": "bipolar", "bipolar": True})
NUMBER = Number(
    key="number",
    text=TEXT,
    topic=TEXT,
    kind="number",
    low=TEXT,
    high=TEXT,
    options=options(*range(11)),
    reversed=True,
)
LETTERS = options(*"abcdefgh")
BANDS: list[Answer] = [("5",), ("3",), ("1",)]
STEPS: list[Answer] = [("1",), ("2",), ("3",), ("4",), ("5",)]


def choice(count: int) -> Choice:
    return Choice(key="choice", text=TEXT, topic=TEXT, kind="choice", options=LETTERS[:count])


def multi(count: int, most: int, alone: int = 0) -> Multi:
    """*alone* of the *count* options, the last ones, are never chosen beside others."""
    single = [o.model_copy(update={"alone": True}) for o in LETTERS[count - alone : count]]
    shown = (*LETTERS[: count - alone], *single)
    return Multi(key="multi", text=TEXT, topic=TEXT, kind="multi", options=shown, most=most)


def possible(question: Question) -> list[Answer]:
    """Every answer to a closed question, can't say left out."""
    assert isinstance(question, Scale | Number | Choice | Multi)
    keys = [option.key for option in question.options]
    single = {option.key for option in question.options if option.alone}
    most = question.most if isinstance(question, Multi) else 1
    answers = chain.from_iterable(combinations(keys, size) for size in range(1, most + 1))
    return [answer for answer in answers if len(answer) == 1 or not single & set(answer)]


def checkin(*questions: Question) -> CheckIn:
    return CheckIn(id="test", version=1, title=TEXT, purpose=TEXT, questions=questions)


# ---- what nobody may become certain of ------------------------------------------------------
def withstood(roster: Bounds) -> int:
    """DESIGN 5: how many people acting together a result must withstand."""
    return 1 if roster.protect == "person" else max(2, *roster.sizes)


def chose(key: str) -> Claim:
    return lambda answer: answer is not None and key in answer


def side(question: Scale | Number, answer: Answer) -> str:
    """DESIGN 5: bands 1–2, 3, 4–5; for 0–10: 0–4, 5–7, 8–10; in the item's own direction."""
    assert answer is not None
    low, high = (4, 8) if isinstance(question, Number) else (2, 4)
    step = int(answer[0])
    if low < step < high:
        return "middle"
    return "favourable" if (step >= high) is not question.reversed else "unfavourable"


def claims(question: Question, n: int, t: int) -> dict[str, Claim]:
    """What must never be certain of another person, by a name that says it."""
    if not isinstance(question, Scale | Number) or question.bipolar:
        assert isinstance(question, Scale | Number | Choice | Multi)
        return {f"chose {o.key}": chose(o.key) for o in question.options}
    kept: dict[str, Claim] = {
        "unfavourable": lambda answer: side(question, answer) == "unfavourable",
        "not favourable": lambda answer: side(question, answer) != "favourable",
    }
    # Below 2t + 3 good news may prove that everybody is favourable: it exposes no critic.
    if n >= 2 * t + 3:
        kept["favourable"] = lambda answer: side(question, answer) == "favourable"
    return kept


# ---- the solver -----------------------------------------------------------------------------
@cache
def tallies(people: int, kinds: int) -> list[Tally]:
    """Every way in which *people* can give *kinds* of answers."""
    if kinds == 1:
        return [(people,)]
    return [
        (first, *rest) for first in range(people + 1) for rest in tallies(people - first, kinds - 1)
    ]


def worlds(
    question: Question,
    answers: Sequence[Answer],
    n: int,
    unable: int,
    roster: Bounds,
    before: Sequence[Before] = (),
) -> dict[Result, list[Tally]]:
    """All the worlds in which *n* people answered and *unable* could not, by what is shown."""
    form = checkin(question)
    one = [Ballot({question.key: answer}) for answer in answers]
    silent = [Ballot({})] * unable
    seen: dict[Result, list[Tally]] = {}
    for tally in tallies(n, len(answers)):
        cast = [ballot for ballot, count in zip(one, tally, strict=True) for _ in range(count)]
        told = disclose(form, frozenset(), roster, cast + silent, lambda pool: None, before)
        seen.setdefault(told, []).append(tally)
    return seen


def proofs(
    seen: Mapping[Result, list[Tally]], n: int, attackers: int, truths: Mapping[str, list[bool]]
) -> Iterator[str]:
    """Each claim that some view makes certain, with the attackers' answers that did it.

    *truths* says of each claim which of the answers fulfil it. Fewer attackers never know
    more than all of them, so only the full number is tried; the long form tries the fewer too.
    """
    holders = {
        claim: [kind for kind, true in enumerate(fulfils) if true]
        for claim, fulfils in truths.items()
    }
    most = min(attackers, n - 1)
    for number in range(0 if LONG else most, most + 1):
        for own in tallies(number, len(next(iter(truths.values())))):
            for fitting in seen.values():
                yield from (
                    f"{claim}: n = {n}, attackers answer {own}"
                    for claim in certain(fitting, own, n - number, holders)
                )


def certain(
    fitting: list[Tally], own: Tally, others: int, holders: Mapping[str, list[int]]
) -> set[str]:
    """The claims that are true of all *others* in every world that fits the *own* answers."""
    left: set[str] | None = None
    for tally in fitting:
        rest = [count - mine for count, mine in zip(tally, own, strict=True)]
        if min(rest) < 0:
            continue
        names = holders if left is None else left
        left = {claim for claim in names if sum(rest[kind] for kind in holders[claim]) == others}
        if not left:
            return left
    return left or set()


def attack(
    question: Question,
    answers: Sequence[Answer],
    n: int,
    roster: Bounds,
    attackers: int | None = None,
    unable: int = 0,
    watched: Mapping[str, Claim] | None = None,
    before: Sequence[Before] = (),
) -> list[str]:
    """What the worst *attackers*, by default as many as must be withstood, could ever prove."""
    t = withstood(roster)
    seen = worlds(question, answers, n, unable, roster, before)
    watch = claims(question, n, t) if watched is None else watched
    truths = {name: [claim(answer) for answer in answers] for name, claim in watch.items()}
    return list(proofs(seen, n, t if attackers is None else attackers, truths))


# ---- rosters --------------------------------------------------------------------------------
def seated(sizes: Sequence[int], protect: Protect) -> Bounds:
    """A roster with organisations of these sizes."""
    return bounds([n for n, size in enumerate(sizes) for _ in range(size)], protect)


def weakest(t: int, people: int) -> Bounds:
    """The roster of bound *t* whose result needs the fewest answers."""
    if t == 1:
        return seated([1] * people, Protect.PERSON)
    largest = t if t > 2 else 1
    return seated([largest, *[1] * (people - largest)], Protect.ORGANISATION)


def shapes(people: int) -> Iterator[tuple[int, ...]]:
    """Every way in which *people* can belong to organisations, largest first."""
    for count in range(1, people + 1):
        for sizes in combinations_with_replacement(range(people, 0, -1), count):
            if sum(sizes) == people:
                yield sizes
