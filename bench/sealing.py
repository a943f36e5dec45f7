"""Sealing and opening a round of 200 padded ballots of 4 KiB: Aead beside libsodium's own calls.

The bare call gets its nonce from one draw for all ballots, Aead draws one each.
"""

from nacl import bindings, secret, utils

BALLOTS = [bytes([number]) * 4096 for number in range(200)]
KEY = utils.random(secret.Aead.KEY_SIZE)
ROUND = b"round 1"


def titian() -> None:
    """Seal as storage does."""
    box = secret.Aead(KEY)
    for ballot in BALLOTS:
        box.encrypt(ballot, ROUND)


def bare() -> None:
    """Seal with nothing between us and libsodium."""
    size = secret.Aead.NONCE_SIZE
    nonces = utils.random(size * len(BALLOTS))
    for number, ballot in enumerate(BALLOTS):
        nonce = nonces[number * size : (number + 1) * size]
        bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(ballot, ROUND, nonce, KEY)


SEALED = [bytes(secret.Aead(KEY).encrypt(ballot, ROUND)) for ballot in BALLOTS]


def titian_opens() -> None:
    """Open as storage does."""
    box = secret.Aead(KEY)
    for sealed in SEALED:
        box.decrypt(sealed, ROUND)


def bare_opens() -> None:
    """Open with nothing between us and libsodium."""
    size = secret.Aead.NONCE_SIZE
    for sealed in SEALED:
        bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[size:], ROUND, sealed[:size], KEY
        )
