"""Rules that one look at a file can break, each shown to bite."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import pytest

PACKAGES = {"bot", "adapters", "dialogues", "storage"}
WALL = 300
DRAWERS = {"helper", "helpers", "manager", "managers", "misc", "util", "utils"}
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E)\b")
REGISTRIES = re.compile(r"py[p]i\.(org|python)|python[h]osted|npm[j]s\.|crates[.]io|docker[.]io")

Rule = Callable[[PurePosixPath, str], bool]


def too_long(name: PurePosixPath, text: str) -> bool:
    ours = name.parts[0] in PACKAGES and name.suffix == ".py"
    migration = name.is_relative_to("storage/migrations/versions")
    return ours and not migration and len(text.splitlines()) > WALL


def a_package_of_tests(name: PurePosixPath, text: str) -> bool:
    """Such a folder would become `storage` or `adapters` itself."""
    return name.parts[0] == "tests" and name.name == "__init__.py"


def a_drawer(name: PurePosixPath, text: str) -> bool:
    return not DRAWERS.isdisjoint({*name.parts[:-1], name.stem.lower()})


def unfinished(name: PurePosixPath, text: str) -> bool:
    return bool(UNFINISHED.search(text))


def a_registry(name: PurePosixPath, text: str) -> bool:
    return bool(REGISTRIES.search(text))


RULES = (too_long, a_package_of_tests, a_drawer, unfinished, a_registry)
PLANTED = (
    (too_long, "bot/app.py", "\n" * (WALL + 1)),
    (a_package_of_tests, "tests/storage/__init__.py", ""),
    (a_drawer, "bot/utils.py", ""),
    (a_drawer, "storage/helpers/rows.py", ""),
    (unfinished, "bot/app.py", f"# {'todo'.upper()}: later"),
    (a_registry, "Makefile", f"https://{'.'.join(['pypi', 'org'])}/simple"),
)
INNOCENT = (
    (too_long, "bot/app.py", "\n" * WALL),
    (too_long, "tests/bot/test_app.py", "\n" * (WALL + 1)),
    (too_long, "storage/migrations/versions/0001_first.py", "\n" * (WALL + 1)),
    (a_package_of_tests, "storage/__init__.py", ""),
    (a_drawer, "bot/app.py", "import utils"),
    (unfinished, "bot/app.py", "METODOLOGI"),
    (a_registry, "README.md", "the registry of Python packages"),
)


@pytest.mark.parametrize("rule", RULES)
def test_the_project_keeps_the_rule(rule: Rule, files: Mapping[PurePosixPath, str]) -> None:
    assert PurePosixPath("tests/house/test_files.py") in files
    breaking = sorted(str(name) for name, text in files.items() if rule(name, text))
    assert not breaking, breaking


@pytest.mark.parametrize(("rule", "name", "text"), PLANTED)
def test_the_rule_bites(rule: Rule, name: str, text: str) -> None:
    assert rule(PurePosixPath(name), text)


@pytest.mark.parametrize(("rule", "name", "text"), INNOCENT)
def test_the_rule_lets_be(rule: Rule, name: str, text: str) -> None:
    assert not rule(PurePosixPath(name), text)
