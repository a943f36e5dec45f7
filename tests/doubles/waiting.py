"""Waiting for something to come true, with a complaint that tells what was there instead."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Got = TypeVar("Got")
PATIENCE = 20.0
"""Seconds: nothing that works takes so long, however much else the machine has to do."""


async def until(
    get: Callable[[], Got],
    timeout: float,  # noqa: ASYNC109
    complaint: Callable[[], object],
    every: float = 0.01,
) -> Got:
    """What `get` returns as soon as it is true; after `timeout` seconds fails with `complaint`.

    It is looked at *every* so many seconds: seldom, where looking is work.
    """
    end = time.monotonic() + timeout
    while not (got := get()):
        if time.monotonic() > end:
            raise AssertionError(complaint())
        await asyncio.sleep(every)
    return got
