"""A person's Slack client: buttons, menus and modals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.doubles.slack_elements import Json
from tests.doubles.slack_forms import check_number, elements, label, state_of
from tests.doubles.slack_limits import Checker, check_view

if TYPE_CHECKING:
    from tests.doubles.slack_deliveries import Deliveries, Delivery
    from tests.doubles.slack_people import Channel

Place = tuple[Json, "Channel | None"]


class Client:
    """What every client does with the blocks it shows."""

    def __init__(
        self, double: Deliveries, ident: str, name: str, team: str | None = None, **extra: Any
    ) -> None:
        self.double, self.id, self.name = double, ident, name
        self.info: Json = {
            "id": ident,
            "team_id": team or double.team,
            "name": name.lower(),
            "deleted": False,
            "real_name": name,
            "tz": "Europe/Berlin",
            "tz_offset": 3600,
            "is_bot": False,
            "is_restricted": False,
            "locale": "en-US",
            "profile": {
                "real_name": name,
                "display_name": name.lower(),
                "email": name.lower() + "@example.com",
            },
            **extra,
        }
        self.stack: list[Json] = []
        self.home: Json | None = None
        self.errors: list[str] = []
        self.form_errors: dict[str, str] = {}
        self.picked: dict[tuple[str, str, str], Json] = {}

    @property
    def team(self) -> str:
        """The workspace this person belongs to."""
        return str(self.info["team_id"])

    @property
    def domain(self) -> str:
        """The name of that workspace in addresses."""
        return "double" if self.team == self.double.team else self.team.lower()

    @property
    def dm(self) -> Channel:
        """The direct message with the app."""
        return self.double.open_dm(self.id)

    @property
    def modal(self) -> Json | None:
        """The modal on top, if one is open."""
        return self.stack[-1] if self.stack else None

    def visible(self, channel: Channel | None = None) -> list[Json]:
        """Every message this person sees in a channel, oldest first."""
        return [m for m in (channel or self.dm).messages if m.get("only", self.id) == self.id]

    # ---- buttons and menus ---------------------------------------------------------------
    async def click(
        self, wanted: str, option: Any = None, channel: Channel | None = None
    ) -> Delivery:
        """Press the button, or choose `option` in the menu, called `wanted`.

        `wanted` is its text, placeholder or action_id, in the open modal, else the newest
        message, else Home.
        """
        self._present()
        places: list[Place] = [(self.modal, None)] if self.modal else []
        where = channel or self.dm
        places += [(message, where) for message in reversed(self.visible(where))]
        places += [(self.home, None)] if self.home else []
        for place, at in places:
            for block, element in elements(place.get("blocks")):
                if wanted in (label(element), element["action_id"]):
                    return await self._act(place, at, block, element, option)
        shown = [label(e) for place, _ in places for _, e in elements(place.get("blocks"))]
        raise AssertionError(f"{self.name} sees no {wanted!r}; sees {shown!r}")

    async def _act(
        self, place: Json, channel: Channel | None, block: Json, element: Json, option: Any
    ) -> Delivery:
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
            "action_ts": self.double.ts(),
        }
        if element["type"] == "button":
            action |= {k: element[k] for k in ("text", "value", "url") if k in element}
        else:
            state = self.state_of(element, option)
            check_number(element, state)
            action |= state
            self.picked[_key(place, block, element)] = state
        trigger = self.double.trigger(self, place if channel is None else None)
        payload = {
            "type": "block_actions",
            **self._base(),
            "actions": [action],
            "trigger_id": trigger,
        }
        if channel is None:
            place["state"] = self._state(place)
            payload |= {"view": place, "container": {"type": "view", "view_id": place["id"]}}
        else:
            hidden = "only" in place
            payload |= {
                "container": {
                    "type": "message",
                    "message_ts": place["ts"],
                    "channel_id": channel.id,
                    "is_ephemeral": hidden,
                },
                "channel": {"id": channel.id, "name": channel.name},
                "state": self._state(place),
                "response_url": self.double.response_url(self, channel, place),
                **({} if hidden else {"message": place}),
            }
        delivery = await self.double.interact(payload)
        self._error_unless(delivery)
        return delivery

    def _state(self, place: Json) -> Json:
        """What is chosen in all menus and fields of a message or a view."""
        values: dict[str, Json] = {}
        for block, element in elements(place["blocks"]):
            if element["type"] not in ("button", "overflow", "workflow_button"):
                state = self._kept(place, block, element) or self.state_of(element, None)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
        return {"values": values}

    def _kept(self, place: Json, block: Json, element: Json) -> Json | None:
        """What this person chose there before."""
        return self.picked.get(_key(place, block, element))

    # ---- modals --------------------------------------------------------------------------
    async def submit(self, **values: Any) -> Delivery:
        """Fill in the open modal by block_id, action_id or label, and press submit.

        More may be chosen than max_selected_items: an app must not trust the client with that.
        """
        view = self.modal
        state: dict[str, Json] = {}
        assert view, f"{self.name} has no modal open"
        unused = set(values)
        for block, element in elements(view["blocks"]):
            shown = (block.get("label") or {}).get("text")
            names = (block["block_id"], element["action_id"], shown)
            key = next((n for n in names if n in values), None)
            unused -= {key}
            value = self.state_of(element, values[key] if key else None)
            if key is None:
                value = self._kept(view, block, element) or value
            if element["type"] != "button":
                state.setdefault(block["block_id"], {})[element["action_id"]] = value
            empty = not any(v for k, v in value.items() if k != "type")
            if block["type"] == "input" and not block.get("optional") and empty:
                raise AssertionError(f"the Slack client wants an answer for {names}")
        assert not unused, f"no such fields in the modal: {unused}"
        view["state"] = {"values": state}
        self.form_errors = {}
        payload = {
            "type": "view_submission",
            **self._base(),
            "view": view,
            "response_urls": [],
            "trigger_id": self.double.trigger(self, view),
        }
        delivery = await self.double.interact(payload)
        self._error_unless(delivery)
        if delivery.acked:
            self._response_action(delivery.body, view)
        return delivery

    def _response_action(self, body: Any, view: Json) -> None:
        if not body:
            self.stack = [v for v in self.stack if v["id"] != view["id"]]
            return
        action = body.get("response_action")
        if action == "errors":
            blocks = {b["block_id"] for b in view["blocks"] if b["type"] == "input"}
            self.form_errors = body.get("errors") or {}
            named = set(self.form_errors)
            if not named or named - blocks:
                self.double.complain(
                    f"response_action errors name {named}, but the input blocks are {blocks}"
                )
        elif action == "clear":
            self.stack = []
        elif action in ("update", "push"):
            complaints = check_view(body.get("view"))
            if complaints:
                self.double.complain(f"response_action {action}: {complaints[0]}")
                self.errors.append("We had some trouble connecting. Try again?")
            elif action == "update":
                self.double.replace_view(self, view, body["view"])
            else:
                self.double.add_view(self, body["view"])
        else:
            self.double.complain(f"view_submission answered with {body!s:.80}")

    async def close(self, everything: bool = False) -> None:
        """Close the modal on top, or all."""
        view = self.stack[-1]
        self.stack = [] if everything else self.stack[:-1]
        if view.get("notify_on_close"):
            payload = {"type": "view_closed", **self._base(), "view": view}
            await self.double.interact(payload | {"is_cleared": everything})

    async def suggest(self, action_id: str, typed: str) -> list[str]:
        """Type into an external_select of the modal; the options the app offers."""
        view = self.modal
        assert view, f"{self.name} has no modal open"
        block = next(b for b, e in elements(view["blocks"]) if e["action_id"] == action_id)
        payload = {
            "type": "block_suggestion",
            **self._base(),
            "action_id": action_id,
            "value": typed,
            "block_id": block["block_id"],
            "view": view,
            "container": {"type": "view", "view_id": view["id"]},
        }
        delivery = await self.double.deliver("interactive", payload)
        checker, body = Checker(), delivery.body or {}
        for i, option in enumerate(checker.count(body.get("options", []), 100, "/options", 0)):
            checker.option(option, f"/options/{i}")
        for complaint in checker.complaints:
            self.double.complain(f"block_suggestion: {complaint}")
        return [o["text"]["text"] for o in body.get("options", [])]

    def state_of(self, element: Json, value: Any) -> Json:
        """The state.values entry of an element after this person chose `value`.

        People and channels are chosen as such, by name or by id.
        """
        for noun in ("users", "channels", "conversations"):
            if element["type"] == f"{noun}_select" and value is not None:
                value = self.double.chosen(noun, value)
            elif element["type"] == f"multi_{noun}_select" and value is not None:
                value = [self.double.chosen(noun, one) for one in value]
        return state_of(element, value)

    def _base(self) -> Json:
        return {
            "team": {"id": self.double.team, "domain": "double"},
            "token": "t",
            "api_app_id": self.double.app_id,
            "is_enterprise_install": False,
            "enterprise": None,
            "user": {
                "id": self.id,
                "username": self.info["name"],
                "name": self.info["name"],
                "team_id": self.team,
            },
        }

    def _present(self) -> None:
        assert not self.info["deleted"], f"{self.name} has no account any more"

    def _error_unless(self, delivery: Delivery) -> None:
        if not delivery.acked:
            self.errors.append("operation_timeout")


def _key(place: Json, block: Json, element: Json) -> tuple[str, str, str]:
    return str(place.get("id") or place["ts"]), block["block_id"], element["action_id"]
