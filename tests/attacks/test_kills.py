"""kill -9 at each statement of a close: afterwards one Result, no ballot, no key (T17, section 4).

A spread of the statements; all of them with TEST_LONG=1.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.attacks import play
from tests.attacks.dying import START
from tests.attacks.play import COMMENT, PEOPLE, Opener

ROOT = Path(__file__).parents[2]
SPREAD = 12


async def deaths(prepared: Path, out: Path, seconds: float, number: int) -> dict[str, Any]:
    given = (str(prepared), str(out), str(seconds), str(number))
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.attacks.dying", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def test_a_close_that_is_killed_is_finished_once(opened: Opener, tmp_path: Path) -> None:
    world = await opened(folder=tmp_path / "prepared")
    for user in PEOPLE:
        await play.answer(world, user, COMMENT)
    await play.almost_close(world)
    await world.app.store.scrub()
    seconds = (world.clock.now() - START).total_seconds() + 120
    (tmp_path / "out").mkdir()
    number = 0 if os.environ.get("TEST_LONG") == "1" else SPREAD
    found = await deaths(world.folder, tmp_path / "out", seconds, number)
    whole = found.pop("0")
    points = whole.pop("points")
    assert points > 60 and not whole.pop("died")
    assert whole == {
        "states": [["closed", 1], ["closed", 1]],
        "review": [["closed"]],
        "results": [[2]],
        "ballots": [[0]],
        "inbox": [[0]],
        "receipts": [[len(PEOPLE)]],
        "reports": [[1]],
        "timers": [["share"]],
        "keys": ["house", "inbox", "round-1-comments"],
    }
    assert len(found) >= SPREAD
    for at, after in found.items():
        assert after.pop("died"), at
        after.pop("points")
        assert after == whole, f"killed at point {at} of {points}"
