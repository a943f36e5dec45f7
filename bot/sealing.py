"""The seal's hours: every open round sealed again under a fresh key, the old one destroyed.

What only a ballot may know beside answers (where a reminder stands) is written on the way,
for the whole round at once: a single row, written just after a line of the outbox that names
somebody, would say whose it is (B06, B08).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import reduce

from bot.arranging import awake
from bot.holding import is_held
from bot.scene import After, House
from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from dialogues.messages import Message, say
from dialogues.model import Seat
from storage import partnerships, people, rounds, sealing
from storage.ballots import Change
from storage.store import Store, Unit


class Sealing:
    """Renews the seals of open rounds."""

    def __init__(self, house: House, store: Store) -> None:
        self._house = house
        self._store = store
        self._spare = True
        self._noted: dict[int, dict[int, list[Change]]] = {}

    def note(self, round_id: int, member: int, change: Change) -> None:
        """Change somebody's draft with the round's next key, not before."""
        self._noted.setdefault(round_id, {}).setdefault(member, []).append(change)

    async def hour(self, round_id: int, now: datetime) -> After:
        """The hourly look: who asked to be asked again by now, and all is sealed anew.

        What goes out goes directly, since a row in the outbox would say who has not
        answered (B10).
        """
        due: list[tuple[int, Message]] = []

        seats, resting = await self._store.read(lambda unit: _seats(unit, round_id, now))

        def change(seat: Seat) -> Change:
            def look(draft: Draft) -> Draft:
                if seat.member_id in resting:
                    return draft
                if not draft.later_at or datetime.fromisoformat(draft.later_at) > now:
                    return draft
                if draft.state is not State.CAST and not draft.quiet:
                    due.append(
                        (seat.person_id, Message(say("checkin/reminder"), round_id=round_id))
                    )
                return replace(draft, later_at="")

            return look

        await self.renew(round_id, {seat.member_id: change(seat) for seat in seats})
        return After(due)

    async def renew(self, round_id: int, changes: Mapping[int, Change] | None = None) -> None:
        """Seal a round again, if it is open and its keys are there. `retire` must follow."""
        together = {member: [change] for member, change in (changes or {}).items()}
        for member, noted in self._noted.pop(round_id, {}).items():
            together.setdefault(member, []).extend(noted)

        all_of = {member: _in_turn(many) for member, many in together.items()}

        def work(unit: Unit) -> None:
            with suppress(KeyLost):
                sealing.renew(unit, self._house.keyring, round_id, all_of)

        self._spare = True
        await self._store.transact(work)

    async def renew_all(self) -> bool:
        """Seal every open round again, before a copy is made: it fits only keys from now on.

        Returns:
            Whether the old keys are gone: else a reader was in the way.
        """
        for round_id in await self._store.read(rounds.all_open):
            await self.renew(round_id)
        return await self.retire()

    def look(self) -> None:
        """Another process may have sealed a round again: its old key is still to be destroyed."""
        self._spare = True

    async def retire(self) -> bool:
        """Destroy the seal keys that are not in use, also those that a crash left.

        Returns:
            Whether all are gone: not while a reader sees what an old key has sealed.
        """
        if not self._spare:
            return True
        self._spare = False
        spared = await self._store.read(self._spared)
        if spared and not await self._store.scrub():
            self._spare = True
            return False
        for round_id in spared:
            await self._store.transact(
                lambda unit, at=round_id: sealing.retire(unit, self._house.keyring, at)  # type: ignore[misc]
            )
        return True

    def _spared(self, unit: Unit) -> list[int]:
        keyring = self._house.keyring
        return [r for r in rounds.all_open(unit) if sealing.is_spared(unit, keyring, r)]


def _seats(unit: Unit, round_id: int, now: datetime) -> tuple[list[Seat], set[int]]:
    """The roster, and whom nobody asks again now: they are away, or their group is paused."""
    seats = rounds.roster(unit, round_id)
    round_ = rounds.find_round(unit, round_id)
    if round_ is None:
        return seats, set()
    group = partnerships.partnership(unit, round_.partnership_id)
    if is_held(group, round_.checkin.id):
        return seats, {seat.member_id for seat in seats}
    asked = people.persons_by_id(unit, (seat.person_id for seat in seats))
    away = {p.id for p in asked if p.away_until is not None and awake(p, group, now) > now}
    return seats, {seat.member_id for seat in seats if seat.person_id in away}


def _in_turn(changes: Sequence[Change]) -> Change:
    return lambda draft: reduce(lambda before, change: change(before), changes, draft)
