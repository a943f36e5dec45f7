"""What Bolt's app listens to, and to whom it hands each event: the workspace's Talking."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from adapters.slack import clients
from adapters.slack.repeats import Repeats
from adapters.slack.talking import Talking

ANY = re.compile("")
Body = dict[str, Any]
T = TypeVar("T")
Found = tuple[Talking, AuthorizeResult]
Find = Callable[[str], Awaitable[Found | None]]
"""Who talks for a workspace, by its id; None where Titian is not installed there."""
EVENTS: Mapping[str, Callable[[Talking], Callable[[AsyncAck, Body], Awaitable[BoltResponse]]]] = {
    "app_home_opened": lambda talking: talking.opened,
    "member_joined_channel": lambda talking: talking.joined,
    "channel_id_changed": lambda talking: talking.moved,
    "channel_unshared": lambda talking: talking.parted,
}


def bolt_app(find: Find, api_url: str, sorry: str) -> AsyncApp:
    """Bolt's app, with everything given: it would look into the environment by itself.

    Args:
        find: Asked for each event; what it finds is at hand as `talking`.
        sorry: What somebody hears of whose workspace nothing is known.
    """

    async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult | None:
        # Who taps may be of another workspace; whose the message is, is in the message.
        home = context.get("home")
        found = await find(home) if home and home != team_id else None
        found = found or await find(team_id or "")
        if found is None:
            return None
        context["talking"], me = found
        return me

    async def failed(error: Exception, body: Body, context: AsyncBoltContext) -> BoltResponse:
        talking: Talking | None = context.get("talking")
        if talking is not None:
            return await talking.failed(error, body)
        ignored = isinstance(error, BoltUnhandledRequestError)
        return BoltResponse(status=200 if ignored else 500, body="")

    app = AsyncApp(
        logger=clients.SILENT,
        name="titian",
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        signing_secret="",
        client=clients.web(None, api_url),
        # Bolt wants None where nothing is known, and types it otherwise.
        authorize=authorize,  # type: ignore[arg-type]
        user_facing_authorize_error_message=sorry,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=True,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(failed)
    repeats = Repeats()
    app.command(ANY)(_handed(lambda talking: talking.command, repeats))
    app.block_action(ANY)(_handed(lambda talking: talking.tap, repeats))
    app.view_submission(ANY)(_handed(lambda talking: talking.submitted, repeats))
    for name, listener in EVENTS.items():
        app.event(name)(_handed(listener))
    return app


def _handed(
    listener: Callable[[Talking], Callable[[AsyncAck, Body], Awaitable[BoltResponse]]],
    repeats: Repeats | None = None,
) -> Callable[[AsyncAck, Body, AsyncBoltContext], Awaitable[BoltResponse]]:
    async def hand(ack: AsyncAck, body: Body, context: AsyncBoltContext) -> BoltResponse:
        talking, key = context["talking"], body.get("trigger_id")
        if repeats is None or not key:
            return await listener(talking)(ack, body)
        return await repeats.once(key, lambda: listener(talking)(ack, body))

    return hand
