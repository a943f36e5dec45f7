"""`titian backup` and `titian restore`: what a copy holds, and what became of it since."""

import asyncio
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.forgetting import withdraw
from bot.scene import House
from bot.sealing import Sealing
from bot.settings import Settings
from dialogues.errors import CannotStart, NotNow
from dialogues.library import open_library
from dialogues.model import ReviewState, Round, RoundState
from dialogues.texts import Texts
from storage import (
    copies,
    forgetting,
    outbox,
    people,
    reflections,
    results,
    reviews,
    rounds,
    timers,
)
from storage.ballots import delete_ballots
from storage.belonging import belong, belong_in
from storage.copies import Copy
from storage.database import upgrade
from storage.keyring import Keyring, comment_key, forgotten, reflection_key, seal_key, slot_key
from storage.keyrings import open_keyring
from storage.store import Store, Unit

UNSEALED = (
    "Open check-ins could not be sealed again, so there is no backup: "
    "the database is locked, or its disk is full."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done to a copy: rounds that ended, people who were deleted again, lines not sent."""

    copy: Copy
    unreadable: int
    forgotten: int
    unsent: int


async def backup(settings: Settings, file: Path, now: datetime) -> tuple[Copy, bool]:
    """Copy the database into *file*, also while Titian runs.

    Every open round is sealed again before, so that the copy fits keys of this hour only.

    Returns:
        The copy, and whether the keys that older copies fit are gone.

    Raises:
        CannotStart: It cannot be read or written; the keyring is not this database's.
    """
    upgrade(settings.database_url)
    with _keyring(settings) as keyring:
        belong(settings.database_url, keyring)
        try:
            gone = await _sealed_again(settings, keyring)
        except NotNow:
            raise CannotStart(UNSEALED) from None
    made = await asyncio.to_thread(copies.copy_out, settings.database_url, file, now)
    return made, gone


async def _sealed_again(settings: Settings, keyring: Keyring) -> bool:
    library = open_library()
    store = Store(settings.database_url)
    try:
        return await Sealing(House(library, Texts(library), keyring), store).renew_all()
    finally:
        await asyncio.to_thread(store.close)


def restore(settings: Settings, file: Path, now: datetime) -> Restored:
    """Put a copy into an empty database, and end in it what has ended since.

    Nothing that was due in between is sent: it may have been. Rounds without a key end
    unreadable (B15), people deleted since are deleted again, destroyed keys stay so.

    Raises:
        CannotStart: It is no whole copy, or a newer version's; the database is not empty; the
            keyring is another database's. The database is empty as before.
    """
    with _keyring(settings) as keyring:
        return copies.copy_in(
            file, settings.database_url, lambda unit, copy: _mend(unit, keyring, copy, now)
        )


@contextmanager
def _keyring(settings: Settings) -> Iterator[Keyring]:
    master = settings.master_key.get_secret_value() if settings.master_key else None
    keyring, _ = open_keyring(settings.keyring, master, settings.database_url)
    try:
        yield keyring
    finally:
        keyring.close()


def _mend(unit: Unit, keyring: Keyring, copy: Copy, now: datetime) -> Restored:
    belong_in(unit, keyring)
    library = open_library()
    house = House(library, Texts(library), keyring)
    names = set(keyring.names())
    lost = {
        round_.review_id
        for round_ in (rounds.find_round(unit, number) for number in rounds.all_open(unit))
        if round_ is not None and not _opens(unit, names, round_)
    }
    for review in lost:
        _end(unit, review, now)
    since = copy.made_at.timestamp()
    again = {person for person, at in forgotten(names) if at >= int(since)}
    deleted = sum(_forget(house, unit, person, now) for person in again)
    return Restored(copy, len(lost), deleted, outbox.give_up(unit, now))


def _opens(unit: Unit, names: Container[str], round_: Round) -> bool:
    _, number = rounds.standing(unit, round_.id)
    return slot_key(round_.id) in names and seal_key(round_.id, number) in names


def _end(unit: Unit, review: int, now: datetime) -> None:
    """A review ends without a result, and nobody is told: who was there knows how it went on."""
    for round_ in rounds.rounds(unit, review):
        if round_.state is RoundState.OPEN:
            delete_ballots(unit, round_.id)
            outbox.forget_round(unit, round_.id)
            results.forget_messages(unit, round_.id)
            rounds.set_round(unit, round_.id, state=RoundState.UNREADABLE, closed_at=now)
    timers.forget_review(unit, review)
    reviews.set_review(unit, review, state=ReviewState.CANCELLED)


def _forget(house: House, unit: Unit, person: int, now: datetime) -> bool:
    """Delete somebody again who had themselves deleted since; False where they are not there."""
    if people.find_person(unit, person) is None:
        return False
    withdraw(house, unit, rounds.open_rounds(unit, person))
    ended: list[int] = []
    for review in forgetting.reviews_about(unit, person):
        _end(unit, review, now)
        ended += forgetting.take_results(unit, review)
    own = reflections.forget(unit, person)
    forgetting.forget(unit, person, now)
    for name in (*map(comment_key, ended), *map(reflection_key, own)):
        house.keyring.destroy(name)
    return True
