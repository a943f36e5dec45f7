"""Where a workspace installs Titian: Slack's OAuth, by Bolt, with its state bound to a browser."""

from collections.abc import Mapping, Sequence
from html import escape

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.slack import clients, faults
from adapters.slack.examining import needed
from adapters.slack.tokens import Client, Tokens, WholeOrganisation
from dialogues.errors import NotNow
from dialogues.ports import Vault

log = structlog.get_logger()
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
LASTS = 600
"""Seconds in which somebody must come back from Slack."""
ENDS = ("done", "cancelled", "old", "lacking", "whole", "failed")
DONE, CANCELLED, OLD, LACKING, WHOLE, FAILED = ENDS
BY_REASON = {
    "access_denied": CANCELLED,
    "invalid_browser": OLD,
    "invalid_state": OLD,
    "storage_error": LACKING,
}
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Titian</title><p>{text}</p></html>'
)


class States(AsyncOAuthStateStore):
    """The states of OAuth: each is good once, for ten minutes, in every process."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """See the SDK."""
        return await self._vault.issue(LASTS)

    async def async_consume(self, state: str) -> bool:
        """See the SDK."""
        return await self._vault.consume(state)


class Installing:
    """The two addresses."""

    def __init__(
        self,
        client: Client,
        api_url: str,
        tokens: Tokens,
        vault: Vault,
        pages: Mapping[str, Mapping[str, str]],
    ) -> None:
        """*pages*: what somebody reads at each of `ENDS`, by language."""
        self._pages = pages
        settings = AsyncOAuthSettings(
            client_id=client.id,
            client_secret=client.secret,
            scopes=needed(),
            user_scopes=(),
            redirect_uri=client.address.rstrip("/") + REDIRECT,
            install_path=INSTALL,
            install_page_rendering_enabled=False,
            redirect_uri_path=REDIRECT,
            callback_options=AsyncCallbackOptions(self._succeeded, self._failed),
            authorization_url=api_url.removesuffix("api/") + "oauth/v2/authorize",
            installation_store=tokens,
            installation_store_bot_only=True,
            state_store=States(vault),
            state_expiration_seconds=LASTS,
            logger=clients.SILENT,
        )
        self._flow = AsyncOAuthFlow(
            client=clients.web(None, api_url), logger=clients.SILENT, settings=settings
        )

    def routes(self) -> list[BaseRoute]:
        """Where they are mounted."""
        return [
            Route(INSTALL, self._begin, methods=["GET"]),
            Route(REDIRECT, self._end, methods=["GET"]),
        ]

    async def _begin(self, request: Request) -> Response:
        try:
            found = await self._flow.handle_installation(to_async_bolt_request(request, b""))
        except NotNow:
            found = self._page(FAILED, to_async_bolt_request(request, b""), 503)
        return to_starlette_response(found)

    async def _end(self, request: Request) -> Response:
        asked = to_async_bolt_request(request, b"")
        try:
            found = await self._flow.handle_callback(asked)
        except (*faults.SDK, NotNow) as error:
            log.warning("workspace_not_installed", part="slack", error=faults.code(error))
            found = self._page(FAILED, asked, 503)
        return to_starlette_response(found)

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        return self._page(DONE, args.request, 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        whole = isinstance(args.error, WholeOrganisation)
        end = WHOLE if whole else BY_REASON.get(args.reason, FAILED)
        if end is not CANCELLED:
            known = args.reason if args.reason in BY_REASON or args.error is None else "other"
            log.warning("workspace_not_installed", part="slack", error=known[:40])
        return self._page(end, args.request, args.suggested_status_code)

    def _page(self, end: str, request: AsyncBoltRequest, status: int) -> BoltResponse:
        (asked, *_) = request.headers.get("accept-language") or [""]
        language = asked[:2].casefold()
        worded = self._pages[end]
        language = language if language in worded else "en"
        text = PAGE.format(language=language, text=escape(worded[language]))
        gone = self._flow.settings.state_utils.build_set_cookie_for_deletion()
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": gone,
        }
        return BoltResponse(status=status, body=text, headers=headers)
