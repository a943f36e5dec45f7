"""Two hundred people who tap at the same moment: how long the last one waits.

On Slack from delivery to acknowledgement, committed; on Telegram until the message was
edited, which comes after the button was answered. Slack gives up after three seconds.
"""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bench import slack_payloads as payloads
from bench.slack import APP, BOT, ROUND, stock
from bench.slack_server import Server, served
from bench.telegram import Canned, tap

PEOPLE = 200
BEGIN, PICK = f"r:{ROUND}:begin", f"r:{ROUND}:pick:0:3"


def slack() -> float:
    """Seconds that the last of two hundred waits on Slack; nobody was met there before."""
    return _in_a_folder(_on_slack)


def stock_slack() -> float:
    """The same with stock Bolt, which acknowledges first and does nothing."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(_with_stock())


def telegram() -> float:
    """Seconds that the last of two hundred waits on Telegram."""
    return _in_a_folder(_on_telegram)


def _in_a_folder(work: Callable[[Path], Awaitable[float]]) -> float:
    logging.disable(logging.CRITICAL)

    async def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            return await work(Path(folder))

    return asyncio.run(run())


async def _slowest(server: Server, token: str) -> float:
    users = [f"U{1000 + number}" for number in range(PEOPLE)]
    taps = [payloads.tap(user, token, server.hook) for user in users]
    acked = await asyncio.gather(*(server.deliver("interactive", one) for one in taps))
    return max(each.seconds for each in acked)


async def _on_slack(folder: Path) -> float:
    from adapters.slack.adapter import Slack
    from bench.group import opened

    async with served() as server:
        adapter = Slack(BOT, APP, server.api)
        app, round_id = await opened(folder, {"slack": adapter}, "slack", PEOPLE)
        up = asyncio.Event()
        running = asyncio.create_task(adapter.run(app.conversation, up.set))
        await up.wait()
        waits = [await _slowest(server, token) for token in (BEGIN, PICK)]
        await server.until_sent(2 * PEOPLE)
        running.cancel()
        await asyncio.wait([running])
        await app.check(round_id, PEOPLE, 1)
        return max(waits)


async def _with_stock() -> float:
    async with served() as server:
        app, _ = stock(server.api)
        handler = AsyncSocketModeHandler(app, APP)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        waits = [await _slowest(server, token) for token in (BEGIN, PICK)]
        await handler.close_async()  # type: ignore[no-untyped-call]
        return max(waits)


async def _on_telegram(folder: Path) -> float:
    from adapters.telegram.adapter import Telegram
    from adapters.telegram.pacing import Pace
    from bench.group import opened

    transport = Canned()
    adapter = Telegram("1:x", "http://127.0.0.1:1", pace=Pace(0, 0, 0), request=transport)
    app, round_id = await opened(folder, {"telegram": adapter}, "telegram", PEOPLE)
    up, loop = asyncio.Event(), asyncio.get_running_loop()
    running = asyncio.create_task(adapter.run(app.conversation, up.set))
    await up.wait()
    waits: list[float] = []
    for token in (BEGIN, PICK):
        began = loop.time()
        first = len(waits) * PEOPLE + 1
        await transport.deliver([tap(n, first + n, token) for n in range(PEOPLE)])
        waits.append(loop.time() - began)
    running.cancel()
    await asyncio.wait([running])
    await app.check(round_id, PEOPLE, 1)
    return max(waits)
