"""A command's form as one page, on a platform where nobody can type to it."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.playground.adapter import Playground
from bot.commands import sheet
from bot.commands.command import Field
from dialogues.errors import Refusal
from dialogues.messages import FormField, say

PEOPLE = [f"u{number}" for number in range(8)]


@pytest.fixture(autouse=True)
def on_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Playground, "ability", replace(Playground.ability, types=False))


async def founded(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group, set up where people can type."""
    with monkeypatch.context() as typing:
        typing.setattr(Playground, "ability", replace(Playground.ability, types=True))
        await world.founded(PEOPLE)


async def left_out(world: Any, *members: str) -> FormField:
    """Open the page with who is left out, and hand it in with *members* ticked."""
    await world.taps("budi", "Change")
    await world.taps("budi", "Left out")
    field: FormField
    (field,) = world.room.transcript("budi")[-1].form.fields
    await world.fills("budi", {"without": members})
    return field


async def test_what_is_emptied_on_a_page_is_nobody(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await founded(world, monkeypatch)
    await world.says("budi", "/review start responsibilities for 7d purpose learn")
    assert "8 people" in world.last("budi")
    field = await left_out(world, "3")
    assert "3" not in field.value
    assert "7 people" in world.last("budi")
    assert (await left_out(world)).value == ("3",)
    assert "8 people" in world.last("budi")


LINES = {
    "/review start responsibilities for ever": "7 days",
    "/review start responsibilities at yesterday": "",
    "/review schedule pulse every 3 months until yesterday": "",
    "/review schedule pulse every 3 months on 30 February": "",
    "/review schedule pulse every 3 months at 25:61": "09:00",
    "/broker end Ratna to 32 December": "27 November",
}


async def asked(world: Any, monkeypatch: pytest.MonkeyPatch, line: str) -> FormField:
    """The one field that a command asks for."""
    await founded(world, monkeypatch)
    await world.says("budi", line)
    field: FormField
    (field,) = world.room.transcript("budi")[-1].form.fields
    return field


@pytest.mark.parametrize("line", LINES)
async def test_what_stands_in_a_field_is_what_its_reader_would_write(
    world: Any, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    field = await asked(world, monkeypatch, line)
    assert field.error and field.value == LINES[line]
    await world.fills("budi", {field.key: field.value})
    assert world.room.transcript("budi")[-1].form is None, "the same value is taken"


@pytest.mark.parametrize("line", [*LINES, "/review schedule pulse every 12 hours", "/quiet 99"])
async def test_what_was_refused_comes_back_as_it_was_typed(
    world: Any, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    field = await asked(world, monkeypatch, line)
    for words in ("12 hours and a half", "32 Smarch"):
        await world.fills("budi", {field.key: words})
        (again,) = world.room.transcript("budi")[-1].form.fields
        assert again.error and again.value == words


def test_words_that_cannot_be_worded_stay_as_they_are() -> None:
    """Such as agreed targets, whose wording reads them again, and refuses them again."""

    def refuses(scene: object, kept: str) -> str:
        raise Refusal("fault.when", words=kept)

    field = Field("targets", say("formal/ask_targets"), read=refuses, shown=refuses)
    texts = SimpleNamespace(label=lambda label, reader: label)
    scene: Any = SimpleNamespace(house=SimpleNamespace(texts=texts), reader=None)
    assert sheet._written(scene, field, "soon") == "soon"
