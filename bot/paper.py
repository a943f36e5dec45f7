"""Typst, for the report on paper and its picture: always the same letters, from a package.

It is imported where it is needed first, in the thread that needs it: a process that sends no
report neither starts slower nor grows for it. What it remembers from one document to the next
is dropped after each, since no two reports are alike.
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fontpkg_atkinson_hyperlegible import ROOT

if TYPE_CHECKING:
    import typst

LARGE = 2**20
"""Bytes from which a piece of memory is given back to the machine as soon as it is free."""
MMAP_THRESHOLD = -3
"""What glibc's `mallopt` calls this."""
REMEMBERS = 10
"""For how many documents Typst keeps what nothing asked for again."""


@cache
def _fonts() -> "typst.Fonts":
    import typst

    _give_back()
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(ROOT)]
    )


def document(source: str) -> bytes:
    """*source* as a PDF that says how it is read aloud. No font of the machine is looked at."""
    import typst

    made: bytes = typst.compile(
        source.encode(), font_paths=_fonts(), ignore_system_fonts=True, format="pdf"
    )
    _forget()
    return made


def picture(source: str) -> bytes:
    """The one page of *source* as a PNG, a pixel a point.

    Raises:
        ValueError: There is none.
    """
    import typst

    try:
        made: bytes = typst.compile(
            source.encode(), font_paths=_fonts(), ignore_system_fonts=True, format="png", ppi=72
        )
    except typst.TypstError as error:
        raise ValueError("this cannot be drawn") from error
    finally:
        _forget()
    return made


def _give_back() -> None:
    """Keep nothing of a picture's pixels: glibc would, once it has seen how large they are."""
    if change := getattr(ctypes.CDLL(None), "mallopt", None):
        change(MMAP_THRESHOLD, LARGE)


def _forget() -> None:
    import typst

    for _ in range(REMEMBERS + 1):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True, format="svg")
