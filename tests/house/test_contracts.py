"""The arrow `bot > adapters, storage > dialogues`, and that a breach is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("bot", "adapters", "dialogues", "storage")
BREACHES = {
    "adapters/playground/__init__.py": "import storage.store",
    "bot/__init__.py": "import slack_sdk, storage.tables",
    "dialogues/errors.py": "import asyncio, dialogues.messages",
    "storage/__init__.py": "import telegram",
    "adapters/__init__.py": "import sqlmodel",
}
BROKEN = {
    "bot > adapters, storage > dialogues",
    "dialogues has no clock, no chance and no I/O",
    "Platform SDKs are imported in adapters only",
    "SQL is spoken in storage only",
    "Rows never leave storage",
    "Inside dialogues",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept(root: Path) -> None:
    said = lint(root)
    assert said.returncode == 0, said.stdout + said.stderr


def test_breaches_are_noticed(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(root / package, tmp_path / package)
    for name, line in BREACHES.items():
        path = tmp_path / name
        path.write_text(f"{path.read_text()}\n{line}\n")
    said = lint(tmp_path)
    broken = {line.removesuffix(" BROKEN") for line in said.stdout.splitlines()}
    assert said.returncode == 1, said.stdout + said.stderr
    assert broken >= BROKEN
