"""Our small Markdown, parsed in one place. Each platform's `outgoing.py` walks the tree.

Allowed: bold, italic, links, lists, quotes, line breaks, code. A value put into a text
is escaped by `Value`, so that a name like "*Ana*" stays what it is.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
RULES = [
    "emphasis",
    "link",
    "list",
    "newline",
    "escape",
    "backticks",
    "entity",
    "blockquote",
]
_parser = MarkdownIt("zero").enable(RULES)


class Value(str):
    """A string that is not our own: Markdown in it means nothing."""

    __slots__ = ()

    def __html__(self) -> str:
        """What Jinja's autoescape puts into a text."""
        return escape(self)


def escape(text: str) -> str:
    """*text* as Markdown that reads back as itself, on one line.

    A line break becomes a space, so that a value can never start a list or a quote.
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
BETWEEN = re.compile(r"\n{2,}")
MARKED = re.compile(r"[\\*_`\[\]<>&\t]|^(?: |[-+>]|\d+[.)])| $", re.MULTILINE)


def paragraphs(text: str) -> list[tuple[str, bool]] | None:
    """The paragraphs of a text that has no marks inside, each with whether it is bold.

    Most texts are like that, and this is twenty times quicker than the parser. None where
    there is more in it: then `parse` it.
    """
    found = []
    for part in BETWEEN.split(text.strip("\n")):
        bold = len(part) > 4 and part.startswith("**") and part.endswith("**")
        inner = part[2:-2] if bold else part
        if MARKED.search(ESCAPED.sub("x", inner)):
            return None
        if inner:
            found.append((ESCAPED.sub(r"\1", inner), bold))
    return found


def parse(text: str) -> SyntaxTreeNode:
    """The tree of a message."""
    return SyntaxTreeNode(_parser.parse(text))


def plain(text: str | SyntaxTreeNode) -> str:
    """A message, or its tree, without marks: for previews, logs of the demo, screen readers."""
    tree = parse(text) if isinstance(text, str) else text
    return "\n".join(line for line in _plain(tree).splitlines()).strip()


def _plain(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "list_item":
            return "- " + "".join(_plain(child) for child in node.children).strip() + "\n"
        case "link":
            label = "".join(_plain(child) for child in node.children)
            target = str(node.attrs.get("href", ""))
            return label if label == target else f"{label} ({target})"
        case "paragraph":
            return "".join(_plain(child) for child in node.children) + "\n\n"
        case "bullet_list" | "ordered_list":
            return "".join(_plain(child) for child in node.children) + "\n"
        case _:
            return "".join(_plain(child) for child in node.children)
