"""The ballot box: sealed slots, opened one at a time for their author, together at the close.

A row says nothing: every row of a round has one length, and its slot is a keyed hash.
A row that was copied from elsewhere does not open (associated data, B05).
"""

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import sqlalchemy as sa
from nacl import bindings, exceptions, secret, utils
from sqlmodel import col

from dialogues.answers import largest
from dialogues.checkin import CheckIn
from dialogues.dialogue import Draft, State
from dialogues.errors import KeyLost
from storage.inserting import insert_into
from storage.keyring import Keyring, is_seal_key, seal_key, slot_key
from storage.prepared import Prepared
from storage.store import Unit
from storage.tables import BallotRow, InboxRow

# What `secret.Aead` calls, without what it does around that: three fifths of its time.
_encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
_decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
NONCE = secret.Aead.NONCE_SIZE
STEP = 256
HEAD = 4
BESIDE = 1536
"""Bytes for all that a sealed row holds beside its answers."""


def padded_size(checkin: CheckIn) -> int:
    """The one size, in bytes, of every row of a round: room for the largest answers."""
    return -(-(HEAD + BESIDE + largest(checkin)) // STEP) * STEP


def _noted(dialect: sa.Dialect) -> sa.Executable:
    names = ("seen", "round_id", "day")
    values: dict[str, object] = {name: sa.bindparam(name) for name in names}
    return insert_into(InboxRow, dialect.name).values(values).on_conflict_do_nothing()


Change = Callable[[Draft], Draft]
AT = col(BallotRow.slot) == sa.bindparam("at")
SEALED = Prepared(lambda _: sa.select(col(BallotRow.sealed)).where(AT))
TAKEN = Prepared(lambda _: sa.select(col(BallotRow.sealed)).where(AT).with_for_update())
REPLACED = Prepared(
    lambda _: (
        sa.update(BallotRow)
        .where(AT)
        .values(sealed=sa.bindparam("sealed"), key_number=sa.bindparam("number"))
    )
)
ALL = Prepared(
    lambda _: (
        sa.select(col(BallotRow.slot), col(BallotRow.sealed))
        .where(col(BallotRow.round_id) == sa.bindparam("round"))
        .order_by(col(BallotRow.slot))
    )
)
NOTED = Prepared(_noted)


class Box:
    """The ballots of one open round. Holds its keys only as long as it is used.

    Made by `sealing.open_box`, which knows the number of the key in use.
    """

    def __init__(self, unit: Unit, keyring: Keyring, round_id: int, number: int, size: int) -> None:
        """Raises KeyLost where the round's keys are gone."""
        self._link = unit.link
        self._round = round_id
        self._number = number
        self._size = size
        self._slot_key = keyring.get(slot_key(round_id))
        self._seal_key = keyring.get(seal_key(round_id, number))
        self._found: dict[bytes, Draft] = {}

    def __repr__(self) -> str:
        return "Box()"

    def fill(self, members: Iterable[int]) -> None:
        """A row for everybody, empty, in slot order: the order tells nothing (DESIGN 4)."""
        slots = sorted(self._slot(member) for member in members)
        rows = [self._row(slot, Draft()) for slot in slots]
        if rows:
            self._link.execute(sa.insert(BallotRow), rows)

    def read(self, member: int, take: bool = False) -> Draft | None:
        """A member's draft; None where they are not on the roster or the row was tampered with.

        *take* it where it will be written: nobody else changes it in between.
        """
        slot = self._slot(member)
        row = (TAKEN if take else SEALED).first(self._link, at=slot)
        return None if row is None else self._open(slot, bytes(row[0]))

    def write(self, member: int, draft: Draft) -> None:
        """Replace a member's row. The transaction must write no row that names a person."""
        row = self._row(self._slot(member), draft)
        REPLACED.run(self._link, at=row["slot"], sealed=row["sealed"], number=row["key_number"])

    def open_all(self) -> tuple[list[Draft], int]:
        """Every readable draft, in slot order, and the number of rows that did not open."""
        opened = {slot: self._open(slot, sealed) for slot, sealed in self._all()}
        self._found = {slot: draft for slot, draft in opened.items() if draft is not None}
        return list(self._found.values()), len(opened) - len(self._found)

    def holds(self, receipt: str) -> bool:
        """Whether somebody in the round has this *receipt* already."""
        mark = json.dumps({"r": receipt}, ensure_ascii=False, separators=(",", ":"))[1:-1].encode()
        opened = (self._unsealed(slot, sealed) for slot, sealed in self._all())
        return any(padded is not None and mark in padded for padded in opened)

    def found(self, member: int) -> Draft | None:
        """What `open_all` found in a member's slot."""
        return self._found.get(self._slot(member))

    def renew(self, fresh: "Box", changes: Mapping[int, Change]) -> None:
        """Seal every row again under the key of *fresh*, in slot order, changed where asked.

        A row that does not open stays as it is: it will not open at the close either.
        """
        asked = {self._slot(member): change for member, change in changes.items()}
        rows = []
        for slot, sealed in self._all():
            padded = self._unsealed(slot, sealed)
            if padded is None:
                continue
            if slot in asked:
                draft = _draft(padded)
                changed = asked[slot](draft)
                padded = padded if changed is draft else fresh._padded(changed)
            values = {"sealed": fresh._sealed(slot, padded), "number": fresh._number}
            rows.append({"at": slot, **values})
        if rows:
            REPLACED.run_all(self._link, rows)

    def has_seen(self, event: str) -> bool:
        """Whether *event* came before; notes it. Round-bound, no time, gone at the close."""
        mark = hmac.digest(self._slot_key, b"inbox:" + event.encode(), "sha256")
        return _note(self._link, mark, self._round, None)

    def _slot(self, member: int) -> bytes:
        return hmac.digest(self._slot_key, str(member).encode(), "sha256")

    def _bound(self, slot: bytes) -> bytes:
        return f"{self._round}:{self._number}:".encode() + slot

    def _all(self) -> Iterator[tuple[bytes, bytes]]:
        for slot, sealed in ALL.each(self._link, round=self._round):
            yield bytes(slot), bytes(sealed)

    def _row(self, slot: bytes, draft: Draft) -> dict[str, object]:
        return {
            "slot": slot,
            "round_id": self._round,
            "key_number": self._number,
            "sealed": self._sealed(slot, self._padded(draft)),
        }

    def _padded(self, draft: Draft) -> bytes:
        plain = json.dumps(plain_draft(draft), ensure_ascii=False, separators=(",", ":"))
        body = plain.encode(errors="replace")  # half a character, as some phones send it
        if HEAD + len(body) > self._size:
            raise ValueError("a ballot is larger than its round allows")
        return len(body).to_bytes(HEAD, "big") + body.ljust(self._size - HEAD, b"\0")

    def _sealed(self, slot: bytes, padded: bytes) -> bytes:
        nonce = utils.random(NONCE)
        return nonce + _encrypt(padded, self._bound(slot), nonce, self._seal_key)

    def _unsealed(self, slot: bytes, sealed: bytes) -> bytes | None:
        try:
            return _decrypt(sealed[NONCE:], self._bound(slot), sealed[:NONCE], self._seal_key)
        except (exceptions.CryptoError, ValueError):
            return None

    def _open(self, slot: bytes, sealed: bytes) -> Draft | None:
        padded = self._unsealed(slot, sealed)
        return None if padded is None else _draft(padded)


def _draft(padded: bytes) -> Draft:
    length = int.from_bytes(padded[:HEAD], "big")
    return draft_from_plain(json.loads(str(padded[HEAD : HEAD + length], "utf-8")))


def make_keys(keyring: Keyring, round_id: int) -> None:
    """Keys for a new round. On the disk before any ballot is; a crash leaves only spare keys."""
    keyring.make(slot_key(round_id))
    keyring.make(seal_key(round_id, 1))


def destroy_keys(keyring: Keyring, round_id: int) -> None:
    """Destroy what opens a round's ballots. Comments have a key of their own."""
    for name in list(keyring.names()):
        if name == slot_key(round_id) or is_seal_key(name, round_id):
            keyring.destroy(name)


def delete_ballots(unit: Unit, round_id: int) -> None:
    """Delete every ballot and every note of an event of a round."""
    for table in (BallotRow, InboxRow):
        unit.connection().execute(sa.delete(table).where(sa.column("round_id") == round_id))


def has_seen(unit: Unit, keyring: Keyring, event: str, today: date) -> bool:
    """Whether an event that belongs to no round came before; notes it, to the day."""
    mark = hmac.digest(keyring.make("inbox"), event.encode(), "sha256")
    return _note(unit.link, mark, None, today)


def _note(link: sa.Connection, mark: bytes, round_id: int | None, day: date | None) -> bool:
    when = day.isoformat() if day is not None else None
    return NOTED.run(link, seen=mark, round_id=round_id, day=when) == 0


def seal_comments(keyring: Keyring, name: str, comments: tuple[str, ...]) -> bytes:
    """Comments under their own key, which ends them in every backup too (B12)."""
    body = json.dumps(list(comments), ensure_ascii=False).encode(errors="replace")
    return bytes(secret.Aead(keyring.make(name)).encrypt(body, aad=name.encode()))


def open_comments(keyring: Keyring, name: str, sealed: bytes | None) -> tuple[str, ...]:
    """The comments, or none once their key is gone."""
    if sealed is None:
        return ()
    try:
        body = secret.Aead(keyring.get(name)).decrypt(sealed, aad=name.encode())
    except (KeyLost, exceptions.CryptoError):
        return ()
    return tuple(json.loads(body))


def plain_draft(draft: Draft) -> dict[str, object]:
    """A draft as plain JSON data, short keys: what is sealed."""
    return {
        "s": draft.state.value,
        "p": draft.place,
        "a": {k: list(v) if isinstance(v, tuple) else v for k, v in draft.answers.items()},
        "m": list(draft.partial),
        "r": draft.receipt,
        "c": draft.pass_on,
        "q": draft.quiet,
        "l": draft.later_at,
        "t": draft.touched,
        "o": list(draft.shown),
    }


def draft_from_plain(data: dict[str, object]) -> Draft:
    """What `plain_draft` was given."""
    answers = data["a"]
    partial, shown = data["m"], data["o"]
    assert isinstance(answers, dict)
    assert isinstance(partial, list) and isinstance(shown, list)
    return Draft(
        State(str(data["s"])),
        str(data["p"]),
        {key: tuple(v) if isinstance(v, list) else v for key, v in answers.items()},
        tuple(partial),
        str(data["r"]),
        bool(data["c"]),
        bool(data["q"]),
        str(data["l"]),
        str(data["t"]),
        tuple(str(item) for item in shown),
    )
