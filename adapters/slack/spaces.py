"""Slack in many workspaces: each installs Titian by itself, and each has its own token and pace."""

import asyncio
import time
from collections.abc import Callable, Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Bot
from starlette.routing import BaseRoute

from adapters.slack import clients, faults, incoming
from adapters.slack.adapter import ABILITY, COMMAND, DRAIN
from adapters.slack.installing import Installing
from adapters.slack.lanes import Lanes
from adapters.slack.listeners import Body, Found, bolt_app
from adapters.slack.listening import AFTER
from adapters.slack.pacing import Pace
from adapters.slack.receiving import Receiving
from adapters.slack.talking import Talking
from adapters.slack.tokens import Client, Tokens, installation_of, team_of
from adapters.slack.workspace import Workspace
from dialogues.errors import DeliveryError, RetryLater, Unreachable
from dialogues.messages import Outgoing, Spot
from dialogues.ports import Handler, Intake, Turn, Vault, at_once

BRIEFLY = 1.5
"""Seconds that an event waits for a token to be renewed: it must be acknowledged soon."""


class Spaces:
    """Implements `dialogues.ports.Adapter`. Its spots are those of installations "slack:T…"."""

    installation = incoming.INSTALLATION
    ability = ABILITY
    intake = Intake.WEB

    def __init__(
        self,
        client: Client,
        signing_secret: str,
        api_url: str,
        vault: Vault,
        sorry: Mapping[str, str],
        pages: Mapping[str, Mapping[str, str]],
        pace: Callable[[], Pace] = Pace,
    ) -> None:
        """*pace* makes one for each workspace; the rest as in Slack and Installing."""
        self._api_url = api_url
        self._sorry = sorry
        self._pace = pace
        self._tokens = Tokens(vault, client, api_url)
        self._installing = Installing(client, api_url, self._tokens, vault, pages)
        self._receiving = Receiving(signing_secret)
        self._lines = clients.Lines()
        self._spaces: dict[str, Workspace] = {}
        self._talking: dict[str, tuple[str, Talking]] = {}
        self._handler: Handler | None = None
        self._lanes: Lanes | None = None

    def join_link(self, code: str) -> str:
        """See Adapter."""
        return f"{COMMAND} join {code}" if code else ""

    def group_link(self) -> str:
        """See Adapter."""
        return "/invite @Titian"

    def routes(self) -> list[BaseRoute]:
        """Where events arrive, and where workspaces install Titian."""
        return [*self._receiving.routes(), *self._installing.routes()]

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """See Adapter."""
        self._handler = handler
        await turn()
        lanes = self._lanes = Lanes()
        self._receiving.open(self._app())
        try:
            up()
            await asyncio.Event().wait()
        finally:
            for space in self._spaces.values():
                space.close()
            end = time.monotonic() + DRAIN
            await self._receiving.close(DRAIN)
            await lanes.drain(max(end - time.monotonic(), 0.1))
            self._lanes = None
            self._talking.clear()

    async def pace(self, to: Spot) -> None:
        """See Adapter. Where Titian is not installed `send` says so."""
        if (space := self._spaces.get(team_of(to.installation))) is not None:
            await space.pace.reserve(to.chat)

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter. A workspace whose token is refused for good is noted as gone."""
        team, token = team_of(outgoing.to.installation), ""
        try:
            bot = await self._tokens.current(team)
            if bot is None:
                raise Unreachable
            space = self._space(team, bot)
            token = space.token
            return await space.send(outgoing)
        except faults.Refused as refused:
            fault = refused
        raise await self._refused(team, token, fault)

    async def close(self) -> None:
        """See Adapter."""
        await self._tokens.close()
        await self._lines.close()

    def _app(self) -> AsyncApp:
        app = bolt_app(self._find, self._api_url, self._sorry.get("en", ""))
        app.event("app_uninstalled")(self._uninstalled)
        app.event("tokens_revoked")(self._revoked)
        return app

    async def _find(self, team: str) -> Found | None:
        """Who talks in a workspace."""
        try:
            async with asyncio.timeout(BRIEFLY):
                bot = await self._tokens.current(team)
        except (RetryLater, TimeoutError):
            bot = await self._tokens.async_find_bot(enterprise_id=None, team_id=team)
        if bot is None or self._handler is None or self._lanes is None:
            return None
        user, talking = self._talking.get(team, ("", None))
        space = self._space(team, bot)
        me = AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=team,
            team=bot.team_name,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
        )
        if talking is None or user != bot.bot_user_id:
            talking = space.open(self._handler, self._lanes, me)
            self._talking[team] = bot.bot_user_id, talking
        return talking, me

    def _space(self, team: str, bot: Bot) -> Workspace:
        space = self._spaces.get(team)
        if space is None:
            space = self._spaces[team] = Workspace(
                installation_of(team),
                bot.bot_token,
                self._api_url,
                self._sorry,
                self._pace(),
                self._lines,
            )
        if space.token != bot.bot_token:
            space.use(bot.bot_token)
        return space

    async def _uninstalled(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A workspace took Titian out. Said late, after a new installation, it changes nothing."""
        team = str(body.get("team_id") or "")
        bot = await self._tokens.async_find_bot(enterprise_id=None, team_id=team)
        if bot is not None and int(body.get("event_time") or 0) >= int(bot.installed_at):
            await self._gone(team, bot)
        return await ack()

    async def _revoked(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """Tokens were revoked: those of people are none of ours, the bot's may be an old one."""
        team = str(body.get("team_id") or "")
        if (body["event"].get("tokens") or {}).get("bot") and self._lanes is not None:
            lanes = self._lanes
            AFTER.get().append(lambda: lanes.start(team, lambda: self._look(team)))
        return await ack()

    async def _look(self, team: str) -> None:
        bot = await self._tokens.async_find_bot(enterprise_id=None, team_id=team)
        if bot is not None and await self._is_refused(bot.bot_token):
            await self._gone(team, bot)

    async def _refused(self, team: str, token: str, fault: faults.Refused) -> DeliveryError:
        """What a refusal of *token* means for a message to its workspace."""
        self._tokens.forget(team)
        bot = await self._tokens.async_find_bot(enterprise_id=None, team_id=team)
        if bot is None:
            return Unreachable()
        if token and bot.bot_token != token:
            return RetryLater(faults.SOON)  # another process has a new one
        if fault.code in faults.SPENT and (not token or await self._is_refused(token)):
            await self._gone(team, bot)
            return Unreachable()
        if fault.code == faults.TOO_LITTLE and self._handler is not None:
            told = incoming.lacking(installation_of(team), team, bot.team_name or team)
            await self._handler.handle(told)
        return RetryLater(fault.seconds)

    async def _is_refused(self, token: str) -> bool:
        try:
            await clients.web(token, self._api_url).auth_test()
        except faults.SDK as error:
            return faults.code(error) in faults.SPENT
        return False

    async def _gone(self, team: str, bot: Bot) -> None:
        """Nothing can be said in a workspace any more; its tokens are deleted with the note."""
        assert self._handler is not None
        by = installation_of(team)
        await self._handler.handle(incoming.uninstalled(by, team, bot.team_name or team))
        self._tokens.forget(team)
        self._talking.pop(team, None)
        if (space := self._spaces.pop(team, None)) is not None:
            space.close()
