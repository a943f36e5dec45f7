"""Journeys once more, on Telegram: the same actions, by polling and by webhook, everything twice.

What Titian says there has to be what is written in the journey, but for what a platform has of
its own: links, how a list is drawn, long answers by number. Journeys in which a whole page is
handed in are not played: Telegram has no pages. Two here, all of them with TEST_LONG=1.
"""

import os
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from adapters.telegram.taking import Taking
from adapters.telegram.webhook import Webhook, made_from
from bot import web
from bot.scene import House
from dialogues.markup import Value
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Chat
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until
from tests.journeys.test_journeys import HERE, HOURLY, JOURNEYS, Teller
from tests.platforms.conftest import FREE, PATIENCE, Both, labels

LONG = os.environ.get("TEST_LONG") == "1"
PAGES = re.compile(r"^> .* fills? ", re.MULTILINE)
PLAYS = re.compile(r"^> play (.*)$", re.MULTILINE)
APART = ("coordinators", "group")
"""How a group is linked, and greeted, is each platform's own."""


def has_pages(name: str) -> bool:
    """Whether a whole page is handed in, there or in what is played before."""
    text = (HERE / f"{name}.txt").read_text()
    return bool(PAGES.search(text)) or any(
        has_pages(f"_{played}") for played in PLAYS.findall(text)
    )


PLAYED = [name for name in JOURNEYS if name not in APART and not has_pages(name)]
SHORT = ["language", "stop"]
ALL = 100_000
OWN = re.compile(
    r"\S+\?start=| \[(All on one page|Semua dalam satu halaman)\]"
    r"| (Titian is run by|Titian dikelola oleh) Yayasan Contoh(: [^.]*)?\."
    r"| (?:In|Di) Slack[^/]*/titian [a-z]+ \w+\.?"
)
GROUP = "Water for Bima"


@dataclass
class Shown:
    """A message as `Teller` reads one."""

    id: str
    text: str
    buttons: Sequence[tuple[str, str]]
    files: list[SimpleNamespace] = field(default_factory=list)
    author: str = ""
    form: None = None


