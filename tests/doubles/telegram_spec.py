"""Checks of one Telegram Bot API request: names, types and text formatting.

Used by telegram_double.py, but stands alone: BotApiSpec(path).check(method, params, files)
raises Refused with the description Telegram would send (or a STRICT one where real
Telegram silently ignores the mistake).
"""

import html
import json
import re
from pathlib import Path

SPEC_PATH = Path(__file__).resolve().parent / "specs" / "telegram-bot-api.json"


class Refused(Exception):
    """A request the server answers with ok=false."""

    def __init__(self, description, code=400, **parameters):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class BotApiSpec:
    def __init__(self, path=SPEC_PATH):
        data = json.loads(Path(path).read_text())
        self.version, self.methods, self.types = data["version"], data["methods"], data["types"]
        self.by_lower = {name.lower(): name for name in self.methods}

    def check(self, method, params, files=()):
        """Return params with form strings turned into the types the spec names."""
        spec = self.methods[method]
        fields = {field["name"]: field for field in spec.get("fields", ())}
        for name in params:
            if name not in fields:
                raise Refused(f"STRICT: {method} has no parameter '{name}'")
        checked = {}
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

    def _value(self, value, types, where, files, form=False):
        problems = []
        for kind in types:
            try:
                return self._one(value, kind, where, files, form)
            except (Refused, ValueError) as error:
                problems.append(str(error))
        raise Refused(f"STRICT: {where}: " + "; or ".join(problems))

    def _one(self, value, kind, where, files, form):
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
            inner = [kind[len("Array of ") :]]
            return [self._value(v, inner, f"{where}[{i}]", files) for i, v in enumerate(value)]
        return self._object(value, kind, where, files)

    def _object(self, value, kind, where, files):
        spec = self.types[kind]
        if "subtypes" in spec:
            return self._value(value, spec["subtypes"], where, files)
        if not isinstance(value, dict):
            raise ValueError(f"not a {kind}")
        fields = {field["name"]: field for field in spec.get("fields", ())}
        for name in value:
            if name not in fields:
                raise ValueError(f"{kind} has no field '{name}'")
        out = {}
        for name, field in fields.items():
            if name not in value:
                if field["required"]:
                    raise ValueError(f"{kind} lacks '{name}'")
                continue
            fixed = re.search(r"(?:must be|always) [\"“]?(\w+)[\"”]?$", field["description"])
            if fixed and field["types"] == ["String"] and value[name] != fixed.group(1):
                raise ValueError(f"{kind}.{name} must be {fixed.group(1)}")
            out[name] = self._value(value[name], field["types"], f"{where}.{name}", files)
        return out


REQUIRED = {"chat_id": "chat_id is empty", "text": "message text is empty"}

# ---- text formatting ---------------------------------------------------------------------

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def parse_html(source):
    """(plain text, entities), or Refused as Telegram's HTML parse mode would."""
    plain, entities, stack = "", [], []
    for part in re.finditer(r"<(/?)([^\s>/]*)([^>]*)>|<|[^<]+", source):
        token = part.group(0)
        offset = len(source[: part.start()].encode())
        if token[0] != "<":
            plain += unescape(token)
            continue
        if token == "<" or not part.group(2):
            raise Refused(
                f'can\'t parse entities: Unsupported start tag "" at byte offset {offset}'
            )
        tag = part.group(2).lower()
        if part.group(1):
            if not stack:
                raise Refused(f"can't parse entities: Unexpected end tag at byte offset {offset}")
            opened, start, attributes = stack.pop()
            if opened != tag:
                raise Refused(
                    f"can't parse entities: Unmatched end tag at byte offset {offset}, "
                    f'expected "</{opened}>", found "</{tag}>"'
                )
            if utf16(plain) > start:
                entities.append(
                    dict(type=TAGS[tag], offset=start, length=utf16(plain) - start, **attributes)
                )
            continue
        if tag not in TAGS:
            raise Refused(
                f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset}'
            )
        if tag == "span" and not re.search(r'class\s*=\s*["\']?tg-spoiler', part.group(3)):
            raise Refused(
                f'can\'t parse entities: Tag "span" must have class "tg-spoiler" '
                f"at byte offset {offset}"
            )
        link = re.search(r'href\s*=\s*["\']([^"\']*)["\']', part.group(3))
        attributes = {"url": html.unescape(link.group(1))} if tag == "a" and link else {}
        stack.append((tag, utf16(plain), attributes))
    if stack:
        raise Refused(
            "can't parse entities: Can't find end tag corresponding to start tag "
            f'"{stack[-1][0]}"'
        )
    return plain, sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def unescape(text):
    """Only the entities Telegram documents; any other '&...;' stays as typed."""
    return re.sub(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);", lambda m: html.unescape(m[0]), text)


