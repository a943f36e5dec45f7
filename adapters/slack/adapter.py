"""Slack as a platform: Socket Mode, and answers that follow the commit."""

import re
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack import clients, faults, incoming
from adapters.slack.directory import Directory
from adapters.slack.forms import Forms
from adapters.slack.lanes import Lanes
from adapters.slack.listening import Draining
from adapters.slack.pacing import Pace
from adapters.slack.replying import Replies
from adapters.slack.sending import Sending
from adapters.slack.talking import Talking
from dialogues.messages import Ability, Outgoing
from dialogues.ports import Handler

ANY = re.compile("")
DRAIN = 2.0
COMMAND = "/titian"


class Slack:
    """Implements `dialogues.ports.Adapter` with one workspace's tokens."""

    installation = incoming.INSTALLATION
    ability = Ability(edits=True, forms=True, files=True, erases=False, types=False, picks=True)

    def __init__(
        self,
        bot_token: str,
        app_token: str,
        api_url: str,
        sorry: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """*sorry* is what people hear, by language, where something went wrong."""
        self._bot_token = bot_token
        self._app_token = app_token
        self._api_url = api_url
        self._sorry = sorry
        client = clients.web(bot_token, api_url)
        self._client = client
        self._sending = Sending(client, Pace())
        self._directory = Directory(client)
        self._forms = Forms()

    def join_link(self, code: str) -> str:
        """See Adapter. Slack has no links: what is to be typed."""
        return f"{COMMAND} join {code}" if code else ""

    def group_link(self) -> str:
        """See Adapter: what is to be typed in the channel."""
        return "/invite @Titian"

    async def run(self, handler: Handler, up: Callable[[], None]) -> None:
        """See Adapter.

        Raises:
            InvalidToken, NetworkError: Slack does not let us listen.
        """
        me, url = await self._introduce()
        lanes = Lanes()
        talking = Talking(
            handler,
            Replies(self._sending, handler),
            self._directory,
            clients.web(self._bot_token, self._api_url, clients.QUICK),
            self._forms,
            lanes,
            self._sorry,
            me.bot_user_id or "",
        )
        socket = Draining(bolt_app(talking, me, self._api_url), self._app_token, self._api_url)
        try:
            await socket.connect(url)
            up()
            await socket.watch()
        finally:
            end = time.monotonic() + DRAIN
            await socket.drain(DRAIN)
            await lanes.drain(max(end - time.monotonic(), 0.1))
            await socket.close()

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        return await self._sending.send(outgoing)

    async def _introduce(self) -> tuple[AuthorizeResult, str]:
        """Who we are, and where events arrive: a wrong token is noticed here."""
        app = clients.web(self._app_token, self._api_url)
        try:
            answer = await self._client.auth_test()
            opened = await app.apps_connections_open(app_token=self._app_token)
        except faults.SDK as error:
            fault = faults.starting(error)
        else:
            me = AuthorizeResult(
                enterprise_id=answer.get("enterprise_id"),
                team_id=answer.get("team_id"),
                bot_user_id=answer.get("user_id"),
                bot_id=answer.get("bot_id"),
                bot_token=self._bot_token,
            )
            return me, str(opened["url"])
        raise fault  # not inside `except`: the SDK's error has the token in it


def bolt_app(talking: Talking, me: AuthorizeResult, api_url: str) -> AsyncApp:
    """Bolt's app, with everything given: it would look into the environment by itself."""

    async def authorize() -> AuthorizeResult:
        return me

    async def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        return await talking.failed(error, body)

    app = AsyncApp(
        logger=clients.SILENT,
        name="titian",
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        signing_secret="",
        client=clients.web(None, api_url),
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(failed)
    app.command(ANY)(talking.command)
    app.block_action(ANY)(talking.tap)
    app.view_submission(ANY)(talking.submitted)
    app.event("member_joined_channel")(talking.joined)
    app.event("channel_id_changed")(talking.moved)
    return app
