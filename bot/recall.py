"""What a process remembers between two taps, so that a tap costs three statements.

Who sits behind an account, their seat in a round, and how the round looks to them change
rarely. They are remembered until anything but a ballot is written here, and for two
seconds at most, since another process may write too. What must never be old (whether the
round is open, and under which key) is read fresh each time.
"""

import time
from collections.abc import Callable

from bot import answering
from bot.answering import Seated
from bot.scene import House
from bot.showing import Showing
from dialogues.messages import Incoming, Spot
from storage import people, results, rounds
from storage.store import Store, Unit

SECONDS = 2.0
MOST = 10_000


class Recall:
    """Remembers whoever answered just now."""

    def __init__(
        self, house: House, store: Store, now: Callable[[], float] = time.monotonic
    ) -> None:
        """*now* counts seconds upwards."""
        self._house = house
        self._store = store
        self._now = now
        self._valid: tuple[int, float] = (-1, 0.0)
        self._seats: dict[tuple[object, Spot, int], Seated] = {}
        self._views: dict[tuple[int, str], Showing] = {}

    def seat(self, incoming: Incoming, round_id: int) -> Seated | None:
        """Who taps, if that is remembered."""
        self._forget()
        return self._seats.get((incoming.sender, incoming.chat, round_id))

    async def learn(self, incoming: Incoming, round_id: int) -> Seated | None:
        """Who taps, read now; None where it is not plain: unknown, not asked, busy elsewhere."""
        before = self._store.changes
        found = await self._store.read(lambda unit: self._read(unit, incoming, round_id))
        self._forget()
        if found is not None and before == self._store.changes:
            if len(self._seats) >= MOST:
                self._seats.clear()
            self._seats[(incoming.sender, incoming.chat, round_id)] = found
            self._views[(round_id, incoming.chat.installation)] = found.view
        return found

    def _forget(self) -> None:
        changes, since = self._valid
        now = self._now()
        if changes != self._store.changes or now - since > SECONDS:
            self._seats.clear()
            self._views.clear()
            self._valid = (self._store.changes, now)

    def _read(self, unit: Unit, incoming: Incoming, round_id: int) -> Seated | None:
        chat = incoming.chat
        found = people.seated(unit, incoming.sender, chat.chat, round_id)
        if found is None:
            return None
        person, member = found
        view = self._views.get((round_id, chat.installation))
        if view is None:
            round_ = rounds.find_round(unit, round_id)
            assert round_ is not None
            view = answering.showing(self._house, unit, round_, chat.installation)
        kept = results.open_message(unit, round_id, member, chat.installation)
        return Seated(person, member, view, kept)
