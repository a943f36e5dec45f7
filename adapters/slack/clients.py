"""The SDK's clients, made so that they do nothing by themselves: no resending, no logging."""

import logging
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

PATIENT = 10
QUICK = 2
CONNECTIONS = 200
"""How many there may be to Slack at once, for each patience."""

SILENT = logging.getLogger("adapters.slack.sdk")
"""What the SDK is given to log with: it would write payloads and tokens."""
SILENT.setLevel(logging.CRITICAL + 1)
SILENT.propagate = False
SILENT.addHandler(logging.NullHandler())


class Lines:
    """Connections to Slack that are kept from one call to the next.

    The SDK would make a new one for each, with a handshake.
    """

    def __init__(self) -> None:
        self._sessions: dict[int, aiohttp.ClientSession] = {}

    def session(self, timeout: int) -> aiohttp.ClientSession:
        """Those on which an answer is waited for so many seconds. Only inside a loop."""
        session = self._sessions.get(timeout)
        if session is None or session.closed:
            session = self._sessions[timeout] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=timeout),
            )
        return session

    async def close(self) -> None:
        """Hang up. Whoever calls again afterwards gets a new line."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


class Client(AsyncWebClient):
    """A client of the Web API on lines that are kept."""

    def __init__(self, token: str, api_url: str, timeout: int, lines: Lines) -> None:
        super().__init__(token, base_url=api_url, timeout=timeout, logger=SILENT, retry_handlers=[])
        self._lines = lines

    async def api_call(self, *args: Any, **kwargs: Any) -> AsyncSlackResponse:
        """See the SDK."""
        self.session = self._lines.session(self.timeout)
        return await super().api_call(*args, **kwargs)


def web(token: str | None, api_url: str) -> AsyncWebClient:
    """A client of the Web API for a call now and then."""
    return AsyncWebClient(
        token, base_url=api_url, timeout=PATIENT, logger=SILENT, retry_handlers=[]
    )


def hook(url: str, lines: Lines) -> AsyncWebhookClient:
    """A client of a response_url."""
    session = lines.session(PATIENT)
    return AsyncWebhookClient(url, PATIENT, session=session, logger=SILENT, retry_handlers=[])
