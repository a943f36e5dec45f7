"""Our messages as Slack's blocks. Pure.

The text becomes rich_text, whose elements are words with a style: nothing in a value can
turn into markup there. The top-level text is what a notification shows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from adapters.slack import blocks
from adapters.slack.blocks import LABEL, NAME, PIECE, Json
from dialogues import markup
from dialogues.messages import Outgoing
from dialogues.numbering import numbered

BLOCKS = 50
MESSAGE = 12_000
ROW = 25
NOTICE = 300
DEEPEST = 8
SLASH = re.compile(r"(?<![\w/.:<])/(?!titian\b)(?=[a-z])")
SCHEMES = ("https://", "http://", "mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Slack: what a notification shows, and the message."""

    text: str
    blocks: list[Json]


def parts(message: Outgoing) -> list[Part]:
    """The messages that *message* becomes: mostly one, more where it is very long.

    Raises:
        ValueError: A kind of markup that is not ours.
    """
    message = numbered(message, LABEL)
    buttons = [(typed(label), token) for label, token in message.buttons]
    labels = [label for label, _ in buttons if len(label) > LABEL]
    tree = markup.parse(typed(message.text))
    body = _rich(tree)
    if labels:
        body += pack([blocks.numbered(labels)])
    filled: list[list[Json]] = [[]]
    weight = 0
    for block in [*body, *_actions(buttons)]:
        own = sum(_weight(element) for element in block["elements"])
        if len(filled[-1]) == BLOCKS or (filled[-1] and weight + own > MESSAGE):
            filled.append([])
            weight = 0
        filled[-1].append(block)
        weight += own
    notice = _notice(message, tree)
    return [Part(notice, content) for content in filled]


def typed(text: str) -> str:
    """A text in which commands stand as they are typed here: /help is /titian help."""
    return SLASH.sub("/titian ", text)


def rich(text: str) -> list[Json]:
    """Our Markdown as rich_text blocks."""
    return _rich(markup.parse(text))


