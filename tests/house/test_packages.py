"""Our four names are ours alone: another package of the same name would be merged with them."""

from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

OURS = ("bot", "adapters", "dialogues", "storage", "bench", "tests")


def strangers() -> dict[str, set[str]]:
    """Say which other distributions bring one of our names."""
    owners = packages_distributions()
    brought = {name: set(owners.get(name, ())) - {"titian"} for name in OURS}
    return {name: others for name, others in brought.items() if others}


def test_nobody_else_owns_our_names() -> None:
    assert strangers() == {}


def test_a_stranger_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "model_adapters-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: model-adapters\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("adapters\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert strangers() == {"adapters": {"model-adapters"}}
