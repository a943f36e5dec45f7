"""Keys, kept outside the database: one for a round's slots, one for its seal, one for comments.

Destroying a key is what makes a closed round unreadable. Overwriting a file promises
nothing on an SSD or a snapshot; what counts is that no copy of the keyring was made.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from nacl import exceptions, secret
from nacl import utils as nacl_random

from dialogues.errors import KeyLost, NotNow

SIZE = secret.Aead.KEY_SIZE
NAME = re.compile(r"^[a-z]+(-\d+(-[a-z]+(-\d+)?)?)?$")

FORGOTTEN = re.compile(r"^forgotten-(\d+)-at-(\d+)$")


def slot_key(round_id: int) -> str:
    """The name of the key that makes a round's slots."""
    return f"round-{round_id}-slot"


def seal_key(round_id: int, number: int) -> str:
    """The name of the key that seals a round's ballots, by its number."""
    return f"round-{round_id}-seal-{number}"


def is_seal_key(name: str, round_id: int) -> bool:
    """Whether *name* is that of a key that seals, or sealed, a round's ballots."""
    return name.startswith(f"round-{round_id}-seal-")


def comment_key(round_id: int) -> str:
    """The name of the key that seals the comments of a round's Result."""
    return f"round-{round_id}-comments"


def reflection_key(member: int) -> str:
    """The name of the key under which a broker's own reflections are sealed."""
    return f"reflection-{member}"


HOUSE = "house"
"""The name of the key that only the keyring of one database has."""
TURNING = "turning"
"""The file that says that a folder's keys are on their way under another master key."""


def forgotten_key(person: int, at: int) -> str:
    """Not a key but a note: who was deleted when (seconds), for older copies of the database."""
    return f"forgotten-{person}-at-{at}"


def forgotten(names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Each person that `forgotten_key` notes among *names*, with when."""
    for name in names:
        if found := FORGOTTEN.match(name):
            yield int(found[1]), int(found[2])


class Keyring(Protocol):
    """Where keys live. Names are ours and hold no person."""

    strong: bool
    """Whether a destroyed key is gone from every copy: it decides what people are promised."""

    def make(self, name: str) -> bytes:
        """A fresh key of 32 random bytes under *name*; an existing one is kept and returned."""
        ...

    def get(self, name: str) -> bytes:
        """The key called *name*. Raises KeyLost."""
        ...

    def destroy(self, name: str) -> None:
        """Forget the key; no error where it is gone already."""
        ...

    def names(self) -> Iterable[str]:
        """Every key's name."""
        ...

    def close(self) -> None:
        """Let go of whatever holds the keys."""
        ...


class MemoryKeyring:
    """Keys that a restart ends: for tests, and for rounds of a day on a server kept running."""

    strong = True

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return "MemoryKeyring()"

    def make(self, name: str) -> bytes:
        """See Keyring."""
        return self._keys.setdefault(checked(name), nacl_random.random(SIZE))

    def get(self, name: str) -> bytes:
        """See Keyring."""
        try:
            return self._keys[checked(name)]
        except KeyError:
            raise KeyLost(name) from None

    def destroy(self, name: str) -> None:
        """See Keyring."""
        self._keys.pop(checked(name), None)

    def names(self) -> Iterable[str]:
        """See Keyring."""
        return list(self._keys)

    def close(self) -> None:
        """See Keyring."""


class FileKeyring:
    """A folder with one file a key, 0600, wrapped by the master key and bound to its name."""

    strong = False

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._box = secret.Aead(master)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def __repr__(self) -> str:
        return "FileKeyring()"

    def make(self, name: str) -> bytes:
        """See Keyring. On the disk before it is returned."""
        try:
            return self.get(name)
        except KeyLost:
            key = nacl_random.random(SIZE)
        write_whole(self._path(name), bytes(self._box.encrypt(key, aad=name.encode())))
        return key

    def get(self, name: str) -> bytes:
        """See Keyring. A damaged file counts as a lost key.

        Raises NotNow where the master key was changed meanwhile: nothing is lost then.
        """
        try:
            return self._open(name)
        except (FileNotFoundError, exceptions.CryptoError, ValueError):
            self._see_that_it_is_ours(name)
            raise KeyLost(name) from None

    def _open(self, name: str) -> bytes:
        return self._box.decrypt(self._path(name).read_bytes(), aad=name.encode())

    def _see_that_it_is_ours(self, name: str) -> None:
        try:
            if name != HOUSE:
                self._open(HOUSE)
        except FileNotFoundError:
            pass
        except (exceptions.CryptoError, ValueError):
            raise NotNow from None
        if (self._folder / TURNING).exists():
            raise NotNow

    def destroy(self, name: str) -> None:
        """See Keyring. Overwritten, removed, and the folder synced."""
        path = self._path(name)
        try:
            with path.open("r+b") as file:
                file.write(nacl_random.random(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        sync(self._folder)

    def names(self) -> Iterable[str]:
        """See Keyring."""
        return [path.stem for path in self._folder.glob("*.key") if NAME.match(path.stem)]

    def close(self) -> None:
        """See Keyring."""

    def _path(self, name: str) -> Path:
        return self._folder / f"{checked(name)}.key"


def write_whole(path: Path, content: bytes) -> None:
    """A file, 0600: as it was, or whole and on the disk."""
    part = path.with_suffix(".part")
    _write(part, content, os.O_TRUNC)
    part.replace(path)
    sync(path.parent)


def write_first(path: Path, content: bytes, part: Path) -> bool:
    """A file, 0600, by way of *part*: absent, or whole and on the disk; never in another's place.

    Returns whether it is this one: somebody may have been first.
    """
    _write(part, content, os.O_EXCL)
    try:
        path.hardlink_to(part)
    except (FileExistsError, FileNotFoundError):  # the latter: *part* was swept
        return False
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)
    return True


def _write(path: Path, content: bytes, how: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """What stands in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checked(name: str) -> str:
    """*name*, if it can be a key's. Raises ValueError."""
    if not NAME.match(name):
        raise ValueError("not a key's name")
    return name
