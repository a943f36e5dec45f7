"""A start that cannot be: one sentence that says what to do, exit code 2, nothing damaged."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.settings import Settings, settings_from
from dialogues.errors import CannotStart
from storage.database import open_engine, upgrade

ROOT = Path(__file__).parents[2]


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
    given = {
        "TITIAN_PORT": "0",
        "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
        "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    refused(start(tmp_path, TITIAN_DATABSE_URL="x"), "TITIAN_DATABASE_URL")


def test_an_occupied_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(start(tmp_path, TITIAN_PORT=port), port, "TITIAN_PORT")


def test_a_database_newer_than_the_code(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'titian.db'}"
    upgrade(url)
    engine = open_engine(url)
    with engine.begin() as link:
        link.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    refused(start(tmp_path), "newer than this version")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "titian.db").write_text("Dear Budi, " * 50)
    refused(start(tmp_path), "not a Titian database")
    assert (tmp_path / "titian.db").read_text().startswith("Dear Budi")


def test_a_read_only_database_says_so() -> None:
    from storage.database import _reason

    error = sa.exc.OperationalError("x", {}, Exception("attempt to write a readonly database"))
    assert "read-only" in _reason("sqlite:///var/titian.db", error)


def test_a_wrong_master_key(tmp_path: Path) -> None:
    refused(start(tmp_path, TITIAN_MASTER_KEY="secret"), "64 hexadecimal digits")


def test_a_live_platform_needs_an_operator(tmp_path: Path) -> None:
    refused(start(tmp_path, TITIAN_TELEGRAM_TOKEN="1:x"), "TITIAN_OPERATOR")


def test_the_playground_never_stands_beside_a_public_address(tmp_path: Path) -> None:
    done = start(tmp_path, TITIAN_PUBLIC_URL="https://titian.example", TITIAN_PLAYGROUND="on")
    refused(done, "TITIAN_PLAYGROUND=off")


@pytest.mark.parametrize(
    ("name", "value"),
    [("TITIAN_PORT", "many"), ("TITIAN_PORT", "99999"), ("TITIAN_LOG", "loud")],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(CannotStart, match=name):
        settings_from({name: value})


def test_defaults_are_the_playground() -> None:
    settings = settings_from({})
    assert settings == Settings()
    assert settings.with_playground and settings.founding_open and not settings.live
    live = settings_from({"TITIAN_TELEGRAM_TOKEN": "1:x", "TITIAN_OPERATOR": "Yayasan"})
    assert live.live and not live.with_playground and not live.founding_open


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"TELEGRAM_MODE": "webhook"}, "TITIAN_PUBLIC_URL"),
        ({"TELEGRAM_MODE": "webhook", "PUBLIC_URL": "http://titian.example"}, "https://"),
        ({"TELEGRAM_MODE": "webhook", "PUBLIC_URL": "http://localhost.evil"}, "https://"),
        (
            {
                "TELEGRAM_MODE": "webhook",
                "PUBLIC_URL": "https://titian.example",
                "TELEGRAM_WEBHOOK_SECRET": "too short",
            },
            "16 to 256 letters",
        ),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "TITIAN_SLACK_APP_TOKEN .*TITIAN_SLACK_SIGNING_SECRET"),
    ],
)
def test_what_arrives_nowhere_is_said_at_the_start(other: dict[str, str], said: str) -> None:
    known = {"TITIAN_TELEGRAM_TOKEN": "1:x", "TITIAN_OPERATOR": "Yayasan"}
    with pytest.raises(CannotStart, match=said):
        settings_from({**known, **{f"TITIAN_{name}": value for name, value in other.items()}})


def test_an_empty_setting_is_as_good_as_none() -> None:
    assert settings_from({"TITIAN_PUBLIC_URL": "  "}) == Settings()


def test_secrets_do_not_show() -> None:
    shown = repr(settings_from({"TITIAN_TELEGRAM_TOKEN": "123:abc", "TITIAN_OPERATOR": "Y"}))
    assert "123:abc" not in shown
