"""Links to a report: signed, for one reader, for a week; and the cookie of whoever opened one."""

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.keyring import Keyring

KEY = "pages"
"""The key's name in the keyring: as lasting as the keyring, and in no backup of the database."""
LASTS = timedelta(days=7)
"""No longer than a used link is remembered (`storage.retention`)."""
FORM = struct.Struct(">QQ?Q12s")
SIGNED = 32


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says: whose report, for whom, until when. `once` is its number of chance."""

    review: int
    person: int
    broker: bool
    until: int
    once: bytes

    def is_over(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now.timestamp() >= self.until


def issue(keyring: Keyring, review: int, person: int, broker: bool, now: datetime) -> str:
    """A link's token. It holds numbers of ours: no name, no answer."""
    until = int((now + LASTS).timestamp())
    body = FORM.pack(review, person, broker, until, secrets.token_bytes(12))
    return _text(body + _sign(keyring, "link", body))


def read(keyring: Keyring, token: str) -> Ticket | None:
    """What *token* says, or None where it is not one of ours, whole and unchanged."""
    try:
        whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    body, signed = whole[:-SIGNED], whole[-SIGNED:]
    if len(body) != FORM.size or token != _text(whole):
        return None
    if not hmac.compare_digest(signed, _sign(keyring, "link", body)):
        return None
    return Ticket(*FORM.unpack(body))


def opened(keyring: Keyring, token: str) -> str:
    """What the browser keeps that opened the link: worth nothing for another link."""
    return _text(_sign(keyring, "opened", token.encode()))


def is_opened(keyring: Keyring, token: str, kept: str) -> bool:
    """Whether *kept* is from the browser that opened the link."""
    return hmac.compare_digest(opened(keyring, token).encode(), kept.encode())


def ends(ticket: Ticket) -> datetime:
    """When a link's time is over."""
    return datetime.fromtimestamp(ticket.until, UTC)


def _sign(keyring: Keyring, what: str, body: bytes) -> bytes:
    return hmac.new(keyring.make(KEY), f"{what}:".encode() + body, hashlib.sha256).digest()


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")
