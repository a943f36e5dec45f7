"""What people do in Slack, as it is delivered: the same for whoever is measured."""

import itertools
from typing import Any

from adapters.slack import modals
from adapters.slack.modals import Carrier
from dialogues.checkin import Words
from dialogues.library import open_library
from dialogues.messages import Form, FormField

Json = dict[str, Any]
NUMBERS = itertools.count(1)
QUESTIONS = open_library().checkins["responsibilities"].asked(())
MESSAGE = "1700000000.000010"


def command(user: str, text: str, hook: str) -> Json:
    """`/titian` typed in the direct message."""
    return {
        "token": "t",
        "team_id": "T1",
        "team_domain": "bench",
        "channel_id": f"D{user}",
        "channel_name": "directmessage",
        "user_id": user,
        "user_name": user.lower(),
        "command": "/titian",
        "text": text,
        "api_app_id": "A1",
        "is_enterprise_install": "false",
        "response_url": hook,
        "trigger_id": _trigger(),
    }


def tap(user: str, token: str, hook: str) -> Json:
    """A button under a message of three blocks."""
    shown = {"type": "plain_text", "text": "Agree", "emoji": True}
    button = {"type": "button", "action_id": "b0", "text": shown, "value": token}
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": "How is it? " * 9}]}
    message = {
        "type": "message",
        "user": "U0",
        "bot_id": "B0",
        "app_id": "A1",
        "team": "T1",
        "ts": MESSAGE,
        "text": "How is it? " * 9,
        "blocks": [
            {"type": "rich_text", "block_id": "a", "elements": [words]},
            {"type": "actions", "block_id": "b", "elements": [button] * 5},
            {"type": "actions", "block_id": "c", "elements": [button] * 2},
        ],
    }
    return {
        "type": "block_actions",
        **_base(user),
        "container": {
            "type": "message",
            "message_ts": MESSAGE,
            "channel_id": f"D{user}",
            "is_ephemeral": False,
        },
        "channel": {"id": f"D{user}", "name": "directmessage"},
        "message": message,
        "state": {"values": {}},
        "response_url": hook,
        "actions": [{**button, "block_id": "b", "action_ts": f"1700000000.{next(NUMBERS):06}"}],
    }


def modal(token: str, user: str) -> Json:
    """The view of a whole check-in, opened from a message in the direct message of *user*."""
    fields = []
    for question in QUESTIONS:
        label = question.text.en
        if isinstance(question, Words):
            fields.append(FormField(question.key, "words", label, unable="Skip"))
        else:
            options = tuple((o.key, o.text.en) for o in question.options)
            fields.append(FormField(question.key, "one", label, options, unable="Can't say"))
    form = Form(token, "The four responsibilities", tuple(fields), "Send", "Cancel")
    return modals.view(form, Carrier(f"D{user}", MESSAGE))


def answered(view: Json) -> dict[str, Json]:
    """The state of *view* once everything is filled in: its first option, a few words."""
    values = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            state["value"] = "It is good as it is."
        elif element["type"] in ("checkboxes", "multi_static_select"):
            state["selected_options"] = element["options"][:1]
        else:
            state["selected_option"] = element["options"][0]
        values[block["block_id"]] = {element["action_id"]: state}
    return values


def submission(user: str, view: Json) -> Json:
    """*view* filled in and handed in."""
    number = next(NUMBERS)
    shown = {
        "id": f"V{number}",
        "team_id": "T1",
        "app_id": "A1",
        "bot_id": "B0",
        "hash": f"{number}.abc",
        "root_view_id": f"V{number}",
        "previous_view_id": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **view,
        "state": {"values": answered(view)},
    }
    return {"type": "view_submission", **_base(user), "view": shown, "response_urls": []}


def _base(user: str) -> Json:
    return {
        "token": "t",
        "team": {"id": "T1", "domain": "bench"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": "T1"},
        "api_app_id": "A1",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": _trigger(),
    }


def _trigger() -> str:
    return f"{next(NUMBERS)}.1.abc"
