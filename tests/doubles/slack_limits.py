"""Checks of Block Kit payloads against Slack's documented limits.

check_blocks / check_view return a list of complaints in the style of Slack's
response_metadata.messages; an empty list means Slack would take the payload.
"""

import re
from collections.abc import Container
from typing import Any

from tests.doubles.slack_elements import (
    BLOCKS,
    COMMON,
    ELEMENTS,
    FORMATS,
    IN_ACTIONS,
    IN_SECTION,
    INPUTS,
    OPTIONS_MOST,
    PICKERS,
    Json,
)


class Checker:
    """Collects complaints; `where` is the JSON pointer of what is looked at."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def no(self, why: str, where: str) -> None:
        """Complain."""
        self.complaints.append(f"[ERROR] {why} [json-pointer:{where}]")

    def length(self, value: Any, most: int, where: str, least: int = 1) -> None:
        """A string of `least` to `most` characters."""
        if not isinstance(value, str):
            self.no("must provide a string", where)
        elif len(value) > most:
            self.no(f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            self.no(f"must be more than {least - 1} characters", where)

    def count(self, value: Any, most: int, where: str, least: int = 1) -> list[Any]:
        """A list of `least` to `most` items; returned, or nothing if it isn't one."""
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.no(f"must be a list of {least} to {most} items", where)
            return []
        return value[:most]

    def fields(self, value: Json, allowed: str, where: str) -> None:
        """No fields but the allowed, which are given in one string."""
        for name in value:
            if name not in allowed.split():
                self.no(f"invalid additional property: {name}", where)

    def text(self, value: Any, most: int, where: str, plain: bool = False) -> None:
        """A text object; with `plain` no mrkdwn."""
        if not isinstance(value, dict) or value.get("type") not in ("plain_text", "mrkdwn"):
            self.no("must provide a text object", where)
            return
        if plain and value["type"] != "plain_text":
            self.no("unsupported type: mrkdwn (plain_text expected)", where + "/type")
        emoji = "type text emoji" if value["type"] == "plain_text" else "type text verbatim"
        self.fields(value, emoji, where)
        self.length(value.get("text"), most, where + "/text")

    def option(self, value: Any, where: str, plain: bool = True) -> None:
        """An option of a menu."""
        if not isinstance(value, dict):
            self.no("must be an option object", where)
            return
        self.fields(value, "text value description url", where)
        self.text(value.get("text"), 75, where + "/text", plain)
        self.length(value.get("value"), 150, where + "/value")
        if "description" in value:
            self.text(value["description"], 75, where + "/description", plain)

    def element(self, value: Any, allowed: Container[str], where: str) -> None:
        """An element of one of the allowed types."""
        kind: Any = value.get("type") if isinstance(value, dict) else None
        if kind not in allowed:
            self.no(f"unsupported type: {kind}", where + "/type")
            return
        self.fields(value, f"{COMMON} {ELEMENTS[kind]}", where)
        if "action_id" in value:
            self.length(value["action_id"], 255, where + "/action_id")
        if "placeholder" in value:
            self.text(value["placeholder"], 150, where + "/placeholder", True)
        if "confirm" in value:
            self.confirm(value["confirm"], where + "/confirm")
        if kind == "button":
            self.text(value.get("text"), 75, where + "/text", True)
            self.length(value.get("value", "-"), 2000, where + "/value")
            self.length(value.get("url", ""), 3000, where + "/url", 0)
            if value.get("style", "primary") not in ("primary", "danger"):
                self.no("style must be primary or danger", where + "/style")
        if kind == "image":
            self.image(value, where)
        if kind == "plain_text_input":
            for bound, least in (("min_length", 0), ("max_length", 1)):
                if not least <= value.get(bound, least) <= 3000:
                    self.no("out of range", f"{where}/{bound}")
            most = value.get("max_length", 3000)
            self.length(value.get("initial_value", ""), most, where + "/initial_value", 0)
        if kind == "number_input" and "is_decimal_allowed" not in value:
            self.no("missing required field: is_decimal_allowed", where)
        self.picker(value, kind, where)
        self.options(value, kind, where)

    def picker(self, value: Json, kind: str, where: str) -> None:
        """The first value of a picker of dates or times."""
        first = PICKERS.get(kind)
        if first and first in value and not re.fullmatch(FORMATS[kind], str(value[first])):
            self.no(f"{first} has a wrong format", f"{where}/{first}")

    def options(self, value: Json, kind: str, where: str) -> None:
        """The options of a menu, in groups or not, and those chosen at first."""
        most = OPTIONS_MOST.get(kind)
        if most is None:
            return
        plain, known = kind not in ("checkboxes", "radio_buttons"), []
        groups = value.get("option_groups")
        if groups is not None and "options" in value:
            self.no("only one of options and option_groups", where)
        if groups is not None:
            for i, group in enumerate(self.count(groups, 100, where + "/option_groups")):
                self.text(group.get("label"), 75, f"{where}/option_groups/{i}/label", True)
                known += self.count(group.get("options"), 100, f"{where}/option_groups/{i}")
        else:
            known = self.count(value.get("options"), most, where + "/options")
        for i, option in enumerate(known):
            self.option(option, f"{where}/options/{i}", plain)
        one = [value["initial_option"]] if "initial_option" in value else []
        for option in value.get("initial_options", one):
            if option not in known:
                self.no("initial option is not among the options", where + "/initial_option")

    def confirm(self, value: Json, where: str) -> None:
        """The dialogue that asks whether one is sure."""
        self.fields(value, "title text confirm deny style", where)
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(value.get(name), most, f"{where}/{name}", name != "text")

    def image(self, value: Json, where: str) -> None:
        """An image, as a block or an element."""
        if ("image_url" in value) == ("slack_file" in value):
            self.no("exactly one of image_url and slack_file", where)
        self.length(value.get("image_url", "-"), 3000, where + "/image_url")
        self.length(value.get("alt_text"), 2000, where + "/alt_text")

    def block(self, value: Any, surface: str, where: str) -> None:
        """A block on a surface: message, modal or home."""
        kind: Any = value.get("type") if isinstance(value, dict) else None
        if kind not in BLOCKS or surface not in BLOCKS[kind][1].split():
            self.no(f"unsupported type: {kind}", where + "/type")
            return
        self.fields(value, f"type block_id {BLOCKS[kind][0]}", where)
        if "block_id" in value:
            self.length(value["block_id"], 255, where + "/block_id")
        if kind == "section":
            self.section(value, where)
        elif kind == "header":
            self.text(value.get("text"), 150, where + "/text", True)
        elif kind == "image":
            self.image(value, where)
            if "title" in value:
                self.text(value["title"], 2000, where + "/title", True)
        elif kind == "context":
            for i, item in enumerate(self.count(value.get("elements"), 10, where + "/elements")):
                if isinstance(item, dict) and item.get("type") == "image":
                    self.element(item, {"image"}, f"{where}/elements/{i}")
                else:
                    self.text(item, 3000, f"{where}/elements/{i}")
        elif kind == "actions":
            self.actions(value, where)
        elif kind == "input":
            self.text(value.get("label"), 2000, where + "/label", True)
            self.element(value.get("element"), INPUTS, where + "/element")
            if "hint" in value:
                self.text(value["hint"], 2000, where + "/hint", True)
        elif kind == "markdown":
            self.length(value.get("text"), 12000, where + "/text")

    def section(self, value: Json, where: str) -> None:
        """A section block."""
        if "text" not in value and "fields" not in value:
            self.no("text or fields is required", where)
        if "text" in value:
            self.text(value["text"], 3000, where + "/text")
        if "fields" in value:
            for i, item in enumerate(self.count(value["fields"], 10, where + "/fields")):
                self.text(item, 2000, f"{where}/fields/{i}")
        if "accessory" in value:
            self.element(value["accessory"], IN_SECTION, where + "/accessory")

    def actions(self, value: Json, where: str) -> None:
        """An actions block."""
        seen = set()
        for i, item in enumerate(self.count(value.get("elements"), 25, where + "/elements")):
            at = f"{where}/elements/{i}"
            self.element(item, IN_ACTIONS, at)
            action = item.get("action_id") if isinstance(item, dict) else None
            if action in seen and action:
                self.no(f"action_id {action} already exists in this block", at + "/action_id")
            seen.add(action)

    def blocks(self, blocks: Any, surface: str, where: str = "/blocks") -> None:
        """All blocks of a surface."""
        most = 50 if surface == "message" else 100
        if not isinstance(blocks, list):
            self.no("must be a list", where)
            return
        if len(blocks) > most:
            self.no(f"no more than {most} items allowed", where)
        seen = set()
        for i, block in enumerate(blocks):
            self.block(block, surface, f"{where}/{i}")
            ident = block.get("block_id") if isinstance(block, dict) else None
            if ident in seen and ident:
                self.no(f"block_id {ident} already exists", f"{where}/{i}/block_id")
            seen.add(ident)


