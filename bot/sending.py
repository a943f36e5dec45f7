"""One message to one reader: where they are met, worded for them, handed to the platform."""

from collections.abc import Mapping

from bot.reports import Reports
from dialogues.errors import MessageGone, RetryLater
from dialogues.messages import Message, Outgoing, Spot
from dialogues.model import Person
from dialogues.ports import Adapter
from storage import people
from storage.outbox import Post
from storage.store import Unit

MISSING = 60
"""Seconds until a platform that does not run here is looked for again."""


class Sender:
    """Knows the platforms."""

    def __init__(self, reports: Reports, adapters: Mapping[str, Adapter]) -> None:
        self._reports = reports
        self._adapters = adapters

    async def send(
        self, message: Message, person: Person | None, spot: Spot
    ) -> tuple[Outgoing, str]:
        """Word and send. The id is "" where the message to be edited is gone.

        Raises:
            RetryLater, Unreachable, UnknownOutcome, DeliveryError: As the adapter does.
        """
        adapter = self._adapters.get(spot.installation)
        if adapter is None:
            raise RetryLater(MISSING)
        outgoing = await self._reports.word(message, person, spot)
        try:
            return outgoing, await adapter.send(outgoing)
        except MessageGone:
            return outgoing, ""

    def spots(self, unit: Unit, person_id: int) -> list[Spot]:
        """Where a person can be reached on the platforms that run."""
        return [s for s in people.spots(unit, person_id) if s.installation in self._adapters]

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


def unasked(message: Message, person: Person | None) -> bool:
    """Whether somebody wants no messages (`stop`); what they have already is still edited."""
    return person is not None and person.stopped and message.replaces is None
