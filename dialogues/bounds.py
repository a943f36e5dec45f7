"""The numbers of the disclosure gate: what a round's roster and settings allow (DESIGN 5).

They follow from the frozen roster alone, so everybody can know them before anybody answers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dialogues.model import Protect

LEAST_MINIMUM = 5  # R2: k can be raised, never lowered below this


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a round's roster and settings allow: frozen at its start (R1, R2, R3).

    `sizes`: people on the roster by organisation, largest first; those without one together.
    """

    protect: Protect
    minimum: int
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.minimum < LEAST_MINIMUM:
            raise ValueError(f"the minimum is at least {LEAST_MINIMUM}")
        if 0 in self.sizes or list(self.sizes) != sorted(self.sizes, reverse=True):
            raise ValueError("sizes are positive, largest first")

    @property
    def roster(self) -> int:
        """How many people are asked."""
        return sum(self.sizes)

    @property
    def organisations(self) -> int:
        """How many organisations are asked, those without one counted as one."""
        return len(self.sizes)

    @property
    def second(self) -> int:
        """People of the second largest organisation."""
        return sum(self.sizes[1:2])

    @property
    def t(self) -> int:
        """How many people acting together the result withstands."""
        return 1 if self.protect == Protect.PERSON else max((2, *self.sizes))

    @property
    def floor(self) -> int:
        """R5: the fewest people a statement may rest on, t + 2."""
        return self.t + 2

    @property
    def both(self) -> int:
        """R5: answers from which no statement can prove either direction, 2t + 3."""
        return 2 * self.t + 3

    def majority(self, n: int) -> int:
        """R5: from how many favourable answers of *n* on it is "most"."""
        return max(self.floor, n // 2 + 1)

    @property
    def pairwise(self) -> bool:
        """R3: exactly two organisations, of which only "most" or "differ" may be said."""
        return self.organisations == 2

    @property
    def needed(self) -> int | None:
        """R2, R3: how many answers a result takes; None where the roster cannot give them."""
        if self.organisations < 2:
            return None
        # One answer more than the two largest can give: three took part, whoever they were.
        spread = self.minimum if self.pairwise else self.second + 1
        number = max(self.minimum, self.t + 3, self.sizes[0] + spread)
        return number if number <= self.roster else None


def bounds(organisations: Iterable[int | None], protect: str, minimum: int = 5) -> Bounds:
    """The bounds of a roster: one entry a person, their organisation's id or None (R3)."""
    sizes = sorted(Counter(organisations).values(), reverse=True)
    return Bounds(Protect(protect), minimum, tuple(sizes))


def missing(bounds: Bounds) -> int:
    """R2, R3: the fewest people who would have to join before a round can start, 0 when fine."""
    if bounds.needed is not None:
        return 0
    # Each from a further organisation, which is always the shortest way.
    number = max(bounds.minimum, bounds.t + 3, sum(bounds.sizes[:2]) + 1)
    return max(number - bounds.roster, 3 - bounds.organisations)
