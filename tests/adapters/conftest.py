"""What tests of the adapters stand on."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack import pacing
from tests.adapters.slack_ground import Ground, grounded


@pytest.fixture(autouse=True)
def no_noise(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing that asyncio would complain about."""
    yield
    said = [r for r in caplog.records if r.name == "asyncio" and r.levelno >= logging.WARNING]
    assert not said, said


@pytest.fixture
async def ground(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ground]:
    """Without the pace of one message a second, on either side."""
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    async with grounded(limits=False) as made:
        yield made
