"""`.env.example` and the settings name the same, and each line there is explained."""

import re
from itertools import pairwise
from pathlib import Path

from bot.settings import Settings

NAMED = re.compile(r"^# (TITIAN_[A-Z_]+)=", re.MULTILINE)


def test_every_setting_is_in_the_example_and_nothing_else(root: Path) -> None:
    prefix = Settings.model_config["env_prefix"]
    fields = [f"{prefix}{name}".upper() for name in Settings.model_fields]
    named = NAMED.findall((root / ".env.example").read_text())
    assert sorted(named) == sorted(fields)


def test_the_example_sets_nothing_and_explains_each(root: Path) -> None:
    lines = (root / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("# ")] == []
    explained = [before for before, line in pairwise(lines) if NAMED.match(line)]
    assert len(explained) > 10
    assert [line for line in explained if not line.endswith(".")] == []
