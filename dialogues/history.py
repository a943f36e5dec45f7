"""The same question over time: R7's trend lines, from earlier Results that are shown in full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialogues.charts import Counts
from dialogues.checkin import CheckIn, Question
from dialogues.disclosure import Result, Shown


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier Result about the same broker, who served in the same kind of assignment."""

    closed: datetime
    checkin: CheckIn = field(repr=False)
    result: Result = field(repr=False)


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted of one question at one close."""

    closed: datetime
    counts: Counts

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.counts)


def trend(
    question: Question, shown: Shown | None, closed: datetime, past: Iterable[Past]
) -> Sequence[Point]:
    """The counts of *question* from the first close to this one, oldest first.

    Empty unless this Result and one before show it in full: a sentence is no point on a line,
    and a question worded anew is another question.
    """
    if shown is None or shown.counts is None:
        return ()
    found = [Point(closed, shown.counts)]
    for one in sorted(past, key=lambda each: each.closed, reverse=True):
        then = next((s for s in one.result.questions if s.key == question.key), None)
        if then is not None and then.counts is not None and question in one.checkin.questions:
            found.append(Point(one.closed, then.counts))
    return found[::-1] if len(found) > 1 else ()
