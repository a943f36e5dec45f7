"""Sealing and opening a round of 200 padded ballots of 4 KiB: the box beside libsodium's own calls.

The bare call gets its nonces from one draw for all ballots, the box draws one each.
"""

from typing import Any

from nacl import bindings, secret, utils

from storage.ballots import Box, make_keys
from storage.keyring import MemoryKeyring, seal_key

SLOTS = [bytes([number]) * 32 for number in range(200)]
BALLOTS = [bytes([number]) * 4096 for number in range(200)]
ROUND, SIZE = 1, secret.Aead.NONCE_SIZE


class NoDatabase:
    """What a box has to do with a database is not measured here."""

    link = None


def _box() -> tuple[Box, bytes]:
    keyring, nothing = MemoryKeyring(), NoDatabase()
    make_keys(keyring, ROUND)
    unit: Any = nothing
    return Box(unit, keyring, ROUND, 1, len(BALLOTS[0])), keyring.get(seal_key(ROUND, 1))


BOX, KEY = _box()
SEALED = [BOX._sealed(slot, ballot) for slot, ballot in zip(SLOTS, BALLOTS, strict=True)]


def titian() -> None:
    """Seal as storage does."""
    for slot, ballot in zip(SLOTS, BALLOTS, strict=True):
        BOX._sealed(slot, ballot)


def bare() -> None:
    """Seal with nothing between us and libsodium."""
    nonces = utils.random(SIZE * len(BALLOTS))
    for number, ballot in enumerate(BALLOTS):
        nonce = nonces[number * SIZE : (number + 1) * SIZE]
        bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(ballot, b"1", nonce, KEY)


def titian_opens() -> None:
    """Open as storage does."""
    for slot, sealed in zip(SLOTS, SEALED, strict=True):
        assert BOX._unsealed(slot, sealed)


def bare_opens() -> None:
    """Open with nothing between us and libsodium."""
    for slot, sealed in zip(SLOTS, SEALED, strict=True):
        bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[SIZE:], b"1:1:" + slot, sealed[:SIZE], KEY
        )
