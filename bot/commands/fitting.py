"""Which check-ins fit a group as it is now: by its brokers and its phase.

What is asked about one broker can start about a broker it fits; what concerns the group
needs none. What asks about several brokers together needs two. Private ones are no review.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot import concerning
from bot.commands.command import Field
from bot.scene import Scene
from dialogues.checkin import CheckIn
from dialogues.errors import Refusal
from dialogues.messages import Button, say
from dialogues.model import Assignment
from storage import brokers

SUGGESTED = 3
"""How many of what fits instead stand on buttons under a refusal."""


@dataclass(frozen=True)
class Offer:
    """`now` fits brokers and phase, `later` another phase; the rest does not fit."""

    now: tuple[CheckIn, ...]
    later: tuple[CheckIn, ...]
    rest: tuple[CheckIn, ...]


def offer(scene: Scene) -> Offer:
    """What can be started here as things are, in three parts, the most regular first."""
    serving = _serving(scene)
    now, later, rest = [], [], []
    for checkin in sorted(scene.house.library.checkins.values(), key=_rhythm):
        if not reviewable(checkin) or not _meets(checkin, serving):
            rest.append(checkin)
        elif not checkin.phases or scene.group.phase.value in checkin.phases:
            now.append(checkin)
        else:
            later.append(checkin)
    return Offer(tuple(now), tuple(later), tuple(rest))


def reviewable(checkin: CheckIn) -> bool:
    """Whether a review can be made of it: not of what is private."""
    return checkin.confidence != "private"


def fitting(checkin: CheckIn, serving: Iterable[Assignment]) -> list[Assignment]:
    """The services it can be about; none where it concerns the group."""
    applies = checkin.applies
    return [
        a
        for a in serving
        if checkin.about == "broker"
        and applies.broker in ("any", a.kind.value)
        and (applies.term == "any" or a.ends is not None)
    ]


def about(scene: Scene, checkin: CheckIn | None) -> list[Assignment]:
    """The services of this group that a review of *checkin* can be about."""
    serving = _serving(scene)
    return serving if checkin is None else fitting(checkin, serving)


def field(scene: Scene) -> Field:
    """The form's question which check-in: what fits now, the rest behind [All others]."""
    found = offer(scene)
    options, more, typed = (tuple((c.id, c.title) for c in part) for part in _parts(found))
    if not options:
        options, more = more, ()
    ask = say("review/ask_checkin")
    return Field("checkin", ask, "one", options, more=more, typed=typed, branches=True)


def which(serving: Sequence[Assignment], checkin: CheckIn | None) -> Iterator[Field]:
    """About which of *serving*. One alone is settled, so that somebody else's name is refused."""
    if len(serving) > 1 or (serving and checkin is not None):
        people = tuple((str(a.id), a.name) for a in serving)
        only = people[0][:1] if len(people) == 1 else None
        yield Field("about", say("review/ask_about"), "one", people, default=only)


def must_fit(scene: Scene, checkin: CheckIn, command: str) -> None:
    """Refuse what does not fit, with what fits instead. *command*: "review start", or another."""
    serving = _serving(scene)
    again = command == "review schedule" and not _comes_again(checkin)
    if (
        not again
        and reviewable(checkin)
        and (_meets(checkin, serving) or _waits_for_broker(checkin, serving))
    ):
        return
    found = offer(scene)
    why = "by_hand" if again and _meets(checkin, serving) else _why(checkin)
    kinds = {a.kind.value for a in serving}
    kind = kinds.pop() if why in ("internal", "external") and len(kinds) == 1 else ""
    instead = [c for c in (*found.now, *found.later) if c.applies.broker == kind]
    if not instead:
        kind, instead = "", list(found.now or found.later)[:SUGGESTED]
    raise Refusal(
        "review/not_fitting",
        title=checkin.title,
        why=why,
        kind=kind,
        instead=[c.title for c in instead],
        buttons=(
            *(Button(c.title, f"c:{command} {c.id}") for c in instead[:SUGGESTED]),
            Button(say("label.conversation_guide"), f"c:guide {checkin.id}"),
        ),
    )


def _rhythm(checkin: CheckIn) -> tuple[bool, bool, int]:
    """Weeks before months, fewer before more, and what comes once at the end."""
    number, _, unit = checkin.every.partition(" ")
    return not unit, unit == "months", int(number or 0)


def _parts(found: Offer) -> tuple[Sequence[CheckIn], ...]:
    return found.now, found.later, found.rest


def _serving(scene: Scene) -> list[Assignment]:
    return brokers.assignments(scene.unit, scene.group.id, scene.today)


def _meets(checkin: CheckIn, serving: Sequence[Assignment]) -> bool:
    if concerning.among_several(checkin):
        return len({a.person_id for a in serving}) > 1
    if checkin.about == "group":
        return checkin.applies.broker != "none" or not serving
    return bool(fitting(checkin, serving))


def _comes_again(checkin: CheckIn) -> bool:
    """Whether it can be scheduled: what is asked by name, or of several, is begun by somebody."""
    return checkin.confidence == "sealed" and not concerning.among_several(checkin)


def _waits_for_broker(checkin: CheckIn, serving: Sequence[Assignment]) -> bool:
    """Whether a broker is what is missing: that has an answer of its own (`may_start`)."""
    return checkin.about == "broker" and not serving


def _why(checkin: CheckIn) -> str:
    applies = checkin.applies
    if checkin.confidence == "private":
        return checkin.confidence
    if concerning.among_several(checkin):
        return "several"
    return "fixed" if applies.term == "fixed" else applies.broker
