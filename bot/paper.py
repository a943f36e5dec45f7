"""Typst, for the report on paper and its picture: always the same letters, from a package.

It is imported where it is needed first, in the thread that needs it: a process that sends no
report neither starts slower nor grows for it. What it remembers from one document to the next
is dropped after each, since no two reports are alike.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fontpkg_atkinson_hyperlegible import ROOT

if TYPE_CHECKING:
    import typst

REMEMBERS = 10
"""For how many documents Typst keeps what nothing asked for again."""


@cache
def _fonts() -> "typst.Fonts":
    import typst

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


def page_as_png(source: bytes, **values: str) -> bytes:
    """The one page of *source* as a PNG, a pixel a point. Raises ValueError where there is none.

    Args:
        source: Our own Typst, which finds *values* in `sys.inputs`.
    """
    import typst

    try:
        made: bytes = typst.compile(
            source,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="png",
            ppi=72,
            sys_inputs=values,
        )
    except typst.TypstError as error:
        raise ValueError("this cannot be drawn") from error
    finally:
        _forget()
    return made


def _forget() -> None:
    import typst

    for _ in range(REMEMBERS + 1):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True, format="svg")
