"""Reminders: only to those who have not answered, and nothing written that tells who that is.

Every reminder's line ends as sent before anything is sent. Whether one goes out is found out
with the ballot open in memory; one that fails is tried again from memory only (B08, B09).
"""

from datetime import datetime, timedelta

from bot import answering, nudging
from bot.nudging import REMINDER
from bot.scene import House
from bot.sealing import Sealing
from bot.sending import Sender, unasked
from dialogues.errors import DeliveryError, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import Message, Spot
from dialogues.ports import Clock
from storage import people, rounds
from storage.outbox import Post
from storage.patience import Patient

TRIES = 8


class Reminding:
    """Sends reminders, and seals their rounds again once they are through."""

    def __init__(
        self, house: House, store: Patient, clock: Clock, sender: Sender, sealing: Sealing
    ) -> None:
        self._house = house
        self._store = store
        self._clock = clock
        self._sender = sender
        self._sealing = sealing
        self._rounds: set[int] = set()
        self._failed: list[tuple[datetime, Post, int]] = []

    def expect(self, post: Post) -> None:
        """A reminder will be looked at: its round is sealed again after that, sent or not."""
        if post.message.say.key == REMINDER and post.round_id is not None:
            self._rounds.add(post.round_id)

    async def remind(self, post: Post, tries: int = 1) -> None:
        """Remind whoever has not answered, of all that is due that day."""
        assert post.person_id is not None
        person_id, wait, now = post.person_id, 0.0, self._clock.now()
        nudge = await self._store.transact(
            lambda unit: nudging.together(self._house, unit, post, now)
        )
        if tries == 1:  # a second try that sealed again would tell that there was one
            self._rounds |= nudge.rounds
        message = nudge.message
        if message is None:
            return
        for spot in await self._store.read(lambda unit: self._sender.spots(unit, person_id)):
            person = await self._store.read(lambda unit: people.person_by_id(unit, person_id))
            if unasked(message, person):
                return
            try:
                _, sent = await self._sender.send(message, person, spot)
            except Unreachable:
                continue
            except UnknownOutcome:
                return
            except RetryLater as patience:
                wait = patience.seconds
            except DeliveryError:
                wait = 2.0**tries
            else:
                await self.remember(message, person_id, (spot, sent))
                return
            if tries < TRIES:
                at = self._clock.now() + timedelta(seconds=min(wait, 3600))
                self._failed.append((at, post, tries + 1))
            return

    async def again(self) -> None:
        """Try those that failed and are due."""
        now = self._clock.now()
        due = [failed for failed in self._failed if failed[0] <= now]
        self._failed = [failed for failed in self._failed if failed[0] > now]
        for _, post, tries in due:
            await self.remind(post, tries)

    async def cover(self) -> None:
        """Seal again the rounds whose reminders are through."""
        while self._rounds:
            await self._sealing.renew(next(iter(self._rounds)))
            self._rounds.pop()

    @property
    def uncovered(self) -> bool:
        """Whether a round waits to be sealed again, or a reminder to be tried again."""
        return bool(self._rounds or self._failed)

    async def remember(self, message: Message, person: int, sent: tuple[Spot, str]) -> None:
        """Where a reminder stands: kept inside the seal only, with the round's next key."""
        round_id = message.round_id
        if message.say.key != REMINDER or round_id is None or not sent[1]:
            return
        member = await self._store.read(lambda unit: rounds.seat_of(unit, round_id, person))
        if member is not None:
            mark = answering.mark_of(*sent)
            self._sealing.note(round_id, member, lambda draft: answering.with_mark(draft, mark))
