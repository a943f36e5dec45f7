"""Keyrings: what each promises, and the one that is a table in a second database."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BufferedWriter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.errors import CannotStart, KeyLost, NotNow
from storage.keyring import FileKeyring, Keyring, MemoryKeyring, seal_key
from storage.keyrings import TableKeyring, open_keyring

MASTER = "ab" * 32


@pytest.fixture
def second(postgres: str) -> str:
    """A database for keys; one for all tests of a session, each with names of its own."""
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        found = link.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = 'keys'")).first()
        if found is None:
            link.execute(sa.text("CREATE DATABASE keys"))
    engine.dispose()
    return sa.make_url(postgres).set(database="keys").render_as_string(hide_password=False)


@pytest.fixture
def open_second(second: str) -> Iterator[Callable[[str], Keyring]]:
    """Opens the database of keys with a master key."""
    made: list[Keyring] = []

    def opened(master: str) -> Keyring:
        made.append(open_keyring(second, master)[0])
        return made[-1]

    yield opened
    for ring in made:
        ring.close()


def test_what_a_keyring_promises(tmp_path: Path, open_second: Callable[[str], Keyring]) -> None:
    """DESIGN 4: a folder may live on in a copy; memory and a second database do not."""
    assert open_keyring("memory:", None)[0].strong
    assert open_second(MASTER).strong
    assert not open_keyring(f"file:{tmp_path / 'keys'}", None)[0].strong


def test_a_table_keeps_makes_and_forgets_keys(open_second: Callable[[str], Keyring]) -> None:
    ring = open_second(MASTER)
    assert isinstance(ring, TableKeyring)
    name = seal_key(int.from_bytes(os.urandom(3), "big"), 1)
    with pytest.raises(KeyLost):
        ring.get(name)
    key = ring.make(name)
    assert len(key) == 32 and ring.make(name) == key
    again = open_second(MASTER)
    assert again.get(name) == key and name in again.names()
    with pytest.raises(KeyLost):
        open_second("cd" * 32).get(name)
    ring.destroy(name)
    ring.destroy(name)
    with pytest.raises(KeyLost):
        again.get(name)
    assert name not in ring.names()
    with pytest.raises(ValueError, match="name"):
        ring.get("x'; DROP TABLE titian_key")
    assert repr(ring) == "TableKeyring()"


def test_a_key_is_wrapped_and_bound_to_its_name(
    second: str, open_second: Callable[[str], Keyring]
) -> None:
    ring = open_second(MASTER)
    one, other = (seal_key(int.from_bytes(os.urandom(3), "big"), n) for n in (1, 2))
    key = ring.make(one)
    ring.make(other)
    engine = sa.create_engine(second)
    with engine.begin() as link:
        query = sa.text("SELECT wrapped FROM titian_key WHERE name = :n")
        wrapped = bytes(link.execute(query, {"n": one}).scalar_one())
        assert key not in wrapped
        swap = sa.text("UPDATE titian_key SET wrapped = :w WHERE name = :n")
        link.execute(swap, {"w": wrapped, "n": other})
    engine.dispose()
    with pytest.raises(KeyLost):
        ring.get(other)


def test_a_database_that_is_away_is_no_lost_key(
    postgres: str, open_second: Callable[[str], Keyring]
) -> None:
    """A lost key ends a round without a result: only a key that is gone may say so."""
    ring = open_second(MASTER)
    ring.make("inbox")
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        link.execute(sa.text("ALTER DATABASE keys ALLOW_CONNECTIONS false"))
        mine = "pid <> pg_backend_pid() AND datname = 'keys'"
        stop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"
        link.execute(sa.text(stop))
        try:
            with pytest.raises(NotNow):
                ring.get("inbox")
        finally:
            link.execute(sa.text("ALTER DATABASE keys ALLOW_CONNECTIONS true"))
    engine.dispose()
    assert ring.get("inbox")


@pytest.mark.parametrize(
    ("where", "master", "words"),
    [
        ("postgresql+psycopg://a@h/titian", MASTER, "database itself"),
        ("postgresql+psycopg://a@h:1/keys", None, "TITIAN_MASTER_KEY"),
        ("postgresql+psycopg://a@127.0.0.1:1/keys", MASTER, "cannot be used"),
        ("sqlite:///keys.db", MASTER, "second database"),
        ("nowhere", MASTER, "memory:"),
    ],
)
def test_a_place_that_will_not_do(where: str, master: str | None, words: str) -> None:
    with pytest.raises(CannotStart, match=words):
        open_keyring(where, master, "postgresql+psycopg://b@h:5432/titian")


def test_no_password_of_a_database_is_said() -> None:
    with pytest.raises(CannotStart) as caught:
        open_keyring("postgresql+psycopg://a:geheim@127.0.0.1:1/keys", MASTER)
    assert "geheim" not in str(caught.value)


def test_every_kind_forgets_what_it_destroys(tmp_path: Path) -> None:
    for ring in (MemoryKeyring(), FileKeyring(tmp_path / "ring", os.urandom(32))):
        ring.make("inbox")
        ring.destroy("inbox")
        ring.destroy("inbox")
        with pytest.raises(KeyLost):
            ring.get("inbox")


def dead_at(step: int, where: str) -> bool:
    """Open a keyring in a fork that dies by kill -9 before its n-th step; whether it has one."""
    process = os.fork()
    if process == 0:
        calls = count(1)

        def look(frame: object, event: str, called: Any) -> None:
            on_disk = event == "c_call" and (
                called.__module__ == "posix" or isinstance(called.__self__, BufferedWriter)
            )
            if on_disk and next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(look)
        try:
            open_keyring(where, None)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def test_a_first_start_that_is_killed_leaves_a_whole_master_key_or_none(tmp_path: Path) -> None:
    """It used to be created and then written: a death between had to be mended by hand."""
    left: set[frozenset[str]] = set()
    for step in count(1):
        folder = tmp_path / str(step)
        died = dead_at(step, f"file:{folder}")
        there = folder / "master"
        before = there.read_text() if there.exists() else None
        assert before is None or len(bytes.fromhex(before)) == 32, step
        parts = [] if not folder.exists() else [path.suffix for path in folder.iterdir()]
        left.add(frozenset(parts))
        ring, made = open_keyring(f"file:{folder}", None)
        assert made == (before is None), step
        assert before is None or there.read_text() == before
        assert [path.name for path in folder.iterdir()] == ["master"], step
        assert there.stat().st_mode & 0o777 == 0o600
        if not died:
            break
        ring.make("inbox")
        assert open_keyring(f"file:{folder}", None)[0].get("inbox")
    assert left == {frozenset(kinds) for kinds in ((), (".part",), ("", ".part"), ("",))}


def test_first_starts_at_once_agree_on_one_master_key(tmp_path: Path) -> None:
    for turn in range(20):
        where, ready = f"file:{tmp_path / str(turn)}", threading.Barrier(4)

        def start(_: int, where: str = where, ready: threading.Barrier = ready) -> bool:
            ready.wait()
            return open_keyring(where, None)[1]

        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(start, range(4)))
        assert made.count(True) == 1
        assert [path.name for path in (tmp_path / str(turn)).iterdir()] == ["master"]
