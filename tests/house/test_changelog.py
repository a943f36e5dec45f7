"""CHANGELOG.md is ready for its tag: its version is the package's, its form is kept."""

import re
import tomllib
from pathlib import Path

import pytest

HEAD = re.compile(r"^## (\d+\.\d+\.\d+) (?:\((.+)\)|– (\d{4}-\d{2}-\d{2}))$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "CHANGELOG.md").read_text()


def test_the_newest_version_is_the_packages(root: Path, page: str) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    newest, open_, dated = HEAD.findall(page)[0]
    assert version.partition(".dev")[0] == newest
    assert bool(dated) != (".dev" in version) and bool(open_) == (".dev" in version)


def test_each_line_belongs_to_a_group(page: str) -> None:
    body = page[page.index("\n## ") :]
    group = ""
    for line in filter(None, body.splitlines()):
        group = line if line.startswith("### ") else group
        assert line.startswith(("## ", "### ", "- ", "  ", "The ")), line
        assert group or not line.startswith("- "), line
    said = re.findall(r"^- .+", body, re.MULTILINE)
    assert len(said) == len(set(said)) > 50
