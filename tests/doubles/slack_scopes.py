"""Which scopes of a bot token Slack's methods and events need."""

from collections.abc import Collection

from tests.doubles.slack_elements import Json
from tests.doubles.slack_spec import WebApiSpec

MODERN = {
    "chat:write:bot": "chat:write",
    "chat:write:user": "chat:write",
    "files:write:user": "files:write",
    "channels:write": "channels:manage",
    "bot": "",
    "none": "",
    "rtm:stream": "",
    "identify": "",
}
"""The names of the frozen specification, and those of today."""

NEWER = {
    "files.getUploadURLExternal": ["files:write"],
    "files.completeUploadExternal": ["files:write"],
    "assistant.threads.setStatus": ["chat:write"],
    "conversations.join": ["channels:join"],
    "auth.test": [],
    "chat.getPermalink": [],
}
PLURALS = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
BY_KIND = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}
EVENTS = {"app_mention": "app_mentions:read", "user_change": "users:read"}


def of_method(spec: WebApiSpec, method: str, a: Json, kind: str) -> list[str]:
    """The scopes of which a call needs one; `kind` is that of the channel it is about."""
    if method in BY_KIND:
        return [f"{PLURALS[kind]}:{BY_KIND[method]}"] if kind else []
    if method == "conversations.open":
        many = len(str(a.get("users", "")).split(",")) > 1
        return ["mpim:write" if many else "im:write"]
    if method in NEWER:
        return NEWER[method]
    modern = [MODERN.get(scope, scope) for scope in spec.scopes.get(method, ())]
    return sorted({scope for scope in modern if scope})


def of_lists(method: str, a: Json, given: Collection[str]) -> list[str]:
    """The scope a list of conversations lacks, if one."""
    if method not in ("conversations.list", "users.conversations"):
        return []
    wanted = str(a.get("types", "public_channel")).split(",")
    needed = [f"{TYPES[name]}:read" for name in wanted if name in TYPES]
    return [scope for scope in needed if scope not in given][:1]


def of_event(event: Json) -> str:
    """The scope without which an app doesn't get an event; "": none."""
    if event.get("type") == "message":
        kind = {"group": "groups", "channel": "channels"}.get(event.get("channel_type", ""))
        return f"{kind or event.get('channel_type')}:history"
    return EVENTS.get(event.get("type", ""), "")
