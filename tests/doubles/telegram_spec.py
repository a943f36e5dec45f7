"""Checks of one Telegram Bot API request: names and types of parameters, keyboards, commands.

Used by telegram_double.py, but stands alone: BotApiSpec(path).check(method, params, files)
raises Refused with the description Telegram would send (or a STRICT one where real
Telegram silently ignores the mistake).
"""

import json
import re
from collections.abc import Container, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

SPEC_PATH = Path(__file__).resolve().parent / "specs" / "telegram-bot-api.json"
REQUIRED = {"chat_id": "chat_id is empty", "text": "message text is empty"}

Json = dict[str, Any]


class Refused(Exception):
    """A request the server answers with ok=false."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@cache
def _load(path: Path) -> Any:
    return json.loads(path.read_text())


class BotApiSpec:
    """The Bot API as the file of its specification tells it."""

    def __init__(self, path: Path = SPEC_PATH) -> None:
        data = _load(path)
        self.version: str = data["version"]
        self.methods: dict[str, Json] = data["methods"]
        self.types: dict[str, Json] = data["types"]
        self.by_lower = {name.lower(): name for name in self.methods}

    def check(self, method: str, params: Mapping[str, Any], files: Container[str] = ()) -> Json:
        """Return params with form strings turned into the types the spec names."""
        spec = self.methods[method]
        fields = {field["name"]: field for field in spec.get("fields", ())}
        for name in params:
            if name not in fields:
                raise Refused(f"STRICT: {method} has no parameter '{name}'")
        checked: Json = {}
        for name, field in fields.items():
            if name in params:
                checked[name] = self._value(params[name], field["types"], name, files, form=True)
            elif name in files:
                if not any("InputFile" in t or t == "String" for t in field["types"]):
                    raise Refused(f"STRICT: {method}.{name} does not take a file")
                checked[name] = "attach://" + name
            elif field["required"]:
                raise Refused(REQUIRED.get(name, f'parameter "{name}" is required'))
        return checked

    def _value(
        self,
        value: Any,
        types: Sequence[str],
        where: str,
        files: Container[str],
        form: bool = False,
    ) -> Any:
        problems = []
        for kind in ("InputFile",) if "InputFile" in types else types:
            try:
                return self._one(value, kind, where, files, form)
            except (Refused, ValueError) as error:
                problems.append(str(error))
        raise Refused(f"STRICT: {where}: " + "; or ".join(problems))

    def _one(self, value: Any, kind: str, where: str, files: Container[str], form: bool) -> Any:
        if kind == "String":
            if isinstance(value, str):
                return value
            raise ValueError(f"{value!r:.40} is not a String")
        if kind in ("Integer", "Float"):
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise ValueError(f"{value!r:.40} is not {kind}")
            return (int if kind == "Integer" else float)(value)
        if kind == "Boolean":
            if isinstance(value, bool):
                return value
            if form and str(value).lower() in ("true", "false", "1", "0"):
                return str(value).lower() in ("true", "1")
            raise ValueError(f"{value!r:.40} is not a Boolean")
        if kind == "InputFile":
            if not isinstance(value, str) or not value:
                raise ValueError("not a file")
            if value.startswith("attach://") and value[9:] not in files:
                raise ValueError(f"{value} names no uploaded part")
            return value
        if form and isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise ValueError("can't parse JSON object") from None
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise ValueError("not an Array")
            inner = [kind.removeprefix("Array of ")]
            return [self._value(v, inner, f"{where}[{i}]", files) for i, v in enumerate(value)]
        return self._object(value, kind, where, files)

    def _object(self, value: Any, kind: str, where: str, files: Container[str]) -> Any:
        spec = self.types[kind]
        if "subtypes" in spec:
            return self._value(value, spec["subtypes"], where, files)
        if not isinstance(value, dict):
            raise ValueError(f"not a {kind}")
        fields = {field["name"]: field for field in spec.get("fields", ())}
        for name in value:
            if name not in fields:
                raise ValueError(f"{kind} has no field '{name}'")
        out: Json = {}
        for name, field in fields.items():
            if name not in value:
                if field["required"]:
                    raise ValueError(f"{kind} lacks '{name}'")
                continue
            fixed = re.search(r"(?:must be|always) [\"“]?(\w+)[\"”]?$", field["description"])
            if fixed and field["types"] == ["String"] and value[name] != fixed.group(1):
                raise ValueError(f"{kind}.{name} must be {fixed.group(1)}")
            out[name] = self._value(value[name], field["types"], f"{where}.{name}", files)
        media = out.get("media", "") if kind.startswith("InputMedia") else ""
        if media.startswith("attach://") and media.removeprefix("attach://") not in files:
            raise ValueError(f"{media} names no uploaded part")
        return out


ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def check_markup(markup: Json) -> None:
    """Limits of keyboards that the JSON spec does not state."""
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
            raise Refused("reply markup is too long")
        for button in (b for row in rows for b in row):
            _check_button(button)
    if "keyboard" in markup:
        rows = markup["keyboard"]
        if sum(map(len, rows)) > 300 or any(len(row) > 12 for row in rows):
            raise Refused("reply markup is too long")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= 64:
        raise Refused("STRICT: input_field_placeholder must have 1-64 characters")


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise Refused("can't parse inline keyboard button: Text buttons must not be empty")
    used = [a for a in ACTIONS if a in button]
    if len(used) != 1:
        raise Refused(
            "can't parse inline keyboard button: Text buttons are unallowed in "
            f"the inline keyboard (actions given: {used})"
        )
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise Refused("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg|tel|mailto)://?\S+$", button["url"]):
        raise Refused(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def check_commands(commands: Sequence[Json]) -> None:
    """Limits of a list of commands."""
    if len(commands) > 100:
        raise Refused("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
            raise Refused("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise Refused("BOT_COMMAND_DESCRIPTION_INVALID")
