"""What docs/operations.md tells an operator to type does what it says: all of it is run, in order.

Settings of the guide are set as it shows them, with folders and servers of this machine in
place of its own. A line that nothing here runs fails. What Slack and Telegram then say to `poll`
and `socket` is played in tests/platforms; here they have nobody to talk to.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.processes import Process
from bot.settings import PREFIX
from tests.conftest import fresh_database

TYPED = re.compile(r"^ {4,6}(\S.*)$", re.MULTILINE)
TITIAN = ".venv/bin/titian "
NEEDED = {  # so that poll and socket have something to listen to; nothing answers there
    "TITIAN_OPERATOR": "Yayasan Contoh",
    "TITIAN_PORT": "0",
    "TITIAN_TELEGRAM_TOKEN": "123456:nobody",
    "TITIAN_TELEGRAM_API_URL": "http://127.0.0.1:9",
    "TITIAN_SLACK_BOT_TOKEN": "xoxb-nobody",
    "TITIAN_SLACK_APP_TOKEN": "xapp-nobody",
    "TITIAN_SLACK_API_URL": "http://127.0.0.1:9/api/",
}


@dataclass
class Operator:
    """Somebody who follows the guide in a checkout of their own."""

    root: Path
    here: Path
    databases: Iterator[str]
    env: dict[str, str]
    secret: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)

    def follow(self, *lines: str) -> None:
        """Do what each line says. Raises AssertionError where it does not work, or nobody can."""
        for line in lines:
            self._do(line)

    def _do(self, line: str) -> None:
        if line.startswith(PREFIX):
            self._set(*line.split("=", 1))
        elif line.startswith(TITIAN):
            words = line.removeprefix(TITIAN)
            self.said.setdefault(words.split()[0], []).append(self._titian(words))
        elif line.startswith(".venv/bin/python -c "):
            self.secret = self._run([sys.executable, *shlex.split(line)[1:]]).strip()
        elif line == "cp .env.example .env":
            self._run(shlex.split(line))
        elif line == "git pull":
            self._run(["git", "pull", "--quiet"])
        elif line == "make install":
            self._run(["make", "install"], self.root)
        else:
            raise AssertionError(f"nothing runs this line of the guide: {line}")

    def _set(self, name: str, value: str) -> None:
        """A setting as the guide shows it; a fresh secret where it leaves one out."""
        if "@" in value:
            value = next(self.databases)
        value = value.replace("/var/lib/", f"{self.here}/var/lib/") or self.secret
        assert value, f"{name} is left empty before there is a secret"
        self.env[name] = value

    def _titian(self, words: str) -> str:
        command = [sys.executable, "-m", "bot", *words.split()]
        if words in set(Process):
            return self._served(command)
        if words.startswith("restore "):
            self.env["TITIAN_DATABASE_URL"] = next(self.databases)
        if words == "rotate":
            return self._rotated(command)
        return self._run(command, ok=(0, 1) if words == "doctor" else (0,))

    def _rotated(self, command: list[str]) -> str:
        """As the guide says: the fresh key beside the old one, and then in its place."""
        self.env["TITIAN_NEW_MASTER_KEY"] = "a5" * 32
        said = self._run(command)
        self.env["TITIAN_MASTER_KEY"] = self.env.pop("TITIAN_NEW_MASTER_KEY")
        return said

    def _run(
        self, command: list[str], where: Path | None = None, ok: tuple[int, ...] = (0,)
    ) -> str:
        done = subprocess.run(
            command, cwd=where or self.here, env=self.env, capture_output=True, text=True
        )
        assert done.returncode in ok, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def _served(self, command: list[str]) -> str:
        """Start a process, wait until it runs, stop it as systemd would."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, cwd=self.here, env=self.env, stdout=pipe, stderr=pipe, text=True
        ) as running:
            assert running.stdout is not None
            said = running.stdout.readline()
            running.send_signal(signal.SIGTERM)
            _, noise = running.communicate(timeout=30)
        assert running.returncode == 0, (command, said, noise)
        assert "Traceback" not in noise, noise
        return said


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text()


@pytest.fixture
def operator(root: Path, tmp_path: Path, postgres: str) -> Iterator[Operator]:
    here = tmp_path / "titian"
    subprocess.run(["git", "clone", "-q", "--depth", "1", root.as_uri(), here], check=True)
    shutil.copy(root / ".env.example", here)
    for folder in ("var/lib/titian", "var/lib/titian-keys"):
        (here / folder).mkdir(parents=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    with (
        fresh_database(postgres) as one,
        fresh_database(postgres) as two,
        fresh_database(postgres) as three,
    ):
        env = {**kept, **NEEDED, "PYTHONPATH": str(root)}
        yield Operator(root, here, iter((one, two, three)), env)


def test_all_that_is_typed_works(guide: str, operator: Operator) -> None:
    operator.follow(*TYPED.findall(guide))
    said = operator.said
    assert set(said) >= {kind.value for kind in Process} | {"doctor", "migrate"}
    assert said["run"][0].startswith("Open http://127.0.0.1:")
    assert re.search(r"/start [A-Z0-9]{8}\n", said["founder"][0])
    copied = re.search(r"holds (\d+) rows.* and no keys", said["backup"][0])
    assert copied and said["restore"][0].startswith(f"{copied[1]} rows of ")
    assert re.search(r"[1-9] key\(s\) and 0 workspace\(s\) are under the new", said["rotate"][0])
    assert (operator.here / "var/lib/titian/titian.db").stat().st_size > 0
    assert any((operator.here / "var/lib/titian-keys").iterdir())


def test_a_line_that_nobody_runs_is_noticed(operator: Operator) -> None:
    for line in ("rm -rf var", ".venv/bin/titian dance", "TITIAN_HOSTS=x", "make everything"):
        with pytest.raises(AssertionError):
            operator.follow(line, f"{TITIAN}founder")


def test_a_leak_is_told_of_where_people_read(root: Path, guide: str) -> None:
    """The law's time in all three pages, and the letter in both languages."""
    for page in (guide, *(f.read_text() for f in sorted((root / "docs").glob("privacy*.md")))):
        assert "3 × 24" in page and "27/2022" in page
    assert "> On [day]" in guide and "> Pada [hari]" in guide
