"""Our small Markdown, parsed in one place. Each platform's `outgoing.py` walks the tree.

Allowed: bold, italic, links, lists, quotes, line breaks, code. A value put into a text
is escaped by `Value`, so that a name like "*Ana*" stays what it is.
"""

import re
import unicodedata

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


class Quoted(str):
    """The same for Typst: it stands inside a string there, which it cannot end."""

    __slots__ = ()

    def __html__(self) -> str:
        """What Jinja's autoescape puts into a string of Typst."""
        kept = "".join(sign if sign == "\n" or _visible(sign) else " " for sign in self)
        return kept.replace("\\", "\\\\").replace('"', '\\"')


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs")


STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
FIRST_STRONG, END = "\u2068", "\u2069"
RIGHT_TO_LEFT = frozenset({"R", "AL"})


def isolated(text: str) -> str:
    """A value that cannot turn the direction of the sentence around it.

    Arabic or Hebrew stands in marks of its own; what could steer more than itself is left out.
    """
    if text.isascii():
        return text
    bare = STEERING.sub("", text)
    turns = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in bare)
    return f"{FIRST_STRONG}{bare}{END}" if turns else bare


def escape(text: str) -> str:
    """*text* as Markdown that reads back as itself, on one line.

    A line break becomes a space, so that a value can never start a list or a quote.
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def cut(text: str, most: int) -> str:
    """*text* in at most *most* characters, ended at a word with "…" where it is longer."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    inside = not (text[most - 1].isspace() or kept[-1:].isspace())
    if inside and any(character.isspace() for character in kept.strip()):
        kept = kept.rsplit(None, 1)[0]
    return kept.rstrip() + "…"


ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
NUMBERED = re.compile(r"([1-9]\d?)\. (.+)")
BETWEEN = re.compile(r"\n{2,}")
MARKED = re.compile(r"[\\*_`\[\]<>&\t]|^(?: |[-+>]|\d+[.)])| $", re.MULTILINE)


def paragraphs(text: str) -> list[tuple[str, bool]] | None:
    """The paragraphs of a text that has no marks inside, each with whether it is bold.

    Most texts are like that, and this is twenty times quicker than the parser. A numbered
    list of single lines is a paragraph too: it looks as it is written. None where there is
    more in it: then `parse` it.
    """
    found = []
    parts = BETWEEN.split(text.strip("\n"))
    for place, part in enumerate(parts):
        if listed := _numbered(part):
            if place and NUMBERED.match(parts[place - 1]):
                return None
            found.append((listed, False))
            continue
        bold = len(part) > 4 and part.startswith("**") and part.endswith("**")
        inner = part[2:-2] if bold else part
        if MARKED.search(ESCAPED.sub("x", inner)) or (bold and inner != inner.strip()):
            return None
        if inner:
            found.append((ESCAPED.sub(r"\1", inner), bold))
    return found


def _numbered(part: str) -> str:
    """A list of single lines, numbered one after the other, as it is shown; else nothing."""
    lines = [NUMBERED.fullmatch(line) for line in part.split("\n")]
    numbers = [int(line[1]) for line in lines if line]
    if len(numbers) < len(lines) or numbers != list(range(numbers[0], numbers[0] + len(lines))):
        return ""
    if any(MARKED.search(ESCAPED.sub("x", line[2])) for line in lines if line):
        return ""
    return ESCAPED.sub(r"\1", part)


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
