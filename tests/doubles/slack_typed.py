"""What becomes of the words a person types, on their way to an app."""

import re
from collections.abc import Callable, Mapping

REFERENCE = re.compile(
    r"(<(?:[@#][A-Z0-9]+|![a-z^0-9A-Z]+|https?://[^>|\s]+|mailto:[^>|\s]+)(?:\|[^>]*)?>)"
)
"""What a client inserts where one picks a person, a channel or a link; kept as it is."""

LINK = re.compile(r"https?://[^\s<>|]+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ALL = ("here", "channel", "everyone")


def escaped(text: str) -> str:
    """The three characters Slack escapes; what is escaped already stays as it is."""
    text = re.sub("&(?!(?:amp|lt|gt);)", "&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")


def on_the_wire(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """The text with references for the names, links and characters a person typed.

    `people` and `channels` say what stands for "@Name" and "#name".
    """
    known = {f"@{name}": ref for name, ref in people.items()}
    known |= {f"#{name}": ref for name, ref in channels.items()}
    known |= {f"@{name}": f"<!{name}>" for name in ALL}
    parts = REFERENCE.split(text)
    parts[::2] = [_plain(part, known) for part in parts[::2]]
    return "".join(parts)


def _plain(text: str, known: Mapping[str, str]) -> str:
    names = sorted(map(re.escape, known), key=len, reverse=True)
    pattern = rf"({LINK.pattern})|({EMAIL.pattern})|(?<!\w)({'|'.join(names)})(?!\w)"
    return _replace(pattern, text, lambda m: _reference(m, known))


def _reference(match: re.Match[str], known: Mapping[str, str]) -> str:
    link, email, name = match.groups()
    if link:
        return f"<{escaped(link)}>"
    return f"<mailto:{email}|{email}>" if email else known[name]


def _replace(pattern: str, text: str, by: Callable[[re.Match[str]], str]) -> str:
    """Replace what the pattern finds, and escape the rest."""
    out, end = "", 0
    for match in re.finditer(pattern, text):
        out += escaped(text[end : match.start()]) + by(match)
        end = match.end()
    return out + escaped(text[end:])
