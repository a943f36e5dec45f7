"""A third check-in is one file, a new command one file, a platform one folder and one line."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import bot.commands
from bot.commands.command import Command as SlashCommand
from bot.commands.command import reply
from bot.commands.words import build, parse
from bot.platforms import PLATFORMS, Ground, open_platforms
from bot.settings import Settings
from dialogues.library import open_library
from dialogues.messages import Ability, Address, Command, Incoming, Outgoing, Spot
from dialogues.ports import Adapter, Handler, Intake, Turn, at_once
from dialogues.texts import Texts

CHECKINS = Path("dialogues") / "checkins"
THIRD = """
id = "third"
version = 1
mirrored = true
title = {en = "A third", id = "Yang ketiga"}
purpose = {en = "To show that it is one file.", id = "Menunjukkan bahwa cukup satu berkas."}
[[questions]]
key = "hard_q"
kind = "frequency"
text = {en = "{broker} asks hard questions.", id = "{broker} mengajukan pertanyaan sulit."}
mirror = {en = "I ask hard questions.", id = "Saya mengajukan pertanyaan sulit."}
topic = {en = "Hard questions", id = "Pertanyaan sulit"}
[[questions]]
key = "help"
kind = "multi"
most = 2
text = {en = "Where do we need help?", id = "Di mana kita perlu bantuan?"}
mirror = {en = "Where can I help?", id = "Di mana saya bisa membantu?"}
topic = {en = "Help", id = "Bantuan"}
options = [
  {key = "trust", text = {en = "Trust", id = "Kepercayaan"}},
  {key = "pace", text = {en = "Pace", id = "Laju"}},
  {key = "money", text = {en = "Money", id = "Dana"}},
]
"""


@pytest.mark.usefixtures("seldom")
async def test_a_third_check_in_is_one_file(
    tmp_path: Path, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "checkins"
    shutil.copytree(CHECKINS, folder)
    (folder / "third.toml").write_text(THIRD)
    more = open_library(folder).checkins
    monkeypatch.setitem(world.app.house.library.checkins, "third", more["third"])
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "A\nB\nC\nD")
    for label in ("That's right", "An independent person"):
        await world.taps("budi", label)
    await world.says("budi", "Ratna")
    await world.taps("budi", "The partnership")
    codes = world.codes("budi")
    world.person("ratna", "Ratna")
    await world.says("ratna", f"/start {codes[4]}")
    for label in ("Join", "I agree"):
        await world.taps("ratna", label)
    users = [f"u{number}" for number in range(8)]
    for number, user in enumerate(users):
        world.person(user, user)
        await world.says(user, f"/start {codes[number // 2]}")
        await world.taps(user, "Join")
    await world.says("budi", "/review start third for 3 days")
    await world.taps("budi", "Start")
    for user in users:
        for label in ("Begin", "Often", "Trust", "✓ Trust", "Pace", "Done", "Send my answers"):
            await world.taps(user, label)
    await world.forward(days=7)
    assert "Ratna asks hard questions" in world.last("budi")
    assert "Pace" in world.last("budi") and "Money" not in world.last("budi")


def test_a_new_command_is_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(
        '"""A command."""\n'
        "from bot.commands.command import Command, reply\n"
        'COMMAND = Command("hello", lambda scene, given: reply("checkin/none"))\n'
    )
    monkeypatch.setattr(bot.commands, "__path__", [*bot.commands.__path__, str(tmp_path)])
    monkeypatch.setattr(bot.commands, "MODULES", (*bot.commands.MODULES, "hello"))
    commands = bot.commands.load()
    assert parse(build(commands), "hello").command.name == "hello"
    assert reply("checkin/none")[0].say.key == "checkin/none"
    assert isinstance(commands[-1], SlashCommand)


class Letterbox:
    """A platform in twenty lines: letters in, letters out."""

    installation = "letterbox"
    intake = Intake.POLL
    ability = Ability(edits=False)

    def __init__(self) -> None:
        self.out: list[Outgoing] = []
        self._numbers = count(1)
        self.handler: Handler | None = None

    def join_link(self, code: str) -> str:
        return f"Write JOIN {code} on a card."

    def group_link(self) -> str:
        return ""

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        self.handler = handler
        up()

    async def pace(self, to: Spot) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> str:
        self.out.append(outgoing)
        return str(next(self._numbers))


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    made = Letterbox()
    PLATFORMS["letterbox"] = lambda ground: made
    yield made
    del PLATFORMS["letterbox"]


async def test_a_new_platform_is_one_folder_and_one_line(
    letterbox: Letterbox, world: Any, texts: Texts
) -> None:
    opened: Mapping[str, Adapter] = {
        adapter.installation: adapter
        for adapter in open_platforms(Ground(Settings(), "", None, texts))
    }
    assert set(opened) == {"playground", "letterbox"}
    await letterbox.run(world.app.conversation, lambda: None)
    assert letterbox.handler is not None
    address, spot = Address("letterbox", "", "ana"), Spot("letterbox", "street 1")
    event = Incoming("k", address, spot, True, Command("start"), name="Ana", language="id-ID")
    for outgoing in await letterbox.handler.handle(event):
        await letterbox.send(outgoing)
    assert letterbox.out[0].to == spot
    assert letterbox.out[0].text.startswith("Halo Ana")
