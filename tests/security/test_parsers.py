"""Every parser, given anything: a result, or the refusal it declares. Nothing else comes out."""

import contextlib
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import signing
from bot.commands import load
from bot.commands.words import build, parse, split
from dialogues import when
from dialogues.errors import BrokenFile, Refusal
from dialogues.library import read_checkins
from dialogues.messages import Filled, Tap, Text
from dialogues.tokens import LIMIT, read, write
from dialogues.when import Unreadable
from storage.keyring import MemoryKeyring
from tests.security.town import OWN, Town, user

TREE = build(load())
NAMES = [command.name for command in load()]
KEYWORDS = sorted({word for command in load() for word in command.keywords})
NUMBERS = [
    "0",
    "-1",
    "²",
    "٣",
    "\uff19",
    "9" * 19,
    "9" * 5000,
    "9999999 bulan",
    "9999-12-31",
    "1e9",
    "0x1",
    "1_000",
    "½",
    " 1",
]
words = st.one_of(
    st.sampled_from(
        [*NAMES, *KEYWORDS, *NUMBERS, '"', "“", "@", "@1 people", "-", "—", "\0", "yes"]
    ),
    st.text(max_size=8),
)
typed = st.lists(words, max_size=6).map(" ".join)


@given(typed)
@example("@abc people")
def test_a_command_is_one_or_refused(text: str) -> None:
    split(text)
    try:
        found = parse(TREE, text)
    except Refusal:
        return
    assert all(isinstance(value, str) for value in found.raw.values())


NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Makassar")
TIMES = (
    *("friday", "jumat", "17:00", "17.00", "99:99", "24:00", "31 february", "29 feb", "am", "pm"),
    *("2026-11-01", "tomorrow", "besok", "weeks", "minggu", "months", "days", "d", "in", "every"),
    *("at", "9999-12-31", "0000-00-00", "10000-01-01", "1/2/3", "noon"),
)
times = st.lists(st.one_of(st.sampled_from([*TIMES, *NUMBERS]), st.text(max_size=6)), max_size=4)


@given(times.map(" ".join))
def test_a_time_is_read_or_refused(text: str) -> None:
    for reader in READERS:
        with contextlib.suppress(Unreadable):
            reader(text)


READERS: list[Callable[[str], Any]] = [
    when.read_duration,
    lambda text: when.read_moment(text, NOW, ZONE),
    lambda text: when.read_date(text, NOW.date()),
    lambda text: when.read_day(text, NOW.date()),
    when.read_weekday,
    when.read_time,
    when.read_zone,
]


def test_every_reader_of_a_time_is_tried() -> None:
    tried = str([(*reader.__code__.co_names, reader.__name__) for reader in READERS])
    assert [name for name in vars(when) if name[:5] == "read_" and name not in tried] == []


@given(st.one_of(st.text(), st.from_regex(r"[crfwp]:[\w:²٣-]*"), typed.map("c:{}".format)))
def test_a_token_is_ours_or_none(text: str) -> None:
    found = read(text)
    if found is not None and len(text.encode(errors="replace")) <= LIMIT:
        assert read(write(found)) == found


@given(st.one_of(st.text(), st.binary().map(lambda b: b.hex()), st.from_regex(r"[\w-]{80,120}")))
def test_a_link_is_signed_or_none(token: str) -> None:
    assert signing.read(RING, token) is None
    assert not signing.is_opened(RING, token.encode(errors="replace").decode(), token)


RING = MemoryKeyring()


@given(st.data())
def test_a_check_in_file_is_one_or_names_what_to_mend(data: st.DataObject) -> None:
    """A good file with a line or a sign changed, left out or doubled."""
    source = GOOD.read_text()
    lines = source.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(("drop", "double", "value", "noise", "cut")))
    if how == "drop":
        del lines[at]
    elif how == "double":
        lines.insert(at, lines[at])
    elif how == "value":
        name = lines[at].partition("=")[0]
        value = data.draw(st.sampled_from(VALUES))
        lines[at] = f"{name}= {value}"
    elif how == "noise":
        lines.insert(at, data.draw(st.text(max_size=10)))
    else:
        lines[at:] = [lines[at][: len(lines[at]) // 2]]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / GOOD.name
        file.write_text("\n".join(lines), errors="replace")
        with contextlib.suppress(BrokenFile):
            read_checkins(Path(folder), DIALOGUES / "scales.toml")


VALUES = ("1", "-1", "true", "[]", "{}", '""', '"{{ 7*7 }}"', "1e999", "2026-01-01", "[[1]]")
DIALOGUES = Path(__file__).parents[2] / "dialogues"
GOOD = DIALOGUES / "checkins" / "effectiveness-pulse.toml"


def test_an_event_with_anything_in_it_is_answered(town: Town) -> None:
    """Through the whole conversation, as each role; no error gets out of it."""

    @settings(max_examples=120)
    @given(
        st.sampled_from(("coordinator", "broker", "partner", "none")),
        st.one_of(
            typed.map(lambda text: Tap(f"c:{text}")),
            st.tuples(st.sampled_from(NAMES), words).map(lambda two: Tap(f"c:{two[0]} {two[1]}")),
            st.from_regex(r"[rfwp]:[\d²]{1,25}(:(begin|pick|send|look|one))?(:\d{1,25}){0,2}").map(
                Tap
            ),
            st.text().map(Text),
            st.builds(
                Filled,
                st.from_regex(r"[wp]:\d{1,25}(:1)?"),
                st.dictionaries(
                    st.sampled_from(["r1", "scope", "x", ""]), st.just(("4",)) | st.text()
                ),
            ),
        ),
    )
    @example("coordinator", Tap("c:@abc people"))
    @example("coordinator", Tap("c:@² people"))
    @example("coordinator", Tap(f"c:@{'9' * 30} people"))
    @example("coordinator", Tap("c:offer never ²"))
    @example("coordinator", Tap(f"c:offer never {'9' * 30}"))
    @example("broker", Tap("c:action done ²"))
    @example("broker", Tap(f"c:action done {'9' * 30}"))
    @example("partner", Tap("c:checkin show ²"))
    @example("partner", Tap(f"c:checkin show {'9' * 30}"))
    @example("partner", Tap(f"r:{'9' * 30}:begin"))
    @example("partner", Filled(f"w:{'9' * 30}", {}))
    @example("coordinator", Tap("c:join yes AAAAAAAA as ²"))
    def answered(role: str, event: Any) -> None:
        town.plays(user(OWN, role), event)

    answered()


@pytest.mark.parametrize("text", ["here ²", "here x", f"here {'9' * 30}"])
def test_a_button_in_a_group_with_any_number_is_answered(town: Town, text: str) -> None:
    assert town.plays(user(OWN, "coordinator"), Tap(f"c:{text}"), chat="C1").keys
