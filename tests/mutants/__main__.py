"""Take each protection away in turn, and see that a test fails: `python -m tests.mutants [WORD …]`.

Every change is made in a copy of the sources in a temporary folder. Ends with 1 where one
survived, with 2 where what is to be changed is not there any more.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.registered import REGISTERED

HOME = Path(__file__).parents[2]
PARTS = ("adapters", "bot", "dialogues", "docs", "storage", "tests")
AT_ONCE = 2
PATIENCE = 400.0
FAILED = re.compile(r"^(?:FAILED|ERROR) \S*?::(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant: the first test that failed, "" where it survived."""

    mutant: Mutant
    caught_by: str
    seconds: float
    said: str = ""


def missing(mutants: Iterable[Mutant]) -> list[str]:
    """What cannot be changed: the place is not there, or there more than once."""
    found = []
    for mutant in mutants:
        path = HOME / mutant.file
        times = path.read_text().count(mutant.before) if path.exists() else 0
        if times == 0 or (times > 1 and not mutant.all):
            found.append(f"{mutant.protection}: found {times} times in {mutant.file}")
    return found


def try_out(mutant: Mutant) -> Outcome:
    """Run the mutant's tests in a copy of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="titian-mutant-") as folder:
        copy = Path(folder)
        for part in PARTS:
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(HOME / part, copy / part, ignore=ignored)
        shutil.copy(HOME / "pyproject.toml", copy)
        changed = copy / mutant.file
        changed.write_text(changed.read_text().replace(mutant.before, mutant.after))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "--tb=line",
            "-p",
            "no:cacheprovider",
        ]
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("TEST_LONG", None)
        try:
            done = subprocess.run(
                [*command, *mutant.tests],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            # No test has said so: on a machine that is busy it may only have been slow.
            return Outcome(mutant, "", time.monotonic() - began, "It did not end.")
    seconds = time.monotonic() - began
    failed = FAILED.search(done.stdout)
    if done.returncode == 1 and failed:
        return Outcome(mutant, failed[1], seconds)
    said = "" if done.returncode == 0 else (done.stdout + done.stderr)[-600:]
    return Outcome(mutant, "", seconds, said)


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as lines."""
    wide = max(len(outcome.mutant.protection) for outcome in outcomes)
    lines = [
        f"{outcome.mutant.protection:<{wide}}  {outcome.caught_by or 'SURVIVED'}"
        f"  ({outcome.seconds:.0f} s){outcome.said and chr(10) + outcome.said}"
        for outcome in outcomes
    ]
    return "\n".join(lines)


def main(words: Sequence[str]) -> int:
    """Try all whose protection or file holds one of *words*, by default all there are."""
    chosen = [
        mutant
        for mutant in REGISTERED
        if not words or any(word in f"{mutant.protection} {mutant.file}" for word in words)
    ]
    gone = missing(chosen)
    if gone:
        sys.stdout.write("\n".join(["Cannot be changed:", *gone]) + "\n")
        return 2
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(try_out, chosen))
    survived = [outcome for outcome in outcomes if not outcome.caught_by]
    caught = len(outcomes) - len(survived)
    took = time.monotonic() - began
    sys.stdout.write(f"{table(outcomes)}\n\n{caught} of {len(outcomes)} caught, {took:.0f} s\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
