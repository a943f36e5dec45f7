"""What a tick does: boxes filled, timers answered, closes finished, messages delivered."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

import structlog

from bot import formality, offering, promises, recurring
from bot.closing import close_review
from bot.delivery import Delivery
from bot.reviews import HOUR, fill, open_review, share_review, signal
from bot.scene import After, House
from bot.sealing import Sealing
from bot.ticker import Step
from dialogues.model import ReviewState, RoundState
from storage import leases, offers, results, reviews, rounds, timers
from storage.ballots import destroy_keys
from storage.keyring import comment_key
from storage.looking import Due, look
from storage.retention import purge
from storage.store import Store, Unit
from storage.timers import Timer
from storage.turns import one_at_a_time

log = structlog.get_logger()
TOGETHER = 50
"""How many open rounds are looked into before one transaction notes it."""
LOOKS = 25
"""How many partnerships a tick looks at for something to offer."""
LOOK = timedelta(minutes=1)
"""How often old keys are looked for that another process has left."""


class Timekeeping:
    """The steps of a tick, in their order."""

    def __init__(
        self,
        house: House,
        store: Store,
        delivery: Delivery,
        sealing: Sealing,
        leads: Callable[[], bool],
    ) -> None:
        """*leads* tells whether this process keeps the time now; each one sends its own lanes."""
        self._house = house
        self._store = store
        self._delivery = delivery
        self._sealing = sealing
        self._leads = leads
        self._day: date | None = None
        self._unseen: deque[tuple[int, datetime]] = deque()
        self._looked: datetime | None = None
        self._due: Due | None = None
        self._written = 0

    @property
    def steps(self) -> Sequence[Step]:
        """Ballots before invitations, closes before their keys go, messages after both."""
        closing = (self._fill, self._timers, self._fill, self._finish)
        daily = (self._daily, self._offers, self._retire)
        leading = [self._leading(step) for step in (*closing, *daily)]
        return (self._look, *leading[:4], self._send, *leading[4:])

    def _leading(self, step: Step) -> Step:
        """*step* where this process keeps the time. Should two think so, both still do no harm."""

        async def led(now: datetime) -> None:
            if self._leads():
                await step(now)

        return led

    async def _look(self, now: datetime) -> None:
        """Look afresh: another process may have written something."""
        self._due = None
        await self._now_due(now)

    async def _now_due(self, now: datetime) -> Due:
        """What is to be done; looked at again only where something was written since."""
        if self._due is None or self._written != self._store.changes:
            self._written = self._store.changes
            self._due = await self._store.read(lambda unit: look(unit, now))
        return self._due

    async def _fill(self, now: datetime) -> None:
        """Twice: a timer may have opened something."""
        if (await self._now_due(now)).unfilled:
            await fill(self._house, self._store)

    async def _timers(self, now: datetime) -> None:
        while (await self._now_due(now)).timers:
            due = await self._store.read(lambda unit: timers.due(unit, now, TOGETHER))
            hours = list(takewhile(lambda timer: timer.kind == "hour", due))
            if hours:
                await self._hours(hours, now)
                continue
            if due and due[0].kind == "close" and due[0].review_id:
                await self._note_shown(due[0].review_id)
            after = await self._store.transact(lambda unit: self._next_timer(unit, now))
            if after is None:
                return
            await self._delivery.direct(after)

    async def _hours(self, due: Sequence[Timer], now: datetime) -> None:
        """Look into open rounds. A crash in between looks again, which changes nothing."""
        for timer in due:
            if timer.round_id:
                await self._delivery.direct(await self._sealing.hour(timer.round_id, now))

        def later(unit: Unit) -> None:
            for timer in due:
                timers.move(unit, timer.key, now + HOUR)

        await self._store.transact(later)

    async def _note_shown(self, review_id: int) -> None:
        """Seal once more before a close: then it knows of every message that shows the round."""
        for round_ in await self._store.read(lambda unit: rounds.rounds(unit, review_id)):
            if round_.state is RoundState.OPEN:
                await self._sealing.renew(round_.id)

    def _next_timer(self, unit: Unit, now: datetime) -> After | None:
        """The oldest due timer, answered and gone in one transaction; None when none is due.

        An hour's is left: ballots are written in a transaction of their own.
        """
        one_at_a_time(unit)
        found = timers.due(unit, now, limit=1)
        if not found:
            return None
        timer = found[0]
        if timer.kind == "hour":
            return After()
        timers.drop(unit, timer.id)
        return self._answer(unit, timer, now)

    def _answer(self, unit: Unit, timer: Timer, now: datetime) -> After:
        house = self._house
        match timer.kind:
            case "close" if timer.review_id:
                return close_review(house, unit, timer.review_id, now)
            case "share" if timer.review_id:
                share_review(house, unit, timer.review_id, now)
            case "signal" if timer.review_id and timer.round_id:
                signal(house, unit, timer.review_id, timer.round_id, now)
            case "open" if timer.review_id:
                review = reviews.review(unit, timer.review_id)
                if review.state is ReviewState.PLANNED:
                    without = reviews.left_out(unit, review.id)
                    open_review(house, unit, review, without, now)
            case "talk" | "follow" if timer.review_id:
                formality.remind(unit, timer.review_id, timer.kind, now)
            case "action" if timer.review_id:
                promises.ask(unit, timer.review_id, now)
            case "warn" if timer.schedule_id:
                recurring.warn(house, unit, timer.schedule_id, now)
            case "scheduled" if timer.schedule_id:
                recurring.start(house, unit, timer.schedule_id, now)
        return After()

    async def _finish(self, now: datetime) -> None:
        """Destroy the keys of ended rounds, scrub, and only after both say "destroyed"."""
        if not (await self._now_due(now)).unfinished:
            return
        ended = await self._store.read(rounds.unfinished)
        for round_ in ended:
            destroy_keys(self._house.keyring, round_.id)
        if not await self._store.scrub():
            log.warning("scrub_waits", hint="a reader is in the way; it is tried again")
            return
        for round_ in ended:
            state = RoundState.CLOSED if round_.state is RoundState.CLOSING else round_.state
            await self._store.transact(
                lambda unit, r=round_, s=state: rounds.set_round(  # type: ignore[misc]
                    unit, r.id, state=s, destroyed_at=now
                )
            )

    async def _send(self, now: datetime) -> None:
        await self._delivery.take_over()
        due = await self._now_due(now)
        if due.lost:
            mine = self._delivery.holder
            await self._store.transact(lambda unit: leases.recover(unit, now, but=mine))
        await self._delivery.scrub()
        if due.lines or due.lost or self._delivery.waits:
            await self._delivery.due()

    async def _retire(self, now: datetime) -> None:
        if not self._store.alone and (self._looked is None or now - self._looked >= LOOK):
            self._sealing.look()
            self._looked = now
        await self._sealing.retire()

    async def _daily(self, now: datetime) -> None:
        """Once a day, and at the start: what is too old goes, comments with their key.

        After what waits has gone out, since it takes a while; what it adds goes out after it.
        The key first: a crash in between leaves rows that nobody can open, for the next day.
        """
        if self._day == now.date():
            return
        for round_id in await self._store.read(lambda unit: results.outlived(unit, now.date())):
            self._house.keyring.destroy(comment_key(round_id))
            await self._store.transact(
                lambda unit, at=round_id: results.end_comments(unit, at)  # type: ignore[misc]
            )
        await self._store.transact(lambda unit: purge(unit, now))
        self._unseen.clear()
        self._unseen.extend(await self._store.read(offers.founded))
        self._day = now.date()

    async def _offers(self, now: datetime) -> None:
        """What partnerships may be offered today; some of them a tick, so that nothing waits."""
        looks = min(len(self._unseen), LOOKS)
        for _ in range(looks):
            await self._offer(*self._unseen[0], now)
            self._unseen.popleft()
        if looks:
            await self._send(now)

    async def _offer(self, group: int, founded: datetime, now: datetime) -> None:
        """Most days there is nothing to be written, and answers need not wait for it."""
        house = self._house
        if await self._store.read(lambda u: offering.has_to_look(house, u, group, founded, now)):
            await self._store.transact(lambda u: offering.look(house, u, group, founded, now))
