"""Payloads as the platforms' specifications have them, and then broken in any way.

All chance comes from the `Random` that is handed in, so that hypothesis can shrink it.
"""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.doubles.telegram_spec import SPEC_PATH, BotApiSpec, Json

EVENTS = SPEC_PATH.with_name("slack-events-asyncapi-v1.json")
WORDS = (
    "",
    "/start",
    "/help",
    "/review start responsibilities for 7d",
    "/join 7Q2MX4AB",
    "r:1:begin",
    "f:1:pick:k:0",
    "w:1",
    "c:help",
    "canary-words",
    "\ud800",
    "\x00",
    "‮<&>_*[]`",
    "9" * 400,
    "x" * 70_000,
)
ODD: tuple[Any, ...] = (None, True, -1, 0, 2**63, 10**80, 0.5, -1e300, [], {}, [[]], {"": {"": 0}})
SARI = 501


def word(chance: Random) -> str:
    return chance.choice(WORDS)


def odd(chance: Random) -> Any:
    """Something of any shape."""
    return word(chance) if chance.random() > 0.7 else deepcopy(chance.choice(ODD))


def broken(chance: Random, payload: Json) -> Any:
    """The same with up to three things left out, replaced, put elsewhere or into each other."""
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        places = list(_places(payload))
        if not places:
            return payload
        holder, key = chance.choice(places)
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1:
                holder[key] = odd(chance)
            case 2:
                holder[key] = [holder[key]]
            case 3:
                holder[key] = {"type": holder[key]}
            case 4:
                other, from_key = chance.choice(places)
                try:
                    holder[key] = json.loads(json.dumps(other[from_key]))
                except LookupError:
                    holder[key] = None
    return odd(chance) if chance.random() > 0.98 else payload


def _places(node: Any) -> Any:
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(inner):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


# ---- Telegram ----------------------------------------------------------------------------
@cache
def _spec() -> BotApiSpec:
    return BotApiSpec()


def update(chance: Random) -> Json:
    """An update of any kind, mostly of those that Titian asks for, mostly from one person."""
    fields = [f["name"] for f in _spec().types["Update"]["fields"] if f["name"] != "update_id"]
    asked = ("message", "callback_query", "my_chat_member")
    kind = chance.choice(fields) if chance.random() > 0.8 else chance.choice(asked)
    (types,) = [f["types"] for f in _spec().types["Update"]["fields"] if f["name"] == kind]
    body = _of(chance, types[0], 4)
    for place in (body, body.get("message")):
        if isinstance(place, dict) and chance.random() > 0.2:
            sari = {"id": SARI, "is_bot": False, "first_name": "Sari"}
            place |= {"from": sari, "chat": {"id": SARI, "type": "private"}}
    if kind == "message" and chance.random() > 0.2:
        body["text"] = word(chance)
    if kind == "callback_query" and chance.random() > 0.2:
        body["data"] = word(chance)
    return {"update_id": chance.randrange(10**6), kind: body}


def _of(chance: Random, kind: str, depth: int) -> Any:
    if kind.startswith("Array of "):
        inner = kind.removeprefix("Array of ")
        return [_of(chance, inner, depth - 1) for _ in range(chance.randrange(3) if depth else 0)]
    match kind:
        case "Integer":
            return chance.choice((0, 1, -1, SARI, 1_700_000_000, 2**53))
        case "Float":
            return 0.5
        case "Boolean":
            return True
        case "String":
            return word(chance)
    told = _spec().types.get(kind, {})
    if told.get("subtypes"):
        return _of(chance, chance.choice(told["subtypes"]), depth)
    fields = told.get("fields", ())
    more = [field for field in fields if not field["required"]]
    some = [chance.choice(more) for _ in range(chance.randrange(4))] if depth > 2 and more else []
    needed = [field for field in fields if field["required"]]
    return {f["name"]: _of(chance, chance.choice(f["types"]), depth - 1) for f in needed + some}


# ---- Slack -------------------------------------------------------------------------------
@cache
def _events() -> tuple[str, ...]:
    told = json.loads(Path(EVENTS).read_text())["topics"]
    return (*(name.replace(".", "_") for name in told), "channel_id_changed")


@cache
def _wrapper() -> Json:
    told = json.loads(Path(EVENTS).read_text())["components"]["schemas"]
    found: Json = told["GenericEventWrapper"]
    return found


def event(chance: Random) -> Json:
    """An event of any type, in the wrapper that all have."""
    ours = ("member_joined_channel", "channel_id_changed", "app_home_opened")
    kind = chance.choice(ours) if chance.random() < 0.7 else chance.choice(_events())
    made = {name: odd(chance) for name in _wrapper()["required"]}
    inner = {
        "type": kind,
        "event_ts": "1700000000.000100",
        "user": "U0BOT",
        "inviter": "U0001",
        "channel": "C0001",
        "old_channel_id": "C0001",
        "new_channel_id": "C0002",
        "tab": "home",
    }
    return {**made, "type": "event_callback", "team_id": "T0DOUBLE", "event": inner}


def interaction(chance: Random) -> Json:
    """A button, a form handed in, or something else people can do."""
    user = {"id": "U0001", "username": "sari", "team_id": "T0DOUBLE"}
    action = {
        "action_id": "0",
        "action_ts": "1700000000.000200",
        "type": "button",
        "value": word(chance),
    }
    note = {"f": word(chance), "c": "D1", "t": "", "e": 0, "p": 0, "of": 1, "o": {"r1": ["1"]}}
    field = {"type": "plain_text_input", "action_id": "value"}
    view = {
        "id": "V1",
        "hash": "1.2",
        "callback_id": "form",
        "private_metadata": json.dumps(broken(chance, note)),
        "blocks": [{"type": "input", "block_id": "r1", "element": field}],
        "state": {"values": {"r1": {"value": {"type": "plain_text_input", "value": "x"}}}},
    }
    kinds = ("block_actions", "view_submission", "view_closed", "shortcut", "block_suggestion")
    return {
        "type": chance.choice(kinds),
        "user": user,
        "team": {"id": "T0DOUBLE"},
        "trigger_id": "1.2.a",
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "D1"},
        "actions": [action],
        "view": view,
    }


def command(chance: Random) -> Json:
    """A slash command."""
    return {
        "command": "/titian",
        "text": word(chance),
        "user_id": "U0001",
        "user_name": "sari",
        "team_id": "T0DOUBLE",
        "channel_id": "D1",
        "trigger_id": "1.2.a",
    }
