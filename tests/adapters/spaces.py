"""Two workspaces that install Titian's adapter by OAuth, with a vault in memory."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.installing import ENDS, INSTALL, REDIRECT
from adapters.slack.receiving import PATH
from adapters.slack.spaces import Spaces
from adapters.slack.tokens import Client
from tests.adapters.served import reserved, served
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_workspaces import SlackWorkspaces, browse

ONE, TWO = "T0ONE", "T0TWO"
PAGES = {end: {"en": f"This is {end}.", "id": f"Ini {end}."} for end in ENDS}
SORRY = {"en": "Something went wrong.", "id": "Ada yang salah."}


class MemoryVault:
    """A Vault that seals nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.tickets: set[str] = set()
        self.given = 0
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def keep(self, installation: str, tokens: str, again: bool = False) -> None:
        if not again or installation in self.kept:
            self.kept[installation] = tokens

    async def find(self, installation: str) -> str | None:
        return self.kept.get(installation)

    def alone(self, installation: str) -> asyncio.Lock:
        return self._locks[installation]

    async def issue(self, seconds: float) -> str:
        self.given += 1
        self.tickets.add(f"ticket-{self.given}")
        return f"ticket-{self.given}"

    async def consume(self, ticket: str) -> bool:
        there = ticket in self.tickets
        self.tickets.discard(ticket)
        return there


@dataclass
class Ground:
    """Slack with its two workspaces, and the address at which the adapter is served."""

    slack: SlackWorkspaces
    one: SlackDouble
    two: SlackDouble
    address: str
    vault: MemoryVault = field(default_factory=MemoryVault)
    adapters: list[Spaces] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.another()

    @property
    def adapter(self) -> Spaces:
        return self.adapters[0]

    def another(self) -> Spaces:
        """An adapter of the same app, as another process has it."""
        client = Client(self.slack.client_id, self.slack.client_secret, self.address)
        made = Spaces(client, self.one.secret, self.slack.api_url, self.vault, SORRY, PAGES)
        self.adapters.append(made)
        return made

    async def install(self, double: SlackDouble) -> str:
        """Install Titian in a workspace; the page at the end."""
        return await installed(self.slack, self.address, double)


async def installed(slack: SlackWorkspaces, address: str, double: SlackDouble) -> str:
    """Install what is served at *address* in a workspace; the page at the end."""
    status, _, location, cookie = await browse(address + INSTALL)
    assert status == 302
    status, text, _, _ = await browse(slack.approve(location, double), cookie)
    assert status == 200, text
    return text


@asynccontextmanager
async def workspaces(address: str, **more: Any) -> AsyncIterator[Ground]:
    """The doubles, which deliver to *address*."""
    async with AsyncExitStack() as stack:
        doubles = [
            await stack.enter_async_context(
                SlackDouble(
                    "http", address + PATH, team=team, team_name=name, bot_id=bot, limits=False
                )
            )
            for team, name, bot in ((ONE, "Yayasan Air", "U0BOT1"), (TWO, "Dinas PU", "U0BOT2"))
        ]
        slack = await stack.enter_async_context(
            SlackWorkspaces(*doubles, redirect_urls=[address + REDIRECT], **more)
        )
        yield Ground(slack, doubles[0], doubles[1], address)


@asynccontextmanager
async def grounded(**more: Any) -> AsyncIterator[Ground]:
    """The same with the adapter served, not running yet."""
    sock, address = reserved()
    async with workspaces(address, **more) as ground, served(sock, ground.adapter.routes()):
        yield ground
        await asyncio.gather(*(adapter.close() for adapter in ground.adapters))
