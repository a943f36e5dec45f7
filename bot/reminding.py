"""Reminders: only to those who have not answered, and nothing written that tells who that is.

Every reminder's line ends as sent before anything is sent. Whether one goes out is found out
with the ballot open in memory; one that fails is tried again from memory only (B08, B09).
"""

from datetime import datetime, timedelta

from bot import answering
from bot.scene import House
from bot.sealing import Sealing
from bot.sending import Sender, unasked
from dialogues.dialogue import State
from dialogues.errors import DeliveryError, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import Message, Spot
from dialogues.model import RoundState
from dialogues.ports import Clock
from storage import people, rounds
from storage.outbox import Post
from storage.store import Store, Unit

KEY = "checkin/reminder"
TRIES = 8


class Reminding:
    """Sends reminders, and seals their rounds again once they are through."""

    def __init__(
        self, house: House, store: Store, clock: Clock, sender: Sender, sealing: Sealing
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
        if post.message.say.key == KEY and post.round_id is not None:
            self._rounds.add(post.round_id)

    async def remind(self, post: Post, tries: int = 1) -> None:
        """Remind whoever has not answered."""
        assert post.person_id is not None
        person_id, wait = post.person_id, 0.0
        for spot in await self._store.read(lambda unit: self._reached(unit, post, person_id)):
            person = await self._store.read(lambda unit: people.person_by_id(unit, person_id))
            try:
                _, sent = await self._sender.send(post.message, person, spot)
            except Unreachable:
                continue
            except UnknownOutcome:
                return
            except RetryLater as patience:
                wait = patience.seconds
            except DeliveryError:
                wait = 2.0**tries
            else:
                await self.remember(post.message, person_id, (spot, sent))
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
        if message.say.key != KEY or round_id is None or not sent[1]:
            return
        member = await self._store.read(lambda unit: rounds.seat_of(unit, round_id, person))
        if member is not None:
            mark = answering.mark_of(*sent)
            self._sealing.note(round_id, member, lambda draft: answering.with_mark(draft, mark))

    def _reached(self, unit: Unit, post: Post, person_id: int) -> list[Spot]:
        """Where somebody can be reminded; nowhere where they need not be: seen in memory."""
        person = people.find_person(unit, person_id)
        round_ = rounds.find_round(unit, post.round_id) if post.round_id else None
        if round_ is None or round_.state is not RoundState.OPEN or unasked(post.message, person):
            return []
        member = rounds.seat_of(unit, round_.id, person_id)
        draft = answering.open_state(self._house, unit, round_, member) if member else None
        if draft is None or draft.quiet or draft.state in (State.CAST, State.DECLINED):
            return []
        return self._sender.spots(unit, person_id)
