"""A picture from SVG, always with the same letters: the font comes with a package."""

from pathlib import Path

import resvg_py
from fontpkg_atkinson_hyperlegible import FAMILY, ROOT

FONTS = sorted(str(path) for path in Path(ROOT).rglob("*.ttf"))


def picture(svg: str, width: int = 1080) -> bytes:
    """*svg* as a PNG of *width* pixels. Fonts of the machine are not looked at.

    Raises:
        ValueError: *svg* cannot be drawn.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=FONTS,
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
