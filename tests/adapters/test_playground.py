"""The playground as a platform: what is sent, typed, tapped, asked for over HTTP, and refused."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from starlette.applications import Starlette
from structlog.testing import capture_logs

from adapters.playground import outgoing
from adapters.playground.adapter import Playground
from adapters.playground.room import KEPT, NotYet
from dialogues.errors import MessageGone, Unreachable
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
from dialogues.ports import Adapter

ADDRESS = "http://127.0.0.1:8000"
PAGE = Path(__file__).parents[2] / "adapters" / "playground" / "page"
SARI = Spot("playground", "p1")
GROUP = Spot("playground", "group")
FORM = Form("f:1", "A form", (FormField("a", "one", "A?", (("1", "One"),)),), "Send", "Close")


class Echo:
    """Says what it heard, or `reply` where that is given."""

    def __init__(self) -> None:
        self.handled: list[Incoming] = []
        self.noted: list[str] = []
        self.reply: Sequence[Outgoing] | None = None
        self.broken = False

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.handled.append(incoming)
        if self.broken:
            raise RuntimeError("what was typed")
        return self.reply if self.reply is not None else [Outgoing(incoming.chat, "Heard.")]

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        self.noted.append(message)


class Watch:
    """A clock that only the buttons move."""

    def __init__(self) -> None:
        self.present = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.present

    async def move(self, by: timedelta) -> None:
        self.present += by

    async def to_next(self) -> bool:
        return False


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def room(echo: Echo) -> AsyncIterator[Playground]:
    """A playground that is up, with Sari and Budi in it."""
    playground = Playground(ADDRESS, Watch())
    up = asyncio.Event()
    running = asyncio.create_task(playground.run(echo, up.set))
    await up.wait()
    playground.introduce("p1", "Sari Wulandari", "id")
    playground.introduce("p2", "Budi Santoso", "en")
    yield playground
    running.cancel()
    await asyncio.wait([running])


def client(playground: Playground, address: str = ADDRESS) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=playground.routes()))
    return httpx.AsyncClient(transport=transport, base_url=address)


def typed(text: str, key: str = "k1", **more: object) -> dict[str, object]:
    return {"id": key, "user": "p1", "chat": "private", "kind": "text", "text": text, **more}


# As a platform


async def test_it_is_an_adapter(room: Playground) -> None:
    adapter: Adapter = room
    assert adapter.installation == "playground"
    assert adapter.ability.edits and adapter.ability.forms and adapter.ability.files
    assert adapter.join_link("7Q2MX4") == f"{ADDRESS}/?start=7Q2MX4"


async def test_a_message_is_edited_in_its_place(room: Playground) -> None:
    first = await room.send(Outgoing(SARI, "one", (("Yes", "t"),)))
    await room.send(Outgoing(SARI, "two"))
    assert await room.send(Outgoing(SARI, "changed", replaces=first)) == first
    entries = room.transcript("p1")
    assert [e.text for e in entries] == ["changed", "two"]
    assert [e.edited for e in entries] == [True, False]
    assert entries[0].buttons == () and entries[0].at == datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


async def test_what_cannot_be_sent_says_why(room: Playground) -> None:
    with pytest.raises(MessageGone):
        await room.send(Outgoing(SARI, "changed", replaces="nothing"))
    for lost in (
        Outgoing(Spot("playground", "p9"), "x"),
        Outgoing(Spot("", ""), "x", replaces="y"),
    ):
        with pytest.raises(Unreachable):
            await room.send(lost)
    await room.type("p1", "my own words")
    mine = room.transcript("p1")[0].id
    with pytest.raises(MessageGone):
        await room.send(Outgoing(SARI, "not mine", replaces=mine))
    assert room.transcript("p1")[0].text == "my own words"


async def test_a_reply_to_a_lost_message_is_sent_anew(room: Playground, echo: Echo) -> None:
    echo.reply = [Outgoing(SARI, "closed", replaces="lost")]
    await room.type("p1", "hello")
    assert [e.text for e in room.transcript("p1")] == ["hello", "closed"]
    assert echo.noted == [room.transcript("p1")[1].id]


async def test_acts_become_events(room: Playground, echo: Echo) -> None:
    buttons = (("Yes", "t:yes"), ("No", "t:no"))
    asked = await room.send(Outgoing(SARI, "?", buttons, form=FORM))
    in_group = await room.send(Outgoing(GROUP, "?", buttons))
    await room.type("p1", "plain words")
    await room.type("p1", " /review start ", "group")
    await room.tap("p1", asked, "No")
    await room.tap("p1", in_group, 0, "group")
    await room.fill("p1", asked, {"a": ("1",)})
    events = [i.event for i in echo.handled]
    assert events[:2] == [Text("plain words"), Command("review start")]
    assert events[2:] == [Tap("t:no"), Tap("t:yes"), Filled("f:1", {"a": ("1",)})]
    assert [i.private for i in echo.handled] == [True, False, True, False, True]
    assert [i.chat for i in echo.handled] == [SARI, GROUP, SARI, GROUP, SARI]
    assert [i.message for i in echo.handled[2:]] == [asked, in_group, asked]
    assert len({i.key for i in echo.handled}) == 5
    assert {(i.name, i.language) for i in echo.handled} == {("Sari Wulandari", "id")}


async def test_failures_come_back_to_whoever_acts(room: Playground, echo: Echo) -> None:
    echo.broken = True
    with pytest.raises(RuntimeError):
        await room.type("p1", "hello")
    quiet = Playground(ADDRESS, None)
    quiet.introduce("p1", "Sari", "id")
    with pytest.raises(NotYet):
        await quiet.type("p1", "hello")
    assert quiet.transcript("p1") == []


async def test_typed_words_are_erased(room: Playground, echo: Echo) -> None:
    await room.type("p1", "a comment")
    echo.reply = [Outgoing(SARI, "Kept.", erases=room.transcript("p1")[0].id)]
    await room.tap("p1", await room.send(Outgoing(SARI, "?", (("A", "a"),))), "A")
    assert "a comment" not in [e.text for e in room.transcript("p1")]


async def test_the_last_messages_are_kept(room: Playground) -> None:
    room.room.introduce("p3", "New", "en")
    spot = Spot("playground", "p3")
    file = File("a.txt", "text/plain", b"a")
    for number in range(KEPT):
        await room.send(Outgoing(spot, str(number), files=(file,)))
    assert not room.room.lacks_earlier("p3")
    await room.send(Outgoing(spot, "last"))
    assert [e.text for e in room.transcript("p3")][:: KEPT - 1] == ["1", "last"]
    assert room.room.lacks_earlier("p3") and len(room.room.files) == KEPT - 1


def test_markdown_becomes_plain_nodes() -> None:
    text = "**a** *b* `c`\n\n- [d](https://x.example)\n\n3. e\n\n> f\\*<b>"
    names = re.findall(r"'name': '(\w+)'", str(outgoing.body(text)))
    assert names == [
        "p",
        "strong",
        "em",
        "code",
        "ul",
        "li",
        "p",
        "a",
        "ol",
        "li",
        "p",
        "blockquote",
        "p",
    ]
    assert "f*<b>" in str(outgoing.body(text))
    assert outgoing.body("[x](javascript:alert(1))") == outgoing.body("\\[x](javascript:alert(1))")


async def test_a_strange_node_fails_when_it_is_sent(
    room: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = SyntaxTreeNode([Token("table", "table", 0)])
    monkeypatch.setattr(outgoing, "parse", lambda text: strange)
    with pytest.raises(ValueError, match="table"):
        await room.send(Outgoing(SARI, "| a |"))
    assert room.transcript("p1") == []


# Over HTTP


async def test_state_and_chat(room: Playground) -> None:
    asked = await room.send(Outgoing(SARI, "*Hi*", (("Yes", "t"),), form=FORM, language="id"))
    async with client(room) as page:
        state = (await page.get("/playground/state")).json()
        assert [p["unread"] for p in state["people"]] == [1, 0]
        assert state["clock"] == "2026-11-27T01:30:00+00:00"
        assert state["abilities"]["edits"] and state["address"] == ADDRESS
        chat = (await page.get("/playground/chat?user=p1&chat=private")).json()
        assert chat["earlier"] is True
        (entry,) = chat["entries"]
        assert entry["id"] == asked and entry["author"] == "" and entry["language"] == "id"
        assert entry["buttons"] == [{"label": "Yes", "token": "t"}]
        assert entry["form"]["fields"][0]["options"] == [{"key": "1", "label": "One"}]
        assert (await page.get("/playground/state")).json()["people"][0]["unread"] == 0
        group = (await page.get("/playground/chat?user=p2&chat=group")).json()
        assert group == {"entries": [], "earlier": False}
        for lost in ("user=p9&chat=private", "user=p1&chat=p2", "user=group&chat=private", ""):
            assert (await page.get(f"/playground/chat?{lost}")).status_code == 404


async def test_the_same_request_again_is_the_same_event(room: Playground, echo: Echo) -> None:
    async with client(room) as page:
        await page.post("/playground/act", json=typed("/help"))
        answer = await page.post("/playground/act", json=typed("/help"))
        assert answer.json()["messages"] == [room.transcript("p1")[-1].id]
    assert [e.author for e in room.transcript("p1")] == ["p1", "", ""]
    assert echo.handled[0] == echo.handled[1]
    assert echo.handled[0].message == room.transcript("p1")[0].id
    echo.reply = [Outgoing(SARI, "Kept.", erases=echo.handled[0].message)]
    async with client(room) as page:
        await page.post("/playground/act", json=typed("/help"))
        await page.post("/playground/act", json=typed("/help"))
    assert [e.author for e in room.transcript("p1")] == ["", "", "", ""]


@pytest.mark.parametrize("path", ["act", "person", "clock"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"null",
        b"[" * 60_000,
        b"{}",
        json.dumps(typed("x", user="p9")).encode(),
        json.dumps(typed("x", user=["p1"])).encode(),
        json.dumps(typed("x", chat="elsewhere")).encode(),
        json.dumps(typed("x", kind="shout")).encode(),
        json.dumps(typed("  ")).encode(),
        json.dumps(typed("x" * 20_001)).encode(),
        json.dumps(typed("half \ud800 a character")).encode(),
        json.dumps(typed("x", key="")).encode(),
        json.dumps({**typed("x"), "kind": "tap", "token": 7}).encode(),
        json.dumps({**typed("x"), "kind": "tap", "token": "t"}).encode(),
        json.dumps({**typed("x"), "kind": "form", "token": "t", "message": "m"}).encode(),
        json.dumps(
            {**typed("x"), "kind": "form", "token": "t", "message": "m", "values": {"a": [1]}}
        ).encode(),
        json.dumps({"name": " ", "language": "en", "by": "week"}).encode(),
        json.dumps({"name": "A\u0000", "language": "en", "by": ["day"]}).encode(),
        json.dumps({"name": "Ana", "language": "de", "by": None}).encode(),
        json.dumps({"name": "x" * 61, "language": "en", "by": 3}).encode(),
    ],
)
async def test_malformed_requests_get_a_sentence(
    room: Playground, echo: Echo, path: str, body: bytes
) -> None:
    async with client(room) as page:
        answer = await page.post(f"/playground/{path}", content=body)
    assert answer.status_code == 400
    assert answer.json()["en"].endswith(".") and answer.json()["id"].endswith(".")
    assert echo.handled == [] and len(room.people) == 2 and room.transcript("p1") == []


async def test_long_texts_pass_and_longer_bodies_do_not(room: Playground, echo: Echo) -> None:
    async with client(room) as page:
        for text in ("x" * 20_000, "橋" * 20_000, '"\n' * 10_000):
            body = json.dumps(typed(text, str(len(echo.handled))), ensure_ascii=False).encode()
            assert (await page.post("/playground/act", content=body)).status_code == 200
            assert echo.handled[-1].event == Text(text)
        answer = await page.post("/playground/act", content=b" " * (64 * 1024 + 1))
    assert answer.status_code == 413 and "too long" in answer.json()["en"]


async def test_failures_are_said_kindly_and_logged_by_type(room: Playground, echo: Echo) -> None:
    echo.broken = True
    async with client(room) as page:
        with capture_logs() as logs:
            answer = await page.post("/playground/act", json=typed("a secret"))
    assert answer.status_code == 500
    assert answer.json()["en"].startswith("Something went wrong here; nothing was lost.")
    assert "typed" not in answer.text and "secret" not in str(logs)
    (line,) = logs
    assert line["error"] == "RuntimeError"


async def test_before_and_after_running_it_asks_for_patience() -> None:
    quiet = Playground(ADDRESS, Watch())
    quiet.introduce("p1", "Sari", "id")
    async with client(quiet) as page:
        answer = await page.post("/playground/act", json=typed("hello"))
        assert answer.status_code == 503 and "try again" in answer.json()["en"]
        assert (await page.post("/playground/clock", json={"by": "day"})).status_code == 503
    assert quiet.transcript("p1") == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, 200),
        ({"Origin": ADDRESS}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:8000"}, 403),
        ({"Host": "[bad"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
        ({"Origin": ""}, 403),
    ],
)
async def test_only_its_own_page_may_ask(
    room: Playground, headers: dict[str, str], status: int
) -> None:
    async with client(room) as page:
        for path in ("/", "/playground/state", "/playground/playground.js"):
            answer = await page.get(path, headers=headers)
            assert answer.status_code == status
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        answer = await page.post(
            "/playground/person", headers=headers, json={"name": "A", "language": "en"}
        )
        assert answer.status_code == status
    assert ("p3" in room.people) == (status == 200)


async def test_people_are_added_under_new_ids(room: Playground) -> None:
    async with client(room) as page:
        for number, name in enumerate((" Ana  Lia ", "<b>Ana</b>"), 3):
            answer = await page.post("/playground/person", json={"name": name, "language": "id"})
            assert answer.json() == {"user": f"p{number}"}
        assert room.people["p3"].name == "Ana Lia"
        chat = (await page.get("/playground/chat?user=p3&chat=private")).json()
        assert chat == {"entries": [], "earlier": False}


async def test_the_page_speaks_as_titian_does(room: Playground) -> None:
    await room.send(Outgoing(SARI, "I will write to you in English.", language="en"))
    async with client(room) as page:
        people = (await page.get("/playground/state")).json()["people"]
    assert [someone["language"] for someone in people] == ["en", "en"]
    assert room.people["p1"].language == "id"


async def test_the_next_event_is_one_that_can_be_seen(room: Playground) -> None:
    class Hourly(Watch):
        """Something is due every hour; at the fourth somebody is written to, once."""

        async def to_next(self) -> bool:
            self.present += timedelta(hours=1)
            if self.present - began == timedelta(hours=4):
                await room.send(Outgoing(SARI, "Good morning."))
            return True

    room.controls = watch = Hourly()
    began = watch.present
    async with client(room) as page:
        for gone in (timedelta(hours=4), timedelta(days=7, hours=4)):
            answer = await page.post("/playground/clock", json={"by": "next"})
            assert answer.json() == {"done": True}
            assert watch.present - began == gone
    assert len(room.transcript("p1")) == 1


async def test_the_clock(room: Playground, echo: Echo) -> None:
    async with client(room) as page:
        for by, done in (("hour", True), ("day", True), ("next", False)):
            assert (await page.post("/playground/clock", json={"by": by})).json() == {"done": done}
        state = (await page.get("/playground/state")).json()
        assert state["clock"] == "2026-11-28T02:30:00+00:00"
    still = Playground(ADDRESS, None)
    still.introduce("p1", "Sari", "id")
    await still.send(Outgoing(SARI, "no clock"))
    async with client(still) as page:
        assert (await page.get("/playground/state")).json()["clock"] is None
        assert (await page.post("/playground/clock", json={"by": "day"})).status_code == 400
        chat = (await page.get("/playground/chat?user=p1&chat=private")).json()
        assert chat["entries"][0]["at"] is None


async def test_files_are_served_while_their_message_holds_them(room: Playground) -> None:
    kept = [
        File("a b#?.pdf", "application/pdf", b"pdf"),
        File("r.html", "text/html", b"<script>"),
        File("p.png", "image/png", b"png", "A picture."),
    ]
    message = await room.send(Outgoing(SARI, "files", files=tuple(kept)))
    async with client(room) as page:
        chat = (await page.get("/playground/chat?user=p1&chat=private")).json()
        links = chat["entries"][0]["files"]
        assert [(f["picture"], f["page"]) for f in links] == [
            (False, False),
            (False, True),
            (True, False),
        ]
        assert links[2]["description"] == "A picture."
        for link, file in zip(links, kept, strict=True):
            answer = await page.get(link["url"])
            assert answer.content == file.content
            assert answer.headers["content-type"].startswith(file.kind)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            way = "attachment" if file.kind == "application/pdf" else "inline"
            assert answer.headers["content-disposition"].startswith(way)
        await room.send(Outgoing(SARI, "gone", replaces=message))
        assert (await page.get(links[0]["url"])).status_code == 404


async def test_changes_are_told_and_the_stream_ends_with_the_run(
    room: Playground, echo: Echo
) -> None:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    settings: dict[str, Any] = {"lifespan": "off", "log_config": None}
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=room.routes()), **settings))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    port = sock.getsockname()[1]
    running = asyncio.create_task(room.run(echo, lambda: None))
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as page,
        page.stream("GET", "/playground/events") as events,
    ):
        told = events.aiter_lines()
        versions = []
        async for line in told:
            if line.startswith("data: "):
                versions.append(int(line[6:]))
                if len(versions) == 3:
                    break
                await room.send(Outgoing(SARI, "news"))
        assert versions == sorted(set(versions))
        running.cancel()
        async with asyncio.timeout(1):
            assert [line async for line in told if line.startswith("data")] != []
    server.should_exit = True
    await serving


# The page itself


def test_the_page_speaks_both_languages_and_lacks_no_word() -> None:
    words = json.loads((PAGE / "words.json").read_text())
    assert list(words["en"]) == list(words["id"])
    assert all(text for chosen in words.values() for text in chosen.values())
    code = "".join(
        (PAGE / name).read_text()
        for name in ("index.html", "playground.js", "dialogs.js", "elements.js")
    )
    used = set(re.findall(r'data-word="(\w+)"|\bword\("(\w+)"\)', code))
    asked = {first or second for first, second in used}
    said = {"malformed", "toolong", "starting", "elsewhere", "unknown"}
    chosen = {"empty", "emptygroup", "earlier", "earliergroup"}
    assert asked | said | chosen == set(words["en"])


def test_the_page_needs_nothing_from_elsewhere_and_sets_no_markup() -> None:
    for file in PAGE.iterdir():
        text = file.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert not re.search(r"https?://(?!www\.w3\.org)", text)
    html = (PAGE / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
