"""`make demo`: a review, or a year of them, on the real engine and storage; a virtual clock.

Everybody's chat is printed as its reader sees it. The story and its people are data
(`scenarios`); nothing here knows what Titian will say.
"""

import asyncio
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.playground.adapter import Playground
from adapters.playground.room import Entry
from bot.app import App
from bot.clock import SteppedClock
from bot.demo_reports import write_reports
from bot.demo_rooms import Rooms
from bot.settings import Settings
from dialogues.due import DAY
from dialogues.errors import CannotStart
from dialogues.markup import plain

START = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:8000"
ZONE = ZoneInfo("Asia/Makassar")
WIDTH = 78
BEGIN = {"en": "Begin", "id": "Mulai"}
PAGE = {"en": "All on one page", "id": "Semua dalam satu halaman"}
WORDS = frozenset({"text"})
"""Questions that are answered in words."""


class Stage:
    """One process of Titian, its clock, and a script to play."""

    def __init__(
        self,
        folder: Path,
        snapshots: Path | None,
        reader: str = "",
        on: Mapping[str, str] | None = None,
    ) -> None:
        """With a *reader* only their chat is printed; *on* names the platform of each user."""
        self._reader = reader
        self._on = on or {}
        self._folder = folder
        self._snapshots = snapshots
        self._steps = 0
        self._shown: dict[tuple[str, str], str] = {}
        self.clock = SteppedClock(START)
        settings = Settings(
            database_url=f"sqlite:///{folder / 'titian.db'}",
            keyring=f"file:{folder / 'keyring'}",
            playground="off" if on else "on",
        )
        self.app = App(settings, self.clock, ADDRESS)
        self.room = self._rooms(on) if on else self._page()
        self.codes: list[str] = []

    def _page(self) -> "Playground | Rooms":
        room = self.app.adapters["playground"]
        assert isinstance(room, Playground)
        return room

    def _rooms(self, on: Mapping[str, str]) -> "Playground | Rooms":
        rooms = Rooms(ADDRESS, on)
        self.app.adapters.update(rooms.seats)
        return rooms

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
        if "until" in step:
            await self._until(step["until"])
        user = step.get("who", "")
        for text in step.get("says", ()):
            await self.say(user, self._filled(text))
        for each, values in step.get("answers", {}).items():
            await self.answer(each, values)
        for label in step.get("taps", ()):
            if not label.startswith("?") or self._is_shown(user, label[1:]):
                await self.tap(user, label.removeprefix("?"))
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

    async def answer(self, user: str, values: dict[str, str]) -> None:
        """Answer a whole check-in on one page."""
        language = self.room.people[user].language
        begins = PAGE[language], BEGIN[language]
        await self.tap(user, next(label for label in begins if self._is_shown(user, label)))
        forms = [message.id for message in self.room.transcript(user) if message.form is not None]
        self._asked(user, self.room.transcript(user))
        given = {k: v if k in WORDS else (v,) for k, v in values.items()}
        await self.room.fill(user, forms[-1], given)

    def _asked(self, user: str, transcript: Sequence[Entry]) -> None:
        """The questions of the last page, as its reader has them before them."""
        form = [message.form for message in transcript if message.form is not None][-1]
        if self._reader in ("", user):
            labels = "\n".join(plain(field.label) for field in form.fields)
            _box(f"a page for {self.room.people[user].name}", f"{plain(form.title)}\n{labels}")

    def _carrying(self, user: str, label: str) -> str:
        """The latest message of somebody with that button. Raises LookupError."""
        for message in reversed(self.room.transcript(user)):
            if label in dict(message.buttons):
                return message.id
        raise LookupError(f"{user} sees no button [{label}]")

    def _is_shown(self, user: str, label: str) -> bool:
        return label in dict(self.room.transcript(user)[-1].buttons)

    async def _until(self, label: str) -> None:
        """Let time pass until somebody finds a button with that label."""
        before = self._carriers(label)
        while self._carriers(label) == before:
            at = await self.app.next_due()
            assert at is not None, f"nothing will ever bring [{label}]"
            await self.forward(min(at - self.clock.now(), DAY))

    def _carriers(self, label: str) -> int:
        everybody = (self.room.transcript(user) for user in self.room.people)
        return sum(label in dict(message.buttons) for own in everybody for message in own)

    async def forward(self, by: timedelta) -> None:
        """Move the clock, a day at most at once: what is looked up daily is looked up."""
        end = self.clock.now() + by
        while True:
            tomorrow = self.clock.now() + DAY
            at = min(await self.app.next_due() or tomorrow, tomorrow)
            if at > end:
                break
            self.clock.move(at - self.clock.now())
            await self.app.ticker.tick()
            self._show()
        self.clock.move(end - self.clock.now())
        await self.app.ticker.tick()

    def _collect(self, user: str) -> None:
        for message in self.room.transcript(user):
            for code in _codes(message.text):
                if code not in self.codes:
                    self.codes.append(code)

    def _line(self, user: str, text: str) -> None:
        self._show()
        if self._reader not in ("", user):
            return
        name = self.room.people[user].name
        print(f"\n{name:>20} > {text.splitlines()[0]}" + (" …" if "\n" in text else ""))

    def _show(self) -> None:
        for user, person in self.room.people.items():
            here = f" on {self._on[user].capitalize()}" if self._on else ""
            for message in self.room.transcript(user):
                if message.author or self._reader not in ("", user):
                    continue
                labels = " ".join(f"[{label}]" for label, _ in message.buttons)
                body = f"{plain(message.text)}\n{labels}".strip()
                if self._shown.get((user, message.id)) != body:
                    again = (user, message.id) in self._shown
                    self._shown[(user, message.id)] = body
                    day = f"{self.clock.now().astimezone(ZONE):%a %d %b %H:%M}"
                    _box(f"{day}, to {person.name}{here}" + (" (edited)" if again else ""), body)

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


def scenario(name: str) -> dict[str, Any]:
    """A story by its name, with what it begins like and what it repeats written out.

    Raises:
        CannotStart: With the names there are.
    """
    folder = files("bot") / "scenarios"
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
    if name not in names:
        raise CannotStart(f"There is no scenario {name}: choose one of {', '.join(names)}.")
    story = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    steps = story["steps"]
    for part in story.get("repeat", ()):
        steps += part["steps"] * part["times"]
    if "begins_like" in story:
        other = scenario(story["begins_like"])
        titles = [step.get("title") for step in other["steps"]]
        story["steps"] = other["steps"][: titles.index(story["begins_until"])] + steps
        story["people"] = other["people"] + story.get("people", [])
    return story


async def play(
    out: Path, snapshots: Path | None = None, name: str = "small", reader: str = ""
) -> None:
    """Play a story and write the brokers' reports into *out*. Raises CannotStart."""
    story = scenario(name)
    folder = Path(tempfile.mkdtemp(prefix="titian-demo-"))
    try:
        stage = Stage(folder, snapshots, reader, story.get("on"))
        await stage.play(story)
        brokers = story["brokers"]
        _keep(stage.room.transcript(brokers[0]), out)
        await write_reports(stage.app, brokers, out)
        await asyncio.to_thread(stage.app.store.close)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nThe broker's report is in {out}: report.en.html, .pdf, .png, and report.id.*.")


def _keep(transcript: Sequence[Entry], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for message in transcript:
        for file in message.files:
            (out / f"report{Path(file.name).suffix}").write_bytes(file.content)
