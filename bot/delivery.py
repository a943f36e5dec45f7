"""From the outbox to the platforms: claimed, worded, sent; patience, and people out of reach.

Lines of one person or group go out one after another, those of different ones side by side.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.lanes import AT_ONCE, Lanes
from bot.nudging import REMINDER
from bot.reminding import Reminding
from bot.reports import Reports
from bot.reviews import fill
from bot.scene import After, House
from bot.sealing import Sealing
from bot.sending import Sender, is_over, unasked
from dialogues.errors import DeliveryError, NotNow, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import Message, Outgoing, Spot
from dialogues.model import Person
from dialogues.ports import Adapter, Clock
from storage import leases, outbox, people, places, results, rounds
from storage.lanes import Lanes as Ways
from storage.looking import look
from storage.outbox import Post
from storage.patience import Patient
from storage.store import Store, Unit

log = structlog.get_logger()
TRIES = 8
PATIENT = 300
"""How often a platform that asks for patience, or cannot be reached, is tried: about a day."""
LONGEST = 300.0
DRAIN = 2.0
FIRST = 4
"""How many lines are taken at first, and twice as many each time: after a start the first
messages leave before all the others are looked at."""
SOON = 0.2
"""Seconds after which more are taken all the same: a platform may hang."""


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
        mine: Callable[[], Ways] | None = None,
        counted: Callable[[str, str], None] = lambda installation, end: None,
    ) -> None:
        """*holder* names this process where lines are leased; made up if not given.

        *mine* tells which lanes are this process's now; None where there is one process.
        *counted*: see `Sender`.
        """
        self._house = house
        self._store = store
        self._clock = clock
        self._sender = Sender(reports, adapters, counted)
        self._patient = Patient(store)
        self._reminding = Reminding(house, self._patient, clock, self._sender, sealing)
        self._lanes = Lanes()
        self._bell = asyncio.Event()
        self._running = False
        self._resting = False
        self._owes_scrub = False
        self._in_doubt = False
        self._most = FIRST
        self._mine = mine
        self._ways = mine() if mine is not None else None
        self.holder = holder or uuid.uuid4().hex

    async def run(self) -> None:
        """Send whatever is due, whenever `due` is called, until cancelled. Then what is on its
        way may still arrive, and what was only claimed is given back."""
        self._running = True
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                try:
                    await self._all()
                except NotNow:
                    log.warning("waiting_for_database", part="delivery")
        finally:
            self._running = False
            await self._lanes.drain(DRAIN)
            with suppress(NotNow):
                now = self._clock.now()
                await self._store.transact(lambda unit: leases.recover(unit, now, self.holder))

    async def due(self) -> None:
        """Something may be due: ring for `run`; where that is not running, send it all now."""
        if self._running:
            self._bell.set()
        else:
            await self.flush()

    def rest(self) -> None:
        """Take nothing new: the end is near."""
        self._resting = True

    async def take_over(self) -> None:
        """See which lanes are ours; what others held in those that are new goes out from here."""
        if self._mine is None or self._ways is None:
            return
        ways, now = self._mine(), self._clock.now()
        fresh = ways.but(self._ways)
        if fresh.mine:
            await self._store.transact(
                lambda unit: leases.recover(unit, now, but=self.holder, lanes=fresh)
            )
        self._ways = ways

    async def flush(self) -> int:
        """Send everything that is due now. Returns how many lines were taken."""
        return await self._all()

    async def direct(self, after: After) -> None:
        """Send what is not to be kept on its way: best effort."""
        for to, message in after.direct:
            lane = f"person:{to if isinstance(to, int) else to.id}"
            self._lanes.begin(lane, self._directly(to, message))
        if not self._running:
            await self._lanes.all_done()
        self._owes_scrub |= after.scrub
        await self.scrub()

    async def scrub(self) -> None:
        """Leave nothing behind of what was deleted for somebody; owed until no reader was there."""
        if self._owes_scrub and await self._store.scrub():
            self._owes_scrub = False

    @property
    def waits(self) -> bool:
        """Whether something is to be done that no line of the outbox tells of."""
        return self._in_doubt or self._reminding.uncovered

    async def _all(self) -> int:
        taken = 0
        while True:
            more = await self._take()
            taken += more
            if self._lanes.busy:
                few = SOON if self._most < AT_ONCE else None
                await (self._lanes.one_less(few) if more or not self._lanes.room else self._rest())
            elif self._in_doubt:
                await self._give_back()
            elif not more:
                break
        await self._reminding.again()
        await self._reminding.cover()
        return taken

    async def _give_back(self) -> None:
        """Nothing is in hand: what the outbox says we hold was claimed without our learning it."""
        now = self._clock.now()
        await self._store.transact(lambda unit: leases.recover(unit, now, self.holder))
        self._in_doubt = False

    async def _rest(self) -> None:
        """Nothing is due, something is under way: wait for it, or for a bell."""
        if not self._running:
            await self._lanes.one_less()
            return
        bell = asyncio.ensure_future(self._bell.wait())
        less = asyncio.ensure_future(self._lanes.one_less())
        try:
            await asyncio.wait([bell, less], return_when=asyncio.FIRST_COMPLETED)
            self._bell.clear()
        finally:
            bell.cancel()
            less.cancel()
            await asyncio.gather(bell, less, return_exceptions=True)

    async def _take(self) -> int:
        room, now, ways = min(self._lanes.room, self._most), self._clock.now(), self._ways
        if self._resting or (ways is not None and not ways.mine):
            return 0
        if room == 0 or not (await self._store.read(lambda unit: look(unit, now))).lines:
            return 0
        try:
            posts = await self._store.transact(
                lambda unit: outbox.claim(unit, now, self.holder, room, ways)
            )
        except NotNow:
            self._in_doubt = True  # it may have been committed all the same
            raise
        self._most = min(2 * self._most, AT_ONCE)
        for post in posts:
            self._reminding.expect(post)
            self._lanes.begin(post.lane, self._deliver(post))
        return len(posts)

    async def _directly(self, to: int | Person, message: Message) -> None:
        person, spot = await self._store.read(lambda unit: self._sender.target(unit, message, to))
        if person is not None and spot is not None and not unasked(message, person):
            with suppress(DeliveryError):
                _, sent = await self._sender.send(message, person, spot)
                await self._reminding.remember(message, person.id, (spot, sent))

    async def _deliver(self, post: Post) -> None:
        found = await self._patient.read(lambda unit: self._found(unit, post))
        if found is None:
            return  # deleted since it was claimed: its round has ended, or its reader is forgotten
        person, spot, over = found
        if post.round_id is not None and self._ways is not None:
            await fill(self._house, self._patient)  # the clock may not have come to it yet
        if post.message.say.key == REMINDER and post.round_id is not None:
            # Alone: done late, after a stop has taken the line back, it would lose the reminder.
            await self._patient.transact(lambda unit: outbox.finish(unit, post, "sent"))
            await self._reminding.remind(post)
            return
        if spot is None:
            await self._finish(post, "failed")
            return
        if over or unasked(post.message, person):
            await self._finish(post, "sent")
            return
        try:
            await self._sender.pace(post.message, spot)
        except RetryLater as patience:
            await self._again(post, patience.seconds, PATIENT)
            return
        now, me = self._clock.now(), self.holder
        if not await self._patient.transact_line(lambda unit: outbox.sending(unit, post, now, me)):
            return
        try:
            outgoing, message = await self._sender.send(post.message, person, spot)
        except NotNow:  # it could not be worded; nothing has left
            await self._again(post, 1, PATIENT)
        except RetryLater as patience:
            await self._again(post, max(patience.seconds, 2.0 ** min(post.attempts, 8)), PATIENT)
        except Unreachable:
            await self._patient.transact_line(lambda unit: _out_of_reach(unit, spot))
            await self._again(post, 0)
        except UnknownOutcome:
            now = self._clock.now()
            await self._patient.transact_line(lambda unit: leases.unknown(unit, post, now))
        except DeliveryError as error:
            log.warning("not_delivered", error=type(error).__name__)
            await self._again(post, 2.0**post.attempts)
        else:
            await self._patient.transact_line(lambda unit: _note(unit, post, outgoing, message))

    def _found(self, unit: Unit, post: Post) -> tuple[Person | None, Spot | None, bool] | None:
        """Who reads a line, where, and whether its round has ended; None where it is gone."""
        if not outbox.is_there(unit, post):
            return None
        return *self._sender.where(unit, post), is_over(unit, post)

    async def _finish(self, post: Post, state: str) -> None:
        await self._patient.transact_line(lambda unit: outbox.finish(unit, post, state))

    async def _again(self, post: Post, seconds: float, tries: int = TRIES) -> None:
        if post.attempts >= tries:
            await self._finish(post, "failed")
            return
        at = self._clock.now() + timedelta(seconds=min(seconds, LONGEST))
        await self._patient.transact_line(lambda unit: outbox.again(unit, post, at))


def _out_of_reach(unit: Unit, spot: Spot) -> None:
    """Nobody can be written to there: a person, or a group that Titian was taken out of."""
    people.mark_unreachable(unit, spot)
    places.close_places(unit, spot)


def _note(unit: Unit, post: Post, outgoing: Outgoing, message: str) -> None:
    if not outbox.finish(unit, post, "sent"):
        return
    if post.place_id is not None and message:
        places.set_notice(unit, post.place_id, message)
    if post.message.say.key == "checkin/invitation" and post.round_id and post.person_id:
        member = rounds.seat_of(unit, post.round_id, post.person_id)
        if member is not None:
            spot = outgoing.to
            results.keep_message(unit, post.round_id, member, spot.installation, spot.chat, message)
