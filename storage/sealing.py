"""The seal of an open round: opened for a moment, renewed each hour under a fresh key (B03).

A copy of the database and a copy of the keyring fit together only if both were made within
the same hour.
"""

from collections.abc import Mapping

from dialogues.errors import KeyLost
from dialogues.model import Round, RoundState
from storage import rounds
from storage.ballots import Box, Change
from storage.keyring import Keyring, is_seal_key, seal_key
from storage.store import Unit


def open_box(unit: Unit, keyring: Keyring, round_: Round) -> Box:
    """A round's ballots, under the key that is in use now, not when *round_* was read.

    Raises:
        KeyLost: Its keys are gone.
    """
    _, number = rounds.standing(unit, round_.id)
    return Box(unit, keyring, round_.id, number, round_.size)


def renew(
    unit: Unit, keyring: Keyring, round_id: int, changes: Mapping[int, Change] | None = None
) -> bool:
    """Seal all rows of a round again under a fresh key; True where it was open.

    The old key stays, since nothing is committed yet: `retire` destroys it. Whatever
    *changes* does to somebody's draft cannot be told from the rest: every row is new, and
    all were written at once.

    Args:
        changes: What to do to the drafts of some members.

    Raises:
        KeyLost: Its keys are gone.
    """
    state, number = rounds.standing(unit, round_id, alone=True)
    if state is not RoundState.OPEN:
        return False
    size = rounds.size_of(unit, round_id)
    old = Box(unit, keyring, round_id, number, size)
    # One that a crash left unused may have been copied meanwhile: it is not fresh.
    keyring.destroy(seal_key(round_id, number + 1))
    keyring.make(seal_key(round_id, number + 1))
    old.renew(Box(unit, keyring, round_id, number + 1, size), changes or {})
    rounds.set_round(unit, round_id, key_number=number + 1)
    return True


def spare(keyring: Keyring, round_id: int, number: int) -> list[str]:
    """The seal keys of a round beside the one in use, before it or never used."""
    current = seal_key(round_id, number)
    return [n for n in keyring.names() if is_seal_key(n, round_id) and n != current]


def is_spared(unit: Unit, keyring: Keyring, round_id: int) -> bool:
    """Whether a round has a seal key that is not in use."""
    return bool(spare(keyring, round_id, rounds.standing(unit, round_id)[1]))


def retire(unit: Unit, keyring: Keyring, round_id: int) -> None:
    """Destroy an open round's seal keys but the one in use, which must be there.

    After the commit of `renew` and, on SQLite, once no reader looks at what was before it.
    """
    state, number = rounds.standing(unit, round_id, alone=True)
    if state is not RoundState.OPEN:
        return
    try:
        keyring.get(seal_key(round_id, number))
    except KeyLost:
        return
    for name in spare(keyring, round_id, number):
        keyring.destroy(name)
