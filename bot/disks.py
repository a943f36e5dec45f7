"""Where keys and database lie: one copy of a folder or a disk would take both along."""

from pathlib import Path

from bot.settings import Settings
from storage.database import database_file


def keyring_beside(settings: Settings) -> bool:
    """Whether one copy would take along the database and a file keyring, master key or not."""
    if not settings.keyring.startswith("file:"):
        return False
    folder, file = (
        Path(settings.keyring.removeprefix("file:")),
        database_file(settings.database_url),
    )
    return same_folder(folder, file) or same_disk(folder, file)


def same_folder(folder: Path | None, file: Path | None) -> bool:
    """Whether keys and database lie below one folder that is theirs."""
    if folder is None or file is None:
        return False
    keys, home = folder.resolve(), file.resolve().parent
    return home == keys or home in keys.parents or keys in home.parents


def same_disk(folder: Path | None, file: Path | None) -> bool:
    """Whether keys and database lie on one file system."""
    if folder is None or file is None:
        return False
    return _device(folder) == _device(file)


def _device(path: Path) -> int:
    there = path.resolve()
    while not there.exists():
        there = there.parent
    return there.stat().st_dev
