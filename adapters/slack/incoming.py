"""Slack's payloads as our events. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.slack.directory import Person
from adapters.slack.modals import Carrier
from dialogues.messages import Address, Command, Event, Filled, Incoming, Moved, Spot, Tap

INSTALLATION = "slack"
MARKUP = re.compile(r"<([^<>]*)>")
Body = Mapping[str, Any]


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


def command(body: Body, text: str, person: Person, names: Mapping[str, str]) -> Incoming:
    """A slash command: what only its author sees, wherever it was typed.

    Args:
        text: The `words` of it.
        names: Those mentioned in it.
    """
    return _incoming(
        f"command:{body['trigger_id']}",
        Address(INSTALLATION, body.get("team_id") or "", body["user_id"]),
        Command(text.strip() or "start"),
        person,
        mentions=names,
        place=place(body["channel_id"]),
    )


def carrier(body: Body) -> Carrier | None:
    """The message that carries the tapped button; None where that is no message."""
    container = body.get("container") or {}
    if container.get("type") != "message":
        return None
    hidden = bool(container.get("is_ephemeral"))
    return Carrier(container["channel_id"], container["message_ts"], hidden)


def tap(body: Body, token: str, at: Carrier, person: Person) -> Incoming:
    """A button."""
    action, user = body["actions"][0], body["user"]["id"]
    private = at.ephemeral or is_direct(at.channel)
    return _incoming(
        f"tap:{action['action_ts']}:{user}:{action['action_id']}",
        _address(body),
        Tap(token),
        person,
        at.message,
        chat=None if private else Spot(INSTALLATION, at.channel),
        place=place(at.channel) if private else None,
    )


def filled(
    body: Body, event: Filled, at: Carrier, person: Person, names: Mapping[str, str]
) -> Incoming:
    """A whole form; *names* are those of the people picked in it.

    The view's id and hash stay the same when it is corrected and handed in again, so the
    trigger belongs to the key.
    """
    shown = body["view"]
    key = f"view:{shown['id']}:{shown.get('hash', '')}:{body.get('trigger_id', '')}"
    return _incoming(
        key,
        _address(body),
        event,
        person,
        at.message or None,
        mentions=names,
        place=place(at.channel),
    )


def joined(body: Body, person: Person) -> Incoming:
    """Somebody added Titian to a channel: say who we are."""
    event = body["event"]
    return _incoming(
        f"joined:{event['channel']}:{event['event_ts']}",
        Address(INSTALLATION, body.get("team_id") or "", event["inviter"]),
        Command("start"),
        person,
        chat=Spot(INSTALLATION, event["channel"]),
    )


def moved(body: Body) -> Incoming:
    """A channel has another id now. Nobody did it."""
    event = body["event"]
    return _incoming(
        f"moved:{event['old_channel_id']}:{event['new_channel_id']}",
        Address(INSTALLATION, body.get("team_id") or "", ""),
        Moved(event["new_channel_id"]),
        Person(""),
        chat=Spot(INSTALLATION, event["old_channel_id"]),
    )


def place(channel: str) -> Spot | None:
    """The group in which something was said; None in a direct message."""
    return Spot(INSTALLATION, channel) if channel and not is_direct(channel) else None


def is_direct(channel: str) -> bool:
    """Whether a channel is a direct message."""
    return channel.startswith("D")


def _address(body: Body) -> Address:
    team = body["user"].get("team_id") or (body.get("team") or {}).get("id") or ""
    return Address(INSTALLATION, team, body["user"]["id"])


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
) -> Incoming:
    return Incoming(
        key,
        sender,
        chat or Spot(INSTALLATION, sender.user),
        chat is None,
        event,
        message,
        person.name,
        person.language,
        person.zone,
        mentions or {},
        place,
    )


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
