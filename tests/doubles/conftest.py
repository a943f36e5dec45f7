"""Clients on the doubles, with clocks that stand still."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.bolt_bot import Web
from tests.doubles.clock import Clock
from tests.doubles.ptb_bot import Caller, calling
from tests.doubles.slack_double import SlackDouble


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """A client of Telegram that may send to Alice."""
    clock = Clock(still=True)
    async with calling(clock) as (tg, bot):
        made = Caller(tg, bot, clock)
        await made.alice.send("/start")
        yield made


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A client of Slack that may post to Alice."""
    clock = Clock(still=True)
    async with SlackDouble(clock=clock, messages_tab_read_only=False) as slack:
        yield Web(slack, clock)
