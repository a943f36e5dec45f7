"""What people do in Slack, acknowledged: Titian, committed, beside stock Bolt, in memory.

Both get the same envelopes on a real WebSocket, one at a time. Titian decides, seals and
commits to SQLite with full synchronisation before it acknowledges; Bolt's listener
acknowledges first and does nothing else. The cost is the median time from an envelope's
delivery to its acknowledgement.
"""

import asyncio
import logging
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bench import slack_payloads as payloads
from bench.slack_payloads import Json
from bench.slack_server import Acked, Server, served
from dialogues.messages import Incoming, Outgoing

PEOPLE = 25
USERS = [f"U{1000 + number}" for number in range(PEOPLE)]
CHOICES = 6
DISPATCHES = 200
PAUSE = 0.002
ROUND = 1
BOT, APP = "xoxb-1", "xapp-1"
ANY = re.compile("")


@dataclass(frozen=True)
class Play:
    """What everybody does: once to warm up, then measured. Both are given the response_url.

    `replies` says how many messages follow each acknowledgement; `told`, whether the
    acknowledgement itself says something; `answers`, what is in each ballot at the end.
    """

    envelope: str
    warm: Callable[[str], list[Json]]
    measured: Callable[[str], list[Json]]
    replies: int
    told: bool
    answers: int


def _tapped(*tokens: str) -> Callable[[str], list[Json]]:
    return lambda hook: [payloads.tap(user, token, hook) for token in tokens for user in USERS]


def _typed(*texts: str) -> Callable[[str], list[Json]]:
    return lambda hook: [payloads.command(user, text, hook) for text in texts for user in USERS]


def _filled(times: int) -> Callable[[str], list[Json]]:
    def make(_: str) -> list[Json]:
        views = [(user, payloads.modal(f"w:{ROUND}", user)) for user in USERS]
        return [payloads.submission(*view) for _ in range(times) for view in views]

    return make


PICKS = [f"r:{ROUND}:pick:{question}:3" for question in range(CHOICES)]
ACTION = Play("interactive", _tapped(f"r:{ROUND}:begin"), _tapped(*PICKS), 1, False, CHOICES)
COMMAND = Play("slash_commands", _typed("help"), _typed(*["help"] * CHOICES), 0, True, 0)
FORM = Play("interactive", _filled(1), _filled(CHOICES), 1, False, len(payloads.QUESTIONS))


async def _delivered(server: Server, play: Play, replies: int) -> tuple[float, list[Acked]]:
    """The median of the measured acknowledgements, and all."""
    acked: list[Acked] = []
    warm, measured = play.warm(server.hook), play.measured(server.hook)
    for number, payload in enumerate([*warm, *measured], 1):
        acked.append(await server.deliver(play.envelope, payload))
        await server.until_sent(number * replies)
        await asyncio.sleep(PAUSE)
    return statistics.median(each.seconds for each in acked[len(warm) :]), acked


# ---- Titian ------------------------------------------------------------------------------
def titian_action() -> float:
    """Seconds until a tap that answers a question is acknowledged by Titian."""
    return _titian(ACTION)


def titian_command() -> float:
    """Seconds until a command is acknowledged by Titian, its answer inside."""
    return _titian(COMMAND)


def titian_form() -> float:
    """Seconds until a whole check-in, handed in, is acknowledged by Titian."""
    return _titian(FORM)


def _titian(play: Play) -> float:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_committed(play, Path(folder)))


