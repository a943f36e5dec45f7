"""Every attack has a test or a reason, and docs/privacy.md knows where."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

PAGES = ("docs/privacy.md", "docs/privacy.id.md")
NUMBERS = [f"A{number:02}" for number in range(1, 25)]
ROW = re.compile(r"^\| (A\d\d) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)`")
REASONS = {"docs/privacy.md": "Out of reach", "docs/privacy.id.md": "Di luar jangkauan"}

Files = Mapping[PurePosixPath, str]


def attacked(files: Files) -> set[str]:
    """The numbers that stand in a docstring of tests/attacks."""
    texts = [text for name, text in files.items() if name.is_relative_to("tests/attacks")]
    return set(re.findall(r"\bA\d\d\b", "\n".join(texts)))


@pytest.mark.parametrize("page", PAGES)
def test_each_of_the_24_attacks_has_a_test_or_a_reason(page: str, files: Files) -> None:
    rows = dict(ROW.findall(files[PurePosixPath(page)]))
    assert list(rows) == NUMBERS
    played = attacked(files)
    for number, told in rows.items():
        assert number in played or REASONS[page] in told or TEST.search(told), number
        assert TEST.search(told) or REASONS[page] in told, number


@pytest.mark.parametrize("page", PAGES)
def test_every_test_it_names_is_there(page: str, files: Files) -> None:
    named = TEST.findall(files[PurePosixPath(page)])
    assert named
    assert [name for name in named if PurePosixPath(name) not in files] == []


def test_both_languages_name_the_same_tests(files: Files) -> None:
    one, two = (ROW.findall(files[PurePosixPath(page)]) for page in PAGES)
    assert [(n, TEST.findall(told)) for n, told in one] == [
        (n, TEST.findall(told)) for n, told in two
    ]


def test_every_hole_in_the_flow_is_named_where_it_is_tried(files: Files) -> None:
    """F01 to F21 of the first review of the design."""
    texts = [text for name, text in files.items() if name.is_relative_to("tests/attacks")]
    found = set(re.findall(r"\bF\d\d\b", "\n".join(texts)))
    assert {f"F{number:02}" for number in range(1, 22)} <= found
