"""Our messages as the page draws them: plain JSON, which it turns into elements. Pure.

The page never sets markup from a string: a node is text, or a name with children.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from markdown_it.tree import SyntaxTreeNode

from adapters.playground.room import Entry
from dialogues.markup import parse
from dialogues.messages import Form

Node = str | dict[str, Any]


def entry(said: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    """One message."""
    return {
        "id": said.id,
        "author": said.author,
        "name": names.get(said.author, ""),
        "body": [said.text] if said.author else body(said.text),
        "language": said.language,
        "at": said.at.isoformat() if said.at else None,
        "edited": said.edited,
        "buttons": [{"label": label, "token": token} for label, token in said.buttons],
        "files": [
            {
                "url": f"/playground/files/{key}/{quote(name)}",
                "name": name,
                "picture": file.kind.startswith("image/"),
                "page": file.kind == "text/html",
                "description": file.description or file.name,
            }
            for (key, name), file in zip(said.links.items(), said.files, strict=True)
        ],
        "form": form(said.form) if said.form else None,
    }


def form(asked: Form) -> dict[str, Any]:
    """A whole form."""
    return {
        "token": asked.token,
        "title": asked.title,
        "submit": asked.submit,
        "close": asked.close,
        "fields": [
            {
                "key": field.key,
                "kind": field.kind,
                "label": field.label,
                "hint": field.hint,
                "options": [{"key": key, "label": label} for key, label in field.options],
                "most": field.most,
                "needed": field.needed,
                "error": field.error,
                "value": field.value if isinstance(field.value, str) else list(field.value),
                "unable": field.unable,
            }
            for field in asked.fields
        ],
    }


def body(text: str) -> list[Node]:
    """A message's Markdown as nodes. A kind of node that is not ours raises ValueError."""
    return [child for node in parse(text).children for child in _nodes(node)]


def _nodes(node: SyntaxTreeNode) -> list[Node]:
    children = [child for inner in node.children for child in _nodes(inner)]
    match node.type:
        case "text":
            return [node.content]
        case "inline":
            return children
        case "softbreak" | "hardbreak":
            return [_element("br")]
        case "code_inline":
            return [_element("code", node.content)]
        case "strong" | "em" | "blockquote" as name:
            return [_element(name, *children)]
        case "paragraph":
            return [_element("p", *children)]
        case "bullet_list":
            return [_element("ul", *children)]
        case "list_item":
            return [_element("li", *children)]
        case "ordered_list":
            return [{**_element("ol", *children), "start": node.attrs.get("start", 1)}]
        case "link":
            return [{**_element("a", *children), "href": str(node.attrs["href"])}]
    raise ValueError(f"no way to draw {node.type}")


def _element(name: str, *children: Node) -> dict[str, Any]:
    return {"name": name, "children": list(children)}
