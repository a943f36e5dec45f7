"""Worlds for attackers: a partnership that is set up once and copied for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import play
from tests.attacks.play import Opener


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("town")


@pytest.fixture
async def town(world: Any, town_folder: Path) -> Path:
    """A folder with the database and the keyring of a partnership without a review."""
    if not (town_folder / "titian.db").exists():
        made = type(world)(town_folder, keyring=f"file:{town_folder / 'keyring'}")
        await made.start()
        await play.set_up(made)
        await made.stop()
    return town_folder


@pytest.fixture
async def opened(world: Any, town: Path, tmp_path: Path) -> AsyncIterator[Opener]:
    """Opens worlds with a review just begun: `await opened(window="6h", folder=…)`."""
    made: list[Any] = []

    async def open_world(window: str = "6h", folder: Path | None = None) -> Any:
        home = folder or tmp_path / f"server{len(made)}"
        shutil.copytree(town, home, dirs_exist_ok=True)
        other = type(world)(home, keyring=f"file:{home / 'keyring'}")
        await other.app.introduce()
        await other.start()
        made.append(other)
        if window:
            await play.start_review(other, window)
        return other

    yield open_world
    for other in made:
        await other.stop()


@pytest.fixture
async def on_either(database_url: str, world: Any, opened: Opener, tmp_path: Path) -> Any:
    """A world with an open review on SQLite and on PostgreSQL."""
    if database_url.startswith("sqlite"):
        yield await opened()
        return
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = type(world)(folder, database_url=database_url, keyring=f"file:{folder / 'keyring'}")
    await other.start()
    await play.set_up(other)
    await play.start_review(other, "6h")
    yield other
    await other.stop()
