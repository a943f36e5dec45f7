"""The handler: who is this, which partnership, which language; a command or a dialogue.

One event, one transaction that decides, and the reply after it. A transaction that
writes a ballot writes nothing that names a person, so a person's account is noted in a
transaction of its own, before.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot import answering
from bot.answering import Seated
from bot.ballots_first import ballots_first
from bot.commands.forms import takes_part
from bot.commands.home import opened
from bot.deciding import BY_NAME, decide
from bot.groups import added, note_group, unlinked
from bot.placing import settled
from bot.recall import Recall
from bot.refusals import refused
from bot.reports import Reports
from bot.scene import After, House, Scene, spoken
from dialogues.errors import NotNow, Refusal
from dialogues.messages import (
    Added,
    Command,
    Filled,
    Incoming,
    Message,
    Opened,
    Outgoing,
    Spot,
    Tap,
    Text,
    say,
)
from dialogues.model import Person, Round
from dialogues.ports import Clock
from dialogues.tokens import RoundToken, WholeToken, read
from storage import drafts, people, places, rounds
from storage.ballots import has_seen
from storage.store import Store, Unit
from storage.turns import one_at_a_time

Decided = tuple[Sequence[Message], Sequence[After], Person]
"""What is said, what is left to do, and who asked, as the command leaves them."""
TRIES = 3
"""How often somebody's round is looked at again that ended meanwhile."""


@dataclass(frozen=True)
class Known:
    """What is found out before anything is written."""

    person: Person | None
    chat: Spot
    round_id: int | None = None
    unfocus: bool = False


