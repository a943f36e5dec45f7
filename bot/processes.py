"""The types of process (DESIGN 8): all made of the same parts, each running some of them."""

import gc
import sys
from enum import StrEnum

from bot.settings import Settings
from dialogues.errors import CannotStart
from dialogues.ports import Intake


class Process(StrEnum):
    """What one process does. On PostgreSQL several of each may run."""

    RUN = "run"
    WEB = "web"
    WORKER = "worker"
    CLOCK = "clock"
    SOCKET = "socket"
    POLL = "poll"

    @property
    def serves(self) -> bool:
        """Whether it has a web server."""
        return self in (Process.RUN, Process.WEB)

    @property
    def delivers(self) -> bool:
        """Whether it sends what waits in the outbox."""
        return self in (Process.RUN, Process.WORKER)

    @property
    def keeps_time(self) -> bool:
        """Whether it answers timers, closes, seals again and sweeps, when it is its turn."""
        return self in (Process.RUN, Process.CLOCK)

    def takes(self, intake: Intake) -> bool:
        """Whether it takes events that arrive so."""
        return self is Process.RUN or self.value == intake.value


class TurnLost(Exception):
    """Another process may have what this one had."""


SHARE = 0.0005
OFTEN = (2_000, 20, 100)
"""How many objects more until the collector looks through the youngest, the younger, all."""


def settle() -> None:
    """Make ready for many people at once.

    What is loaded by now is there to stay: Python's collector would look through all of it again
    and again, and answer nobody for a sixth of a second each time; what comes later it looks
    through less often. And a thread that comes back from the database, fifteen times a reading,
    would wait five milliseconds each time for the one that talks to everybody.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)
    sys.setswitchinterval(SHARE)


def check(process: Process, settings: Settings) -> None:
    """See that *process* can run beside others with *settings*.

    Raises:
        CannotStart: It cannot, and what to do about it.
    """
    if process is Process.RUN:
        return
    if not settings.database_url.startswith("postgresql"):
        raise CannotStart(
            f'"titian {process}" is one process of several, and SQLite has room for one: '
            'use "titian run", or name a PostgreSQL database in TITIAN_DATABASE_URL.'
        )
    if not settings.keyring.startswith("postgresql"):
        raise CannotStart(
            f'"titian {process}" is one process of several, and all of them need the same keys: '
            "name a second database in TITIAN_KEYRING."
        )
    if settings.with_playground:
        raise CannotStart(
            "The playground keeps its chats in one process: "
            'use "titian run", or set the tokens of a platform and TITIAN_PLAYGROUND=off.'
        )
    _needed(process, settings)


def _needed(process: Process, settings: Settings) -> None:
    if process is Process.SOCKET and not (settings.slack_bot_token and settings.slack_app_token):
        raise CannotStart(
            '"titian socket" listens to Slack: it needs '
            "TITIAN_SLACK_BOT_TOKEN and TITIAN_SLACK_APP_TOKEN."
        )
    if process is Process.POLL and settings.telegram_token is None:
        raise CannotStart('"titian poll" listens to Telegram: it needs TITIAN_TELEGRAM_TOKEN.')
    if process is Process.POLL and settings.telegram_mode == "webhook":
        raise CannotStart(
            'TITIAN_TELEGRAM_MODE is webhook: updates come to "titian web", nothing is polled.'
        )
