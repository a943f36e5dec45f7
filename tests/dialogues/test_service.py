"""What an appointment says: when consent is asked anew, and what overlaps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.model import Assignment, Consent, Contractor, Engagement, Kind, Task
from dialogues.service import Service, asks_anew, fits, overlapping

DAY = date(2026, 11, 1)
INSIDE = Service(Kind.INTERNAL, DAY, 4, tasks=(Task.I1, Task.I3), aims="A plan", share="half")


def known(person: int, starts: date, ends: date | None) -> Assignment:
    facts = None, None, None, None
    return Assignment(
        1, 1, 1, person, "Ratna", Kind.EXTERNAL, *facts, (), "", starts, ends, Consent.AGREED, None
    )


@pytest.mark.parametrize(
    "after",
    [
        replace(INSIDE, engagement=Engagement.SECONDED),
        replace(INSIDE, aims="Another", share=""),
        replace(INSIDE, starts=DAY + timedelta(days=9)),
        replace(INSIDE, tasks=(Task.I3, Task.I1)),
    ],
)
def test_consent_holds_where_the_same_is_asked(after: Service) -> None:
    assert not asks_anew(INSIDE, after)


@pytest.mark.parametrize(
    "after",
    [
        replace(INSIDE, kind=Kind.EXTERNAL, home=None, contractor=Contractor.PARTNERSHIP),
        replace(INSIDE, home=5),
        replace(INSIDE, tasks=(Task.I1,)),
        replace(INSIDE, ends=DAY + timedelta(days=90)),
    ],
)
def test_consent_is_asked_where_something_else_is_asked(after: Service) -> None:
    assert asks_anew(INSIDE, after)


days = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(days, st.none() | days, days, st.none() | days)
def test_two_services_overlap_where_they_share_a_day(
    a: date, b: date | None, c: date, d: date | None
) -> None:
    far = date(2026, 4, 1)
    every = [date(2026, 1, 1) + timedelta(days=n) for n in range(100)]
    shared = [x for x in every if a <= x <= (b or far) and c <= x <= (d or far)]
    whole = (b is None or a <= b) and (d is None or c <= d)
    if whole:
        assert (overlapping([known(7, a, b)], 7, c, d) is not None) == bool(shared)
    assert overlapping([known(7, a, b)], 8, c, d) is None


def test_tasks_belong_to_one_kind() -> None:
    assert [t for t in Task if fits(t, Kind.INTERNAL)] == [Task.I1, Task.I2, Task.I3, Task.I4]
    assert sum(fits(t, Kind.EXTERNAL) for t in Task) == 6


@given(st.sampled_from(Kind), days, st.none() | days, st.text(max_size=9))
def test_a_service_comes_back_from_a_link_as_it_was(
    kind: Kind, starts: date, ends: date | None, share: str
) -> None:
    service = Service(kind, starts, 3, Contractor.FUNDER, None, None, (Task.E2,), "x", ends, share)
    assert Service.from_data(service.to_data()) == service
