"""The locks pin and hash everything, agree with one another, and name no place to fetch from."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

INSTALLER, RUN, DEV = "requirements-uv.lock", "requirements.lock", "requirements-dev.lock"
RIVALS = "requirements-rivals.lock"
PINNED = re.compile(
    r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[0-9][^ ]*( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+"
)


def entries(text: str) -> list[str]:
    """One line for each requirement, with its hashes."""
    return re.sub(r" ?\\\n\s*", " ", text).splitlines()


def pins(path: Path) -> dict[str, str]:
    """Say which version of what *path* pins."""
    found = [Requirement(entry.split(" --hash")[0]) for entry in entries(path.read_text())]
    return {canonicalize_name(each.name): str(each.specifier).strip("=") for each in found}


def unmet(wanted: Sequence[str], pinned: dict[str, str]) -> list[str]:
    """Say which of *wanted* a lock leaves out, or pins too low or too high."""

    def met(each: Requirement) -> bool:
        version = pinned.get(canonicalize_name(each.name))
        return version is not None and each.specifier.contains(version)

    return [text for text in wanted if not met(Requirement(text))]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", [INSTALLER, RUN, DEV, RIVALS])
def test_everything_is_pinned_and_hashed_and_nothing_else_is_said(root: Path, name: str) -> None:
    found = entries((root / name).read_text())
    assert found
    assert [entry for entry in found if not PINNED.fullmatch(entry)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "uv==0.13.9",
        f"uv>=0.13 --hash=sha256:{'0' * 64}",
        f"uv @ https://example.org/uv.whl --hash=sha256:{'0' * 64}",
        "# https://example.org",
    ],
)
def test_a_loose_line_is_noticed(line: str) -> None:
    assert not PINNED.fullmatch(line)


def test_development_has_what_runs(root: Path) -> None:
    assert pins(root / RUN).items() <= pins(root / DEV).items()


def test_the_locks_hold_what_the_project_asks_for(root: Path, project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    building = [*groups["build"], *project["build-system"]["requires"]]
    assert unmet(groups["installer"], pins(root / INSTALLER)) == []
    assert unmet([*project["project"]["dependencies"], *building], pins(root / RUN)) == []
    assert unmet(groups["dev"], pins(root / DEV)) == []
    assert unmet(groups["rivals"], pins(root / RIVALS)) == []


def test_what_a_lock_lacks_is_noticed() -> None:
    pinned = {"uv": "0.13.9", "apscheduler": "4.0.0"}
    assert unmet(["uv>=0.13", "ruff", "apscheduler>=3.11,<4"], pinned) == [
        "ruff",
        "apscheduler>=3.11,<4",
    ]
