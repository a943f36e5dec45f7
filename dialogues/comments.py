"""What in a comment might point to somebody: the author is told before it is sent (R6)."""

import re
from collections.abc import Iterable

MAIL = re.compile(r"\S+@\S+\.\w+")
HANDLE = re.compile(r"(?<!\w)@\w{3,}")
PHONE = re.compile(r"(?<!\d)(?:\+?\d[\s().-]?){8,15}(?!\d)")
SHORT = 3
FEW = 3
"""Fewer people than this who use a language on a roster: it may point to them (R6)."""
ENGLISH = (
    "the and is to of we that in it for with not are this our have be on was they you more should"
    " would very but as at has she he his her do does so all"
)
INDONESIAN = (
    "yang dan di ke dari ini itu kami kita tidak untuk dengan ada akan bisa lebih sudah belum juga"
    " karena pada dalam agar saya mereka sangat harus tetapi tapi atau oleh kalau jadi dia ia para"
    " perlu"
)
COMMON = {"en": frozenset(ENGLISH.split()), "id": frozenset(INDONESIAN.split())}
"""Words that hardly a sentence of a language is without."""


def revealing(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The parts of *text* that name somebody or some organisation of *names*, once each.

    A name counts when one of its words of more than three letters stands in the text;
    so do e-mail addresses, handles and phone numbers.
    """
    found: dict[str, None] = {}
    for pattern in (MAIL, HANDLE, PHONE):
        for match in pattern.finditer(text):
            found.setdefault(match.group().strip(), None)
    said = {word.casefold() for word in re.findall(r"\w+", text)}
    for name in names:
        for word in re.findall(r"[^\W\d_]+", name):
            if len(word) > SHORT and word.casefold() in said:
                found.setdefault(word, None)
    return tuple(found)


def language(text: str) -> str | None:
    """In which of our languages *text* seems to be written; None where that is not plain."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {name: sum(word in common for word in words) for name, common in COMMON.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if list(counts.values()).count(counts[best]) == 1 else None


def rare(people: Iterable[str]) -> frozenset[str]:
    """Of our languages those that few of *people*, by the language of each, use."""
    used = list(people)
    return frozenset(name for name in COMMON if used.count(name) < FEW)
