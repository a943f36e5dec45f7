"""Pictures: the packaged font alone, a pixel a point, and no way to the machine's files."""

import struct

import pytest

from bot.paper import picture

PAGE = """#set page(width: 1080pt, height: 200pt, margin: 0pt)
#set text(font: "Atkinson Hyperlegible", size: 60pt, weight: {weight})
#text("{text}")"""


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_pixel_is_a_point() -> None:
    assert size(picture(PAGE.format(weight=400, text="Mitra"))) == (1080, 200)


def test_the_font_is_there_in_two_weights() -> None:
    empty = picture(PAGE.format(weight=400, text=""))
    regular = picture(PAGE.format(weight=400, text="Mitra"))
    bold = picture(PAGE.format(weight=700, text="Mitra"))
    assert len({empty, regular, bold}) == 3


def test_the_same_drawing_gives_the_same_bytes() -> None:
    page = PAGE.format(weight=400, text="“Hubungan” & hasil – ya")
    assert picture(page) == picture(page)


@pytest.mark.parametrize("page", ["#", "#nothing()", '#image("/etc/hostname")'])
def test_what_cannot_be_drawn_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        picture(page)


def test_letters_the_font_does_not_have_do_no_harm() -> None:
    page = PAGE.format(weight=400, text="\u0645\u0631 \u6c34 \U0001f600")
    assert size(picture(page))[0] == 1080
