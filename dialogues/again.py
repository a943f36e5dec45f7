"""The same question asked again while few people came or went: R7 of the gate (DESIGN 5).

Two figures of nearly the same people can be subtracted. Then nothing new is shown but
whether the change is so clear that it does not hang on those who came or went.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """R7: how a question stands to the last time it was shown."""

    LESS = "less"
    MORE = "more"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier Result of a check-in about the same broker, seen from the round that closes.

    `joined`, `left`: people on one roster and not on the other; `t`: what the earlier Result
    withstands. `shown`: each question with a figure or a sentence; for a scored one whether
    most were favourable and R5's bound for "most" then, for any other None.
    """

    t: int
    joined: int
    left: int
    shown: Mapping[str, tuple[bool, int] | None]

    def near(self, key: str, t: int) -> bool:
        """Whether a new figure of question *key* could be subtracted from the earlier one.

        The larger of the two counts: t people who leave and join again under other names
        stand on both sides, and would hide whoever left with them.
        """
        return key in self.shown and 1 <= max(self.joined, self.left) <= max(t, self.t) + 2

    def change(self, key: str, favourable: int, n: int, majority: int, t: int) -> Change | None:
        """The change, clear only where whoever came or went cannot have made it.

        Args:
            majority: R5's bound for "most" among the *n* answers of now.
        """
        then = self.shown[key]
        if then is None:
            return None
        most, bound = then
        withstood = max(t, self.t)
        if most:
            least = min(bound, majority)
            safe = least >= withstood + self.left + 2
            return Change.LESS if safe and favourable + self.left < least else Change.UNCLEAR
        highest = max(bound, majority)
        safe = highest + self.joined <= n - withstood - 1
        return Change.MORE if safe and favourable - self.joined >= highest else Change.UNCLEAR
