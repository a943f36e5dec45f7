"""The text formatting of Telegram: what a text reads like, or why it is refused."""

import html
import re
from collections.abc import Mapping
from typing import Any

from tests.doubles.telegram_spec import Json, Refused

Parsed = tuple[str, list[Json]]
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
RESERVED = set("_*[]()~`>#+-=|{}.!")
CANT = "can't parse entities: "


def utf16(text: str) -> int:
    """The length Telegram counts in: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> Parsed:
    """(plain text, entities), or Refused as Telegram's HTML parse mode would."""
    plain = ""
    entities: list[Json] = []
    stack: list[tuple[str, int, Json]] = []
    for part in re.finditer(r"<(/?)([^\s>/]*)([^>]*)>|<|[^<]+", source):
        token = part.group(0)
        offset = len(source[: part.start()].encode())
        if token[0] != "<":
            plain += unescape(token)
            continue
        if token == "<" or not part.group(2):
            raise Refused(f'{CANT}Unsupported start tag "" at byte offset {offset}')
        tag = part.group(2).lower()
        if part.group(1):
            if not stack:
                raise Refused(f"{CANT}Unexpected end tag at byte offset {offset}")
            opened, start, attributes = stack.pop()
            if opened != tag:
                raise Refused(
                    f"{CANT}Unmatched end tag at byte offset {offset}, "
                    f'expected "</{opened}>", found "</{tag}>"'
                )
            if utf16(plain) > start:
                length = utf16(plain) - start
                entities.append(
                    {"type": TAGS[tag], "offset": start, "length": length, **attributes}
                )
            continue
        stack.append((tag, utf16(plain), _attributes(tag, part.group(3), offset)))
    if stack:
        raise Refused(f'{CANT}Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return plain, sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _attributes(tag: str, rest: str, offset: int) -> Json:
    if tag not in TAGS:
        raise Refused(f'{CANT}Unsupported start tag "{tag}" at byte offset {offset}')
    if tag == "span" and not re.search(r'class\s*=\s*["\']?tg-spoiler', rest):
        raise Refused(f'{CANT}Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    link = re.search(r'href\s*=\s*["\']([^"\']*)["\']', rest)
    return {"url": html.unescape(link.group(1))} if tag == "a" and link else {}


def unescape(text: str) -> str:
    """Only the entities Telegram documents; any other '&...;' stays as typed."""
    return re.sub(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);", lambda m: html.unescape(m[0]), text)


def parse_markdown_v2(source: str) -> Parsed:
    """(plain text, []) or Refused. Checks escapes and that every entity is closed."""
    plain = ""
    stack: list[str] = []
    i, line_start = 0, True
    while i < len(source):
        char, offset = source[i], len(source[:i].encode())
        two, three = source[i : i + 2], source[i : i + 3]
        code = bool(stack) and stack[-1] in ("`", "```")
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
                raise Refused(f"{CANT}Can't find end of {mark} entity at byte offset {offset}")
            else:
                stack.append(mark)
            i += len(mark)
        elif char == "[" or two == "![":
            stack.append("[")
            i += len(two) if two == "![" else 1
        elif char == "]" and "[" in stack:
            if stack.pop() != "[":
                raise Refused(f"{CANT}Can't find end of an entity before byte offset {offset}")
            link = re.match(r"\]\((?:\\.|[^)\\])*\)", source[i:])
            i += link.end() if link else 1
        elif char in RESERVED:
            raise Refused(
                f"{CANT}Character '{char}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            plain, i = plain + char, i + 1
        line_start = char == "\n"
    if stack:
        raise Refused(f"{CANT}Can't find end of the entity opened by {stack[-1]!r}")
    return plain, []


def parse_markdown(source: str) -> Parsed:
    """Legacy Markdown: only that every marker is closed."""
    closed = r"\\[_*`\[]|```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\)"
    left = re.sub(closed, "", source, flags=re.DOTALL)
    for mark in "*_`[":
        if left.count(mark) % 2:
            offset = len(source[: source.rfind(mark)].encode())
            raise Refused(f"{CANT}Can't find end of the entity starting at byte offset {offset}")
    return re.sub(r"[*_`]", "", source), []


PARSERS = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}


def parse_text(params: Mapping[str, Any], key: str, limit: int) -> Parsed:
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