class OnTelegram:
    """What `Teller` asks of a world, done by people who have Telegram."""

    def __init__(self, both: Both, taking: Sequence[Taking]) -> None:
        self.both, self.tg, self.room, self.taking = both, both.tg, self, taking
        self.people: dict[str, TelegramUser] = {}
        self.group: Chat | None = None

    def person(self, user: str, name: str, language: str) -> None:
        first, _, last = name.partition(" ")
        told = {"first_name": first, "last_name": last, "language_code": language}
        self.people[user] = self.tg.user(user, **told)

    async def says(self, user: str, text: str, chat: str = "private") -> None:
        place = await self._place(user, chat)
        named = re.sub(r"^/\w+", r"\g<0>@DoubleBot", text) if place is not None else text
        await self.people[user].send(named, place)
        await self.settle()

    async def taps(self, user: str, label: str, chat: str = "private") -> None:
        place = await self._place(user, chat)
        person = self.people[user]
        for message in reversed(person.seen(place)):
            numbers = {text: number for number, text in listed(message).items()}
            if label in numbers:
                await person.press(numbers[label], place, message, wait=PATIENCE)
                break
        else:
            await person.press(label, place, wait=PATIENCE)
        await self.settle()

    async def fills(self, user: str, values: Any) -> None:
        raise NotImplementedError("no pages here")

    async def forward(self, **by: float) -> None:
        await self.both.forward(**by)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything is delivered, decided, and said."""

        def still() -> bool:
            replying = any(taking._tasks for taking in self.taking)
            sending = self.both.app.delivery._lanes.busy
            return not (self.tg.updates or self.tg.tasks or replying or sending)

        for _ in range(2):  # a reminder is ended before it is sent
            await self.both.app.ticker.tick()
            await self.both.quiet()
            await until(still, PATIENCE, lambda: f"{self.tg.updates} {self.tg.tasks}")

    async def _place(self, user: str, chat: str) -> Chat | None:
        if chat == "private":
            return None
        if self.group is None:
            self.group = await self.tg.group(GROUP, self.people[user])
            await self.settle()
        return self.group

    def transcript(self, user: str) -> list[Shown]:
        found: list[Shown] = []
        chat = self.group if user == "group" else self.people[user].chat
        for m in chat.messages.values() if chat is not None else ():
            if not m["from"]["is_bot"]:
                continue
            if "document" in m or "photo" in m:
                name = m.get("document", {}).get("file_name", "picture")
                found[-1].files.append(SimpleNamespace(name=name))
                continue
            numbers = listed(m)
            lines = [line for line in m["text"].split("\n") if not (numbers and ITEM.match(line))]
            text = str(Value("\n".join(lines)).__html__())
            buttons = [(numbers.get(label, label), "") for label in labels(m)]
            found.append(Shown(str(m["message_id"]), text, buttons))
        return found

    def codes(self, user: str) -> list[str]:
        said = " ".join(m["text"] for m in self.people[user].seen() if "text" in m)
        found = re.findall(r"\?start=([A-Z0-9]{8})\b|/link ([A-Z0-9]{8})\b", said)
        return list(dict.fromkeys(a or b for a, b in found))


WAYS = ["polling", "webhook", "polling, all twice", "webhook, all twice"]


@pytest.fixture(params=WAYS if LONG else WAYS[2:])
async def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[OnTelegram]:
    if request.node.callspec.params["name"] not in HOURLY:
        request.getfixturevalue("seldom")
    numbers, taking = count(1), list[Taking]()
    begin = Taking.__init__

    def noted(made: Taking, *given: Any) -> None:
        begin(made, *given)
        taking.append(made)

    monkeypatch.setattr(Taking, "__init__", noted)
    monkeypatch.setattr(House, "receipt", lambda house, language: f"river cedar {next(numbers)}")
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda chance, items: items.sort())
    sock = web.listen("127.0.0.1", 0) if "webhook" in request.param else None
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        SlackDouble("http" if sock else "socket", "http://127.0.0.1:9/x", limits=False) as slack,
    ):
        made = Both(tmp_path, tg, slack, sock, TITIAN_FOUNDING="open")
        hook = Webhook(web.address(sock), made_from(tg.token)) if sock else None
        api = f"http://127.0.0.1:{tg.port}"
        made.app.adapters["telegram"] = Telegram(tg.token, api, pace=Pace(0, 0, 0), webhook=hook)
        await made.start()
        tg.duplicate(ALL if "twice" in request.param else 0)
        yield OnTelegram(made, taking)
        await made.stop()


ITEM = re.compile(r"(\d+)\. (.*)")


def listed(message: Any) -> dict[str, str]:
    """What stands behind numbered buttons, by number: longer answers are listed above them."""
    if "1" not in labels(message):
        return {}
    return {m[1]: m[2] for line in message["text"].split("\n") if (m := ITEM.match(line))}


def flat(lines: Sequence[str]) -> list[str]:
    """Actions and messages, one a line, without what each platform has of its own."""
    found: list[str] = []
    for line in lines:
        if line.startswith("  | "):
            found[-1] += " " + line.removeprefix("  | ")
        elif line.strip(" |") and not line.startswith("#"):
            found.append(line)
    return [OWN.sub("", re.sub(r"\s+", " ", f.replace("•", "-"))).strip() for f in found]


@pytest.mark.parametrize("name", PLAYED if LONG else SHORT)
async def test_a_journey_reads_as_written(name: str, world: OnTelegram) -> None:
    teller = Teller(world)
    told: list[str] = []
    written = (HERE / f"{name}.txt").read_text().splitlines()
    for line in written:
        if line.startswith("> "):
            told.append(line)
            await teller.act(line.removeprefix("> "))
            told += teller.changes()
    difference = [*unified_diff(flat(written), flat(told), lineterm="", n=0)]
    assert not difference, "\n".join(difference)
    world.tg.assert_clean()
