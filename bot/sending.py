"""One message to one reader: where they are met, worded for them, handed to the platform."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.reports import Reports
from dialogues.errors import (
    DeliveryError,
    KeyLost,
    MessageGone,
    RetryLater,
    UnknownOutcome,
    Unreachable,
)
from dialogues.messages import Message, Outgoing, Spot, app_of
from dialogues.model import Person, RoundState
from dialogues.ports import Adapter
from storage import people, rounds
from storage.outbox import Post
from storage.store import Unit

MISSING = 60
"""Seconds until a platform that does not run here is looked for again."""
ENDS = {
    RetryLater: "later",
    Unreachable: "unreachable",
    UnknownOutcome: "unknown",
    MessageGone: "gone",
}
"""What became of a message, as it is counted."""
UNCOUNTED = frozenset({"checkin/reminder", "checkin/reminders"})
"""What only those get who have not answered: its number would be theirs (B16)."""


class Sender:
    """Knows the platforms."""

    def __init__(
        self,
        reports: Reports,
        adapters: Mapping[str, Adapter],
        counted: Callable[[str, str], None] = lambda installation, end: None,
    ) -> None:
        """*counted* hears of each message: its installation, and what became of it."""
        self._reports = reports
        self._adapters = adapters
        self._counted = counted

    async def pace(self, message: Message, spot: Spot) -> None:
        """Wait until *message* may leave; an edit need not. Raises RetryLater."""
        adapter = serving(self._adapters, spot.installation)
        if adapter is None:
            raise RetryLater(MISSING)
        if message.replaces is None:
            await adapter.pace(spot)

    async def send(
        self, message: Message, person: Person | None, spot: Spot
    ) -> tuple[Outgoing, str]:
        """Word and send. The id is "" where the message to be edited is gone.

        A group's notice that is gone, or cannot be edited any more, is sent anew.

        Raises:
            RetryLater, Unreachable, UnknownOutcome, DeliveryError: As the adapter does.
        """
        adapter = serving(self._adapters, spot.installation)
        if adapter is None:
            raise RetryLater(MISSING)
        outgoing = await self._reports.word(message, person, spot)
        if message.say.key in UNCOUNTED:
            return outgoing, await adapter.send(outgoing)
        try:
            return outgoing, await self._handed(adapter, outgoing)
        except MessageGone:
            if person is not None:
                return outgoing, ""
            outgoing = replace(outgoing, replaces=None)
            return outgoing, await self._handed(adapter, outgoing)

    async def _handed(self, adapter: Adapter, outgoing: Outgoing) -> str:
        end = "sent"
        try:
            return await adapter.send(outgoing)
        except DeliveryError as error:
            end = ENDS.get(type(error), "failed")
            if isinstance(error, RetryLater) and error.asked:
                end = "too_many"
            raise
        finally:
            self._counted(outgoing.to.installation, end)

    def spots(self, unit: Unit, person_id: int) -> list[Spot]:
        """Where a person can be reached on the platforms that run."""
        found = people.spots(unit, person_id)
        return [s for s in found if serving(self._adapters, s.installation) is not None]

    def where(self, unit: Unit, post: Post) -> tuple[Person | None, Spot | None]:
        """Who reads a line of the outbox, and where."""
        if post.person_id is None:
            return None, post.message.at
        return self.target(unit, post.message, post.person_id)

    def target(
        self, unit: Unit, message: Message, to: int | Person
    ) -> tuple[Person | None, Spot | None]:
        """The same for a message to somebody."""
        person = people.find_person(unit, to) if isinstance(to, int) else to
        if message.at is not None or person is None:
            return person, message.at
        spots = self.spots(unit, person.id)
        return person, spots[0] if spots else None


def serving(adapters: Mapping[str, Adapter], installation: str) -> Adapter | None:
    """The adapter behind an installation: one may serve many workspaces."""
    return adapters.get(installation) or adapters.get(app_of(installation))


def unasked(message: Message, person: Person | None) -> bool:
    """Whether somebody wants no messages (`stop`); what they have already is still edited."""
    return person is not None and person.stopped and message.replaces is None


def is_over(unit: Unit, post: Post) -> bool:
    """Whether a line of the outbox is about a round that has ended."""
    if post.round_id is None:
        return False
    try:
        return rounds.standing(unit, post.round_id)[0] is not RoundState.OPEN
    except KeyLost:
        return True