def escape(text: str) -> str:
    """*text* for a field that Slack reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rich(tree: SyntaxTreeNode) -> list[Json]:
    return pack([element for node in tree.children for element in _block(node)])


def _notice(message: Outgoing, tree: SyntaxTreeNode) -> str:
    if message.preview:
        said = markup.plain(message.preview)
    elif message.round_id is not None:
        said = ""  # nothing of a check-in on a locked screen
    else:
        said = markup.plain(tree)
    return escape(markup.cut(" ".join(said.split()), NOTICE)) or NAME


def _actions(buttons: Sequence[tuple[str, str]]) -> Iterator[Json]:
    made, long = [], 0
    for place, (label, token) in enumerate(buttons):
        if len(label) > LABEL:
            long += 1
            label = str(long)
        made.append(
            {
                "type": "button",
                "action_id": f"t{place}",
                "text": blocks.plain(label, LABEL),
                "value": token,
            }
        )
    for start in range(0, len(made), ROW):
        yield {"type": "actions", "elements": made[start : start + ROW]}


# ---- rich_text ---------------------------------------------------------------------------
def _block(node: SyntaxTreeNode) -> list[Json]:
    match node.type:
        case "paragraph":
            return [blocks.section(_inline(node))]
        case "bullet_list" | "ordered_list":
            return _list(node, 0)
        case "blockquote":
            return [{"type": "rich_text_quote", "elements": _lines(node)}]
    raise ValueError(f"no way to draw {node.type}")


def _list(node: SyntaxTreeNode, indent: int) -> list[Json]:
    """A list, and the lists in it, which stand beside it with an indent."""
    style = "ordered" if node.type == "ordered_list" else "bullet"
    number = int(node.attrs.get("start", 1)) - 1
    made: list[Json] = []
    items: list[Json] = []

    def close() -> None:
        if items:
            offset = {"offset": number - len(items)} if number > len(items) else {}
            ordered = offset if style == "ordered" else {}
            shape = {"style": style, "indent": min(indent, DEEPEST), **ordered}
            made.append({"type": "rich_text_list", **shape, "elements": [*items]})
            items.clear()

    for item in node.children:
        inner = [child for child in item.children if child.type.endswith("_list")]
        said = _lines(item, without_lists=True)
        items.append(blocks.section(said or blocks.words(" ")))
        number += 1
        if inner:
            close()
            made += [part for child in inner for part in _list(child, indent + 1)]
    close()
    return made


def _lines(node: SyntaxTreeNode, without_lists: bool = False) -> list[Json]:
    """Everything in *node* as one run of words; lists in it as lines with a dot."""
    said: list[Json] = []
    for child in node.children:
        if child.type.endswith("_list"):
            if without_lists:
                continue
            run: list[Json] = []
            for item in child.children:
                run += [*blocks.words("\n• " if said or run else "• "), *_lines(item)]
        elif child.type in ("paragraph", "blockquote"):
            run = _lines(child) if child.type == "blockquote" else _inline(child)
            run = [*blocks.words("\n\n"), *run] if said else run
        else:
            raise ValueError(f"no way to draw {child.type}")
        said += run
    return said


def _inline(node: SyntaxTreeNode, style: frozenset[str] = frozenset()) -> list[Json]:
    match node.type:
        case "text":
            return blocks.words(node.content, sorted(style))
        case "softbreak" | "hardbreak":
            return blocks.words("\n")
        case "code_inline":
            return blocks.words(node.content, sorted({*style, "code"}))
        case "strong":
            style |= {"bold"}
        case "em":
            style |= {"italic"}
        case "link":
            return _link(node, style)
        case "inline" | "paragraph":
            pass
        case _:
            raise ValueError(f"no way to draw {node.type}")
    return [element for child in node.children for element in _inline(child, style)]


def _link(node: SyntaxTreeNode, style: frozenset[str]) -> list[Json]:
    target = str(node.attrs.get("href", ""))
    inside = [element for child in node.children for element in _inline(child, style)]
    label = "".join(str(element.get("text", "")) for element in inside)
    if not target.startswith(SCHEMES) or max(len(target), len(label)) > PIECE:
        return [*inside, *blocks.words(f" ({target})" if target else "", sorted(style))]
    styles = {"style": dict.fromkeys(sorted(style), True)} if style else {}
    return [{"type": "link", "url": target, **({"text": label} if label else {}), **styles}]


# ---- into blocks -------------------------------------------------------------------------
def pack(elements: Sequence[Json]) -> list[Json]:
    """Elements of rich_text in blocks of no more than PIECE characters each."""
    packed: list[list[Json]] = []
    weight = 0
    for element in (part for whole in elements for part in _split(whole)):
        own = _weight(element)
        if own == 0:
            continue
        if not packed or weight + own > PIECE:
            packed.append([element])
            weight = own
            continue
        last = packed[-1][-1]
        if last["type"] == element["type"] == "rich_text_section":
            joined = [*last["elements"], *blocks.words("\n\n"), *element["elements"]]
            packed[-1][-1] = blocks.section(joined)
        else:
            packed[-1].append(element)
        weight += own
    return [{"type": "rich_text", "elements": content} for content in packed]


def _split(element: Json) -> Iterator[Json]:
    """An element of rich_text in several, none longer than PIECE but where one item is."""
    run: list[Json] = []
    weight = done = 0
    for part in element["elements"]:
        own = _weight(part)
        if run and weight + own > PIECE:
            yield _again(element, run, done)
            done += len(run)
            run, weight = [], 0
        run.append(part)
        weight += own
    yield _again(element, run, done)


def _again(element: Json, run: list[Json], done: int) -> Json:
    again = {**element, "elements": run}
    if done and element.get("style") == "ordered":
        again["offset"] = element.get("offset", 0) + done
    return again


def _weight(element: Json) -> int:
    """How many characters an element of any block holds."""
    if "elements" in element:
        return sum(_weight(part) for part in element["elements"])
    said: Any = element.get("text") or element.get("url", "")
    return len(said if isinstance(said, str) else said["text"])
