"""The wheel holds the four packages whole: code, check-ins, templates, languages; nothing else."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

PACKAGES = {"bot", "adapters", "dialogues", "storage"}


def test_the_wheel_holds_the_four_packages_whole(
    root: Path, files: Mapping[PurePosixPath, str], tmp_path: Path
) -> None:
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == {str(name) for name in files if name.parts[0] in PACKAGES}
    assert any(name.startswith("dialogues/checkins/") for name in held)


def test_every_ignored_line_is_anchored(root: Path) -> None:
    # The wheel leaves out what git ignores: a loose "locales/" would drop every translation.
    lines = (root / ".gitignore").read_text().split("\n")[:-1]
    assert lines
    assert [line for line in lines if not line.startswith("/")] == []
