"""A tiny slack-bolt bot, only to prove slack_double.py with a real client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.clock import Clock
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_elements import Json


def plain(text: str) -> Json:
    """A text without formatting."""
    return {"type": "plain_text", "text": text}


def field(name: str, **more: Any) -> Json:
    """An input block for a line of text."""
    element = {"type": "plain_text_input", "action_id": "value", **more}
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": element}


def option(text: str) -> Json:
    """An option of a menu."""
    return {"text": plain(text), "value": text.lower()}


MOOD = {"type": "static_select", "action_id": "value", "options": [option("Good"), option("Bad")]}
MODAL = {
    "type": "modal",
    "callback_id": "standup",
    "title": plain("Standup"),
    "submit": plain("Send"),
    "blocks": [
        field("yesterday"),
        field("today"),
        {
            "type": "input",
            "block_id": "mood",
            "label": plain("Mood"),
            "optional": True,
            "element": MOOD,
        },
    ],
}
DONE = {"type": "button", "action_id": "done", "text": plain("Done"), "value": "1"}
BUTTONS = [{"type": "actions", "elements": [DONE]}]
GREETING = {"type": "section", "text": {"type": "mrkdwn", "text": "Your *home*"}}
HOME = {"type": "home", "blocks": [GREETING, *BUTTONS]}


class BoltBot:
    """Its handlers note what they see in `events`."""

    def __init__(self, api_url: str) -> None:
        self.events: list[tuple[Any, ...]] = []
        client = AsyncWebClient("xoxb-double", base_url=api_url, timeout=5)
        self.app = AsyncApp(signing_secret="double-secret", client=client)
        for name in ("standup", "inline", "slow", "late", "chatty"):
            self.app.command(f"/{name}")(getattr(self, name))
        self.app.view("standup")(self.submitted)
        self.app.action("done")(self.done)
        self.app.event("app_home_opened")(self.home)
        self.app.event("message")(self.message)

    async def standup(self, ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def inline(self, ack: Any) -> None:
        await ack("answered in the ack")

    async def slow(self, ack: Any) -> None:
        await asyncio.sleep(0.6)
        await ack()

    async def late(self, ack: Any, body: Any, client: Any) -> None:
        await ack()
        await asyncio.sleep(0.6)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def chatty(self, ack: Any, respond: Any) -> None:
        await ack()
        for number in range(6):
            self.events.append(("respond", (await respond(f"note {number}")).status_code))

    async def submitted(self, ack: Any, body: Any, view: Any, client: Any) -> None:
        answers = view["state"]["values"]
        if answers["today"]["value"]["value"] == "nothing":
            await ack(response_action="errors", errors={"today": "Really?"})
            return
        await ack()
        self.events.append(("submitted", answers["mood"]["value"]["selected_option"]))
        direct = await client.conversations_open(users=body["user"]["id"])
        place = direct["channel"]["id"]
        await client.chat_postMessage(channel=place, text="Thanks", blocks=BUTTONS)

    async def done(self, ack: Any, respond: Any, body: Any) -> None:
        await ack()
        self.events.append(("done", body["actions"][0]["value"]))
        if "response_url" in body:  # absent when pressed on Home
            await respond(text="All done", replace_original=True)

    async def home(self, event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)

    async def message(self, event: Any, body: Any, say: Any, request: Any) -> None:
        retry = request.headers.get("x-slack-retry-num")
        self.events.append(("message", event["text"], body["event_id"], retry))
        if event["text"] == "boom":
            raise RuntimeError("handler failed")
        await say("echo " + event["text"])


async def _start(bot: BoltBot, slack: SlackDouble) -> Callable[[], Awaitable[object]]:
    """Returns what stops the bot."""
    if slack.mode == "socket":
        app_client = AsyncWebClient("xapp-double", base_url=slack.api_url)
        handler = AsyncSocketModeHandler(bot.app, "xapp-double", web_client=app_client)
        handler.client.ping_interval = 0.5
        await handler.connect_async()  # type: ignore[no-untyped-call]
        return handler.close_async
    served = bot.app.server(port=0).web_app
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    return runner.cleanup


@asynccontextmanager
async def serving(mode: str, **how: Any) -> AsyncIterator[tuple[SlackDouble, BoltBot]]:
    """The double and the bot on it; mode is "socket" or "http"."""
    async with SlackDouble(mode, **{"messages_tab_read_only": False, **how}) as slack:
        bot = BoltBot(slack.api_url)
        stop = await _start(bot, slack)
        try:
            yield slack, bot
        finally:
            await stop()


class Web:
    """A client that posts to Alice, a second after its last message."""

    def __init__(self, slack: SlackDouble, clock: Clock) -> None:
        self.slack, self.clock, self.alice = slack, clock, slack.user("Alice")
        self.api = AsyncWebClient("xoxb-double", base_url=slack.api_url)

    async def post(self, **more: Any) -> Any:
        """chat.postMessage."""
        self.clock.forward(1.1)
        what = {"channel": self.alice.id, "text": "x", **more}
        return await self.api.api_call("chat.postMessage", json=what)


async def refused(error: str, call: Awaitable[Any], words: str = "") -> Any:
    """The answer to a call that fails; it must have this error and these words."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Any = caught.value.response
    assert answer["error"] == error, answer.data
    assert words in str(answer.data), answer.data
    return answer
