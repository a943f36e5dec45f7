"""What is wrong at Slack's side, for `titian doctor`. Asks, and changes nothing."""

import json
from collections.abc import Mapping
from importlib.resources import files

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import clients, faults

AT = "https://api.slack.com/apps"
SCOPES = "X-OAuth-Scopes"
"""The header in which Slack says what a token may do."""
KNOWN = frozenset({"bad_redirect_uri", "code_expired", "invalid_code", "invalid_grant_type"})
"""Refusals of a code, from which it follows that the app itself was known."""


async def lacking(bot_token: str, app_token: str, api_url: str) -> tuple[str, ...]:
    """A sentence for each finding. Without *app_token* events come over HTTP.

    What the app is told of (event subscriptions) only Slack's own pages show.
    """
    found = [await _bot(clients.web(bot_token, api_url), api_url)]
    if app_token:
        found.append(await _app(clients.web(app_token, api_url), api_url))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


async def lacking_of_many(
    client_id: str, client_secret: str, api_url: str, kept: Mapping[str, str]
) -> tuple[str, ...]:
    """The same where workspaces install Titian by themselves.

    Args:
        kept: By installation, what `adapters.slack.tokens` keeps of it.
    """
    found = [await _client(client_id, client_secret, api_url)]
    for name, tokens in kept.items():
        bot = json.loads(tokens)
        found.append(await _workspace(name, bot.get("team_name") or name, bot, api_url))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def needed() -> tuple[str, ...]:
    """The scopes of the bot, as the manifest asks for them."""
    manifest = json.loads((files("adapters.slack") / "manifest.json").read_text())
    return tuple(manifest["oauth_config"]["scopes"]["bot"])


async def _bot(client: AsyncWebClient, api_url: str) -> str:
    try:
        answer = await client.auth_test()
    except faults.SDK as error:
        if isinstance(faults.starting(error), faults.NetworkError):
            return _away(faults.code(error), api_url)
        return (
            f"Slack refuses TITIAN_SLACK_BOT_TOKEN ({faults.code(error)}), so nobody is answered: "
            f"install the app again at {AT} (Install App), and copy the token that begins "
            "with xoxb."
        )
    missing = _missing(answer)
    if not missing:
        return ""
    return (
        f"The app in Slack lacks {missing}, so some messages will not arrive: at {AT} "
        "paste adapters/slack/manifest.json under App Manifest, save, and install the app again."
    )


async def _client(client_id: str, client_secret: str, api_url: str) -> str:
    """Whether Slack knows the app: it looks at that before it refuses a code that is none."""
    try:
        await clients.web(None, api_url).oauth_v2_access(
            client_id=client_id, client_secret=client_secret, code="titian-doctor"
        )
    except faults.SDK as error:
        said = faults.code(error)
    else:
        return ""
    name = {"invalid_client_id": "ID", "bad_client_secret": "SECRET"}.get(said)
    if name is not None:
        return (
            f"Slack refuses TITIAN_SLACK_CLIENT_{name} ({said}), so no workspace can install "
            f"Titian and no token is renewed: copy it from Basic Information at {AT}."
        )
    return "" if said in KNOWN else _away(said, api_url)


async def _workspace(name: str, shown: str, bot: Mapping[str, str], api_url: str) -> str:
    again = f"the workspace {shown} ({name}) must install Titian again, at /slack/install."
    try:
        answer = await clients.web(bot["bot_token"], api_url).auth_test()
    except faults.SDK as error:
        said = faults.code(error)
        if said == "token_expired" and bot.get("bot_refresh_token"):
            return ""  # renewed at the next message
        if isinstance(faults.starting(error), faults.NetworkError):
            return _away(said, api_url)
        return (
            f"Slack refuses the token of a workspace ({said}), so nobody there is reached: {again}"
        )
    missing = _missing(answer)
    if not missing:
        return ""
    return f"A workspace has not granted {missing}, so some messages will not arrive: {again}"


def _missing(answer: AsyncSlackResponse) -> str:
    granted = {scope.strip() for scope in str(answer.headers.get(SCOPES, "")).split(",")}
    return ", ".join(scope for scope in needed() if scope not in granted)


async def _app(client: AsyncWebClient, api_url: str) -> str:
    try:
        await client.apps_connections_open(app_token=client.token or "")
    except faults.SDK as error:
        if isinstance(faults.starting(error), faults.NetworkError):
            return _away(faults.code(error), api_url)
        return (
            f"Slack refuses TITIAN_SLACK_APP_TOKEN ({faults.code(error)}), so nothing arrives in "
            f"Socket Mode: at {AT} under Basic Information, App-Level Tokens, make one with the "
            "scope connections:write; it begins with xapp."
        )
    return ""


def _away(said: str, api_url: str) -> str:
    return (
        f"Slack does not answer at {api_url} ({said}): look whether this server "
        "reaches the internet, or what TITIAN_SLACK_API_URL says."
    )
