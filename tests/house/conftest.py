"""What the house tests look at."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def files(root: Path) -> Mapping[PurePosixPath, str]:
    """Every file of the project by its name from the root, without what git ignores."""
    ignored = {line.strip("/") for line in (root / ".gitignore").read_text().splitlines()}
    found: dict[PurePosixPath, str] = {}
    for top in root.iterdir():
        if top.name in ignored | {".git"}:
            continue
        for path in [top] if top.is_file() else top.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = PurePosixPath(path.relative_to(root).as_posix())
                found[name] = path.read_text(errors="replace")
    return found
