"""`titian doctor`: each finding by itself, in one sentence; and the look at a real server."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.disks import keyring_beside, same_folder
from bot.doctor import Postgres, Snapshot, findings
from bot.examining import examine, open_swaps, readable_by_others
from bot.settings import Settings
from storage import inspection
from storage.database import upgrade
from storage.keyrings import open_keyring
from tests.attacks import play

ROOT = Path(__file__).parents[2]
SOUND = Snapshot()


def server(**settings: str) -> Snapshot:
    return replace(SOUND, servers=(Postgres("database", settings),))


def test_a_sound_server_has_nothing_to_mend() -> None:
    quiet = {
        "archive_mode": "off",
        "wal_level": "replica",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "-1",
        "log_parameter_max_length_on_error": "0",
        "shared_preload_libraries": "",
        "track_commit_timestamp": "off",
    }
    assert findings(server(**quiet)) == ()


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(SOUND, same_folder=True, same_disk=True), "folder of the database"),
        (replace(SOUND, same_disk=True), "same file system"),
        (replace(SOUND, same_server=True), "same PostgreSQL server"),
        (replace(SOUND, readable_keys=True), "chmod"),
        (replace(SOUND, master_beside=True), "beside the keys"),
        (replace(SOUND, master_set=False), "no master key"),
        (replace(SOUND, keyless=2), "no key in the keyring"),
        (replace(SOUND, swaps=("/dev/sda2",)), "/dev/sda2"),
        (replace(SOUND, core_dumps=True), "Core dumps"),
        (replace(SOUND, clock_synchronised=False), "clock"),
        (replace(SOUND, public_url="http://titian.example"), "https"),
        (replace(SOUND, schema="newer"), "newer"),
        (replace(SOUND, schema="older"), "titian migrate"),
        (replace(SOUND, schema="missing"), "no tables"),
        (replace(SOUND, unreachable=("database",)), "cannot be reached"),
        (replace(SOUND, platforms=("Slack lacks a scope, so: add it.",)), "scope"),
        (server(archive_mode="on"), "archive_mode"),
        (server(archive_mode="always"), "archive_mode"),
        (server(wal_level="logical"), "wal_level"),
        (server(log_statement="all"), "log_statement"),
        (server(log_statement="mod"), "with their values"),
        (server(log_min_duration_statement="0"), "log_min_duration"),
        (server(log_min_duration_sample="100"), "log_min_duration"),
        (server(log_duration="on"), "log_min_duration"),
        (server(log_transaction_sample_rate="0.5"), "log_min_duration"),
        (server(log_parameter_max_length_on_error="-1"), "on_error"),
        (server(shared_preload_libraries="auto_explain"), "auto_explain"),
        (server(track_commit_timestamp="on"), "track_commit_timestamp"),
        (replace(SOUND, servers=(Postgres("database of keys", {}, 2),)), "2 replica"),
    ],
)
def test_each_finding_is_one_sentence_that_says_why_and_how(seen: Snapshot, words: str) -> None:
    (sentence,) = findings(seen)
    assert words in sentence
    assert sentence.endswith(".") and ": " in sentence
    assert ". " not in sentence, "one sentence"


def test_values_that_are_not_logged_are_not_said_to_be() -> None:
    (sentence,) = findings(server(log_statement="all", log_parameter_max_length="0"))
    assert "with their values" not in sentence


def test_without_a_live_platform_the_keyring_may_lie_beside_the_database() -> None:
    """T23: the playground and the demo do; people there read the weaker sentence."""
    seen = replace(SOUND, live=False, same_folder=True, same_disk=True, master_beside=True)
    assert findings(replace(seen, schema="missing")) == ()
    assert len(findings(replace(seen, live=True))) == 2


def test_what_lies_in_one_folder(tmp_path: Path) -> None:
    file = tmp_path / "var" / "titian.db"
    assert same_folder(tmp_path / "var" / "keyring", file)
    assert same_folder(tmp_path / "var", file)
    assert same_folder(tmp_path, file)
    assert not same_folder(tmp_path / "keys", file)
    assert not same_folder(None, file)
    live = {"telegram_token": "1:x", "operator": "o", "database_url": f"sqlite:///{file}"}
    assert keyring_beside(Settings(**live, keyring=f"file:{tmp_path / 'var' / 'keyring'}"))  # type: ignore[arg-type]
    assert not keyring_beside(Settings(**live, keyring="memory:"))  # type: ignore[arg-type]


def test_swaps_in_memory_or_encrypted_are_fine(tmp_path: Path) -> None:
    (tmp_path / "dm-0" / "dm").mkdir(parents=True)
    (tmp_path / "dm-0" / "dm" / "uuid").write_text("CRYPT-PLAIN-swap\n")
    (tmp_path / "dm-1" / "dm").mkdir(parents=True)
    (tmp_path / "dm-1" / "dm" / "uuid").write_text("LVM-abc\n")
    head = "Filename Type Size Used Priority\n"
    lines = "/dev/zram0 partition 1 0 100\n/dev/dm-0 partition 1 0 -2\n"
    assert open_swaps(head + lines, tmp_path) == ()
    assert open_swaps(
        f"{head}{lines}/dev/dm-1 partition 1 0 -3\n/swapfile file 1 0 -4\n", tmp_path
    ) == (
        "/dev/dm-1",
        "/swapfile",
    )
    assert open_swaps("", tmp_path) == ()


def test_a_keyring_that_others_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "keyring"
    assert not readable_by_others(folder)
    open_keyring(f"file:{folder}", None)[0].make("inbox")
    assert not readable_by_others(folder)
    (folder / "master").chmod(0o640)
    assert readable_by_others(folder)
    (folder / "master").chmod(0o600)
    folder.chmod(0o755)
    assert readable_by_others(folder)


def test_the_schema_of_a_database(database_url: str) -> None:
    assert inspection.schema(database_url) == "missing"
    upgrade(database_url)
    assert inspection.schema(database_url) == "current"
    engine = sa.create_engine(database_url)
    for revision, name in (("0001", "older"), ("9999", "newer")):
        with engine.begin() as link:
            link.execute(sa.text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        assert inspection.schema(database_url) == name
    engine.dispose()


def test_looking_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'titian.db'}", keyring=f"file:{tmp_path / 'keyring'}"
    )
    seen = examine(settings)
    assert (seen.schema, seen.same_folder, seen.keyless) == ("missing", True, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_postgresql_server_is_asked_for_its_settings(postgres: str) -> None:
    found = inspection.server(postgres)
    assert found is not None
    assert found.settings["archive_mode"] == "off"
    assert found.settings["log_statement"] == "none"
    assert set(found.settings) == set(inspection.SETTINGS)
    assert (
        findings(replace(SOUND, servers=(Postgres("database", found.settings, found.copies),)))
        == ()
    )
    assert inspection.server("postgresql+psycopg://nobody@127.0.0.1:1/none") is None
    keys = Settings(database_url=postgres, keyring=postgres.replace("/postgres", "/keys"))
    assert examine(keys).same_server


async def test_an_open_check_in_without_its_key_is_noticed(world: Any) -> None:
    await play.set_up(world)
    await play.start_review(world, "6h")
    url = f"sqlite:///{world.folder / 'titian.db'}"
    names = frozenset(world.app.house.keyring.names())
    assert inspection.keyless(url, names) == 0
    assert inspection.keyless(url, names - {"round-1-slot"}) == 1
    assert inspection.keyless(url, frozenset()) == 2


def run_doctor(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
    given = {
        "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
        "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_names_what_is_to_be_mended(tmp_path: Path) -> None:
    live = {"TITIAN_TELEGRAM_TOKEN": "1:x", "TITIAN_OPERATOR": "Somebody"}
    done = run_doctor(tmp_path, **live, TITIAN_PUBLIC_URL="http://titian.example")
    assert done.returncode == 1, done.stderr
    said = done.stdout.splitlines()
    assert all(line.startswith("- ") for line in said)
    assert any("keyring lies in the folder" in line for line in said)
    assert any("https" in line for line in said)
    refused = run_doctor(tmp_path, TITIAN_OPERATR="x")
    assert refused.returncode == 2
