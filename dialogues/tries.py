"""How often an account may be wrong with a code: so seldom that nobody guesses one.

Kept in memory only: who mistyped what is nobody's business, and a restart gives away a few
more tries of a million million.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from dialogues.messages import Address

MOST = 10
WITHIN = timedelta(hours=1)
ACCOUNTS = 10_000
"""Of how many accounts this is remembered; whoever was wrong longest ago is dropped first."""


class Tries:
    """Wrong codes of each account within the last hour."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[Address, list[datetime]] = OrderedDict()

    def spent(self, who: Address, now: datetime) -> bool:
        """Whether *who* has to wait."""
        return len(self._recent(who, now)) >= MOST

    def note(self, who: Address, now: datetime) -> None:
        """*who* was wrong once more."""
        self._wrong[who] = [*self._recent(who, now), now]
        self._wrong.move_to_end(who)
        while len(self._wrong) > ACCOUNTS:
            self._wrong.popitem(last=False)

    def _recent(self, who: Address, now: datetime) -> list[datetime]:
        return [at for at in self._wrong.get(who, ()) if now - at < WITHIN]
