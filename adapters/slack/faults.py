"""What went wrong at Slack, in the errors of `dialogues.errors`.

The SDK's errors carry the request with the token in it: none of them leaves this package.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from dialogues.errors import (
    DeliveryError,
    MessageGone,
    RetryLater,
    UnknownOutcome,
    Unreachable,
)

log = structlog.get_logger()

SDK = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""Whatever a call of the SDK can raise."""
NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
NOBODY = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
REFUSED = frozenset(
    {
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
SPENT = frozenset(
    {"account_inactive", "invalid_auth", "invalid_refresh_token", "token_expired", "token_revoked"}
)
"""Refusals that patience does not mend, where a token was right before."""
TOO_LITTLE = "missing_scope"
BUSY = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited", "service_unavailable"})
PERHAPS = frozenset({"fatal_error", "internal_error", "request_timeout"})
SOON = 2.0
LATER = 300.0


class InvalidToken(Exception):
    """Slack does not take a token, or what it may do is not enough."""


class NetworkError(Exception):
    """Slack cannot be reached, or does not answer as it should."""


class Refused(RetryLater):
    """A token is not taken, or may not do enough: somebody has to mend that."""

    def __init__(self, seconds: float, said: str) -> None:
        super().__init__(seconds)
        self.code = said


def code(error: BaseException) -> str:
    """Slack's own word for what went wrong, else the error's type: fit for a log."""
    said = _answer(error).get("error")
    return str(said) if said else type(error).__name__


def starting(error: BaseException) -> Exception:
    """Why Slack cannot be used at all, for whoever runs Titian."""
    said = code(error)
    if said in REFUSED or said in ("account_inactive", "team_access_not_granted"):
        return InvalidToken(said)
    return NetworkError(said)


def sending(error: BaseException, again: bool = False, part: str = "slack") -> DeliveryError:
    """What became of a message.

    Args:
        again: Doing the same once more does no harm.
        part: The installation, for whoever runs Titian.
    """
    said, status = code(error), _status(error)
    if status == 429 or said in BUSY:
        return RetryLater(_patience(error), asked=True)
    if status >= 500 or isinstance(error, NEVER_LEFT):
        return RetryLater(SOON)
    if said in PERHAPS or not isinstance(error, SlackApiError):
        return RetryLater(SOON) if again else UnknownOutcome()
    if said in GONE:
        return MessageGone()
    if said in NOBODY:
        return Unreachable()
    if said in REFUSED:
        needed = _answer(error).get("needed", "")
        hint = f"scope needed: {needed}" if needed else "look at the bot token"
        log.error("slack_refused", part=part, error=said, hint=hint)
        return Refused(LATER, said)
    log.error("slack_failed", part=part, hint="message", error=said)
    return DeliveryError(said)


def _answer(error: BaseException) -> dict[str, Any]:
    data = getattr(getattr(error, "response", None), "data", None)
    return data if isinstance(data, dict) else {}


def _status(error: BaseException) -> int:
    response = getattr(error, "response", None)
    return int(getattr(response, "status_code", getattr(response, "status", 0)))


def headers(error: BaseException) -> Mapping[str, str]:
    """Those of a refusal; none where no answer came."""
    found: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    return found


def _patience(error: BaseException) -> float:
    told = str(headers(error).get("Retry-After", ""))
    return float(told) if told.isdigit() else SOON
