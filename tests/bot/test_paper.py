"""A report on paper: A4, our letters alone, readable aloud, and a value stays a value."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from fontpkg_atkinson_hyperlegible import ROOT
from pypdf import PdfReader

from bot.paper import document
from bot.printing import Print
from dialogues.library import LANGUAGES, Library
from dialogues.texts import Texts
from tests.dialogues.reported import (
    BROKER,
    COMMENTS,
    FEW,
    GROUP,
    READERS,
    SHOWN,
    reported,
)

HOSTILE = (
    '#import "@preview/x:1.0.0": *',
    '") #panic("x',
    "$ x^2 $ _a_ *b* `c` <d> @e [f] = g // h /* i",
    "\\u{41} \\",
    "{{ 7 }} {broker}",
    "n" * 300,
)


def read(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return " ".join(" ".join(pages).split())


def paper(library: Library, texts: Texts, language: str = "en", **how: object) -> bytes:
    made = reported(library, **how)  # type: ignore[arg-type]
    return Print(made, "broker", texts, READERS[language]).paper().content


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_page_and_the_details(library: Library, texts: Texts, language: str) -> None:
    pdf = PdfReader(io.BytesIO(paper(library, texts, language)))
    assert {tuple(round(side) for side in page.mediabox[2:]) for page in pdf.pages} == {(595, 842)}
    assert 2 <= len(pdf.pages) <= 5
    root = pdf.root_object
    assert str(root["/Lang"]) == language
    assert "/StructTreeRoot" in root
    fonts = {str(f["/BaseFont"]) for p in pdf.pages for f in fonts_of(p)}
    assert fonts and all("AtkinsonHyperlegible" in font for font in fonts)
    first = " ".join(pdf.pages[0].extract_text().split())
    assert texts_of(library, texts, language) in first


def texts_of(library: Library, texts: Texts, language: str) -> str:
    """The last question for the talk, which ends the summary page."""
    values = reported(library).paper("broker")[1]
    prompts = values["prompts"]
    assert isinstance(prompts, list)
    return texts.label(prompts[-1], READERS[language])


def fonts_of(page: object) -> list[dict[str, object]]:
    resources = page["/Resources"]  # type: ignore[index]
    return [each.get_object() for each in resources["/Font"].values()]


def test_hostile_values_stay_themselves(library: Library, texts: Texts) -> None:
    for value in HOSTILE:
        about, group = replace(BROKER, name=value), replace(GROUP, name=value)
        result = replace(SHOWN, comments=(value,))
        own = {"involve": ("4",), "text": value}
        pdf = paper(library, texts, result=result, assignment=about, partnership=group, mirror=own)
        assert "".join(value.split()) in "".join(read(pdf).split()), value


def test_comments_stand_as_they_are(library: Library, texts: Texts) -> None:
    said = read(paper(library, texts, "id"))
    assert all(" ".join(comment.split()) in said for comment in COMMENTS)


def test_letters_the_font_does_not_have_do_no_harm(library: Library, texts: Texts) -> None:
    strange = replace(SHOWN, comments=("\u0645\u0631 \u6c34 \U0001f600 \x00\x07 \ud800",))
    assert paper(library, texts, result=strange).startswith(b"%PDF-")


def test_below_the_minimum_it_is_a_guide(library: Library, texts: Texts) -> None:
    said = read(paper(library, texts, result=FEW))
    assert "Fewer people answered than needed" in said and "71" not in said


def test_the_same_report_gives_the_same_bytes(library: Library, texts: Texts) -> None:
    assert paper(library, texts) == paper(library, texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_read_aloud(library: Library, texts: Texts, language: str) -> None:
    """PDF/UA: every heading, list and table has its tag, and what is only drawn has none."""
    template, values = reported(library).paper("broker")
    source = texts.page(template, values, READERS[language]).encode()
    fonts = typst.Fonts(False, False, [Path(ROOT)])
    made = typst.compile(source, font_paths=fonts, format="pdf", pdf_standards="ua-1")
    assert made.startswith(b"%PDF-")


def test_what_typst_remembers_does_not_grow(library: Library, texts: Texts) -> None:
    """Without `_forget` each report would leave about 3 MB, until ten have."""
    paper(library, texts)
    before = kept()
    for number in range(8):
        paper(library, texts, partnership=replace(GROUP, name=f"Group {number}"))
    assert kept() - before < 12_000


def kept() -> int:
    """Kilobytes of this process."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_what_cannot_be_set_is_refused() -> None:
    with pytest.raises(RuntimeError):
        document("#panic()")


def test_typst_is_loaded_only_where_a_report_is_made() -> None:
    check = "import bot.app, sys; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
