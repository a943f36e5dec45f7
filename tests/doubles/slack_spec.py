"""The methods of Slack's Web API: their arguments and how often each may be called."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SPEC_PATH = Path(__file__).resolve().parent / "specs" / "slack-web-openapi-v2.json"

NEWER: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "files.getUploadURLExternal": ("filename", "length"),
    "files.completeUploadExternal": ("files",),
    "views.publish": ("user_id", "view"),
    "assistant.threads.setStatus": ("channel_id", "thread_ts", "status"),
}
"""Methods and arguments newer than the frozen official OpenAPI file."""

STRICTER = {
    "chat.update": ("channel", "ts"),
    "users.info": ("user",),
    "views.push": ("view",),
    "views.open": ("view",),
    "chat.scheduleMessage": ("channel", "post_at"),
    "chat.postEphemeral": ("channel", "user"),
    "chat.delete": ("channel", "ts"),
}
NEW_ARGUMENTS = frozenset(
    "metadata unfurl_links unfurl_media blocks attachments username icon_url "  # noqa: SIM905
    "icon_emoji mrkdwn link_names parse reply_broadcast thread_ts markdown_text "
    "prevent_creation team_id cursor limit include_locale file_ids "
    "interactivity_pointer include_all_metadata include_num_members token".split()
)
TIERS = {
    20: ("users.list", "conversations.list"),
    50: (
        "users.conversations",
        "conversations.open",
        "chat.update",
        "chat.delete",
        "chat.scheduleMessage",
        "conversations.history",
        "conversations.replies",
        "conversations.info",
        "reactions.add",
        "users.lookupByEmail",
    ),
    100: (
        "users.info",
        "views.open",
        "views.update",
        "views.push",
        "views.publish",
        "conversations.members",
        "chat.postEphemeral",
    ),
}
CALLS_A_MINUTE = {method: count for count, methods in TIERS.items() for method in methods}


@cache
def _load(path: Path) -> Any:
    return json.loads(path.read_text())


class WebApiSpec:
    """The (2021) official OpenAPI file: method names and required arguments."""

    def __init__(self, path: Path = SPEC_PATH) -> None:
        self.methods: dict[str, dict[str, bool]] = {}
        self.scopes: dict[str, list[str]] = {}
        for name, verbs in _load(path)["paths"].items():
            self.methods[name.strip("/")] = {
                p["name"]: p.get("required", False)
                for verb in verbs.values()
                for p in verb.get("parameters", ())
            }
            demands = [demand for verb in verbs.values() for demand in verb.get("security", ())]
            self.scopes[name.strip("/")] = [s for d in demands for s in d.get("slackAuth", ())]

    def knows(self, method: str) -> bool:
        """Whether Slack has such a method."""
        return method in self.methods or method in NEWER

    def check(self, method: str, args: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Complaints about missing and unheard-of arguments."""
        known = self.methods.get(method, {})
        needed = {*NEWER.get(method, ()), *STRICTER.get(method, ())}
        needed |= {name for name, required in known.items() if required}
        missing = [
            f"[ERROR] missing required field: {name} [json-pointer:/{name}]"
            for name in sorted(needed - {"token", "trigger_id"})
            if name not in args
        ]
        odd = [
            f"[WARN] unheard-of argument: {name}"
            for name in args
            if known and name not in known and name not in NEW_ARGUMENTS
        ]
        return missing, odd
