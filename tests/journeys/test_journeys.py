"""Journeys as text: what each person does, and what each person then reads.

A line beginning with ">" is an action; everything else is what Titian showed. To write a
new journey put its actions into a file and run with TEST_RECORD=1; then read the file.

    > people: budi Budi Santoso en
    > budi: hello
    > budi [Set up a partnership]
    > sari opens CODE1
    > sari fills r1=4 text=words without spaces
    > clock +7 days        (in one leap, with what was due on the way)
    > wait 7 days          (day by day, as it is: what is looked up daily is looked up)
    > play set-up          (the actions of set-up.txt, without showing them)
    > follow budi sari     (from here on only what these people and the group read is written)
    > sari joko fill r1=4  (each opens the page of what is open and answers alike)
"""

import difflib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from dialogues.markup import plain

HOURLY = ("mitra",)
"""Journeys that read what the hourly look into open rounds does."""
WORDS = ("text", "next", "targets", "heard", "action1", "action2")
"""Fields that are written; what is shorter than eight letters stays a choice."""
HERE = Path(__file__).parent
JOURNEYS = sorted(p.stem for p in HERE.glob("*.txt") if not p.stem.startswith("_"))
BY = re.compile(r"clock \+(\d+) (\w+)")
WAIT = re.compile(r"wait (\d+) days?$")
ALIKE = re.compile(r"([a-z ]+) fill (.*)$")
PAGE = {"en": "All on one page", "id": "Semua dalam satu halaman"}
ACT = re.compile(r"(\w+)( in group)?(?:: (.*)| \[(.*)\]| opens (\w+)| fills (.*))$")

reads = lru_cache(10_000)(plain)
"""What a message says: each is looked at again after every step."""


class Teller:
    """Plays actions and writes down what changed in every chat."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.names: dict[str, str] = {}
        self.speak: dict[str, str] = {}
        self.followed: set[str] = set()
        self.codes: list[str] = []
        self.seen: dict[tuple[str, str], str] = {}

    async def act(self, line: str) -> None:
        world = self.world
        if line.startswith("people: "):
            for entry in line.removeprefix("people: ").split("; "):
                user, *name, language = entry.split()
                self.names[user] = " ".join(name)
                self.speak[user] = language
                world.person(user, " ".join(name), language)
        elif line.startswith("play "):
            await self.play(line.removeprefix("play "))
        elif line.startswith("follow "):
            self.followed = {"group", *line.removeprefix("follow ").split()}
        elif alike := ALIKE.match(line):
            for user in alike[1].split():
                await world.taps(user, PAGE[self.speak[user]])
                await self._fills(user, alike[2])
        elif found := BY.match(line):
            await world.forward(
                **{found[2] if found[2].endswith("s") else found[2] + "s": int(found[1])}
            )
        elif found := WAIT.match(line):
            for _ in range(int(found[1])):
                await world.forward(days=1)
        elif found := ACT.match(line):
            await self._acts(found)
        else:
            raise ValueError(f"not an action: {line}")
        for user in self.names:
            for code in world.codes(user):
                if code not in self.codes:
                    self.codes.append(code)

    async def _acts(self, found: re.Match[str]) -> None:
        user, group, words, label, code, values = found.groups()
        chat = "group" if group else "private"
        if words is not None:
            said = re.sub(r"CODE(\d+)", lambda m: self._code(int(m[1])), words)
            await self.world.says(user, said.replace("\\n", "\n"), chat)
        elif label is not None:
            await self.world.taps(user, label, chat)
        elif code is not None:
            await self.world.says(user, f"/start {self._code(int(code[4:]))}")
        else:
            await self._fills(user, values)

    async def _fills(self, user: str, values: str) -> None:
        pairs = [pair.partition("=") for pair in values.split("; ")]
        await self.world.fills(
            user,
            {k: tuple(v.split("+")) if k not in WORDS or len(v) < 8 else v for k, _, v in pairs},
        )

    def _code(self, number: int) -> str:
        return self.codes[number - 1] if number <= len(self.codes) else "22222222"

    async def play(self, name: str) -> None:
        for line in (HERE / f"_{name}.txt").read_text().splitlines():
            if line.startswith("> "):
                await self.act(line.removeprefix("> "))
        self.changes()

    def changes(self) -> list[str]:
        lines: list[str] = []
        chats = {**self.names, "group": "The group"}
        for user, name in chats.items():
            shown: set[str] = set()
            for message in self.world.room.transcript(user):
                shown.add(message.id)
                if message.author:
                    continue
                labels = " ".join(f"[{label}]" for label, _ in message.buttons)
                form = f"(a form: {message.form.title})" if message.form else ""
                wrong = [f for f in message.form.fields if f.error] if message.form else []
                form += "".join(f"\n(beside “{f.label}”: {f.error})" for f in wrong)
                files = " ".join(f"({file.name})" for file in message.files)
                body = "\n".join(p for p in (reads(message.text), labels, form, files) if p)
                key = (user, message.id)
                if self.seen.get(key) != body:
                    if not self.followed or user in self.followed:
                        lines += self._told(name, body, key in self.seen)
                    self.seen[key] = body
            for key in [k for k in self.seen if k[0] == user and k[1] not in shown]:
                del self.seen[key]
        return lines

    def _told(self, name: str, body: str, edited: bool) -> list[str]:
        for number, code in enumerate(self.codes, 1):
            body = body.replace(code, f"CODE{number}")
        head = f"  {name} (edited)" if edited else f"  {name}"
        return [head, *(f"  | {line}".rstrip() for line in body.splitlines()), ""]


@pytest.mark.parametrize("name", JOURNEYS)
async def test_a_journey_reads_as_written(
    name: str, world: Any, request: pytest.FixtureRequest
) -> None:
    if name not in HOURLY:
        request.getfixturevalue("seldom")
    path = HERE / f"{name}.txt"
    written = path.read_text()
    teller = Teller(world)
    told: list[str] = []
    for line in written.splitlines():
        if line.startswith("#"):
            told.append(line)
        elif line.startswith("> "):
            told += ["", line] if told else [line]
            await teller.act(line.removeprefix("> "))
            told += teller.changes()
    text = "\n".join(told).rstrip() + "\n"
    text = re.sub(r"\n{3,}", "\n\n", text)
    if os.environ.get("TEST_RECORD") == "1":
        path.write_text(text)
    difference = list(difflib.unified_diff(written.splitlines(), text.splitlines(), lineterm=""))
    assert not difference, "\n".join(difference)


def test_there_are_journeys() -> None:
    assert len(JOURNEYS) >= 5