def check_blocks(blocks: Any, surface: str = "message") -> list[str]:
    """Complaints about the blocks of a message."""
    checker = Checker()
    checker.blocks(blocks, surface)
    return checker.complaints


def check_view(view: Any) -> list[str]:
    """Complaints about a modal or a home tab."""
    checker = Checker()
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["[ERROR] view type must be modal or home [json-pointer:/view/type]"]
    allowed = "type blocks private_metadata callback_id external_id"
    if view["type"] == "modal":
        allowed += " title submit close clear_on_close notify_on_close submit_disabled"
    checker.fields(view, allowed, "/view")
    if view["type"] == "modal":
        checker.text(view.get("title"), 24, "/view/title", True)
        for name in ("submit", "close"):
            if name in view:
                checker.text(view[name], 24, "/view/" + name, True)
        blocks = view.get("blocks") if isinstance(view.get("blocks"), list) else []
        kinds = [b.get("type") for b in blocks or () if isinstance(b, dict)]
        if "submit" not in view and "input" in kinds:
            checker.no("submit is required when an input block is present", "/view/submit")
    checker.length(view.get("private_metadata", ""), 3000, "/view/private_metadata", 0)
    checker.length(view.get("callback_id", "-"), 255, "/view/callback_id")
    checker.length(view.get("external_id", "-"), 255, "/view/external_id")
    checker.blocks(view.get("blocks"), view["type"], "/view/blocks")
    return checker.complaints
