"""What every adapter must do, whatever its platform: one suite, each adapter through it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from dialogues.errors import DeliveryError, MessageGone, Unreachable
from dialogues.markup import Value
from dialogues.messages import (
    Command,
    File,
    Filled,
    Form,
    FormField,
    Incoming,
    Outgoing,
    Spot,
    Tap,
    app_of,
)
from tests.adapters.stages import NAME, Stage, listening, opened
from tests.doubles.waiting import PATIENCE, until

ADAPTERS = ("playground", "telegram", "slack", "slack in two workspaces", "lines")
WAYS = (*ADAPTERS, "telegram by webhook", "slack over HTTP")
"""The adapters, and the other ways in which their events arrive."""
NASTY = "*Ana* _b_ `c` <d> & [e](f) ~g~ #h 1. 2\\) “q” أهلا"


class Script:
    """A handler that notes everything and answers as the test says."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.noted: list[str] = []
        self.answer: Callable[[Incoming], Sequence[Outgoing]] = lambda event: ()
        self.slow = 0.0
        self.decided = 0

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.heard.append(incoming)
        await asyncio.sleep(self.slow)
        self.decided += 1
        return self.answer(incoming)

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        self.noted.append(message)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture(params=ADAPTERS)
async def stage(request: pytest.FixtureRequest, script: Script) -> AsyncIterator[Stage]:
    """A platform with one person who has said hello."""
    async with opened(request.param) as made, listening(made, script):
        await made.command("start")
        await heard(script, 1)
        script.heard.clear()
        yield made


async def heard(script: Script, count: int) -> None:
    await until(lambda: len(script.heard) >= count, PATIENCE, lambda: f"heard {len(script.heard)}")


async def shows(stage: Stage, *texts: str) -> None:
    wanted = list(texts)
    await until(
        lambda: [m.text for m in stage.shown()] == wanted, PATIENCE, lambda: f"{stage.shown()}"
    )


async def test_it_says_what_it_is(stage: Stage) -> None:
    adapter = stage.adapter
    assert adapter.installation == app_of(stage.spot.installation)
    assert isinstance(adapter.join_link("7Q2MX4"), str) and isinstance(adapter.group_link(), str)
    assert "7Q2MX4" in adapter.join_link("7Q2MX4")
    assert adapter.ability.types or adapter.ability.forms
    stage.clean()


@pytest.mark.parametrize("stage", WAYS, indirect=True)
async def test_a_command_tells_who_where_and_what(stage: Stage, script: Script) -> None:
    await stage.command("review start responsibilities")
    await stage.command("help")
    await heard(script, 2)
    first, second = script.heard
    assert first.event == Command("review start responsibilities")
    assert second.event == Command("help")
    assert first.private and first.chat == second.chat == stage.spot
    assert first.sender == second.sender and first.name == NAME
    assert first.sender.installation == stage.spot.installation
    assert first.key != second.key
    stage.clean()


@pytest.mark.parametrize("stage", WAYS, indirect=True)
async def test_nothing_is_said_before_it_is_decided(stage: Stage, script: Script) -> None:
    script.slow = 0.3
    script.answer = lambda event: [Outgoing(event.chat, "Decided.")]
    asking = asyncio.ensure_future(stage.command("help"))
    await heard(script, 1)
    assert stage.shown() == [] and script.decided == 1
    await asking
    await until(lambda: stage.shown(), PATIENCE, lambda: "nothing came")
    assert script.decided == 2
    stage.clean()


async def test_messages_are_shown_and_edited_in_place(stage: Stage) -> None:
    send, spot = stage.adapter.send, stage.spot
    first = await send(Outgoing(spot, "**One**", (("Yes", "r:1:begin"), ("No", "r:1:later"))))
    second = await send(Outgoing(spot, "Two"))
    assert first != second
    await shows(stage, "One", "Two")
    assert stage.shown()[0].buttons == ["Yes", "No"]
    assert await send(Outgoing(spot, "Changed", replaces=first)) == first
    await shows(stage, "Changed", "Two")
    assert stage.shown()[0].buttons == []
    assert await send(Outgoing(spot, "Changed", replaces=first)) == first
    with pytest.raises(MessageGone):
        await send(Outgoing(spot, "x", replaces="1700000000.000900"))


