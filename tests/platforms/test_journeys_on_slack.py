"""Journeys once more, on Slack: in Socket Mode and over HTTP, everything twice, and late.

What a chat asks step by step is one form there (`slack_player.py`): those steps are not compared,
every other message is, but for what a platform has of its own (`OWN`, `UNSAID`, `APART`). Two
journeys here, all of them with TEST_LONG=1.
"""

import os
import random
from collections.abc import AsyncIterator, Mapping
from difflib import unified_diff
from itertools import count
from pathlib import Path
from time import monotonic

import pytest

from adapters.slack import pacing, talking
from adapters.slack.lanes import Lanes
from adapters.slack.receiving import PATH
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from bot import web
from bot.scene import House
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.journeys.test_journeys import ACT, HOURLY, JOURNEYS
from tests.platforms.conftest import FREE, Both
from tests.platforms.slack_journeys import OnSlack
from tests.platforms.slack_player import Line, Player, bare, read, told

LONG = os.environ.get("TEST_LONG") == "1"
SHORT = ["language", "partner"]
ALL = 100_000
QUICK = 10.0
"""A second of Slack's limits, and of our pace, is a tenth of one here."""
UNSAID = ("I have written to you privately.",)
"""What a command typed in a group is answered there; on Slack nobody else sees the answer."""
APART: Mapping[str, Mapping[str, str]] = {
    "coordinators": {"sari: /group": "how a group is linked is each platform's own"},
    "page": {"sari [My check-ins]": "a form that was closed keeps nothing of what was put in"},
    "start": {"budi [Change]": "a page handed in as it was changes nothing: no button was tapped"},
}
"""Steps after which something else is read on Slack, and why."""
GROUP = "The group"
ACK = 30.0
"""How soon we answer is for other tests: this one may share its machine with others."""


WAYS = ["socket", "http", "socket, all twice", "http, all twice"]


@pytest.fixture(params=WAYS if LONG else WAYS[2:])
async def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[OnSlack]:
    if request.node.callspec.params["name"] not in HOURLY:
        request.getfixturevalue("seldom")
    numbers, lanes = count(1), list[Lanes]()
    begin = Lanes.__init__

    def noted(made: Lanes) -> None:
        begin(made)
        lanes.append(made)

    monkeypatch.setattr(Lanes, "__init__", noted)
    monkeypatch.setattr(pacing, "EVERY", pacing.EVERY / QUICK)
    for budget in ("NAMES", "PICKED", "BUDGET", "OPENING"):
        monkeypatch.setattr(talking, budget, ACK)
    monkeypatch.setattr(House, "receipt", lambda house, language: f"river cedar {next(numbers)}")
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda chance, items: items.sort())
    sock = web.listen("127.0.0.1", 0) if "http" in request.param else None
    mode, url = ("http", web.address(sock) + PATH) if sock else ("socket", None)
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        SlackDouble(
            mode,
            url,
            clock=lambda: monotonic() * QUICK,
            ack_seconds=ACK,
            trigger_seconds=ACK * QUICK,
        ) as slack,
    ):
        made = Both(tmp_path, tg, slack, sock, TITIAN_FOUNDING="open")
        api = f"http://127.0.0.1:{tg.port}"
        made.app.adapters["telegram"] = Telegram(tg.token, api, pace=Pace(0, 0, 0))
        await made.start()
        if "twice" in request.param:
            slack.duplicate(ALL)
            slack.duplicate_interactive(ALL, late=sock is not None)
            slack.duplicate_commands(ALL, late=sock is not None)
        yield OnSlack(made, lanes, reorders="twice" in request.param)
        await made.stop()


@pytest.mark.parametrize("name", JOURNEYS if LONG else SHORT)
async def test_a_journey_reads_as_written(name: str, world: OnSlack) -> None:
    lines = read(name)
    player = Player(world, lines)
    apart = dict(APART.get(name, {}))
    want: list[str] = []
    got: list[str] = []
    for number, line in enumerate(lines):
        player.at = number
        await player.act(line.text)
        read_there = told(player.changes())
        if not line.shown:
            continue
        written, shown = _compared(player, line, line.below), _compared(player, line, read_there)
        if line.text in apart and written != shown:
            del apart[line.text]
            continue
        want += ["> " + line.text, *written]
        got += ["> " + line.text, *shown]
    difference = [*unified_diff(want, got, lineterm="", n=1)]
    assert not difference, "\n".join(difference)
    assert not apart, f"reads as written, and needs no exception: {apart}"
    world.slack.assert_clean(warnings=True)


def _compared(player: Player, line: Line, below: list[tuple[str, bool, str]]) -> list[str]:
    """Who read what; of whoever acted not whether it stands in the place of something else."""
    found: list[str] = []
    acted = ACT.match(line.text)
    actor = player.names.get(acted[1]) if acted else None
    for who, edited, text in below:
        if (who == actor and player.folded) or (who == GROUP and bare(text) in UNSAID):
            continue
        mark = " (edited)" if edited and who != actor else ""
        said = f"  {who}{mark} {bare(text)}"
        if said not in found[-1:]:  # in a chat more messages become questions, and end alike
            found.append(said)
    return found
