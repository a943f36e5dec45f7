"""What a tick does: boxes filled, timers answered, closes finished, messages delivered."""

from collections.abc import Sequence
from datetime import date, datetime

import structlog

from bot.closing import close_review
from bot.delivery import Delivery
from bot.reviews import HOUR, fill_boxes, open_review, share_review, signal
from bot.scene import After, House
from bot.sealing import Sealing
from bot.ticker import Step
from dialogues.model import ReviewState, RoundState
from storage import outbox, results, reviews, rounds
from storage.ballots import destroy_keys
from storage.keyring import comment_key
from storage.outbox import Timer
from storage.retention import purge
from storage.store import Store, Unit

log = structlog.get_logger()


class Timekeeping:
    """The steps of a tick, in their order."""

    def __init__(self, house: House, store: Store, delivery: Delivery, sealing: Sealing) -> None:
        self._house = house
        self._store = store
        self._delivery = delivery
        self._sealing = sealing
        self._day: date | None = None

    @property
    def steps(self) -> Sequence[Step]:
        """Ballots before invitations, closes before their keys go, messages after both."""
        closing = (self._fill, self._timers, self._fill, self._finish)
        return (*closing, self._send, self._retire, self._daily)

    async def _fill(self, _: datetime) -> None:
        if await self._store.read(rounds.unfilled):
            await self._store.transact(lambda unit: fill_boxes(self._house, unit))

    async def _timers(self, now: datetime) -> None:
        while timers := await self._store.read(lambda unit: outbox.due_timers(unit, now, 1)):
            timer = timers[0]
            after: After | None
            if timer.kind == "hour" and timer.round_id:
                after = await self._sealing.hour(timer.round_id, now)
                await self._store.transact(
                    lambda unit, key=timer.key: outbox.move_timer(unit, key, now + HOUR)  # type: ignore[misc]
                )
            else:
                if timer.kind == "close" and timer.review_id:
                    await self._note_shown(timer.review_id)
                after = await self._store.transact(lambda unit: self._next_timer(unit, now))
            if after is None:
                return
            await self._delivery.direct(after)

    async def _note_shown(self, review_id: int) -> None:
        """Seal once more before a close: then it knows of every message that shows the round."""
        for round_ in await self._store.read(lambda unit: rounds.rounds(unit, review_id)):
            if round_.state is RoundState.OPEN:
                await self._sealing.renew(round_.id)

    def _next_timer(self, unit: Unit, now: datetime) -> After | None:
        """The oldest due timer, answered and gone in one transaction; None when none is due.

        An hour's is left: ballots are written in a transaction of their own.
        """
        found = outbox.due_timers(unit, now, limit=1)
        if not found:
            return None
        timer = found[0]
        if timer.kind == "hour":
            return After()
        outbox.drop_timer(unit, timer.id)
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
        return After()

    async def _finish(self, now: datetime) -> None:
        """Destroy the keys of ended rounds, scrub, and only after both say "destroyed"."""
        ended = await self._store.read(rounds.unfinished)
        if not ended:
            return
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
        due, lost = await self._store.read(lambda unit: outbox.waits(unit, now))
        if lost:
            mine = self._delivery.holder
            await self._store.transact(lambda unit: outbox.recover(unit, now, but=mine))
        await self._delivery.scrub()
        if due or lost or self._delivery.waits:
            await self._delivery.due()

    async def _retire(self, _: datetime) -> None:
        await self._sealing.retire()

    async def _daily(self, now: datetime) -> None:
        """Once a day, and at the start: what is too old goes, comments with their key.

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
        self._day = now.date()
