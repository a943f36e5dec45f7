"""The playground's page in a real browser, with a handler of a few lines behind it."""

import asyncio
import os
import re
import shutil
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import compress, crc32

import pytest
import uvicorn
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from starlette.applications import Starlette

from adapters.playground.adapter import Playground
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
    Text,
)

expect.set_options(timeout=30_000)  # a loaded machine needs more than the five seconds
SHOTS = Path("/tmp/playground-shots")  # noqa: S108
REQUIRED = "TEST_REQUIRE_BROWSER"
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)
AGREE = (
    ("1", "Strongly disagree"),
    ("2", "Disagree"),
    ("3", "Neither agree nor disagree"),
    ("4", "Agree"),
    ("5", "Strongly agree"),
)
FORM = Form(
    "whole",
    "Three questions",
    (
        FormField("trust", "one", "Ratna helps us build trust.", AGREE, unable="Can't say"),
        FormField(
            "next",
            "many",
            "What should come next?",
            (("r1", "Relationships"), ("r2", "New ways"), ("r3", "Lasting results")),
            most=2,
            unable="Skip",
            hint="Up to 2.",
        ),
        FormField("words", "words", "An example, please.", unable="Skip", hint="At most 20."),
        FormField("plain", "words", "And a last word."),
    ),
    "Send",
    "Not now",
)


def _chunk(kind: bytes, body: bytes) -> bytes:
    length = len(body).to_bytes(4, "big")
    return length + kind + body + crc32(kind + body).to_bytes(4, "big")


