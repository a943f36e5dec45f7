"""What is offered to a group: by its brokers, their terms, its phase."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from bot.commands import fitting, partnership_pause, review_start
from dialogues.cycle import Phase
from dialogues.errors import Refusal
from dialogues.library import Library
from dialogues.model import Assignment, Consent, Kind
from storage import brokers

INSIDE = Assignment(
    1, 1, 1, 1, "Agus", Kind.INTERNAL, "Dinas PU", None, None, None, (), "",
    date(2026, 11, 1), None, Consent.AGREED, None,
)  # fmt: skip
OUTSIDE = replace(INSIDE, id=2, person_id=2, name="Ratna", kind=Kind.EXTERNAL, home=None)
ENDING = replace(OUTSIDE, ends=date(2027, 5, 1))
NEVER = {"broker-reflection"}


@pytest.fixture
def group(library: Library, monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(*serving: Assignment, phase: Phase = Phase.MANAGING) -> Any:
        monkeypatch.setattr(brokers, "assignments", lambda *_: list(serving))
        return SimpleNamespace(
            house=SimpleNamespace(library=library),
            unit=None,
            today=date(2026, 12, 1),
            group=SimpleNamespace(id=1, phase=phase),
        )

    return made


def ids(part: Any) -> set[str]:
    return {checkin.id for checkin in part}


def refused(scene: Any, name: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        fitting.must_fit(scene, scene.house.library.checkins[name], "review start")
    return caught.value


def test_every_check_in_is_in_exactly_one_part(group: Any, library: Library) -> None:
    for serving in ((), (INSIDE,), (OUTSIDE,), (ENDING,), (INSIDE, OUTSIDE)):
        for phase in Phase:
            parts = fitting.offer(group(*serving, phase=phase))
            every = [c.id for part in (parts.now, parts.later, parts.rest) for c in part]
            assert sorted(every) == sorted(library.checkins)
            assert ids(parts.rest) >= NEVER


def test_the_phase_comes_first_and_the_most_regular_before_the_rest(group: Any) -> None:
    found = fitting.offer(group(OUTSIDE))
    assert found.now[0].id == "effectiveness-pulse"
    assert {"external-broker", "leadership"} <= ids(found.now)
    assert {"external-build", "end-of-assignment", "terminology"} <= ids(found.later)
    scoping = fitting.offer(group(OUTSIDE, phase=Phase.SCOPING))
    assert {"external-build", "terminology"} <= ids(scoping.now)
    assert "external-broker" in ids(scoping.later)


def test_what_is_for_others_is_not_offered(group: Any) -> None:
    inside, outside = fitting.offer(group(INSIDE)), fitting.offer(group(OUTSIDE))
    assert "internal-broker" in ids(inside.now) and "external-broker" in ids(inside.rest)
    assert "internal-broker" in ids(outside.rest)
    assert "task-checkpoint" in ids(outside.rest)
    assert "task-checkpoint" in ids(fitting.offer(group(ENDING)).now)
    assert "broker-need" in ids(outside.rest)


def test_a_group_without_a_broker_decides_about_the_role(group: Any) -> None:
    found = fitting.offer(group(phase=Phase.SCOPING))
    assert ids(found.now) == {
        "appointment-criteria",
        "broker-need",
        "sourcing-decision",
        "terminology",
    }
    assert ids(found.later) == {"handover-check", "review-setup"}


def test_with_several_brokers_it_is_about_whom_it_fits(group: Any, library: Library) -> None:
    scene = group(INSIDE, ENDING)
    checkins = library.checkins
    assert fitting.about(scene, checkins["internal-broker"]) == [INSIDE]
    assert fitting.about(scene, checkins["task-checkpoint"]) == [ENDING]
    assert fitting.about(scene, checkins["leadership"]) == [INSIDE, ENDING]
    assert fitting.about(scene, checkins["terminology"]) == []
    assert fitting.about(scene, None) == [INSIDE, ENDING]


def test_whom_it_is_about_follows_the_check_in_that_was_chosen_last(
    group: Any, library: Library
) -> None:
    scene = group(INSIDE, OUTSIDE)
    for name, serving in (("internal-broker", INSIDE), ("external-broker", OUTSIDE)):
        given = {"checkin": (name,), "about": ("1",)}  # settled for the check-in chosen first
        assert review_start.chosen(scene, given) == serving
        (field,) = fitting.which([serving], library.checkins[name])
        assert field.default == (str(serving.id),)
    (field,) = fitting.which([INSIDE, OUTSIDE], None)
    assert field.default is None, "asked where it may be either"


def test_in_a_crisis_only_a_broker_from_outside_is_asked_about_commitment(group: Any) -> None:
    still = partnership_pause.still_on_request
    assert ids(still(group(OUTSIDE))) == {"impartiality-pulse", "external-broker"}
    assert ids(still(group(INSIDE))) == {"impartiality-pulse"}
    assert still(group()) == []


@pytest.mark.parametrize(
    ("serving", "name", "why", "kind"),
    [
        ((OUTSIDE,), "internal-broker", "internal", "external"),
        ((INSIDE,), "external-broker", "external", "internal"),
        ((INSIDE,), "external-build", "external", "internal"),
        ((OUTSIDE,), "broker-need", "none", ""),
        ((OUTSIDE,), "task-checkpoint", "fixed", ""),
        ((OUTSIDE,), "several-brokers", "several", ""),
        ((OUTSIDE,), "broker-reflection", "private", ""),
    ],
)
def test_a_refusal_says_what_fits_instead(
    group: Any, library: Library, serving: Any, name: str, why: str, kind: str
) -> None:
    scene = group(*serving)
    values = refused(scene, name).values
    assert (values["why"], values["kind"]) == (why, kind)
    titles = {c.title: c for c in library.checkins.values()}
    instead: Any = values["instead"]
    assert instead and all(titles[title].id != name for title in instead)
    assert not kind or {titles[title].applies.broker for title in instead} == {kind}


def test_a_missing_broker_is_answered_elsewhere(group: Any, library: Library) -> None:
    scene = group()
    for name in ("responsibilities", "internal-broker"):
        fitting.must_fit(scene, library.checkins[name], "review start")
