"""`make demo`: a whole review on the real engine and storage, with a virtual clock.

Everybody's chat is printed as its reader sees it. The story and its people are data
(`demo.toml`); nothing here knows what Titian will say.
"""

import asyncio
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from adapters.playground.adapter import Playground
from adapters.playground.room import Entry
from bot.app import App
from bot.clock import SteppedClock
from bot.settings import Settings
from dialogues.markup import plain

START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:8000"
WIDTH = 78


class Stage:
    """One process of Titian, its clock, and a script to play."""

    def __init__(self, folder: Path, snapshots: Path | None) -> None:
        self._folder = folder
        self._snapshots = snapshots
        self._steps = 0
        self._shown: dict[tuple[str, str], str] = {}
        self.clock = SteppedClock(START)
        settings = Settings(
            database_url=f"sqlite:///{folder / 'titian.db'}",
            keyring=f"file:{folder / 'keyring'}",
            playground="on",
        )
        self.app = App(settings, self.clock, ADDRESS)
        room = self.app.adapters["playground"]
        assert isinstance(room, Playground)
        self.room = room
        self.codes: list[str] = []

    async def play(self, story: dict[str, Any]) -> None:
        """Every step of *story*, in order."""
        up = asyncio.Event()
        task = asyncio.create_task(self.room.run(self.app.conversation, up.set))
        await up.wait()
        for person in story["people"]:
            self.room.introduce(person["user"], person["name"], person["language"])
        try:
            for step in story["steps"]:
                await self._step(step)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _step(self, step: dict[str, Any]) -> None:
        if "title" in step:
            print(f"\n{step['title'].upper()}\n{'=' * len(step['title'])}")
        if "hours" in step:
            await self.forward(timedelta(hours=step["hours"]))
        user = step.get("who", "")
        for text in step.get("says", ()):
            await self.say(user, self._filled(text))
        for label in step.get("taps", ()):
            await self.tap(user, label)
        await self.app.ticker.tick()
        self._show()
        self._snapshot()

    def _filled(self, text: str) -> str:
        for number, code in enumerate(self.codes, 1):
            text = text.replace(f"{{code {number}}}", code)
        return text

    async def say(self, user: str, text: str) -> None:
        """Type as somebody."""
        self._line(user, text)
        await self.room.type(user, text)
        self._collect(user)

    async def tap(self, user: str, label: str) -> None:
        """Tap the latest button with that label."""
        self._line(user, f"[{label}]")
        await self.room.tap(user, self._carrying(user, label), label)
        self._collect(user)

    def _carrying(self, user: str, label: str) -> str:
        """The latest message of somebody with that button. Raises LookupError."""
        for message in reversed(self.room.transcript(user)):
            if label in dict(message.buttons):
                return message.id
        raise LookupError(f"{user} sees no button [{label}]")

    async def forward(self, by: timedelta) -> None:
        """Move the clock; everything due on the way happens in its order."""
        end = self.clock.now() + by
        while True:
            at = await self.app.next_due()
            if at is None or at > end:
                break
            self.clock.move(at - self.clock.now())
            await self.app.ticker.tick()
        self.clock.move(end - self.clock.now())
        await self.app.ticker.tick()

    def _collect(self, user: str) -> None:
        for message in self.room.transcript(user):
            for code in _codes(message.text):
                if code not in self.codes:
                    self.codes.append(code)

    def _line(self, user: str, text: str) -> None:
        self._show()
        name = self.room.people[user].name
        print(f"\n{name:>20} > {text.splitlines()[0]}" + (" …" if "\n" in text else ""))

    def _show(self) -> None:
        for user, person in self.room.people.items():
            for message in self.room.transcript(user):
                if message.author:
                    continue
                labels = " ".join(f"[{label}]" for label, _ in message.buttons)
                body = f"{plain(message.text)}\n{labels}".strip()
                if self._shown.get((user, message.id)) != body:
                    again = (user, message.id) in self._shown
                    self._shown[(user, message.id)] = body
                    _box(f"to {person.name}" + (" (edited)" if again else ""), body)

    def _snapshot(self) -> None:
        if self._snapshots is None:
            return
        self._steps += 1
        target = self._snapshots / f"{self._steps:03}"
        shutil.copytree(self._folder, target, dirs_exist_ok=True)


def _codes(text: str) -> Iterator[str]:
    for part in text.split("?start=")[1:]:
        yield part[:8]


def _box(head: str, body: str) -> None:
    print(f"  ┌ {head}")
    for line in body.splitlines():
        for piece in _wrapped(line):
            print(f"  │ {piece}")


def _wrapped(line: str) -> Sequence[str]:
    pieces = [""]
    for word in line.split(" "):
        if len(pieces[-1]) + len(word) + 1 > WIDTH and pieces[-1]:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {word}".strip()
    return pieces


async def play(out: Path, snapshots: Path | None = None) -> None:
    """Play the story and write the broker's report into *out*."""
    story = tomllib.loads((files("bot") / "demo.toml").read_text(encoding="utf-8"))
    folder = Path(tempfile.mkdtemp(prefix="titian-demo-"))
    try:
        stage = Stage(folder, snapshots)
        await stage.play(story)
        _keep(stage.room.transcript(story["broker"]), out)
        await asyncio.to_thread(stage.app.store.close)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nThe broker's report is in {out / 'report.html'} and {out / 'report.png'}.")


def _keep(transcript: Sequence[Entry], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for message in transcript:
        for file in message.files:
            (out / f"report{Path(file.name).suffix}").write_bytes(file.content)