async def _committed(play: Play, folder: Path) -> float:
    from adapters.slack.adapter import Slack
    from bench.group import opened
    from bot.processes import settle

    async with served() as server:
        adapter = Slack(BOT, APP, server.api)
        app, round_id = await opened(folder, {"slack": adapter}, "slack", PEOPLE)
        assert round_id == ROUND
        settle()  # as `titian run` does
        up = asyncio.Event()
        running = asyncio.create_task(adapter.run(app.conversation, up.set))
        await up.wait()
        noted: list[int] = []
        link = sqlite3.connect(folder / "titian.db")
        server.on_ack = lambda: noted.extend(*link.execute("SELECT count(*) FROM inbox"))
        median, acked = await _delivered(server, play, play.replies)
        link.close()
        running.cancel()
        await asyncio.wait([running])
        assert noted == list(range(1, len(acked) + 1)), "acknowledged before it was committed"
        assert all(bool(each.payload) is play.told for each in acked)
        assert server.sent == len(acked) * play.replies
        assert server.calls["users.info"] == (0 if play is ACTION else PEOPLE), "each once"
        await app.check(round_id, PEOPLE, play.answers)
        return median


# ---- stock Bolt --------------------------------------------------------------------------
def bare_action() -> float:
    """Seconds until a tap is acknowledged by Bolt."""
    return _bare(ACTION)


def bare_command() -> float:
    """Seconds until a command is acknowledged by Bolt."""
    return _bare(COMMAND)


def bare_form() -> float:
    """Seconds until a form, handed in, is acknowledged by Bolt."""
    return _bare(FORM)


def _bare(play: Play) -> float:
    logging.disable(logging.CRITICAL)
    return asyncio.run(_acknowledged(play))


async def _acknowledged(play: Play) -> float:
    async with served() as server:
        app, heard = stock(server.api)
        handler = AsyncSocketModeHandler(app, APP)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        median, acked = await _delivered(server, play, 0)
        await handler.close_async()  # type: ignore[no-untyped-call]
        assert len(heard) == len(acked)
        return median


def stock(api: str) -> tuple[AsyncApp, list[str]]:
    """Bolt's app as its documentation begins; and whom it has heard."""
    app, heard = AsyncApp(client=AsyncWebClient(BOT, base_url=api)), list[str]()

    async def listener(ack: AsyncAck, body: Json) -> None:
        await ack()
        heard.append(body.get("user_id") or body["user"]["id"])

    app.command("/titian")(listener)
    app.action(ANY)(listener)
    app.view(ANY)(listener)
    return app, heard


# ---- the dispatch alone ------------------------------------------------------------------
def titian_dispatch() -> float:
    """Seconds Titian's Bolt app needs for a tap, with a handler that answers at once."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(_titian_dispatch())


async def _titian_dispatch() -> float:
    from adapters.slack.clients import Lines
    from adapters.slack.lanes import Lanes
    from adapters.slack.listeners import Found, bolt_app
    from adapters.slack.listening import AFTER
    from adapters.slack.pacing import Pace
    from adapters.slack.workspace import Workspace

    async with served() as server:
        lines, handler = Lines(), Agreeing()
        space = Workspace("slack", BOT, server.api, {}, Pace(), lines)
        me = AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0", bot_token=BOT)
        found = space.open(handler, Lanes(), me), me

        async def find(_: str) -> Found:
            return found

        AFTER.set([])
        took = await _dispatched(bolt_app(find, server.api, ""), handler.heard, server.hook)
        await lines.close()
        return took


def bare_dispatch() -> float:
    """Seconds stock Bolt needs for the same."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(_bare_dispatch())


async def _bare_dispatch() -> float:
    async with served() as server:
        return await _dispatched(*stock(server.api), server.hook)


async def _dispatched(app: AsyncApp, heard: Sequence[str], hook: str) -> float:
    costs = []
    for number in range(PEOPLE + DISPATCHES):
        body = payloads.tap(USERS[number % PEOPLE], PICKS[0], hook)
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        began = time.perf_counter()
        answer = await app.async_dispatch(request)
        costs.append(time.perf_counter() - began)
        assert answer.status == 200
    assert len(heard) == len(costs)
    return statistics.median(costs[PEOPLE:])


class Agreeing:
    """A handler that has nothing to decide."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """See Handler."""
        self.heard.append(incoming.sender.user)
        return ()

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """See Handler."""
