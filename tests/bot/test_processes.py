"""What each type of process does, and where it cannot start."""

import pytest

from bot.processes import Process, check
from bot.settings import Settings, settings_from
from dialogues.errors import CannotStart
from dialogues.ports import Intake

SHARED = {
    "TITIAN_OPERATOR": "Yayasan Contoh",
    "TITIAN_DATABASE_URL": "postgresql+psycopg://titian@db/titian",
    "TITIAN_KEYRING": "postgresql+psycopg://titian@keys/keys",
    "TITIAN_MASTER_KEY": "0" * 64,
    "TITIAN_TELEGRAM_TOKEN": "1:a",
    "TITIAN_SLACK_BOT_TOKEN": "xoxb-a",
    "TITIAN_SLACK_APP_TOKEN": "xapp-a",
}
SPLIT = [process for process in Process if process is not Process.RUN]


def settings(**other: str) -> Settings:
    return settings_from({k: v for k, v in {**SHARED, **other}.items() if v})


@pytest.mark.parametrize("process", SPLIT)
def test_with_two_databases_and_a_platform_every_type_starts(process: Process) -> None:
    check(process, settings())


@pytest.mark.parametrize("process", SPLIT)
@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"TITIAN_DATABASE_URL": "sqlite:///var/titian.db"}, "SQLite has room for one"),
        ({"TITIAN_KEYRING": "memory:"}, "need the same keys"),
        ({"TITIAN_KEYRING": "file:var/keyring"}, "need the same keys"),
        ({"TITIAN_PLAYGROUND": "on"}, "keeps its chats in one process"),
    ],
)
def test_what_one_process_owns_is_not_shared(
    process: Process, other: dict[str, str], said: str
) -> None:
    with pytest.raises(CannotStart, match=said):
        check(process, settings(**other))


@pytest.mark.parametrize(
    ("process", "other", "said"),
    [
        (
            Process.SOCKET,
            {"TITIAN_SLACK_APP_TOKEN": "", "TITIAN_SLACK_SIGNING_SECRET": "s"},
            "needs TITIAN_SLACK_BOT_TOKEN",
        ),
        (Process.POLL, {"TITIAN_TELEGRAM_TOKEN": ""}, "needs TITIAN_TELEGRAM_TOKEN"),
        (
            Process.POLL,
            {"TITIAN_TELEGRAM_MODE": "webhook", "TITIAN_PUBLIC_URL": "https://titian.example"},
            "nothing is polled",
        ),
    ],
)
def test_who_has_nothing_to_listen_to_says_so(
    process: Process, other: dict[str, str], said: str
) -> None:
    with pytest.raises(CannotStart, match=said):
        check(process, settings(**other))


def test_run_does_everything_and_starts_with_anything() -> None:
    check(Process.RUN, Settings())
    assert all(Process.RUN.takes(intake) for intake in Intake)
    assert Process.RUN.serves and Process.RUN.delivers and Process.RUN.keeps_time


def test_each_thing_is_done_by_one_type() -> None:
    taken = {intake: [p for p in SPLIT if p.takes(intake)] for intake in Intake}
    assert taken == {
        Intake.POLL: [Process.POLL],
        Intake.SOCKET: [Process.SOCKET],
        Intake.WEB: [Process.WEB],
        Intake.PAGE: [],
    }
    assert [p for p in SPLIT if p.serves] == [Process.WEB]
    assert [p for p in SPLIT if p.delivers] == [Process.WORKER]
    assert [p for p in SPLIT if p.keeps_time] == [Process.CLOCK]
