"""Pictures: the packaged font alone, the width asked for, and no way to the machine's files."""

import struct

import pytest

from bot.pictures import FONTS, picture

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="200" viewBox="0 0 1080 200">'
    '<text x="20" y="120" font-family="Atkinson Hyperlegible, sans-serif" font-size="60"'
    ' font-weight="{weight}">{text}</text></svg>'
)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("width", [1080, 540])
def test_a_picture_has_the_width_that_is_asked_for(width: int) -> None:
    png = picture(SVG.format(weight=400, text="Mitra"), width)
    assert size(png) == (width, width * 200 // 1080)


def test_the_font_is_there_in_two_weights() -> None:
    assert [font for font in FONTS if "Bold.ttf" in font]
    empty = picture(SVG.format(weight=400, text=""))
    regular = picture(SVG.format(weight=400, text="Mitra"))
    bold = picture(SVG.format(weight=700, text="Mitra"))
    assert len({empty, regular, bold}) == 3


def test_the_same_drawing_gives_the_same_bytes() -> None:
    svg = SVG.format(weight=400, text="“Hubungan” &amp; hasil – ya")
    assert picture(svg) == picture(svg)


@pytest.mark.parametrize("svg", ["", "not svg", "<svg"])
def test_what_cannot_be_drawn_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        picture(svg)


def test_letters_the_font_does_not_have_do_no_harm() -> None:
    assert size(picture(SVG.format(weight=400, text="\u0645\u0631 \u6c34 \U0001f600")))[0] == 1080