def picture(width: int, height: int) -> bytes:
    """A PNG of one green."""
    row = b"\0" + b"\x0f\x5c\x4a" * width
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    parts = [_chunk(b"IHDR", head), _chunk(b"IDAT", compress(row * height)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


class StandingClock:
    """A clock that only the buttons move. One thing is due, then nothing."""

    def __init__(self) -> None:
        self.present = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
        self.due = 1

    def now(self) -> datetime:
        return self.present

    async def move(self, by: timedelta) -> None:
        self.present += by

    async def to_next(self) -> bool:
        if not self.due:
            return False
        self.due -= 1
        self.present += timedelta(hours=3)
        return True


class Waiter:
    """Answers like Titian would, without deciding anything."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.handled: list[Incoming] = []
        self.counted: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def heard(self, count: int) -> Incoming:
        """The last event, once there were *count*."""
        async with asyncio.timeout(30):
            await self.counted[count].wait()
        assert len(self.handled) == count
        return self.handled[-1]

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """Nothing is kept."""

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.handled.append(incoming)
        self.counted[len(self.handled)].set()
        say = Outgoing(incoming.chat, "", language=incoming.language or "en")
        here = replace(say, replaces=incoming.message)
        match incoming.event:
            case Tap("yes"):
                return [replace(here, text="You said *yes*.", buttons=(("And again", "yes"),))]
            case Tap("form"):
                return [replace(say, text="All on one page:", form=FORM)]
            case Filled(values=values):
                return [self._filled(values, here)]
            case Command("broken"):
                raise RuntimeError("a secret in the trace")
            case Command("link"):
                return [
                    replace(
                        say, text=f"Pass on {self.address}/?start=7Q2MX4 [by hand](", buttons=()
                    )
                ]
            case Command("invite"):
                link = f"{self.address}/?start=7Q2MX4"
                return [replace(say, text=f"To take part, open [{link}]({link}).")]
            case Command("report"):
                files = (
                    File("report.png", "image/png", picture(600, 300), "One green page."),
                    File("report.pdf", "application/pdf", b"%PDF-1.4"),
                )
                return [replace(say, text="The report.", files=files)]
            case Command(text) if text.startswith("start "):
                return [replace(say, text=f"Welcome with {text[6:]}, **{incoming.name}**.")]
            case Command("help"):
                quiet = replace(say, text="I have written to you privately.")
                mine = Spot("playground", incoming.sender.user)
                return [quiet, replace(say, to=mine, text="Help is here.")]
            case Text(body=body) if body.startswith("h"):
                buttons = (("Yes", "yes"), ("Not this time", "no"), ("All on one page", "form"))
                text = "**Water for Bima**\n\n2 questions:\n\n- one\n- two\n\n> until *Friday*"
                return [replace(say, text=text, buttons=buttons)]
        return [replace(say, text="I did not get that.")]

    def _filled(self, values: object, here: Outgoing) -> Outgoing:
        assert isinstance(values, dict)
        if len(values.get("words") or "") > 20:
            fields = [
                replace(f, error="At most 20, please.") if f.key == "words" else f
                for f in FORM.fields
            ]
            form = replace(FORM, fields=tuple(fields))
            return replace(here, text="Please look again.", form=form)
        return replace(here, text="Thank you. Your receipt: *river cedar lamp*.")


def filled(incoming: Incoming) -> Mapping[str, tuple[str, ...] | str]:
    """The values of a form that was handed in."""
    assert isinstance(incoming.event, Filled)
    return incoming.event.values


class Room:
    """A playground that is served, and what its handler heard."""

    def __init__(self, sock: socket.socket) -> None:
        self.address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.playground = Playground(self.address, StandingClock())
        self.waiter = Waiter(self.address)


@asynccontextmanager
async def serving() -> AsyncIterator[Room]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        room = Room(sock)
        routes = room.playground.routes()
        settings = {"lifespan": "off", "log_config": None, "access_log": False}
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), **settings))  # type: ignore[arg-type]
        running = asyncio.create_task(room.playground.run(room.waiter, lambda: None))
        served = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield room
        finally:
            running.cancel()
            await asyncio.wait([running])
            server.should_exit = True
            began = asyncio.get_running_loop().time()
            await served
            assert asyncio.get_running_loop().time() - began < 2, "the event stream held the server"


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with serving() as room:
        yield room


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail("Chromium is required here and is missing.")
        pytest.skip("NOT TESTED: there is no Chromium (chromium-headless-shell).")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, headless=True)
        yield opened
        await opened.close()


class Hand:
    """Somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, address: str) -> None:
        await self.page.goto(address)
        await expect(self.page.locator("#add")).not_to_be_empty()

    async def add(self, name: str, language: str = "en") -> None:
        await self.page.locator("#add").click()
        await self.page.locator("#new-name").fill(name)
        await self.page.locator("#new-language").select_option(language)
        await self.page.locator("dialog button[type=submit]").click()
        await expect(self.page.locator("#log")).to_have_attribute("data-of", name)

    async def be(self, name: str) -> None:
        await self.page.locator("#list button", has_text=name).click()
        await expect(self.page.locator("#log")).to_have_attribute("data-of", name)

    async def write(self, text: str, chat: str = "") -> None:
        await self.page.locator(f"#{chat}text").fill(text)
        await self.page.locator(f"#{chat}text").press("Enter")

    async def tap(self, label: str) -> None:
        named = re.compile(f"^{re.escape(label)}$")
        await self.page.locator(".buttons button", has_text=named).last.click()

    async def says(self, text: str, log: str = "log") -> None:
        await expect(self.page.locator(f"#{log}")).to_contain_text(text)

    async def shot(self, name: str) -> None:
        """A picture to look at, and two things that must hold in every one of them."""
        await self.page.screenshot(path=SHOTS / f"{name}.png")
        assert await self.page.evaluate(WIDER) == []
        assert await self.page.evaluate(SMALL) == []


WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 90))"""
SMALL = """() => [...document.querySelectorAll("button, textarea, select, .choice, .file")]
  .filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 90))"""


@asynccontextmanager
async def a_hand(
    browser: Browser, address: str, size: ViewportSize, **more: str
) -> AsyncIterator[Hand]:
    context = await browser.new_context(
        viewport=size,
        locale="en-GB",
        timezone_id="Asia/Makassar",
        **more,  # type: ignore[arg-type]
    )
    hand = Hand(await context.new_page())
    await hand.open(address)
    yield hand
    await context.close()
    assert hand.errors == []


async def test_a_conversation_on_a_phone(room: Room, browser: Browser) -> None:
    async with a_hand(browser, room.address, PHONE) as hand:
        await hand.shot("01-nobody-yet")
        await hand.add("Budi Santoso")
        await hand.write("hello")
        await hand.says("Water for Bima")
        await hand.tap("Yes")
        await hand.says("You said yes.")
        await expect(hand.page.locator("#log .entry")).to_have_count(2)
        await hand.write("hello again")
        await hand.tap("All on one page")
        await hand.says("All on one page:")
        await hand.shot("02-chat")
        await hand.write("é" * 20_000)
        assert (await room.waiter.heard(5)).event == Text("é" * 20_000)
        await hand.says("I did not get that")
        await hand.page.locator("[data-by=day]").click()
        await expect(hand.page.locator("#now")).to_have_text(re.compile("Saturday.*28.*09:30"))
        await hand.write("What day is it?")
        await expect(hand.page.locator("#log .day")).to_have_count(2)
        await hand.page.locator("[data-by=next]").click()
        await expect(hand.page.locator("#now")).to_contain_text("12:30")
        await hand.page.locator("[data-by=next]").click()
        await expect(hand.page.locator("#moved")).to_have_text("Nothing is due.")


async def test_a_whole_form_keeps_what_was_typed(room: Room, browser: Browser) -> None:
    async with a_hand(browser, room.address, PHONE) as hand:
        await hand.add("Sari Wulandari")
        await hand.write("hello")
        await hand.tap("All on one page")
        await hand.tap("Fill in the form")
        dialog = hand.page.locator("dialog")
        await hand.shot("03-form")
        await dialog.get_by_label("Agree", exact=True).check()
        await dialog.get_by_label("New ways").check()
        unable = dialog.locator("[name=next][value='']")
        await unable.check()
        await expect(dialog.get_by_label("New ways")).not_to_be_checked()
        await dialog.get_by_label("An example, please.").fill("more than twenty letters, surely")
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.locator("#error-words")).to_have_text("At most 20, please.")
        await expect(dialog.get_by_label("An example, please.")).to_be_focused()
        await hand.shot("04-form-error")
        await expect(dialog.get_by_label("Agree", exact=True)).to_be_checked()
        await expect(dialog.get_by_label("An example, please.")).to_have_value(re.compile("surely"))
        await dialog.get_by_label("An example, please.").fill("shorter")
        await dialog.get_by_role("button", name="Send").click()
        await hand.says("Thank you. Your receipt")
        await expect(dialog).to_be_hidden()
        assert filled(room.waiter.handled[-1]) == {"trust": ("4",), "next": (), "words": "shorter"}


async def test_both_chats_on_a_desk_live(room: Room, browser: Browser) -> None:
    async with (
        a_hand(browser, room.address, DESKTOP) as hand,
        a_hand(browser, room.address, PHONE, color_scheme="dark") as other,
    ):
        for name, language in (("Budi Santoso", "en"), ("Sari Wulandari", "id")):
            await hand.add(name, language)
        await expect(hand.page.locator("#write button")).to_have_text("Kirim")
        await other.be("Sari Wulandari")
        await other.write("halo")
        await hand.says("Water for Bima")
        await hand.be("Budi Santoso")
        await expect(hand.page.locator("#write button")).to_have_text("Send")
        await hand.write("/help", "group-")
        await hand.says("I have written to you privately.", "group-log")
        await hand.says("Help is here.")
        assert room.waiter.handled[-1].private is False
        await expect(other.page.locator("#group .badge")).to_contain_text("2")
        await expect(other.page.locator("#list .badge")).to_have_count(0)
        await room.playground.type("p1", "h, without a page")
        await hand.says("h, without a page")
        await hand.be("Sari Wulandari")
        await room.playground.type("p1", "hello")
        budi = hand.page.locator("#list button", has_text="Budi")
        await expect(budi.locator(".badge")).to_have_text("1 belum dibaca")
        await hand.write("/report")
        await expect(hand.page.locator(".entry img")).to_have_attribute("alt", "One green page.")
        await expect(hand.page.locator(".entry img")).to_have_js_property("naturalWidth", 600)
        await hand.shot("05-desktop")
        await other.page.locator("#group").click()
        await other.says("Budi Santoso", "group-log")
        await expect(other.page.locator("#group .badge")).to_have_count(0)
        await other.shot("06-group-dark")
        await other.page.locator("#private").click()
        await expect(other.page.locator("#log img")).to_be_visible()
        await other.shot("07-report-dark")
        async with hand.page.expect_download() as download:
            await hand.page.locator(".file").click()
        assert (await download.value).suggested_filename == "report.pdf"


async def test_by_keyboard_alone(room: Room, browser: Browser) -> None:
    async with a_hand(browser, room.address, DESKTOP) as hand:
        keys = hand.page.keyboard

        async def tab_to(what: str) -> None:
            for _ in range(30):
                await keys.press("Tab")
                if await hand.page.evaluate(f"document.activeElement.matches({what!r})"):
                    return
            raise AssertionError(f"Tab does not come to {what}")

        await tab_to("#add")
        await keys.press("Enter")
        await keys.type("Eva Keys")
        await keys.press("Enter")
        await expect(hand.page.locator("#log")).to_have_attribute("data-of", "Eva Keys")
        await expect(hand.page.locator("#text")).to_be_focused()
        await keys.type("hello")
        await keys.press("Shift+Enter")
        await keys.type("and more")
        await keys.press("Enter")
        await hand.says("Water for Bima")
        assert room.waiter.handled[-1].event == Text("hello\nand more")
        await expect(hand.page.locator("#text")).to_be_focused()
        await hand.page.locator("#log").focus()
        await tab_to("#log .buttons button")
        await hand.shot("08-focus")
        await keys.press("Enter")
        await hand.says("You said yes.")
        assert await hand.page.evaluate("document.activeElement.matches('#log .entry')")
        await tab_to("#log .buttons button")
        await tab_to("#text")
        await keys.type("hello")
        await keys.press("Enter")
        await expect(hand.page.locator("#log .buttons")).to_have_count(2)
        await hand.page.locator("#log .buttons button").last.focus()
        await keys.press("Enter")
        await hand.says("All on one page:")
        await hand.page.locator("#log .deed").focus()
        await keys.press("Enter")
        await keys.press("ArrowDown")
        await keys.press("Enter")
        await hand.says("Thank you.")
        assert filled(room.waiter.handled[-1]) == {"trust": ("2",)}


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_a_join_link_asks_who_opens_it(
    room: Room, browser: Browser, size: ViewportSize
) -> None:
    async with a_hand(browser, room.address, size) as hand:
        await hand.add("Budi Santoso")
        await hand.add("Ratna Dewi")
        await hand.write("/invite")
        await hand.page.locator("#log a").click()
        await expect(hand.page.locator("dialog h2")).to_have_text("Who opens this link?")
        await hand.shot(f"09-link-{size['width']}")
        await hand.page.locator("dialog button", has_text="Budi").click()
        await hand.says("Welcome with 7Q2MX4, Budi Santoso.")
        await hand.open(f"{room.address}/?start=OTHER")
        await hand.page.locator("dialog button", has_text="Somebody new").click()
        await hand.page.locator("#new-name").fill("*Ana* <b>")
        await hand.page.locator("#new-name").press("Enter")
        await hand.says("Welcome with OTHER")
        assert room.waiter.handled[-1].event == Command("start OTHER")
        assert room.waiter.handled[-1].name == "*Ana* <b>"
        await expect(hand.page).to_have_url(f"{room.address}/")


async def test_trouble_is_said_kindly_and_loses_nothing(room: Room, browser: Browser) -> None:
    async with a_hand(browser, room.address, PHONE) as hand:
        await hand.add("Sari Wulandari", "id")
        keys = set()
        for count in (1, 2):
            await hand.write("/broken")
            keys.add((await room.waiter.heard(count)).key)
            await expect(hand.page.locator("#trouble")).to_contain_text("tidak ada yang hilang")
        assert len(keys) == 1
        await hand.shot("10-trouble")
        await expect(hand.page.locator("#text")).to_have_value("/broken")
        await expect(hand.page.locator("#log .entry")).to_have_count(1)
        assert "secret" not in await hand.page.content()
        await hand.write("halo")
        await hand.says("Water for Bima")
        await expect(hand.page.locator("#trouble")).to_be_empty()
        assert all("500" in error for error in hand.errors)
        hand.errors.clear()
