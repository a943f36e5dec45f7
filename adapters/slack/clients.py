"""The SDK's clients, made so that they do nothing by themselves: no resending, no logging."""

import logging

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

PATIENT = 10
QUICK = 2

SILENT = logging.getLogger("adapters.slack.sdk")
"""What the SDK is given to log with: it would write payloads and tokens."""
SILENT.setLevel(logging.CRITICAL + 1)
SILENT.propagate = False
SILENT.addHandler(logging.NullHandler())


def web(token: str | None, api_url: str, timeout: int = PATIENT) -> AsyncWebClient:
    """A client of the Web API."""
    return AsyncWebClient(
        token, base_url=api_url, timeout=timeout, logger=SILENT, retry_handlers=[]
    )


def hook(url: str) -> AsyncWebhookClient:
    """A client of a response_url."""
    return AsyncWebhookClient(url, timeout=PATIENT, logger=SILENT, retry_handlers=[])
