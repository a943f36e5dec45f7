"""The report's page as people look at it: phone, desktop, dark, printed; and axe finds no fault."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from bot.printing import Print
from dialogues.answers import Answers
from dialogues.disclosure import Result
from dialogues.library import Library
from dialogues.messages import say
from dialogues.texts import Texts
from tests.dialogues.reported import FEW, OWN, READERS, SHOWN, reported

SHOTS = Path(__file__).parents[2] / "var" / "pictures"
PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"],
}
WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    yield made
    made.close()


def faults(page: Page) -> str:
    found = Axe().run(page, options=RULES)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "result", "mirror"), [("full", SHOWN, OWN), ("bare", SHOWN, None), ("few", FEW, OWN)]
)
def test_nothing_stands_in_anybodys_way(
    page: Page, library: Library, texts: Texts, scheme: str, name: str,
    result: Result, mirror: Answers | None,
) -> None:  # fmt: skip
    made = reported(library, replace(result, comments=("Ya, terima kasih.",)), mirror=mirror)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for language, size, other in (("en", DESKTOP, PHONE), ("id", PHONE, DESKTOP)):
        page.set_content(Print(made, "broker", texts, READERS[language]).html())
        page.set_viewport_size(other)
        assert not page.evaluate(WIDE)
        page.set_viewport_size(size)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"report-{name}-{scheme}-{language}.png", full_page=True)
        assert not page.evaluate(WIDE)
        assert not faults(page), faults(page)


def test_printed_it_is_black_on_white(page: Page, library: Library, texts: Texts) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_content(Print(reported(library), "broker", texts, READERS["en"]).html())
    colours = "[getComputedStyle(document.body).color, getComputedStyle(document.body).background]"
    ink, paper = page.evaluate(colours)
    assert ink == "rgb(0, 0, 0)" and paper.startswith("rgb(255, 255, 255)")
    assert not faults(page), faults(page)
    page.emulate_media(media="screen", color_scheme="light")


def test_the_page_of_a_link_has_no_fault_either(page: Page, texts: Texts) -> None:
    page.set_viewport_size(PHONE)
    for button in (True, False):
        values = {"said": say("report/page_closed"), "button": button}
        page.set_content(texts.page("report_link.html.j2", values, READERS["id"]))
        assert not page.evaluate(WIDE)
        assert not faults(page), faults(page)


def test_a_fault_would_be_found(page: Page, library: Library, texts: Texts) -> None:
    html = Print(reported(library), "broker", texts, READERS["en"]).html()
    page.set_content(html.replace("--quiet: #4a585f", "--quiet: #c9d0d3").replace(' lang="en"', ""))
    assert "color-contrast" in faults(page) and "html-has-lang" in faults(page)