RESERVED = set("_*[]()~`>#+-=|{}.!")


def parse_markdown_v2(source):
    """(plain text, []) or Refused. Checks escapes and that every entity is closed."""
    plain, stack, i, line_start = "", [], 0, True
    while i < len(source):
        char, offset = source[i], len(source[:i].encode())
        two, three = source[i : i + 2], source[i : i + 3]
        code = stack and stack[-1] in ("`", "```")
        if char == "\\" and i + 1 < len(source) and ord(source[i + 1]) < 127:
            plain, i, line_start = plain + source[i + 1], i + 2, False
            continue
        mark = three if three == "```" else two if two in ("__", "||") else char
        if code:
            if mark == stack[-1]:
                stack.pop()
                i += len(mark)
            else:
                plain, i = plain + char, i + 1
            continue
        if char == ">" and line_start:
            i += 1
        elif mark in ("```", "__", "||", "*", "_", "~", "`"):
            if stack and stack[-1] == mark:
                stack.pop()
            elif mark in stack:
                raise Refused(
                    f"can't parse entities: Can't find end of {mark} entity at byte offset {offset}"
                )
            else:
                stack.append(mark)
            i += len(mark)
        elif char == "[" or two == "![":
            stack.append("[")
            i += len(two) if two == "![" else 1
        elif char == "]" and "[" in stack:
            if stack.pop() != "[":
                raise Refused(
                    f"can't parse entities: Can't find end of an entity before byte offset {offset}"
                )
            link = re.match(r"\]\((?:\\.|[^)\\])*\)", source[i:])
            i += link.end() if link else 1
        elif char in RESERVED:
            raise Refused(
                f"can't parse entities: Character '{char}' is reserved and must be "
                "escaped with the preceding '\\'"
            )
        else:
            plain, i = plain + char, i + 1
        line_start = char == "\n"
    if stack:
        raise Refused(f"can't parse entities: Can't find end of the entity opened by {stack[-1]!r}")
    return plain, []


def parse_markdown(source):
    """Legacy Markdown: only that every marker is closed."""
    left = re.sub(r"\\[_*`\[]|```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\)", "", source, flags=re.S)
    for mark in "*_`[":
        if left.count(mark) % 2:
            offset = len(source[: source.rfind(mark)].encode())
            raise Refused(
                "can't parse entities: Can't find end of the entity starting at byte "
                f"offset {offset}"
            )
    return re.sub(r"[*_`]", "", source), []


PARSERS = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}


def parse_text(params, key, limit):
    """The plain text and entities of params[key], or Refused."""
    source, mode = params.get(key, ""), params.get("parse_mode")
    if mode and mode.lower() not in PARSERS:
        raise Refused("unsupported parse_mode")
    plain, entities = PARSERS[mode.lower()](source) if mode else (source, [])
    if key == "text" and not plain.strip():
        raise Refused("message text is empty")
    if len(plain) > limit:
        raise Refused("message is too long" if key == "text" else "message caption is too long")
    return plain, entities or params.get("entities" if key == "text" else "caption_entities", [])


# ---- reply markup ------------------------------------------------------------------------

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


def check_markup(markup):
    """Limits of keyboards that the JSON spec does not state."""
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
            raise Refused("reply markup is too long")
        for button in (b for row in rows for b in row):
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
                raise Refused(
                    f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
                )
    if "keyboard" in markup:
        rows = markup["keyboard"]
        if sum(map(len, rows)) > 300 or any(len(row) > 12 for row in rows):
            raise Refused("reply markup is too long")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= 64:
        raise Refused("STRICT: input_field_placeholder must have 1-64 characters")


def check_commands(commands):
    if len(commands) > 100:
        raise Refused("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
            raise Refused("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise Refused("BOT_COMMAND_DESCRIPTION_INVALID")
