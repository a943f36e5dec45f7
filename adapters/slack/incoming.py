"""Slack's payloads as our events. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.slack.directory import Person
from adapters.slack.modals import Carrier
from dialogues.messages import (
    Added,
    Address,
    Command,
    Event,
    Filled,
    Incoming,
    Lacking,
    Moved,
    Opened,
    Removed,
    Spot,
    Tap,
    Uninstalled,
)

INSTALLATION = "slack"
"""The one workspace whose tokens are in the settings."""
MARKUP = re.compile(r"<([^<>]*)>")
KIND = re.compile(r"[a-z_]{1,40}")
Body = Mapping[str, Any]


def kind(body: Body) -> str:
    """What kind of payload it is: a name fit for a log, nothing that somebody wrote."""
    if "command" in body:
        return "command"
    inner = body.get("event")
    said = inner.get("type") if isinstance(inner, Mapping) else body.get("type")
    return said if isinstance(said, str) and KIND.fullmatch(said) else "unknown"


def words(text: str) -> tuple[str, dict[str, str]]:
    """A command's text as it was typed, and the handles of those mentioned in it."""
    handles: dict[str, str] = {}

    def back(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            user = target.removeprefix("@")
            handles[user] = _plain(label) or user
            return target
        if target.startswith("#"):
            return "#" + _plain(label or target.removeprefix("#"))
        if target.startswith("!"):
            said = _plain(label or target.removeprefix("!"))
            return said if said.startswith("@") else "@" + said
        return _plain(label or target)

    made, end = [], 0
    for match in MARKUP.finditer(text):
        made += [_plain(text[end : match.start()]), back(match)]
        end = match.end()
    return "".join([*made, _plain(text[end:])]), handles


def command(body: Body, by: str, text: str, person: Person, names: Mapping[str, str]) -> Incoming:
    """A slash command: what only its author sees, wherever it was typed.

    Args:
        by: The installation that heard it, as everywhere below.
        text: The `words` of it.
        names: Those mentioned in it.
    """
    return _incoming(
        f"command:{body['trigger_id']}",
        Address(by, body.get("team_id") or "", body["user_id"]),
        Command(text.strip() or "start"),
        person,
        mentions=names,
        place=place(by, body["channel_id"]),
    )


def carrier(body: Body) -> Carrier | None:
    """The message that carries the tapped button: none on Home, None where it is neither."""
    container = body.get("container") or {}
    if (body.get("view") or {}).get("type") == "home":
        return Carrier()
    if container.get("type") != "message":
        return None
    hidden = bool(container.get("is_ephemeral"))
    return Carrier(container["channel_id"], container["message_ts"], hidden)


def tap(body: Body, by: str, token: str, at: Carrier, person: Person) -> Incoming:
    """A button."""
    action, user = body["actions"][0], body["user"]["id"]
    private = at.ephemeral or not at.channel or is_direct(at.channel)
    return _incoming(
        f"tap:{action['action_ts']}:{user}:{action['action_id']}",
        _address(body, by),
        Tap(token),
        person,
        at.message or None,
        chat=None if private else Spot(by, at.channel),
        place=place(by, at.channel) if private else None,
    )


def opened(body: Body, by: str, person: Person) -> Incoming:
    """Somebody opened the app's Home tab."""
    event = body["event"]
    return _incoming(
        f"opened:{event['user']}",
        Address(by, person.team or body.get("team_id") or "", event["user"]),
        Opened(),
        person,
    )


def filled(
    body: Body,
    by: str,
    event: Filled,
    at: Carrier,
    person: Person,
    names: Mapping[str, str],
    homes: Mapping[str, str],
) -> Incoming:
    """A whole form; *names* are those of the people picked in it, *homes* their workspaces.

    The view's id and hash stay the same when it is corrected and handed in again, so the
    trigger belongs to the key.
    """
    shown = body["view"]
    key = f"view:{shown['id']}:{shown.get('hash', '')}:{body.get('trigger_id', '')}"
    return _incoming(
        key,
        _address(body, by),
        event,
        person,
        at.message or None,
        mentions=names,
        place=place(by, at.channel),
        homes=homes,
    )


def joined(body: Body, by: str, person: Person) -> Incoming:
    """Somebody added Titian to a channel: say who we are."""
    event = body["event"]
    return _incoming(
        f"joined:{event['channel']}:{event['event_ts']}",
        Address(by, person.team or body.get("team_id") or "", event["inviter"]),
        Added(),
        person,
        chat=Spot(by, event["channel"]),
    )


def moved(body: Body, by: str) -> Incoming:
    """A channel has another id now. Nobody did it."""
    event = body["event"]
    return _incoming(
        f"moved:{event['old_channel_id']}:{event['new_channel_id']}",
        Address(by, body.get("team_id") or "", ""),
        Moved(event["new_channel_id"]),
        Person(""),
        chat=Spot(by, event["old_channel_id"]),
    )


def parted(body: Body, by: str) -> Incoming | None:
    """A channel is shared with nobody else any more: None while it still is with somebody."""
    event = body["event"]
    if event.get("is_ext_shared"):
        return None
    return _incoming(
        f"parted:{event['channel']}:{event.get('event_ts', '')}",
        Address(by, body.get("team_id") or "", ""),
        Removed(),
        Person(""),
        chat=Spot(by, event["channel"]),
    )


def uninstalled(by: str, team: str, name: str) -> Incoming:
    """A workspace, known to people by *name*, took Titian out."""
    sender, gone = Address(by, team, ""), Uninstalled(name)
    return _incoming(f"uninstalled:{team}", sender, gone, Person(""), chat=Spot(by, ""))


def lacking(by: str, team: str, name: str) -> Incoming:
    """A workspace, known to people by *name*, lets Titian do too little."""
    sender, said = Address(by, team, ""), Lacking(name)
    return _incoming(f"lacking:{team}", sender, said, Person(""), chat=Spot(by, ""))


def place(by: str, channel: str) -> Spot | None:
    """The group in which something was said; None in a direct message."""
    return Spot(by, channel) if channel and not is_direct(channel) else None


def is_direct(channel: str) -> bool:
    """Whether a channel is a direct message."""
    return channel.startswith("D")


def _address(body: Body, by: str) -> Address:
    team = body["user"].get("team_id") or (body.get("team") or {}).get("id") or ""
    return Address(by, team, body["user"]["id"])


def _incoming(
    key: str,
    sender: Address,
    event: Event,
    person: Person,
    message: str | None = None,
    *,
    chat: Spot | None = None,
    mentions: Mapping[str, str] | None = None,
    place: Spot | None = None,
    homes: Mapping[str, str] | None = None,
) -> Incoming:
    return Incoming(
        key,
        sender,
        chat or Spot(sender.installation, sender.user),
        chat is None,
        event,
        message,
        person.name,
        person.language,
        person.zone,
        mentions or {},
        place,
        homes or {},
    )


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
