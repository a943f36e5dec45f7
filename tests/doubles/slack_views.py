"""The Web API methods of slack_double.py about modals and the Home tab."""

import json
import secrets
import time
from typing import Any

from tests.doubles.slack_client import Client
from tests.doubles.slack_elements import Json
from tests.doubles.slack_files import Files
from tests.doubles.slack_limits import check_view
from tests.doubles.slack_state import ApiError


class Views(Files):
    """Triggers, and the views they open."""

    def trigger(self, user: Client, view: Json | None = None) -> str:
        """A new trigger_id; with `view` one that comes from this modal."""
        ident = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(8)}"
        self.triggers[ident] = {"user": user, "at": self.clock(), "used": False, "view": view}
        return ident

    def _spend(self, a: Json) -> Json:
        trigger = self.triggers.get(a.get("trigger_id", ""))
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger["used"]:
            raise ApiError("exchanged_trigger_id")
        if self.clock() - trigger["at"] > self.trigger_seconds:
            raise ApiError("expired_trigger_id")
        return trigger

    def _view(self, a: Json, kind: str) -> Json:
        view: Json = a["view"]
        complaints = check_view(view)
        if complaints:
            raise ApiError("invalid_arguments", complaints)
        if view["type"] != kind:
            raise ApiError("invalid_arguments", [f"[ERROR] view type must be {kind}"])
        if len(json.dumps(view)) > 250_000:
            raise ApiError("view_too_large")
        self.check_escapes(view["blocks"])
        return view

    def instance(self, view: Json, **same: Any) -> Json:
        """The view as Slack keeps it; `same` are the fields it has already."""
        ident = same.get("id", "V" + secrets.token_hex(5).upper())
        return {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            **view,
            "blocks": self.filled(view["blocks"]),
            "id": ident,
            "team_id": self.team,
            "app_id": self.app_id,
            "bot_id": "B0BOT",
            "hash": f"{time.time()}.{ident[-4:]}",
            "state": {"values": {}},
            "root_view_id": ident,
            "previous_view_id": None,
            **same,
        }

    def add_view(self, user: Client, view: Json) -> Json:
        """Open a modal on top of those already open."""
        same = {}
        if user.stack:
            same = {
                "root_view_id": user.stack[0]["id"],
                "previous_view_id": user.stack[-1]["id"],
            }
        user.stack.append(self.instance(view, **same))
        return user.stack[-1]

    def replace_view(self, user: Client, old: Json, view: Json) -> Json:
        """Change an open modal."""
        kept = ("id", "root_view_id", "previous_view_id")
        new = self.instance(view, **{k: old[k] for k in kept})
        user.stack = [new if v["id"] == old["id"] else v for v in user.stack]
        return new

    def on_views_open(self, a: Json) -> Json:
        trigger, view = self._spend(a), self._view(a, "modal")
        external = view.get("external_id")
        everywhere = [v["external_id"] for u in self.users.values() for v in u.stack]
        if external and external in everywhere:
            raise ApiError("duplicate_external_id")
        trigger["used"], user = True, trigger["user"]
        user.stack = []
        return {"view": self.add_view(user, view)}

    def on_views_push(self, a: Json) -> Json:
        trigger, view = self._spend(a), self._view(a, "modal")
        if len(trigger["user"].stack) >= 3:
            raise ApiError("push_limit_reached")
        if not trigger["view"]:
            raise ApiError("invalid_trigger_id", ["[ERROR] views.push needs a modal's trigger"])
        trigger["used"] = True
        return {"view": self.add_view(trigger["user"], view)}

    def on_views_update(self, a: Json) -> Json:
        for user in self.users.values():
            for old in user.stack:
                if a.get("view_id") == old["id"] or a.get("external_id", 0) == old["external_id"]:
                    if a.get("hash", old["hash"]) != old["hash"]:
                        raise ApiError("hash_conflict")
                    return {"view": self.replace_view(user, old, self._view(a, "modal"))}
        raise ApiError("not_found")

    def on_views_publish(self, a: Json) -> Json:
        user, view = self._person(a["user_id"]), self._view(a, "home")
        if user.home and a.get("hash", user.home["hash"]) != user.home["hash"]:
            raise ApiError("hash_conflict")
        same = {"id": user.home["id"]} if user.home else {}
        user.home = self.instance(view, **same)
        return {"view": user.home}
