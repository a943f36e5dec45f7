"""Our messages as Telegram shows them: HTML, inline keyboards, parts that fit. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it.tree import SyntaxTreeNode
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from dialogues.markup import cut, paragraphs, parse
from dialogues.messages import Outgoing
from dialogues.numbering import numbered

LONGEST = 4096
LONGEST_CAPTION = 1024
SAFE = 3500
"""Where a part ends at the latest: entities and tags do not count, other units might."""
WIDE = 30
"""Characters of labels that fit beside each other on a phone."""
IN_A_ROW = 3
FEW, SHORT = 4, 13
CHOICE = 36
"""The longest option that a phone shows whole on a button of its own."""
LABEL = 64
"""Where any other label ends: a name in it may have hundreds of characters."""


def parts(text: str) -> list[str]:
    """A text in our Markdown as HTML, in as many messages as it needs, cut between blocks."""
    found: list[str] = []
    size = 0
    for html, length in _blocks(text):
        if found and size + length + 2 <= SAFE:
            found[-1] += f"\n\n{html}"
            size += length + 2
        else:
            found.append(html)
            size = length
    return found or [""]


@lru_cache(256)
def keyboard(buttons: tuple[tuple[str, str], ...], options: int = 0) -> str | None:
    """Buttons as JSON, short ones beside each other; None for none.

    Several of which most are long, or *options* of which one is, like the steps of a scale,
    stand below each other. The ways on begin a row of their own.
    """
    rows: list[list[InlineKeyboardButton]] = []
    width = 0
    long = [len(label) > SHORT for label, _ in buttons]
    column = len(buttons) > FEW and (any(long[:options]) or 2 * sum(long) > len(buttons))
    for place, (label, token) in enumerate(buttons):
        made = InlineKeyboardButton(cut(label, LABEL), callback_data=token)
        most = 6 if len(label) < 5 else IN_A_ROW
        fits = rows and len(rows[-1]) < most and width + len(label) + 2 <= WIDE
        if place < options:
            beside = not column
        elif options:
            beside = place > options
        else:
            beside = not column or place == len(buttons) - 1
        if fits and beside:
            rows[-1].append(made)
            width += len(label) + 2
        else:
            rows.append([made])
            width = len(label)
    return InlineKeyboardMarkup(rows).to_json() if rows else None


def shown(text: str, under: str | None) -> dict[str, Any]:
    """One part as the arguments of a request, with the keyboard *under* it."""
    buttons = {"reply_markup": under} if under else {}
    return {
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": '{"is_disabled": true}',
        **buttons,
    }


def requests(outgoing: Outgoing) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The requests a message becomes, without its chat: what a preview prints."""
    outgoing = numbered(outgoing, CHOICE)
    texts = parts(outgoing.text)
    if outgoing.preview:
        yield "sendMessage", shown(parts(outgoing.preview)[0], None)
    for number, text in enumerate(texts):
        under = keyboard(outgoing.buttons, outgoing.options) if number == len(texts) - 1 else None
        first = number == 0 and outgoing.preview
        yield ("editMessageText" if first else "sendMessage"), shown(text, under)


def _blocks(text: str) -> list[tuple[str, int]]:
    """Each block as HTML with the length that is shown; one too long is cut at its lines."""
    simple = paragraphs(text)
    if simple is not None and all(len(part) <= SAFE // 2 for part, _ in simple):
        return [
            (
                f"<b>{escape(part, quote=False)}</b>" if bold else escape(part, quote=False),
                utf16(part),
            )
            for part, bold in simple
        ]
    found = []
    for node in parse(text).children:
        html = _html(node).strip("\n")
        shown = _shown(node)
        if shown <= SAFE:
            found.append((html, shown))
            continue
        pieces = _cut(_plain(node))
        found += [(escape(piece, quote=False), utf16(piece)) for piece in pieces]
    return found


def _html(node: SyntaxTreeNode) -> str:
    inside = "".join(_html(child) for child in node.children)
    match node.type:
        case "text":
            return escape(node.content, quote=False)
        case "inline":
            return inside
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline":
            return f"<code>{escape(node.content, quote=False)}</code>"
        case "strong":
            return f"<b>{inside}</b>"
        case "em":
            return f"<i>{inside}</i>"
        case "blockquote":
            return f"<blockquote>{inside.strip()}</blockquote>"
        case "paragraph":
            return f"{inside}\n"
        case "bullet_list":
            return "".join(f"• {_html(item).strip()}\n" for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            numbered = enumerate(node.children, first)
            return "".join(f"{number}. {_html(item).strip()}\n" for number, item in numbered)
        case "list_item":
            return inside
        case "link":
            return f'<a href="{escape(str(node.attrs["href"]))}">{inside}</a>'
    raise ValueError(f"no way to show {node.type}")


def _shown(node: SyntaxTreeNode) -> int:
    return utf16(_plain(node))


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _plain(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "list_item":
            return "• " + "".join(_plain(child) for child in node.children) + "\n"
    return "".join(_plain(child) for child in node.children)


def _cut(text: str) -> list[str]:
    pieces = []
    while len(text) > SAFE // 2:
        at = max(text.rfind("\n", 0, SAFE // 2), text.rfind(" ", 0, SAFE // 2))
        at = at if at > 0 else SAFE // 2
        pieces.append(text[:at])
        text = text[at:].lstrip()
    return [*pieces, text]
