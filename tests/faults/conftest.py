"""A campaign with fresh doubles; in the long form, a table of all that happened."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.faults.campaign import HEAD, Campaign, Tally

LONG = os.environ.get("TEST_LONG") == "1"
TALLIES = pytest.StashKey[list[Tally]]()
Opener = Callable[..., Awaitable[Campaign]]


@pytest.fixture
async def campaign(tmp_path: Path) -> AsyncIterator[Opener]:
    """Makes a campaign to so many people; on a SQLite file of its own, unless a URL is given."""
    async with AsyncExitStack() as stack:

        async def opened(size: int, url: str = "") -> Campaign:
            folder = tmp_path / uuid.uuid4().hex[:8]
            folder.mkdir()
            tg = await stack.enter_async_context(TelegramDouble("123456:double"))
            slack = await stack.enter_async_context(SlackDouble("socket"))
            made = Campaign(folder, tg, slack, size, url or f"sqlite:///{folder}/titian.db")
            await made.prepare()
            stack.push_async_callback(made.stop)
            return made

        yield opened


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[Tally], None]:
    """Keeps a tally for the table."""
    kept = request.config.stash.setdefault(TALLIES, [])
    return kept.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, for whoever asked for the long form."""
    tallies = terminalreporter.config.stash.get(TALLIES, [])
    if LONG and tallies:
        terminalreporter.write_line("")
        for line in (HEAD, *map(str, tallies)):
            terminalreporter.write_line(line)
