"""From the outbox to the platforms: claimed, worded, sent; patience, and people out of reach.

Lines of one person or group go out one after another, those of different ones side by side.
"""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot import answering
from bot.reports import Reports
from bot.scene import After, House
from bot.sealing import Sealing
from dialogues.dialogue import State
from dialogues.errors import (
    DeliveryError,
    MessageGone,
    NotNow,
    RetryLater,
    UnknownOutcome,
    Unreachable,
)
from dialogues.messages import Message, Outgoing, Spot
from dialogues.model import Person, RoundState
from dialogues.ports import Adapter, Clock
from storage import outbox, partnerships, people, results, rounds
from storage.outbox import Post
from storage.store import Store, Unit

log = structlog.get_logger()
TRIES = 8
AT_ONCE = 48
"""How many sends may be under way; the adapters keep to their platforms' pace."""
DRAIN = 2.0


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
        holder: str = "",
    ) -> None:
        """*holder* names this process where lines are leased; made up if not given."""
        self._house = house
        self._store = store
        self._clock = clock
        self._reports = reports
        self._adapters = adapters
        self._sealing = sealing
        self._reminded: set[int] = set()
        self._holder = holder or uuid.uuid4().hex
        self._bell = asyncio.Event()
        self._running = False
        self._work: set[asyncio.Task[None]] = set()
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send whatever is due, whenever `due` is called, until cancelled. Then what is on its
        way may still arrive, and what was only claimed is given back."""
        self._running = True
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                while await self._take():
                    if len(self._work) >= AT_ONCE:
                        await asyncio.wait(self._work, return_when=asyncio.FIRST_COMPLETED)
                await self._cover()
        finally:
            self._running = False
            if self._work:
                await asyncio.wait(self._work, timeout=DRAIN)
            for task in set(self._work):
                task.cancel()
            await asyncio.gather(*self._work, return_exceptions=True)
            with suppress(NotNow):
                await self._store.transact(
                    lambda unit: outbox.recover(unit, self._clock.now(), self._holder)
                )

    async def due(self) -> None:
        """Something is due: ring for `run`; where that is not running, send it all now."""
        if self._running:
            self._bell.set()
        else:
            await self.flush()

    async def flush(self) -> int:
        """Send everything that is due now. Returns how many lines were taken."""
        taken = 0
        while (more := await self._take()) or self._work:
            taken += more
            if self._work:
                await asyncio.wait(self._work, return_when=asyncio.FIRST_COMPLETED)
        await self._cover()
        return taken

    async def _cover(self) -> None:
        """Once reminders are through, sent or passed over, their rounds are sealed again."""
        if self._reminded:
            if self._work:
                await asyncio.wait(self._work)
            while self._reminded:
                await self._sealing.renew(self._reminded.pop())

    async def direct(self, after: After) -> None:
        """Send what is not to be kept on its way: best effort."""
        for to, message in after.direct:
            lane = f"person:{to if isinstance(to, int) else to.id}"
            self._begin(lane, self._directly(to, message))
        if not self._running:
            while self._work:
                await asyncio.wait(self._work)
        if after.scrub:
            await self._store.scrub()

    async def _take(self) -> int:
        room = AT_ONCE - len(self._work)
        posts = await self._store.transact(
            lambda unit: outbox.claim(unit, self._clock.now(), self._holder, room)
        )
        for post in posts:
            self._begin(post.lane, self._deliver(post))
        return len(posts)

    def _begin(self, lane: str, work: Coroutine[Any, Any, None]) -> None:
        """Start *work* as soon as the lane is free."""
        before = self._lanes.get(lane)
        task = asyncio.create_task(self._in_turn(before, work))
        self._work.add(task)
        self._lanes[lane] = task
        task.add_done_callback(lambda done: self._ended(lane, done))

    async def _in_turn(
        self, before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    def _ended(self, lane: str, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if self._lanes.get(lane) is task:
            del self._lanes[lane]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_failed", error=type(error).__name__)

    async def _directly(self, to: int | Person, message: Message) -> None:
        person, spot = await self._store.read(partial(self._target, message, to))
        if person is not None and spot is not None and not _unasked(message, person):
            with suppress(DeliveryError):
                _, sent = await self._send(message, person, spot)
                await self._remember(message, person.id, (spot, sent))

    async def _deliver(self, post: Post) -> None:
        if not await self._store.read(lambda unit: outbox.is_there(unit, post)):
            return  # deleted since it was claimed: its round has ended, or its reader is forgotten
        if post.message.say.key == "checkin/reminder" and post.round_id is not None:
            # Whether this one is sent or passed over, the round is written all the same (B08).
            self._reminded.add(post.round_id)
        person, spot = await self._store.read(lambda unit: self._where(unit, post))
        if spot is None:
            await self._finish(post, "failed")
            return
        unasked = _unasked(post.message, person)
        if unasked or await self._store.read(lambda unit: self._needless(unit, post)):
            await self._finish(post, "sent")
            return
        now = self._clock.now()
        if not await self._store.transact(lambda unit: outbox.sending(unit, post.id, now)):
            return
        try:
            outgoing, message = await self._send(post.message, person, spot)
        except RetryLater as patience:
            await self._again(post, patience.seconds)
        except Unreachable:
            await self._store.transact(lambda unit: people.mark_unreachable(unit, spot))
            await self._again(post, 0)
        except UnknownOutcome:
            await self._store.transact(
                lambda unit: outbox.unknown(unit, post.id, self._clock.now())
            )
        except DeliveryError as error:
            log.warning("not_delivered", error=type(error).__name__)
            await self._again(post, 2.0**post.attempts)
        else:
            if post.person_id is not None:
                await self._remember(post.message, post.person_id, (spot, message))
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

    def _target(
        self, message: Message, to: int | Person, unit: Unit
    ) -> tuple[Person | None, Spot | None]:
        person = people.find_person(unit, to) if isinstance(to, int) else to
        if message.at is not None or person is None:
            return person, message.at
        spots = [s for s in people.spots(unit, person.id) if s.installation in self._adapters]
        return person, spots[0] if spots else None

    def _needless(self, unit: Unit, post: Post) -> bool:
        """Whether a reminder is not needed: seen in memory, ended like one that was sent."""
        if post.round_id is None:
            return False
        round_ = rounds.find_round(unit, post.round_id)
        if round_ is None or round_.state is not RoundState.OPEN:
            return True
        if post.message.say.key != "checkin/reminder" or post.person_id is None:
            return False
        member = rounds.seat_of(unit, post.round_id, post.person_id)
        draft = answering.open_state(self._house, unit, round_, member) if member else None
        return draft is None or draft.quiet or draft.state in (State.CAST, State.DECLINED)

    async def _finish(self, post: Post, state: str) -> None:
        await self._store.transact(lambda unit: outbox.finish(unit, post.id, state))

    async def _again(self, post: Post, seconds: float) -> None:
        if post.attempts >= TRIES:
            await self._finish(post, "failed")
            return
        at = self._clock.now() + timedelta(seconds=min(seconds, 3600))
        await self._store.transact(lambda unit: outbox.again(unit, post.id, at))


def _unasked(message: Message, person: Person | None) -> bool:
    """Whether somebody wants no messages (`stop`); what they have already is still edited."""
    return person is not None and person.stopped and message.replaces is None


def _note(unit: Unit, post: Post, outgoing: Outgoing, message: str) -> None:
    outbox.finish(unit, post.id, "sent")
    if post.place_id is not None and message:
        partnerships.set_notice(unit, post.place_id, message)
    if post.message.say.key == "checkin/invitation" and post.round_id and post.person_id:
        member = rounds.seat_of(unit, post.round_id, post.person_id)
        if member is not None:
            spot = outgoing.to
            results.keep_message(unit, post.round_id, member, spot.installation, spot.chat, message)
