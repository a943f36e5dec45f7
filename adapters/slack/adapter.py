"""Slack as a platform: Socket Mode or HTTP, and answers that follow the commit."""

import asyncio
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.routing import BaseRoute

from adapters.slack import clients, faults, incoming
from adapters.slack.lanes import Lanes
from adapters.slack.listeners import Found, bolt_app
from adapters.slack.listening import Draining
from adapters.slack.pacing import Pace
from adapters.slack.receiving import Receiving
from adapters.slack.workspace import Workspace
from dialogues.messages import Ability, Outgoing, Spot
from dialogues.ports import Handler, Intake, Turn, at_once

DRAIN = 2.0
COMMAND = "/titian"
ABILITY = Ability(edits=True, forms=True, files=True, erases=False, types=False, picks=True)


class Slack:
    """Implements `dialogues.ports.Adapter` with one workspace's tokens."""

    installation = incoming.INSTALLATION
    ability = ABILITY

    def __init__(
        self,
        bot_token: str,
        app_token: str,
        api_url: str,
        sorry: Mapping[str, str] = MappingProxyType({}),
        pace: Pace | None = None,
        signing_secret: str = "",
    ) -> None:
        """*sorry* is what people hear, by language, where something went wrong.

        Events come on a socket with *app_token*; without, over HTTP, signed with *signing_secret*.
        """
        self._bot_token = bot_token
        self._app_token = app_token
        self._api_url = api_url
        self._sorry = sorry
        self._lines = clients.Lines()
        self._workspace = Workspace(
            self.installation, bot_token, api_url, sorry, pace or Pace(), self._lines
        )
        self._receiving = None if app_token else Receiving(signing_secret)
        self.intake = Intake.SOCKET if app_token else Intake.WEB

    def join_link(self, code: str) -> str:
        """See Adapter. Slack has no links: what is to be typed."""
        return f"{COMMAND} join {code}" if code else ""

    def group_link(self) -> str:
        """See Adapter: what is to be typed in the channel."""
        return "/invite @Titian"

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """See Adapter.

        Raises:
            InvalidToken, NetworkError: Slack does not let us listen.
        """
        await turn()
        me = await self._introduce()
        lanes = Lanes()
        found = self._workspace.open(handler, lanes, me), me

        async def find(_: str) -> Found:
            return found

        app = bolt_app(find, self._api_url, self._sorry.get("en", ""))
        if self._receiving is None:
            await self._listen(app, lanes, up)
        else:
            await self._serve(self._receiving, app, lanes, up)

    def routes(self) -> list[BaseRoute]:
        """Where events arrive over HTTP."""
        return self._receiving.routes() if self._receiving is not None else []

    async def pace(self, to: Spot) -> None:
        """See Adapter."""
        await self._workspace.pace.reserve(to.chat)

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        return await self._workspace.send(outgoing)

    async def close(self) -> None:
        """See Adapter."""
        await self._lines.close()

    async def _introduce(self) -> AuthorizeResult:
        """Who we are: a wrong token is noticed here."""
        try:
            answer = await self._workspace.client.auth_test()
        except faults.SDK as error:
            fault = faults.starting(error)
        else:
            return AuthorizeResult(
                enterprise_id=answer.get("enterprise_id"),
                team_id=answer.get("team_id"),
                team=answer.get("team"),
                bot_user_id=answer.get("user_id"),
                bot_id=answer.get("bot_id"),
                bot_token=self._bot_token,
            )
        raise fault  # not inside `except`: the SDK's error has the token in it

    async def _listen(self, app: AsyncApp, lanes: Lanes, up: Callable[[], None]) -> None:
        """Take what comes on a socket."""
        url = await self._address()
        socket = Draining(app, self._app_token, self._api_url)
        try:
            await socket.connect(url)
            up()
            await socket.watch()
        finally:
            self._workspace.close()
            end = time.monotonic() + DRAIN
            await socket.drain(DRAIN)
            await lanes.drain(max(end - time.monotonic(), 0.1))
            await socket.close()

    async def _serve(
        self, receiving: Receiving, app: AsyncApp, lanes: Lanes, up: Callable[[], None]
    ) -> None:
        """Take what comes over HTTP."""
        receiving.open(app)
        try:
            up()
            await asyncio.Event().wait()
        finally:
            self._workspace.close()
            end = time.monotonic() + DRAIN
            await receiving.close(DRAIN)
            await lanes.drain(max(end - time.monotonic(), 0.1))

    async def _address(self) -> str:
        """Where events arrive in Socket Mode: a wrong app token is noticed here."""
        client = clients.web(self._app_token, self._api_url)
        try:
            opened = await client.apps_connections_open(app_token=self._app_token)
        except faults.SDK as error:
            fault = faults.starting(error)
        else:
            return str(opened["url"])
        raise fault
