"""Offers: at their date, one at a time, never again after Never, none in a pause."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.cycle import Phase
from dialogues.model import Kind
from dialogues.offers import (
    CLOSER,
    LATER,
    MONTH,
    PULSE,
    Asked,
    Offer,
    OfferState,
    Standing,
    Step,
    Term,
    Why,
    due,
    settled,
    steps,
)

START = date(2026, 1, 5)
EVERY = frozenset(
    {
        "broker-need",
        "sourcing-decision",
        "appointment-criteria",
        "role-clarity",
        "handover-check",
        "task-checkpoint",
        "end-of-assignment",
        "transition-review",
        "effectiveness-pulse",
        "responsibilities",
        "internal-broker",
        "external-broker",
        "enabling-conditions",
        "leadership",
        "capacity-leadership",
        "external-build",
        "terminology",
        "role-sharing",
    }
)
ONE = Term(1, Kind.EXTERNAL, START, None, True)


def standing(*terms: Term, **values: object) -> Standing:
    base = Standing(START, Phase.MANAGING, terms=terms, available=EVERY)
    return replace(base, **values)  # type: ignore[arg-type]


def day(weeks: float) -> date:
    return START + timedelta(days=int(weeks * 7))


def told(known: Standing, days: int, *, answer: OfferState = OfferState.TAKEN) -> list[Step]:
    """What is offered day after day where each offer is answered on its day."""
    found: list[Step] = []
    for n in range(days):
        today = known.founded + timedelta(days=n)
        step = due(known, today)
        if step is None:
            continue
        found.append(step)
        again = today + LATER if answer is OfferState.LATER else None
        others = tuple(o for o in known.offers if o.key != step.key)
        made = Offer(len(found), step.key, step.checkin, step.assignment, answer, today, again)
        asked = known.asked
        if answer is OfferState.TAKEN:
            asked += (Asked(step.checkin, step.assignment, today),)
        known = replace(known, offers=(*others, made), asked=asked)
    return found


def test_the_default_year_comes_in_its_order() -> None:
    names = [step.checkin for step in told(standing(ONE), 400)]
    assert names == [
        "role-clarity",
        PULSE,
        "responsibilities",
        "external-broker",
        "enabling-conditions",
        PULSE,
        "leadership",
        "transition-review",
        "role-clarity",
    ]


def test_inside_and_outside_have_their_own_check_in() -> None:
    inside = replace(ONE, kind=Kind.INTERNAL)
    assert "internal-broker" in [s.checkin for s in told(standing(inside), 300)]


def test_half_and_four_weeks_before_the_end() -> None:
    ends = day(40)
    found = {
        s.checkin: s for s in steps(standing(replace(ONE, ends=ends)), day(30)) if s.at >= START
    }
    assert found["task-checkpoint"].at == day(20)
    assert found["end-of-assignment"].at == ends - MONTH
    assert found["end-of-assignment"].until == ends
    short = standing(replace(ONE, ends=day(7)))
    assert "task-checkpoint" not in {s.checkin for s in steps(short, day(3))}


def test_what_has_a_date_goes_before_the_year() -> None:
    known = standing(replace(ONE, ends=START + timedelta(days=120)))
    step = due(known, START + timedelta(days=93))
    assert step is not None and step.why is Why.ENDING


def test_what_has_a_date_does_not_wait_for_an_answer_to_the_year() -> None:
    term = replace(ONE, ends=day(26))
    regular = Step(Why.YEAR, "responsibilities", 1, day(20), day(24))
    ending = Step(Why.ENDING, "end-of-assignment", 1, day(22), day(26))
    ignored = Offer(1, regular.key, regular.checkin, 1, OfferState.OPEN, day(21))
    assert due(standing(term, offers=(ignored,)), day(22)) == ending
    unanswered = replace(ignored, key=ending.key, checkin=ending.checkin)
    assert due(standing(term, offers=(unanswered,)), day(22)) is None
    quiet = standing(replace(ONE, ends=None), offers=(ignored,))
    assert due(quiet, day(22)) is None, "one offer of the year at a time"


def test_what_a_formal_review_asks_anyway_is_not_offered() -> None:
    formal = Asked("external-broker", 1, day(26), formal=True)
    plain = replace(formal, formal=False)
    names = {s.checkin for s in steps(standing(ONE, asked=(formal,)), day(31))}
    assert not names & {"enabling-conditions", "follow-up"}
    assert "enabling-conditions" in {
        s.checkin for s in steps(standing(ONE, asked=(plain,)), day(31))
    }


@pytest.mark.parametrize("gap", [1, 30, 92])
def test_four_weeks_after_a_handover(gap: int) -> None:
    old = replace(ONE, ends=day(10))
    new = Term(2, Kind.INTERNAL, day(10) + timedelta(days=gap), None, True)
    at = new.starts + MONTH
    known = standing(old, new)
    assert due(known, at - timedelta(days=1)) is None
    step = due(known, at)
    assert step is not None and (step.checkin, step.assignment) == ("handover-check", 2)


def test_a_change_of_phase_asks_about_the_role_once() -> None:
    known = standing(ONE, phase=Phase.SUSTAINING, phase_since=day(10))
    step = due(known, day(10))
    assert step is not None and (step.why, step.checkin) == (Why.PHASE, "transition-review")
    two = standing(ONE, replace(ONE, id=2), phase_since=day(20))
    assert [s.assignment for s in steps(two, day(20)) if s.why is Why.PHASE] == [None]


def test_without_a_broker_the_group_is_asked_whether_it_needs_one() -> None:
    found = told(standing(), 120)
    assert [s.checkin for s in found] == [
        "broker-need",
        "sourcing-decision",
        "appointment-criteria",
    ]
    assert due(standing(replace(ONE, agreed=False)), day(4)) is None


def test_only_what_the_library_has_is_offered() -> None:
    few = standing(ONE, available=frozenset({PULSE}))
    assert [s.checkin for s in told(few, 300)] == [PULSE, PULSE]


def test_a_month_lies_between_and_what_comes_by_itself_is_left_out() -> None:
    at = due(standing(ONE, scheduled=frozenset({"responsibilities"})), date(2026, 5, 10))
    assert at is None
    lately = Asked("steering-style", 1, date(2026, 3, 25))
    assert due(standing(ONE, asked=(lately,)), date(2026, 4, 10)) is None
    assert due(standing(ONE), date(2026, 4, 10)) is not None


def test_the_year_offers_nothing_in_the_month_before_a_check_in_that_comes_by_itself() -> None:
    today = date(2026, 4, 10)
    for days, offered in ((1, False), (27, False), (28, True), (60, True)):
        coming = today + timedelta(days=days)
        assert (due(standing(ONE, coming=coming), today) is not None) == offered, days
    ending = replace(ONE, ends=date(2026, 4, 25))
    step = due(standing(ending, coming=today + timedelta(days=1)), today)
    assert step is not None and step.why is Why.ENDING, "what a date asks for does not wait"


def test_later_comes_again_and_never_does_not() -> None:
    later = told(standing(ONE), 80, answer=OfferState.LATER)
    assert [s.checkin for s in later] == ["role-clarity", "role-clarity", "role-clarity"]
    never = told(standing(ONE), 700, answer=OfferState.NEVER)
    assert len({(s.checkin, s.assignment) for s in never}) == len(never)


def test_an_open_offer_ends_by_itself() -> None:
    offer = Offer(1, "k", PULSE, 1, OfferState.OPEN, START)
    known = standing(ONE, offers=(offer,))
    assert list(settled(known, day(3))) == []
    assert list(settled(known, START + MONTH)) == [(offer, OfferState.LAPSED)]
    started = replace(known, asked=(Asked(PULSE, 1, day(1)),))
    assert list(settled(started, day(1))) == [(offer, OfferState.TAKEN)]


days = st.dates(START, date(2029, 1, 1))
terms = st.builds(
    Term,
    st.integers(1, 4),
    st.sampled_from(Kind),
    days,
    st.none() | days,
    st.booleans(),
)
offers = st.builds(
    Offer,
    st.integers(1, 9),
    st.builds("{}:{}".format, st.sampled_from(Why), st.text("abc", max_size=3)),
    st.sampled_from(sorted(EVERY)),
    st.none() | st.integers(1, 4),
    st.sampled_from(OfferState),
    days,
    st.none() | days,
)
asked = st.builds(
    Asked, st.sampled_from(sorted(EVERY)), st.none() | st.integers(1, 4), days, st.booleans()
)
standings = st.builds(
    Standing,
    founded=st.just(START),
    phase=st.sampled_from(Phase),
    phase_since=st.none() | days,
    terms=st.lists(terms, max_size=3, unique_by=lambda t: t.id).map(tuple),
    asked=st.lists(asked, max_size=4).map(tuple),
    offers=st.lists(offers, max_size=4).map(tuple),
    available=st.sets(st.sampled_from(sorted(EVERY))).map(frozenset),
    scheduled=st.sets(st.sampled_from(sorted(EVERY))).map(frozenset),
    coming=st.none() | days,
    paused=st.booleans(),
    busy=st.booleans(),
    fell=st.lists(st.tuples(st.integers(1, 4), days), max_size=2).map(tuple),
)


@given(standings, days)
def test_an_offer_is_always_one_that_may_be_made(known: Standing, today: date) -> None:
    step = due(known, today)
    waiting = [o for o in known.offers if o.state is OfferState.OPEN]
    if known.paused or known.busy or not all(o.regular for o in waiting):
        assert step is None
    if step is None:
        return
    assert not waiting or step.why is not Why.YEAR
    assert step.at <= today <= step.until
    assert step.checkin in known.available
    never = [(o.checkin, o.assignment) for o in known.offers if o.state is OfferState.NEVER]
    assert (step.checkin, step.assignment) not in never
    if step.assignment is not None:
        about = [t for t in known.terms if t.id == step.assignment]
        assert [t.agreed and t.serves(today) for t in about] == [True]


@given(standings, st.sampled_from([OfferState.TAKEN, OfferState.NEVER, OfferState.LAPSED]))
def test_an_offer_that_was_answered_is_not_made_again(known: Standing, state: OfferState) -> None:
    made = told(replace(known, paused=False, busy=False), 150, answer=state)
    keys: Sequence[str] = [step.key for step in made]
    assert len(set(keys)) == len(keys)


def test_a_pulse_that_got_worse_is_followed_by_a_closer_look_after_a_month() -> None:
    asked = day(8)
    known = standing(ONE, fell=((1, asked),), asked=(Asked(PULSE, 1, asked),))
    assert due(known, asked + MONTH - timedelta(days=1)) is None
    step = due(known, asked + MONTH)
    assert step is not None and (step.why, step.checkin) == (Why.FELL, CLOSER)
    again = replace(known, asked=(*known.asked, Asked(CLOSER, 1, asked + timedelta(days=20))))
    assert due(again, asked + MONTH) is None
    for term in (replace(ONE, agreed=False), replace(ONE, ends=asked)):
        gone = due(replace(known, terms=(term,)), asked + MONTH)
        assert gone is None or gone.why is not Why.FELL
