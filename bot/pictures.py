"""A picture from SVG, always with the same letters: the font comes with a package."""

from pathlib import Path

from fontpkg_atkinson_hyperlegible import ROOT

from bot.paper import page_as_png

FONTS = sorted(str(path) for path in Path(ROOT).rglob("*.ttf"))
SHEET = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: int(sys.inputs.width) * 1pt)"""


def picture(svg: str, width: int = 1080) -> bytes:
    """*svg* as a PNG of *width* pixels. Fonts of the machine are not looked at.

    Raises:
        ValueError: *svg* cannot be drawn.
    """
    return page_as_png(SHEET, svg=svg, width=str(width))
