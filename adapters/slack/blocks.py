"""The smallest pieces of Block Kit, and texts cut to what Slack takes. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from dialogues.markup import cut

Json = dict[str, Any]

LABEL = 75
"""Characters of a button or an option."""
PIECE = 3_000
"""Characters of one text element, and of one block here."""
NAME = "Titian"
"""What stands where Slack wants some text and nothing may be said."""


def plain(text: str, most: int) -> Json:
    """A plain_text object; emoji codes in it stay what they are."""
    return {"type": "plain_text", "text": cut(text, most) or NAME, "emoji": False}


def context(text: str) -> Json:
    """A small line, whole however long it is."""
    return {"type": "context", "elements": [plain(part, PIECE) for part in pieces(text, PIECE)]}


def words(text: str, style: Iterable[str] = ()) -> list[Json]:
    """Text elements of rich_text, none too long, together exactly *text*."""
    styles = dict.fromkeys(style, True)
    styled = {"style": styles} if styles else {}
    return [{"type": "text", "text": part, **styled} for part in pieces(text, PIECE)]


def section(elements: list[Json]) -> Json:
    """A paragraph of rich_text."""
    return {"type": "rich_text_section", "elements": elements}


def numbered(texts: Iterable[str]) -> Json:
    """A numbered list of rich_text."""
    items = [section(words(text) or words(" ")) for text in texts]
    return {"type": "rich_text_list", "style": "ordered", "indent": 0, "elements": items}


def pieces(text: str, most: int) -> Iterator[str]:
    """*text* in pieces of at most *most* characters, broken after a space where there is one."""
    while len(text) > most:
        end = max(text.rfind(space, 0, most) for space in "\n ") + 1
        end = end if end > most // 2 else most
        yield text[:end]
        text = text[end:]
    if text:
        yield text
