"""What is wrong at Slack's side, for `titian doctor`. Asks, and changes nothing."""

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.resources import files

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import clients, faults
from dialogues.ports import Clock

AT = "https://api.slack.com/apps"
SCOPES = "X-OAuth-Scopes"
"""The header in which Slack says what a token may do."""
KNOWN = frozenset({"bad_redirect_uri", "code_expired", "invalid_code", "invalid_grant_type"})
"""Refusals of a code, from which it follows that the app itself was known."""

APART = 60
"""So many seconds may lie between two clocks. Over HTTP an event may be five minutes old."""


async def lacking(bot_token: str, app_token: str, api_url: str, clock: Clock) -> tuple[str, ...]:
    """A sentence for each finding. Without *app_token* events come over HTTP.

    What the app is told of (event subscriptions) only Slack's own pages show.
    """
    found = [*await _bot(clients.web(bot_token, api_url), api_url, clock)]
    if app_token:
        found.append(await _app(clients.web(app_token, api_url), api_url))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


async def lacking_of_many(
    client_id: str, client_secret: str, api_url: str, kept: Mapping[str, str], clock: Clock
) -> tuple[str, ...]:
    """The same where workspaces install Titian by themselves.

    Args:
        kept: By installation, what `adapters.slack.tokens` keeps of it.
    """
    found = [*await _client(client_id, client_secret, api_url, clock)]
    for name, tokens in kept.items():
        bot = json.loads(tokens)
        found.append(await _workspace(name, bot.get("team_name") or name, bot, api_url))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def needed() -> tuple[str, ...]:
    """The scopes of the bot, as the manifest asks for them."""
    manifest = json.loads((files("adapters.slack") / "manifest.json").read_text())
    return tuple(manifest["oauth_config"]["scopes"]["bot"])


async def _bot(client: AsyncWebClient, api_url: str, clock: Clock) -> tuple[str, str]:
    try:
        answer = await client.auth_test()
    except faults.SDK as error:
        if isinstance(faults.starting(error), faults.NetworkError):
            return _away(faults.code(error), api_url), ""
        refused = (
            f"Slack refuses TITIAN_SLACK_BOT_TOKEN ({faults.code(error)}), so nobody is answered: "
            f"install the app again at {AT} (Install App), and copy the token that begins "
            "with xoxb."
        )
        return refused, _apart(faults.headers(error), clock)
    missing = _missing(answer)
    lacks = (
        f"The app in Slack lacks {missing}, so some messages will not arrive: at {AT} "
        "paste adapters/slack/manifest.json under App Manifest, save, and install the app again."
    )
    return lacks if missing else "", _apart(answer.headers, clock)


async def _client(
    client_id: str, client_secret: str, api_url: str, clock: Clock
) -> tuple[str, str]:
    """Whether Slack knows the app: it looks at that before it refuses a code that is none."""
    try:
        answer = await clients.web(None, api_url).oauth_v2_access(
            client_id=client_id, client_secret=client_secret, code="titian-doctor"
        )
    except faults.SDK as error:
        said, apart = faults.code(error), _apart(faults.headers(error), clock)
    else:
        return "", _apart(answer.headers, clock)
    name = {"invalid_client_id": "ID", "bad_client_secret": "SECRET"}.get(said)
    if name is not None:
        refused = (
            f"Slack refuses TITIAN_SLACK_CLIENT_{name} ({said}), so no workspace can install "
            f"Titian and no token is renewed: copy it from Basic Information at {AT}."
        )
        return refused, apart
    return "" if said in KNOWN else _away(said, api_url), apart


def _apart(headers: Mapping[str, str], clock: Clock) -> str:
    """What is to be said where this machine's clock is not Slack's, which every answer bears."""
    try:
        there = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return ""
    ahead = round((clock.now() - there.replace(tzinfo=there.tzinfo or UTC)).total_seconds())
    if abs(ahead) <= APART:
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    return (
        f"The clock of this machine is {abs(ahead)} seconds {way} Slack's, so check-ins close at "
        "another time than people were told, and from 5 minutes on nothing that Slack sends over "
        "HTTP is taken in: set it right, and switch on systemd-timesyncd or chrony."
    )


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
