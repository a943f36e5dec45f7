"""A stage for each adapter: one person in front of it, whatever the platform is."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.playground.adapter import Playground
from adapters.slack.adapter import Slack
from adapters.slack.receiving import PATH
from adapters.slack.spaces import Spaces
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from adapters.telegram.webhook import Webhook
from dialogues.markup import plain
from dialogues.messages import Spot
from dialogues.ports import Adapter, Handler
from tests.adapters.line_chat import LineChat
from tests.adapters.served import reserved, served
from tests.adapters.spaces import grounded
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits
from tests.doubles.waiting import PATIENCE

NAME = "Sari Wulandari"


@dataclass
class Shown:
    """A message of Titian as its reader sees it."""

    id: str
    text: str
    buttons: list[str] = field(default_factory=list)
    files: int = 0


class Stage(Protocol):
    """What the suite can do and see on a platform."""

    spot: Spot

    @property
    def adapter(self) -> Adapter:
        """What is looked at."""

    async def command(self, text: str) -> None:
        """Give a slash command, without its slash."""

    async def tap(self, message: str, label: str, twice: bool = False) -> None:
        """Tap a button; *twice*: the platform delivers it a second time."""

    async def fill(self, values: Mapping[str, str]) -> None:
        """Hand in the form that is open, each field by the label of an option or its words."""

    def shown(self) -> list[Shown]:
        """What Titian shows now, oldest first."""

    def clean(self) -> None:
        """Fail where the platform had to refuse anything."""


class OnPlayground:
    """The local page."""

    def __init__(self) -> None:
        self.adapter = Playground("http://127.0.0.1:8000", None)
        self.adapter.introduce("sari", NAME, "id")
        self.spot = Spot("playground", "sari")

    async def command(self, text: str) -> None:
        await self.adapter.type("sari", f"/{text}")

    async def tap(self, message: str, label: str, twice: bool = False) -> None:
        await self.adapter.tap("sari", message, label)

    async def fill(self, values: Mapping[str, str]) -> None:
        message = next(m for m in reversed(self.adapter.transcript("sari")) if m.form)
        assert message.form is not None
        options = {f.key: {label: key for key, label in f.options} for f in message.form.fields}
        given: dict[str, tuple[str, ...] | str] = {
            k: (options[k][v],) if options[k] else v for k, v in values.items()
        }
        await self.adapter.fill("sari", message.id, given)

    def shown(self) -> list[Shown]:
        return [
            Shown(m.id, plain(m.text), [label for label, _ in m.buttons], len(m.files))
            for m in self.adapter.transcript("sari")
            if not m.author
        ]

    def clean(self) -> None:
        """Nobody refuses anything here."""


class OnTelegram:
    """The strict double."""

    def __init__(self, double: TelegramDouble, webhook: Webhook | None = None) -> None:
        self._double = double
        self._user = double.user("Sari", last_name="Wulandari", language_code="id")
        url = f"http://127.0.0.1:{double.port}"
        self.adapter = Telegram(double.token, url, pace=Pace(0, 0, 0), webhook=webhook)
        self.spot = Spot("telegram", str(self._user.id))

    async def command(self, text: str) -> None:
        await self._user.send(f"/{text}")

    async def tap(self, message: str, label: str, twice: bool = False) -> None:
        if twice:
            self._double.duplicate(1)
        await self._user.press(label, message=self._user.chat.messages[int(message)])

    async def fill(self, values: Mapping[str, str]) -> None:
        raise NotImplementedError

    def shown(self) -> list[Shown]:
        found: list[Shown] = []
        for m in self._user.seen():
            if "photo" in m or "document" in m:
                found[-1].files += 1
                continue
            rows = m.get("reply_markup", {}).get("inline_keyboard", [])
            labels = [button["text"] for row in rows for button in row]
            found.append(Shown(str(m["message_id"]), m["text"], labels))
        return found

    def clean(self) -> None:
        self._double.assert_clean()


class OnSlack:
    """The strict double, in Socket Mode or over HTTP."""

    def __init__(self, double: SlackDouble, spaces: Spaces | None = None) -> None:
        """With *spaces* the workspace is one of those that it serves."""
        self._double = double
        self._user = double.user(NAME, locale="id-ID")
        token = double.app_token if double.mode == "socket" else ""
        self.adapter: Slack | Spaces = spaces or Slack(
            double.bot_token, token, double.api_url, signing_secret=double.secret
        )
        by = f"slack:{double.team}" if spaces is not None else "slack"
        self.spot = Spot(by, self._user.id)

    async def command(self, text: str) -> None:
        await self._user.command("/titian", text)

    async def tap(self, message: str, label: str, twice: bool = False) -> None:
        if twice:
            self._double.duplicate_interactive(1)
        await self._user.click(label)

    async def fill(self, values: Mapping[str, str]) -> None:
        await self._user.submit(**values)

    def shown(self) -> list[Shown]:
        found: list[Shown] = []
        for m in self._user.seen():
            if m.get("files"):
                found[-1].files += len(m["files"])
                continue
            blocks = m.get("blocks", [])
            labels = [e["text"]["text"] for b in blocks for e in _buttons(b)]
            text = "\n\n".join(filter(None, (_text(b) for b in blocks))) or m["text"]
            found.append(Shown(m["ts"], text, labels))
        return found

    def clean(self) -> None:
        self._double.assert_clean(warnings=True)


def _buttons(block: Any) -> list[Any]:
    return block["elements"] if block["type"] == "actions" else []


def _text(part: Any) -> str:
    """Everything a rich text says, as it is read."""
    if part.get("type") == "actions":
        return ""
    if "text" in part:
        return part["text"] if isinstance(part["text"], str) else part["text"]["text"]
    between = "\n" if part.get("type") == "rich_text_list" else ""
    return between.join(_text(inner) for inner in part.get("elements", []))


class OnLines:
    """The sample platform, over its socket."""

    def __init__(self) -> None:
        self.adapter = LineChat()
        self.spot = Spot("lines", "sari")
        self._seen: dict[str, dict[str, Any]] = {}
        self._number = 0
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def command(self, text: str) -> None:
        self._number += 1
        await self._tell({"say": f"/{text}", "id": self._number})

    async def tap(self, message: str, label: str, twice: bool = False) -> None:
        self._number += 1
        told = {"tap": self._seen[message]["buttons"][label], "message": message}
        for _ in range(1 + twice):
            await self._tell({**told, "id": self._number})

    async def fill(self, values: Mapping[str, str]) -> None:
        raise NotImplementedError

    def shown(self) -> list[Shown]:
        return [
            Shown(m["id"], m["text"], list(m["buttons"]), len(m["files"]))
            for m in self._seen.values()
        ]

    def clean(self) -> None:
        """It refuses nothing."""

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None and self._reading is not None:
            self._reading.cancel()
            self._writer.close()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _tell(self, told: dict[str, Any]) -> None:
        if self._writer is None:
            reader, self._writer = await asyncio.open_connection("127.0.0.1", self.adapter.port)
            self._reading = asyncio.create_task(self._read(reader))
        line = json.dumps({"user": "sari", "name": NAME, **told})
        self._writer.write(line.encode() + b"\n")
        await self._writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        async for line in reader:
            message = json.loads(line)
            self._seen[message["id"]] = message


FREE = Limits((1000, 1.0), (1000, 1.0), (1000, 1.0))


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[Stage]:
    """The stage of one platform, its server running, its adapter not yet."""
    if name == "playground":
        yield OnPlayground()
    elif name == "telegram":
        async with TelegramDouble(limits=FREE) as telegram:
            yield OnTelegram(telegram)
    elif name == "telegram by webhook":
        sock, address = reserved()
        async with TelegramDouble(limits=FREE) as telegram:
            on_telegram = OnTelegram(telegram, Webhook(address, "a-secret-of-ours"))
            async with served(sock, on_telegram.adapter.routes()):
                yield on_telegram
    elif name == "slack":
        async with SlackDouble("socket", limits=False) as slack:
            yield OnSlack(slack)
    elif name == "slack in two workspaces":
        async with grounded() as ground:
            for double in (ground.one, ground.two):
                await ground.install(double)
            yield OnSlack(ground.two, ground.adapter)
            ground.one.assert_clean(warnings=True)
    elif name == "slack over HTTP":
        sock, address = reserved()
        async with SlackDouble("http", address + PATH, limits=False) as slack:
            on_slack = OnSlack(slack)
            async with served(sock, on_slack.adapter.routes()):
                yield on_slack
    else:
        lines = OnLines()
        yield lines
        await lines.close()


@asynccontextmanager
async def listening(stage: Stage, handler: Handler) -> AsyncIterator[None]:
    """Run the stage's adapter with *handler*."""
    up = asyncio.Event()
    task = asyncio.create_task(stage.adapter.run(handler, up.set))
    await asyncio.wait_for(up.wait(), PATIENCE)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await stage.adapter.close()
