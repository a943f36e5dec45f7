"""docs/complaints.md: each complaint and custom, with what Titian does and its proof, or why not.

With TEST_RECORD=1 the page is written from tests/house/complaints.toml.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

HOW_MANY = {"C": 47, "S": 10, "T": 11, "B": 6}
"""Complaints; what people are used to on Slack, on Telegram, on both."""
NUMBERS = [f"{kind}{number:02}" for kind, many in HOW_MANY.items() for number in range(1, many + 1)]
ROWS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "complaints.toml").read_text(encoding="utf-8")
)
PAGE = PurePosixPath("docs/complaints.md")
HEAD = """# What people complain about

What people say of other check-in and poll bots, how Titian behaves, and the tests that prove
it. Where there is something that Titian does not do, the reason stands beside it.

*Made by `tests/house/test_complaints.py` from `tests/house/complaints.toml`.*

| | Complaint | Titian | Proof, or the reason why not |
|---|---|---|---|
"""
USED_TO = """
# What people are used to

On Slack (S), on Telegram (T), and on both (B).

| | Custom | Titian | Proof, or the reason why not |
|---|---|---|---|
"""


def page() -> str:
    lines = []
    for number, row in ROWS.items():
        if number == "S01":
            lines.append(USED_TO)
        proof = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in row.get("tests", ()))
        told = "<br>".join(part for part in (proof, row.get("reason", "")) if part)
        lines.append(f"| {number} | {row['complaint']} | {row['behaviour']} | {told} |\n")
    return HEAD + "".join(lines)


def test_every_complaint_has_a_row_with_a_proof_or_a_reason() -> None:
    assert list(ROWS) == NUMBERS
    for number, row in ROWS.items():
        assert set(row) <= {"complaint", "behaviour", "tests", "reason"}, number
        assert row["complaint"] and row["behaviour"], number
        assert row.get("tests") or row.get("reason"), number


def is_there(name: str, files: Mapping[PurePosixPath, str]) -> bool:
    """Whether a proof exists: a test's function in its file, or a journey with actions in it."""
    path, _, function = name.partition("::")
    source = files.get(PurePosixPath(path), "")
    if path.endswith(".txt"):
        return not function and "\n> " in source
    called = rf"^(async )?def {re.escape(function)}\("
    return function.startswith("test_") and re.search(called, source, re.MULTILINE) is not None


@pytest.mark.parametrize("number", NUMBERS)
def test_every_proof_is_there(number: str, files: Mapping[PurePosixPath, str]) -> None:
    assert [name for name in ROWS[number].get("tests", ()) if not is_there(name, files)] == []


@pytest.mark.parametrize(
    "name",
    [
        "tests/journeys/nothing.txt",
        "tests/journeys/start.txt::test_start",
        "tests/nowhere/test_nothing.py::test_nothing",
        "tests/house/test_complaints.py",
        "tests/house/test_complaints.py::test_of_nothing",
        "tests/house/test_complaints.py::page",
    ],
)
def test_a_missing_proof_is_noticed(name: str, files: Mapping[PurePosixPath, str]) -> None:
    assert not is_there(name, files)


def test_the_page_says_what_the_rows_say(root: Path) -> None:
    if os.environ.get("TEST_RECORD") == "1":
        (root / PAGE).write_text(page(), encoding="utf-8")
    assert (root / PAGE).read_text(encoding="utf-8") == page()
