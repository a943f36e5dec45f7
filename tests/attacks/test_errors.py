"""What an error says when something breaks at the worst moment: nothing of anybody's (T22)."""

import io
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.answers import Answers
from dialogues.dialogue import Draft, State
from dialogues.disclosure import Ballot
from dialogues.errors import NotNow
from storage.ballots import Box, make_keys, seal_comments
from storage.keyring import FileKeyring, MemoryKeyring
from storage.store import Store, Unit
from storage.tables import BallotRow, ReceiptRow
from tests.attacks import play
from tests.attacks.play import COMMENT, PEOPLE, RECEIPT, Opener

SIZE = 4096
ANSWERS: Answers = {"r1": ("5",), "text": COMMENT}
CAST = Draft(State.CAST, "~sent", ANSWERS, receipt=f"{RECEIPT} 1")


def texts(error: BaseException) -> str:
    """Every text that a log could make of an error: itself, its causes, the traceback."""
    parts = [traceback.format_exc()]
    while True:
        parts += [str(error), repr(error), *map(str, error.args)]
        lines = traceback.TracebackException.from_exception(error, capture_locals=False)
        parts.append("".join(lines.format()))
        before = error.__cause__ or error.__context__
        if before is None:
            return "\n".join(parts)
        error = before


def keys(keyring: Any) -> list[bytes]:
    return [keyring.get(name) for name in keyring.names()]


def silent(said: str, *secrets: bytes | str) -> None:
    """Nothing secret stands in *said*, neither in clear nor as bytes or hexadecimal digits."""
    for secret in (COMMENT, RECEIPT, play.CHOSEN, *secrets):
        forms = [secret] if isinstance(secret, str) else [secret.hex(), repr(secret)[2:-1]]
        assert not [form for form in forms if form in said]


async def test_a_row_twice_names_no_slot_and_no_receipt(store: Store) -> None:
    """PostgreSQL says in a detail which key was there already, SQLite never does."""
    keyring = MemoryKeyring()
    make_keys(keyring, 7)
    slots: list[bytes] = []

    def ballots(unit: Unit) -> None:
        box = Box(unit, keyring, 7, 1, SIZE)
        slots.append(box._slot(1))
        box.fill([1])
        box.fill([1])

    def receipts(unit: Unit) -> None:
        unit.add_all([ReceiptRow(round_id=7, words=f"{RECEIPT} 1")])
        unit.flush()
        table = sa.insert(ReceiptRow)
        unit.connection().execute(table, [{"round_id": 7, "words": f"{RECEIPT} 1"}] * 2)

    for work in (ballots, receipts):
        with pytest.raises(sa.exc.IntegrityError) as caught:
            await store.transact(work)
        silent(texts(caught.value), *slots, *keys(keyring))


async def test_a_value_that_does_not_fit_is_not_repeated(store: Store) -> None:
    def wrong(unit: Unit) -> None:
        row = {"slot": b"s" * 32, "round_id": COMMENT, "key_number": None, "sealed": None}
        unit.connection().execute(sa.insert(BallotRow), [row])

    def long(unit: Unit) -> None:
        query = sa.text("INSERT INTO ballot SELECT * FROM nowhere WHERE :words = :words")
        unit.connection().execute(query, {"words": COMMENT})

    for work in (wrong, long):
        with pytest.raises((NotNow, sa.exc.SQLAlchemyError)) as caught:
            await store.transact(work)
        silent(texts(caught.value))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_seal_that_breaks_says_nothing(store: Store) -> None:
    keyring = MemoryKeyring()
    make_keys(keyring, 7)

    def too_large(unit: Unit) -> None:
        Box(unit, keyring, 7, 1, 512).write(1, Draft(State.CAST, "", {"text": COMMENT * 100}))

    def no_json(unit: Unit) -> None:
        Box(unit, keyring, 7, 1, SIZE).write(1, Draft(State.CAST, COMMENT, {"text": {COMMENT}}))  # type: ignore[dict-item]

    for work in (too_large, no_json):
        with pytest.raises((ValueError, TypeError)) as caught:
            await store.transact(work)
        silent(texts(caught.value), *keys(keyring))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_half_a_character_is_kept_as_a_question_mark(store: Store) -> None:
    """A phone that cuts an emoji in two costs nobody their answer."""
    keyring = MemoryKeyring()
    make_keys(keyring, 7)

    def work(unit: Unit) -> Draft | None:
        box = Box(unit, keyring, 7, 1, SIZE)
        box.fill([1])
        box.write(1, Draft(State.CAST, "", {"text": "so \ud83d"}))
        return box.read(1)

    found = await store.transact(work)
    assert found is not None and found.answers == {"text": "so ?"}
    assert seal_comments(keyring, "round-7-comments", ("so \ud83d",))


def test_a_keyring_that_breaks_says_nothing(tmp_path: Any) -> None:
    master = b"m" * 32
    ring = FileKeyring(tmp_path / "ring", master)
    key = ring.make("inbox")
    (tmp_path / "ring" / "inbox.key").write_bytes(b"short")
    with pytest.raises(Exception, match="inbox") as caught:
        ring.get("inbox")
    silent(texts(caught.value), key, master)
    other = FileKeyring(tmp_path / "ring", b"o" * 32)
    other.make("links")
    with pytest.raises(Exception, match="links") as caught:
        ring.get("links")
    silent(texts(caught.value), key, master, b"o" * 32)


def test_nothing_secret_has_a_telling_repr() -> None:
    things = (CAST, Ballot(ANSWERS), MemoryKeyring(), [CAST], {"draft": CAST})
    silent(" ".join(map(repr, things)) + " ".join(map(str, things)))


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Everything any logger says, with tracebacks."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    "place", ["storage.ballots.Box._sealed", "storage.ballots.draft_from_plain"]
)
async def test_an_answer_that_breaks_says_nothing(
    place: str,
    opened: Opener,
    monkeypatch: pytest.MonkeyPatch,
    heard: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = await opened()
    await play.up_to_the_words(world, "sari")

    def broken(*given: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(place, broken)
        with pytest.raises(RuntimeError) as caught:
            await world.says("sari", f"{COMMENT} 1")
    captured = capsys.readouterr()
    silent(texts(caught.value) + heard.getvalue() + captured.out + captured.err)


@pytest.mark.parametrize(
    "place", ["bot.closing.disclose", "bot.closing.seal_comments", "storage.results.save_result"]
)
async def test_a_close_that_breaks_says_nothing(
    place: str, opened: Opener, monkeypatch: pytest.MonkeyPatch, heard: io.StringIO
) -> None:
    world = await opened()
    for user in PEOPLE:
        await play.answer(world, user, COMMENT)
    await play.almost_close(world)

    def broken(*given: object, **named: object) -> None:
        raise ValueError(place)

    with monkeypatch.context() as patch:
        patch.setattr(place, broken)
        with pytest.raises(ValueError, match=r"closing|results") as caught:
            await world.forward(minutes=2)
    ring = world.app.house.keyring
    silent(texts(caught.value) + heard.getvalue(), *keys(ring))
