"""What docs/operations.md tells an operator to type does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.processes import Process
from bot.settings import PREFIX, Settings

TYPED = re.compile(r"^ {4,6}\.venv/bin/titian (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text()


def test_each_command_does_what_is_said(root: Path, guide: str, tmp_path: Path) -> None:
    typed = TYPED.findall(guide)
    once = [command for command in dict.fromkeys(typed) if command not in set(Process)]
    assert once == [
        "doctor",
        "founder",
        "migrate",
        "backup var/titian-backup.db",
        "restore var/titian-backup.db",
        "rotate",
    ]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    env = {**kept, "PYTHONPATH": str(root), "TITIAN_MASTER_KEY": "5a" * 32}
    (tmp_path / "var").mkdir()
    said = {}
    for command in once:
        if command == "rotate":
            env["TITIAN_NEW_MASTER_KEY"] = "a5" * 32
        if command.startswith("restore"):
            env["TITIAN_DATABASE_URL"] = "sqlite:///var/other.db"
        words = [sys.executable, "-m", "bot", *command.split()]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode in ((0, 1) if command == "doctor" else (0,)), done.stderr
        assert "Traceback" not in done.stderr
        said[command.split()[0]] = done.stdout
    assert "/start " in said["founder"]
    assert "and no keys" in said["backup"]
    assert re.search(r"[1-9] key\(s\) and 0 workspace\(s\) are under the new", said["rotate"])
    assert re.match(r"\d+ rows of .* are back\.", said["restore"])


def test_each_process_is_told_of(guide: str) -> None:
    assert set(TYPED.findall(guide)) >= {kind.value for kind in Process}


def test_what_is_named_is_there(root: Path, guide: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", guide):
        assert (root / "docs" / link).exists(), link
    deploy = root / "docs" / "deploy"
    texts = [guide, *(file.read_text() for file in sorted(deploy.iterdir()))]
    for name in re.findall(rf"{PREFIX}([A-Z_]+)", "\n".join(texts)):
        assert name.lower() in Settings.model_fields, name
    started = re.findall(r"command: (\w+)", (deploy / "compose.yaml").read_text())
    assert set(started) == {kind.value for kind in Process} - {"run"} | {"migrate"}
    made = re.findall(r"^    make (\w+)", guide, re.MULTILINE)
    for target in made:
        assert f"\n{target}:" in (root / "Makefile").read_text()
