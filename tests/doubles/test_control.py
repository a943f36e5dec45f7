"""Both doubles as processes of their own, led through /_control."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from telegram import Bot

from tests.doubles.bolt_bot import MODAL, Web, option, plain
from tests.doubles.ptb_bot import PNG, TOKEN, Caller
from tests.doubles.slack_script import scripted
from tests.doubles.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


class Remote:
    """Gives orders; the answer of one that fails is its error."""

    def __init__(self, origin: str, session: aiohttp.ClientSession) -> None:
        self.url, self.session = origin + "/_control", session

    async def __call__(self, do: str, *args: Any, user: str | None = None, **named: Any) -> Any:
        order = {"do": do, "user": user, "args": args, "kwargs": named}
        async with self.session.post(self.url, json=order) as answer:
            body = await answer.json()
            assert (answer.status == 200) == ("result" in body), body
            return body.get("result", body.get("error"))


@asynccontextmanager
async def process(module: str, *options: str) -> AsyncIterator[tuple[str, Remote]]:
    """The URL a double prints, and what leads it."""
    command = [sys.executable, "-m", f"tests.doubles.{module}", "--port", "0", *options]
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe)
    assert started.stdout
    try:
        url = (await asyncio.wait_for(started.stdout.readline(), PATIENCE)).decode().split()[1]
        origin = "/".join(url.split("/")[:3])
        async with aiohttp.ClientSession() as session:
            yield url, Remote(origin, session)
    finally:
        started.terminate()
        await started.wait()


async def test_telegram_as_a_process() -> None:
    async with process("telegram_double", "--token", TOKEN) as (url, do):
        await do("send", "/start", user="Alice")
        group = await do("group", "Team", "Alice", "Bob", kind="group")
        async with Bot(TOKEN, base_url=url) as bot:
            sent = await bot.send_message(group["id"], "hello")
            seen = await do("seen", user="Bob", chat="Team")
            assert [m["text"] for m in seen] == ["hello"]
            assert (await do("wait", "hello", user="Bob", chat="Team"))["chat"]["id"] == group["id"]
            await do("send", "yes", user="Bob", chat="Team", reply_to=sent.message_id)
            assert len(await bot.get_updates()) == 3
        assert await do("assert_clean") is None


async def test_slack_as_a_process() -> None:
    async with process("slack_double") as (url, do):
        assert url.endswith("/api/")
        channel = await do("channel", "team", "Alice")
        assert channel["num_members"] == 2
        assert await do("seen", user="Alice", channel="#team") == []
    async with process("slack_double", "--request-url", "http://127.0.0.1:9/") as (_, do):
        delivery = await do("command", "/x", user="Alice")
        assert not delivery["acked"]
        assert "not acked in time" in await do("assert_clean")


async def test_what_telegram_can_be_told(caller: Caller) -> None:
    tg, bot = caller.tg, caller.bot
    async with aiohttp.ClientSession() as session:
        do = Remote(f"http://127.0.0.1:{tg.port}", session)
        assert "do: send, press" in await do("dance")
        assert (await do("user", "Sari", username=None))["first_name"] == "Sari"
        forum = await do("group", "Forum", "Alice", "Sari", is_forum=True)
        thread = await do("topic", "Forum", "Money", by="Sari")
        words = {"mentions": {"Sari": "Sari"}, "message_thread_id": thread}
        sent = await do("send", "/ask Sari", user="Alice", chat=forum["id"], **words)
        assert sent["entities"][1]["user"]["first_name"] == "Sari"
        await do("close_topic", "Forum", thread)
        await do("promote_bot", "Forum", "Alice", "can_delete_messages")
        await do("kick_bot", "Forum", "Alice")
        await do("group", "Small", "Alice", kind="group")
        assert (await do("migrate", "Small"))["type"] == "supergroup"
        assert await do("send", "x", user="Alice", chat="None") == "no chat 'None'"
        assert "sees no button 'Yes'" in await do("press", "Yes", user="Alice")
        shown = await bot.send_photo(caller.alice.id, PNG, filename="a.png")
        kept = await do("file", shown.photo[0].file_id)
        assert kept == {"name": "a.png", "base64": base64.b64encode(PNG).decode()}
        await do("fail", "sendMessage", "http", code=502)
        await do("duplicate", 1)
        await do("reorder", 0)
        assert (await do("redeliver"))["message"]["migrate_from_chat_id"]
        await do("block", user="Sari")
        await do("deactivate", user="Sari")
        assert (tg.faults[0].code, tg.doubled, tg.hold) == (502, 0, 0)
        report = await do("report")
        assert set(report) == {"violations", "calls", "webhook"} and not report["violations"]


async def test_what_slack_can_be_told() -> None:
    async with scripted(messages_tab_read_only=False) as (slack, script):
        do = Remote(slack.origin, slack.http)
        assert "do: command, say" in await do("dance")
        assert (await do("user", "Alice"))["real_name"] == "Alice"
        alice = slack.user("Alice")
        script.answers["/x"] = "answer"
        assert (await do("command", "/x", "some words", user="Alice"))["acked"]
        assert (await do("wait", "answer", user="Alice"))["text"] == "answer"
        assert await do("wait", "other", user="Alice", timeout=0.01)
        await do("say", "hello", user="Alice")
        await do("open_home", user="Alice")
        select = {"type": "external_select", "action_id": "town"}
        field = {"type": "input", "block_id": "t", "label": plain("Town"), "element": select}
        blocks = [*MODAL["blocks"], {**field, "optional": True}]
        slack.add_view(alice, MODAL | {"blocks": blocks})
        assert (await do("wait_modal", "standup", user="Alice"))["title"] == plain("Standup")
        script.answers["block_suggestion"] = {"options": [option("Palu")]}
        assert await do("suggest", "town", "p", user="Alice") == ["Palu"]
        script.answers["view_submission"] = {
            "response_action": "errors",
            "errors": {"today": "No"},
        }
        await do("submit", yesterday="a", today="b", user="Alice")
        assert await do("form_errors", user="Alice") == {"today": "No"}
        await do("close", user="Alice")
        assert await do("modal", user="Alice") is None
        assert await do("home", user="Alice") is None
        assert await do("click", "Done", user="Alice") == "Alice sees no 'Done'; sees []"
        for what, args in (
            ("duplicate", [1]),
            ("duplicate_interactive", [1]),
            ("reorder", [2]),
            ("fail", ["chat.postMessage", "limited"]),
            ("revoke", []),
            ("disconnect", []),
        ):
            assert await do(what, *args) is None
        assert (slack.doubled, slack.doubled_interactive, slack.hold) == (1, 1, 2)
        await do("deactivate", user="Alice")
        assert await do("errors", user="Alice") == []
        assert await do("say", "x", user="Alice", channel="#none") == "channel_not_found"
        report = await do("report")
        assert set(report) == {"violations", "warnings", "deliveries", "calls"}


async def test_files_of_slack_can_be_fetched(web: Web) -> None:
    do = Remote(web.slack.origin, web.slack.http)
    await web.api.files_upload_v2(channel=web.alice.dm.id, content="data", filename="a.txt")
    shown = (await do("seen", user="Alice"))[-1]
    kept = await do("file", shown["files"][0]["id"])
    assert kept == {"name": "a.txt", "base64": base64.b64encode(b"data").decode()}
    assert await do("file", "F404") == "'F404'"
