"""What in a comment might point to somebody: the author is told before it is sent (R6)."""

import re
from collections.abc import Iterable

MAIL = re.compile(r"\S+@\S+\.\w+")
HANDLE = re.compile(r"(?<!\w)@\w{3,}")
PHONE = re.compile(r"(?<!\d)(?:\+?\d[\s().-]?){8,15}(?!\d)")
SHORT = 3


def revealing(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The parts of *text* that name somebody or some organisation of *names*, once each.

    A name counts when one of its words of more than three letters stands in the text;
    so do e-mail addresses, handles and phone numbers.
    """
    found: dict[str, None] = {}
    for pattern in (MAIL, HANDLE, PHONE):
        for match in pattern.finditer(text):
            found.setdefault(match.group().strip(), None)
    for name in names:
        for word in re.findall(r"[^\W\d_]+", name):
            if len(word) > SHORT and re.search(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", text):
                found.setdefault(word, None)
    return tuple(found)