class Conversation:
    """Implements `dialogues.ports.Handler` for every platform."""

    def __init__(
        self,
        house: House,
        store: Store,
        clock: Clock,
        reports: Reports,
        direct: Callable[[After], Awaitable[None]],
        ring: Callable[[], None],
        renew: Callable[[int], Awaitable[None]],
    ) -> None:
        self._house = house
        self._store = store
        self._clock = clock
        self._reports = reports
        self._direct = direct
        self._ring = ring
        self._renew = renew
        self._recall = Recall(house, store)

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """See Handler."""
        if await note_group(self._store, incoming, self._clock.now()):
            return ()
        if isinstance(incoming.event, Opened):
            return await opened(self._house, self._store, self._clock, self._reports, incoming)
        if not incoming.private and not isinstance(incoming.event, Command | Tap | Added):
            return ()
        quick = await self._quickly(incoming)
        if quick is not None:
            return quick
        if isinstance(incoming.event, Command):
            done = await self._decided(incoming, lambda unit: self._met(unit, incoming))
            if done is not None:
                return done
        known = await self._store.read(lambda unit: self._know(unit, incoming))
        noted = known.person is None or known.unfocus
        if noted:
            await self._store.transact(lambda unit: self._note(unit, incoming, known))
            known = await self._store.read(lambda unit: self._know(unit, incoming))
        assert known.person is not None
        who = known.person
        if known.round_id is not None:
            replies = await self._in_round(incoming, who, known.round_id)
            if noted:  # just before, and in a row with their name: this row must not stand out
                await self._renew(known.round_id)
            return replies
        return await self._decided(incoming, lambda unit: who) or ()

    async def _decided(
        self, incoming: Incoming, find: Callable[[Unit], Person | None]
    ) -> Sequence[Outgoing] | None:
        """What is not in a round, and the reply; None where its sender must be noted first."""

        def decide(unit: Unit, known: Sequence[str]) -> Decided | None:
            who = find(unit)
            return self._command(unit, incoming, who, known) if who is not None else None

        decided = await ballots_first(self._store, decide)
        if decided is None:
            return None
        messages, after, who = decided
        for left in after:
            await self._direct(left)
        self._ring()
        return [await self._reports.word(m, who, self._to(m, incoming)) for m in messages]

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """See Handler. Where a check-in is shown is remembered, inside the seal only."""
        round_id = outgoing.round_id
        if round_id is None or outgoing.replaces is not None:
            return
        mark = answering.mark_of(outgoing.to, message)

        def look(unit: Unit) -> tuple[Round | None, int | None]:
            person = people.at(unit, outgoing.to)
            member = rounds.seat_of(unit, round_id, person) if person is not None else None
            return rounds.find_round(unit, round_id), member

        round_, member = await self._store.read(look)
        if round_ is not None and member is not None:
            await self._store.transact_ballot(
                lambda unit: answering.note_shown(self._house, unit, round_, member, mark)
            )

    async def _quickly(self, incoming: Incoming) -> Sequence[Outgoing] | None:
        """A tap or a page in a check-in by somebody plainly known; None where that is not so."""
        event = incoming.event
        token = read(event.token) if isinstance(event, Tap | Filled) and incoming.private else None
        if not isinstance(token, RoundToken | WholeToken):
            return None
        found = self._recall.seat(incoming, token.round_id)
        if found is None:
            found = await self._recall.learn(incoming, token.round_id)
        return await self._answered(incoming, found) if found is not None else None

    async def _in_round(
        self, incoming: Incoming, person: Person, round_id: int
    ) -> Sequence[Outgoing]:
        """An answer of somebody who had to be looked at more closely."""
        for _ in range(TRIES):
            seat = await self._store.read(
                lambda unit: answering.seat(self._house, unit, incoming.chat, round_id, person)
            )
            if seat is None:
                message = Message(say("fault.not_asked"))
                return [await self._reports.word(message, person, incoming.chat)]
            replies = await self._answered(incoming, seat)
            if replies is not None:
                return replies
        raise NotNow

    async def _answered(self, incoming: Incoming, seat: Seated) -> Sequence[Outgoing] | None:
        """The step of somebody in a round, and the reply; None where the round moved on."""
        event, key, chat, now = incoming.event, incoming.key, incoming.chat, self._clock.now()
        assert isinstance(event, Tap | Text | Filled)
        token = read(event.token) if isinstance(event, Tap) else None
        move = token if isinstance(token, RoundToken) else None

        def answer(unit: Unit) -> list[Message] | None:
            if rounds.moved_on(unit, seat.view.round):
                return None
            return answering.step(seat, unit, chat, event, move, key, incoming.message, now)

        messages = await self._store.transact_ballot(answer)
        if messages is None:
            return None
        return [await self._reports.word(m, seat.person, self._to(m, incoming)) for m in messages]

    def _met(self, unit: Unit, incoming: Incoming) -> Person | None:
        return people.met(unit, incoming.sender, incoming.chat if incoming.private else None)

    def _know(self, unit: Unit, incoming: Incoming) -> Known:
        chat, person = incoming.chat, self._met(unit, incoming)
        if person is None:
            return Known(None, chat)
        round_id = self._round(unit, incoming, person)
        pending = drafts.pending(unit, person.id) if round_id is not None else None
        return Known(person, chat, round_id, pending is not None and pending.waiting)

    def _round(self, unit: Unit, incoming: Incoming, person: Person) -> int | None:
        match incoming.event:
            case Tap(token=token) | Filled(token=token):
                found = read(token)
                return found.round_id if isinstance(found, RoundToken | WholeToken) else None
            case Text():
                pending = drafts.pending(unit, person.id)
                if pending is not None and pending.waiting:
                    return None
                waiting = answering.waiting_round(self._house, unit, person.id, words_only=False)
                return waiting[0] if waiting else None
        return None

    def _note(self, unit: Unit, incoming: Incoming, known: Known) -> None:
        one_at_a_time(unit)
        chat = incoming.chat if incoming.private else None
        person = people.know(
            unit,
            incoming.sender,
            chat,
            incoming.name,
            self._clock.now(),
            spoken(incoming.language),
            incoming.zone,
        )
        if known.unfocus:
            drafts.set_waiting(unit, person.id, False)

    def _command(
        self, unit: Unit, incoming: Incoming, person: Person, known: Sequence[str]
    ) -> Decided:
        one_at_a_time(unit)
        now = self._clock.now()
        if has_seen(unit, self._house.keyring, incoming.key, now.date()):
            return (), (), person
        chat, event = incoming.chat, incoming.event
        private = chat if incoming.private else Spot(chat.installation, incoming.sender.user)
        scene = Scene(self._house, unit, now, person, private, incoming, mentions=incoming.mentions)
        scene.withdrawn = known
        if isinstance(event, Added):
            return added(scene, incoming), (), person
        where = incoming.place if incoming.private else chat
        linked = places.place_of(unit, where) if where is not None else None
        if linked is not None and (not incoming.private or takes_part(scene, linked)):
            scene.enter(linked)
        elif not incoming.private:
            return unlinked(scene, incoming), (), person
        savepoint = unit.begin_nested()
        try:
            messages = decide(scene, incoming)
            savepoint.commit()
        except Refusal as refusal:
            savepoint.rollback()
            unit.expire_all()
            scene.after.clear()
            scene.person = person
            messages = refused(refusal, BY_NAME, event)
        messages = settled(messages, incoming)
        if messages and not incoming.private:
            door = self._house.door(chat.installation)
            messages = [*messages, Message(say("group/private", door=door), at=chat)]
        return messages, scene.after, scene.person

    def _to(self, message: Message, incoming: Incoming) -> Spot:
        aside = Spot(incoming.chat.installation, incoming.sender.user)
        return message.at or (incoming.chat if incoming.private else aside)
