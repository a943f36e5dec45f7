"""From the outbox to the platforms: claimed, worded, sent; patience, and people out of reach."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import answering
from bot.reports import Reports
from bot.scene import After, House
from bot.sealing import Sealing
from dialogues.dialogue import State
from dialogues.errors import DeliveryError, MessageGone, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import Message, Outgoing, Spot
from dialogues.model import Person, RoundState
from dialogues.ports import Adapter, Clock
from storage import outbox, partnerships, people, results, rounds
from storage.outbox import Post
from storage.store import Store, Unit

log = structlog.get_logger()
TRIES = 8


class Delivery:
    """Sends what is due. Several may run: lines are leased."""

    def __init__(
        self,
        house: House,
        store: Store,
        clock: Clock,
        reports: Reports,
        adapters: Mapping[str, Adapter],
        sealing: Sealing,
        holder: str = "all",
    ) -> None:
        self._house = house
        self._store = store
        self._clock = clock
        self._reports = reports
        self._adapters = adapters
        self._sealing = sealing
        self._holder = holder
        self._reminded: set[int] = set()
        self._failed: list[tuple[datetime, Post, int]] = []

    async def flush(self) -> int:
        """Send everything that is due now. Returns how many lines were taken."""
        taken = 0
        while posts := await self._store.transact(self._claim):
            taken += len(posts)
            for post in posts:
                await self._deliver(post)
        await self._remind_again()
        while self._reminded:
            await self._sealing.renew(self._reminded.pop())
        return taken

    def _claim(self, unit: Unit) -> list[Post]:
        return outbox.claim(unit, self._clock.now(), self._holder)

    async def direct(self, after: After) -> None:
        """Send what only a ballot knew: best effort, nothing kept."""
        for person_id, message in after.direct:
            person, spot = await self._store.read(partial(self._target, message, person_id))
            if spot is not None:
                with suppress(DeliveryError):
                    _, sent = await self._send(message, person, spot)
                    await self._remember(message, person_id, (spot, sent))

    async def _deliver(self, post: Post) -> None:
        if post.message.say.key == "checkin/reminder" and post.round_id is not None:
            # Whether it is sent, passed over or fails, the same is written (B08, B09).
            self._reminded.add(post.round_id)
            await self._remind(post)
            await self._finish(post, "sent")
            return
        person, spot = await self._store.read(lambda unit: self._where(unit, post))
        if spot is None:
            await self._finish(post, "failed")
            return
        if await self._store.read(lambda unit: self._ended(unit, post)):
            await self._finish(post, "sent")
            return
        try:
            outgoing, message = await self._send(post.message, person, spot)
        except RetryLater as patience:
            await self._again(post, patience.seconds)
        except Unreachable:
            await self._store.transact(lambda unit: people.mark_unreachable(unit, spot))
            await self._again(post, 0)
        except UnknownOutcome:
            await self._finish(post, "unknown")
        except DeliveryError as error:
            log.warning("not_delivered", error=type(error).__name__)
            await self._again(post, 2.0**post.attempts)
        else:
            await self._store.transact(lambda unit: _note(unit, post, outgoing, message))

    async def _remember(self, message: Message, person: int, sent: tuple[Spot, str]) -> None:
        """Where a reminder stands: kept inside the seal only, with the round's next key."""
        round_id = message.round_id
        if message.say.key != "checkin/reminder" or round_id is None or not sent[1]:
            return
        member = await self._store.read(lambda unit: rounds.seat_of(unit, round_id, person))
        if member is not None:
            mark = answering.mark_of(*sent)
            self._sealing.note(round_id, member, lambda draft: answering.with_mark(draft, mark))

    async def _send(
        self, message: Message, person: Person | None, spot: Spot
    ) -> tuple[Outgoing, str]:
        adapter = self._adapters.get(spot.installation)
        if adapter is None:
            raise RetryLater(60)
        outgoing = await self._reports.word(message, person, spot)
        try:
            return outgoing, await adapter.send(outgoing)
        except MessageGone:
            return outgoing, ""

    def _where(self, unit: Unit, post: Post) -> tuple[Person | None, Spot | None]:
        if post.person_id is None:
            return None, post.message.at
        return self._target(post.message, post.person_id, unit)

    def _target(self, message: Message, person_id: int, unit: Unit) -> tuple[Person, Spot | None]:
        person = people.person_by_id(unit, person_id)
        if message.at is not None:
            return person, message.at
        spots = [s for s in people.spots(unit, person_id) if s.installation in self._adapters]
        return person, spots[0] if spots else None

    def _ended(self, unit: Unit, post: Post) -> bool:
        """Whether a message is about a round that is over."""
        if post.round_id is None:
            return False
        round_ = rounds.find_round(unit, post.round_id)
        return round_ is None or round_.state is not RoundState.OPEN

    async def _remind(self, post: Post, tries: int = 1) -> None:
        """Remind whoever has not answered. Where that fails it is tried again from memory only:

        a row that waits would say that somebody has not answered.
        """
        assert post.person_id is not None
        person_id, wait = post.person_id, 0.0
        for spot in await self._store.read(lambda unit: self._reached(unit, post, person_id)):
            person = await self._store.read(lambda unit: people.person_by_id(unit, person_id))
            try:
                _, sent = await self._send(post.message, person, spot)
            except Unreachable:
                continue
            except UnknownOutcome:
                return
            except RetryLater as patience:
                wait = patience.seconds
            except DeliveryError:
                wait = 2.0**tries
            else:
                await self._remember(post.message, person_id, (spot, sent))
                return
            if tries < TRIES:
                at = self._clock.now() + timedelta(seconds=min(wait, 3600))
                self._failed.append((at, post, tries + 1))
            return

    async def _remind_again(self) -> None:
        now = self._clock.now()
        due = [failed for failed in self._failed if failed[0] <= now]
        self._failed = [failed for failed in self._failed if failed[0] > now]
        for _, post, tries in due:
            await self._remind(post, tries)

    def _reached(self, unit: Unit, post: Post, person_id: int) -> list[Spot]:
        """Where somebody can be reminded; nowhere where they need not be: seen in memory."""
        if post.round_id is None or self._ended(unit, post):
            return []
        round_ = rounds.find_round(unit, post.round_id)
        member = rounds.seat_of(unit, post.round_id, person_id)
        draft = (
            answering.open_state(self._house, unit, round_, member) if round_ and member else None
        )
        if draft is None or draft.quiet or draft.state in (State.CAST, State.DECLINED):
            return []
        return [s for s in people.spots(unit, person_id) if s.installation in self._adapters]

    async def _finish(self, post: Post, state: str) -> None:
        await self._store.transact(lambda unit: outbox.finish(unit, post.id, state))

    async def _again(self, post: Post, seconds: float) -> None:
        if post.attempts >= TRIES:
            await self._finish(post, "failed")
            return
        at = self._clock.now() + timedelta(seconds=min(seconds, 3600))
        await self._store.transact(lambda unit: outbox.again(unit, post.id, at))


def _note(unit: Unit, post: Post, outgoing: Outgoing, message: str) -> None:
    outbox.finish(unit, post.id, "sent")
    if post.place_id is not None and message:
        partnerships.set_notice(unit, post.place_id, message)
    if post.message.say.key == "checkin/invitation" and post.round_id and post.person_id:
        member = rounds.seat_of(unit, post.round_id, post.person_id)
        if member is not None:
            spot = outgoing.to
            results.keep_message(unit, post.round_id, member, spot.installation, spot.chat, message)