@pytest.mark.parametrize("stage", WAYS, indirect=True)
async def test_a_tap_names_its_message_and_its_reply_takes_the_place(
    stage: Stage, script: Script
) -> None:
    message = await stage.adapter.send(Outgoing(stage.spot, "One", (("Yes", "r:1:pick:0:3"),)))
    script.answer = lambda event: [
        Outgoing(event.chat, "Two", replaces=event.message),
        Outgoing(event.chat, "And three"),
    ]
    await until(lambda: stage.shown(), PATIENCE, lambda: "nothing came")
    await stage.tap(message, "Yes")
    await shows(stage, "Two", "And three")
    (tap,) = script.heard
    assert tap.event == Tap("r:1:pick:0:3")
    assert (tap.message, tap.chat, tap.private) == (message, stage.spot, True)
    await until(lambda: len(script.noted) == 2, PATIENCE, lambda: str(script.noted))
    assert script.noted[0] == message
    stage.clean()


@pytest.mark.parametrize("stage", WAYS, indirect=True)
async def test_what_comes_twice_has_one_key(stage: Stage, script: Script) -> None:
    """An adapter may drop a repeat; one that passes it on gives it the same key."""
    message = await stage.adapter.send(Outgoing(stage.spot, "One", (("Yes", "t"),)))
    await until(lambda: stage.shown(), PATIENCE, lambda: "nothing came")
    await stage.tap(message, "Yes", twice=True)
    await heard(script, 1)
    await asyncio.sleep(0.2)
    assert len({event.key for event in script.heard}) == 1
    stage.clean()


async def test_a_value_is_shown_as_it_is(stage: Stage) -> None:
    await stage.adapter.send(Outgoing(stage.spot, f"**{Value(NASTY).__html__()}**"))
    await shows(stage, NASTY)
    stage.clean()


async def test_much_is_shown_whole(stage: Stage) -> None:
    text = "\n\n".join(f"**{n}.** " + "word " * 60 for n in range(40))
    buttons = tuple((f"Choice {n} of many", f"f:1:pick:k:{n}") for n in range(30))
    await stage.adapter.send(Outgoing(stage.spot, text, buttons))

    def whole() -> bool:
        said = "".join("".join(m.text for m in stage.shown()).split())
        return said == "".join(text.replace("*", "").split())

    await until(whole, PATIENCE, lambda: f"{[len(m.text) for m in stage.shown()]}")
    assert [b for m in stage.shown() for b in m.buttons] == [label for label, _ in buttons]
    stage.clean()


async def test_files_come_with_their_message(stage: Stage) -> None:
    files = (
        File("summary.png", "image/png", b"\x89PNG\r\n\x1a\n", "The summary as a picture"),
        File("report.html", "text/html", b"<p>All of it</p>"),
    )
    await stage.adapter.send(Outgoing(stage.spot, "The report", files=files))
    await until(
        lambda: [m.files for m in stage.shown()] == [2], PATIENCE, lambda: f"{stage.shown()}"
    )
    stage.clean()


async def test_nobody_is_written_to_in_vain(stage: Stage) -> None:
    nobody = Spot(stage.spot.installation, "404404")
    with pytest.raises(Unreachable) as caught:
        await stage.adapter.send(Outgoing(nobody, "x"))
    assert isinstance(caught.value, DeliveryError)


@pytest.mark.parametrize("stage", WAYS, indirect=True)
async def test_a_whole_form(stage: Stage, script: Script) -> None:
    if not stage.adapter.ability.forms:
        pytest.skip("This platform has no forms.")
    words = FormField("text", "words", "Why?", most=1000)
    scale = FormField("r1", "one", "Clear?", (("1", "No"), ("5", "Yes")), unable="Can't say")
    form = Form("w:7", "A form", (scale, words), "Send", "Cancel")
    script.answer = lambda event: [Outgoing(event.chat, "A page.", form=form)]
    await stage.command("checkin page 7")
    script.answer = lambda event: [Outgoing(event.chat, "Thanks.")]
    await stage.fill({"r1": "Yes"})
    await until(
        lambda: "Thanks." in [m.text for m in stage.shown()], PATIENCE, lambda: f"{stage.shown()}"
    )
    assert script.heard[-1].event == Filled("w:7", {"r1": ("5",)})
    stage.clean()


@pytest.mark.parametrize("name", WAYS)
async def test_it_stops_at_once_and_quietly(
    name: str, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(name) as stage:
        async with listening(stage, script):
            began = time.monotonic()
        assert time.monotonic() - began < 2.5
        async with listening(stage, script):
            await stage.command("start")
            await heard(script, 1)
        stage.clean()
    ours = [r for r in caplog.records if r.name != "aiohttp.server"]  # that is the double's
    assert not [r for r in ours if r.levelname in ("ERROR", "CRITICAL")]
