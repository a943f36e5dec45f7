"""Slack's double with our adapter running on it, and a script instead of a bot."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from adapters.slack.adapter import Slack
from dialogues.messages import (
    Form,
    FormField,
    Incoming,
    Outgoing,
    Spot,
)
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_people import User
from tests.doubles.waiting import PATIENCE, until

TEAM = "T0DOUBLE"
SORRY = {"en": "Something went wrong & it's our fault.", "id": "Ada yang salah."}
SCALE = tuple((str(n), f"Step {n}") for n in range(1, 6))
FORM = Form(
    "w:7",
    "A check-in about the role",
    (
        FormField("clear", "one", "Is it clear?", SCALE, unable="Can't say", needed=True),
        FormField("why", "words", "Why?", most=1000, hint="In your own words."),
    ),
    "Send",
    "Cancel",
)
ALL = Form(
    "p:3",
    "Everything",
    (
        FormField("scale", "one", "Scale", tuple((str(n), str(n)) for n in range(11)), unable="?"),
        FormField("many", "many", "Many", (("e2", "Two"), ("e5", "Five"), ("e9", "Nine")), 2),
        FormField("more", "many", "More", tuple((f"k{n}", f"Task {n}") for n in range(12)), 3),
        FormField("name", "words", "Name", most=80, value="Water"),
        FormField("who", "people", "Who?", most=2),
        FormField("long", "one", "Long", (("a", "A" * 76), ("b", "B" * 90)), value=("b",)),
        FormField("none", "one", "Nobody yet"),
    ),
    "Go on",
    "Cancel",
)
BOOK = Form(
    "p:9",
    "Very much",
    tuple(FormField(f"f{n}", "words", f"Question {n}", value=f"v{n}") for n in range(90)),
    "Go on",
    "Cancel",
)
Answer = Callable[[Incoming], Sequence[Outgoing]]


class Script:
    """A Handler that answers as it is told and remembers what it heard."""

    def __init__(self) -> None:
        self.handled: list[Incoming] = []
        self.committed = 0
        self.noted: list[tuple[Outgoing, str]] = []
        self.answer: Answer = lambda event: [Outgoing(event.chat, "Heard.")]
        self.wait = 0.0
        self.broken: Exception | None = None
        self.failed = 0

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.handled.append(incoming)
        await asyncio.sleep(self.wait)
        if self.broken is not None:
            self.failed += 1
            raise self.broken
        self.committed += 1
        return self.answer(incoming)

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        self.noted.append((outgoing, message))


@dataclass
class Ground:
    """Slack's double, our adapter running on it, and what it talks to."""

    slack: SlackDouble
    adapter: Slack
    script: Script
    task: asyncio.Task[None]

    def says(self, *texts: str, **more: Any) -> None:
        """Answer every event with these."""
        self.script.answer = lambda event: [Outgoing(event.chat, text, **more) for text in texts]

    @property
    def heard(self) -> Incoming:
        return self.script.handled[-1]

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [call["args"] for call in self.slack.calls if call["method"] == method]

    async def quiet(self, method: str, count: int) -> None:
        """Wait for the *count*th call, and a moment for one too many."""
        await until(lambda: len(self.calls(method)) >= count, PATIENCE, lambda: self.slack.calls)
        await asyncio.sleep(0.1)
        assert len(self.calls(method)) == count

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@asynccontextmanager
async def grounded(clean: bool = True, **options: Any) -> AsyncIterator[Ground]:
    async with SlackDouble("socket", **options) as slack:
        adapter, script, up = (
            Slack("xoxb-double", "xapp-double", slack.api_url, SORRY),
            Script(),
            asyncio.Event(),
        )
        task = asyncio.create_task(adapter.run(script, up.set))
        await asyncio.wait_for(up.wait(), PATIENCE)
        ground = Ground(slack, adapter, script, task)
        try:
            yield ground
        finally:
            await ground.stop()
            await adapter.close()
        if clean:
            slack.assert_clean()
            assert not slack.warnings, slack.warnings


def home(user: User) -> Spot:
    return Spot("slack", user.id)


def shown(message: dict[str, Any]) -> str:
    """What a message says in its blocks."""
    return json.dumps(message.get("blocks", []), ensure_ascii=False)


def asking(event: Incoming, form: Form = FORM, **more: Any) -> list[Outgoing]:
    buttons = (("Open the page", "c:checkin page 7"),)
    return [Outgoing(event.chat, "Here is a page.", buttons, form=form, **more)]
