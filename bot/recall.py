"""What a process remembers between two taps, so that a tap costs four statements.

Who sits behind an account, their seat in a round, and how the round looks to them change
rarely. They are remembered until anything but a ballot is written here. Where another process
may write too, somebody's own things are remembered for two seconds at most, those of a whole
round for a minute. What must never be old (whether the round is open, and under which key) is
read fresh each time.
"""

import time
from collections.abc import Callable

from bot import answering
from bot.answering import Seated
from bot.scene import House
from bot.showing import Showing
from dialogues.messages import Incoming, Spot
from storage import people, rounds
from storage.store import Store, Unit

PERSON, ROUND = 2.0, 60.0
"""Seconds for which something is remembered where other processes write too."""
ALONE = 600.0
"""The same where none does, but for somebody's hand in the database."""
MOST = 2_500


class Recall:
    """Remembers whoever answered just now."""

    def __init__(
        self, house: House, store: Store, now: Callable[[], float] = time.monotonic
    ) -> None:
        """*now* counts seconds upwards."""
        self._house = house
        self._store = store
        self._now = now
        self._person, self._round = (ALONE, ALONE) if store.alone else (PERSON, ROUND)
        self._changes = -1
        self._seats: dict[tuple[object, Spot, int], tuple[Seated, float]] = {}
        self._views: dict[tuple[int, str], tuple[Showing, float]] = {}

    def seat(self, incoming: Incoming, round_id: int) -> Seated | None:
        """Who taps, if that is remembered."""
        self._forget()
        found, since = self._seats.get((incoming.sender, incoming.chat, round_id), (None, 0.0))
        return found if self._now() - since <= self._person else None

    async def learn(self, incoming: Incoming, round_id: int) -> Seated | None:
        """Who taps, read now; None where it is not plain: unknown, not asked, busy elsewhere."""
        self._forget()
        before, now = self._store.changes, self._now()
        view, since = self._views.get((round_id, incoming.chat.installation), (None, now))
        view, since = (view, since) if now - since <= self._round else (None, now)
        found = await self._store.glance(lambda unit: self._read(unit, incoming, round_id, view))
        self._forget()
        if found is not None and before == self._store.changes:
            if len(self._seats) >= MOST:
                self._seats.clear()
                self._views.clear()
            self._seats[(incoming.sender, incoming.chat, round_id)] = found, now
            self._views[(round_id, incoming.chat.installation)] = found.view, since
        return found

    def _forget(self) -> None:
        if self._changes != self._store.changes:
            self._seats.clear()
            self._views.clear()
            self._changes = self._store.changes

    def _read(
        self, unit: Unit, incoming: Incoming, round_id: int, view: Showing | None
    ) -> Seated | None:
        chat = incoming.chat
        found = people.seated(unit, incoming.sender, chat.chat, round_id)
        if found is None:
            return None
        person, member, kept = found
        if view is None:
            round_ = rounds.find_round(unit, round_id)
            assert round_ is not None
            view = answering.showing(self._house, unit, round_, chat.installation)
        return Seated(person, member, view, kept)
