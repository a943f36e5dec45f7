"""The pictures of the documents, from the real playground in a real browser: `make pictures`.

A story is played on one process of Titian with a clock that stands still; what stands in
somebody's chat is photographed on a telephone's width, and the broker's report as the page it
is. Nothing by chance (codes, receipts) is in a picture, so that one only changes when what is
shown does.
"""

import asyncio
import base64
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from adapters.playground.adapter import Playground
from bot import web
from bot.demo import Stage, scenario
from bot.demo_reports import write_reports

HERE = Path(__file__).parent
OUT = Path("docs/pictures")
LANGUAGES = ("en", "id")
PHONE = {"width": 390, "height": 760}
REPORT = {"width": 640, "height": 1060}
SHARP, LARGE = 1.5, 1.2
"""Pixels of the picture for one of the page: of a phone, of what is larger."""
BESIDE = """<!doctype html><style>
body { margin: 0; width: 920px; padding: 24px; box-sizing: border-box; background: #e3e9e5;
  display: flex; gap: 28px; justify-content: center; align-items: flex-start }
img { height: 700px; border-radius: 18px; box-shadow: 0 2px 12px #0003 }
</style>"""


class Photographed(Stage):
    """A stage on which some steps are pictures."""

    def __init__(self, folder: Path, browser: Browser, address: str) -> None:
        super().__init__(folder, None, reader="nobody")
        self._browser = browser
        self._address = address

    async def _step(self, step: dict[str, Any]) -> None:
        if "picture" in step:
            tall = step.get("tall", PHONE["height"])
            await self._picture(step["picture"], self.room.people[step["of"]].name, tall)
        else:
            await super()._step({k: v for k, v in step.items() if k != "title"})

    async def _picture(self, name: str, person: str, tall: int) -> None:
        page = await opened(self._browser, {**PHONE, "height": tall}, name.rpartition(".")[2])
        await page.goto(self._address)
        await page.locator("#list button", has_text=person).click()
        await page.locator(f"#log[data-of='{person}'] .entry").last.wait_for()
        await page.evaluate("document.activeElement.blur()")
        await taken(page, name, "#private-phone")


async def opened(
    browser: Browser, size: dict[str, int], language: str, sharp: float = SHARP
) -> Page:
    """A fresh page of that size."""
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=sharp,
        locale={"en": "en-GB", "id": "id-ID"}[language],
        timezone_id="Asia/Makassar",
        color_scheme="light",
        reduced_motion="reduce",
    )
    return await context.new_page()


async def taken(page: Page, name: str, part: str = "") -> None:
    """Photograph a page, or the *part* of it that a selector names, and close it."""
    path = OUT / f"{name}.png"
    await page.evaluate("document.fonts.ready")
    if part:
        await page.locator(part).screenshot(path=path, animations="disabled")
    else:
        await page.screenshot(path=path, animations="disabled")
    await page.context.close()
    print(f"{path}: {path.stat().st_size // 1024} kB")  # noqa: T201


async def reports(stage: Stage, browser: Browser, folder: Path) -> None:
    """The broker's report in each language, from its top."""
    await write_reports(stage.app, ["ratna"], folder)
    for language in LANGUAGES:
        page = await opened(browser, REPORT, language, LARGE)
        await page.goto((folder / f"report.{language}.html").as_uri())
        await taken(page, f"report.{language}")


async def beside(browser: Browser) -> None:
    """A partner's phone beside the broker's page: the one picture of README."""
    images = [
        base64.b64encode((OUT / f"{name}.en.png").read_bytes()).decode()
        for name in ("question", "report")
    ]
    page = await opened(browser, {"width": 920, "height": 748}, "en", LARGE)
    shown = "".join(f'<img src="data:image/png;base64,{image}">' for image in images)
    await page.set_content(BESIDE + shown, wait_until="load")
    await taken(page, "titian")


async def main(folder: Path) -> None:
    """Play the story and take every picture."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        sys.exit("The pictures need Chromium (on Debian: apt install chromium-headless-shell).")
    story = scenario("small")
    until = [step.get("title") for step in story["steps"]].index("A review starts")
    own = tomllib.loads((HERE / "story.toml").read_text(encoding="utf-8"))
    story["steps"] = story["steps"][:until] + own["steps"]
    sock = web.listen("127.0.0.1", 0)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, headless=True)
        stage = Photographed(folder, browser, web.address(sock))
        page = stage.app.adapters["playground"]
        assert isinstance(page, Playground)
        server = web.server(web.application(page.routes()))
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            await stage.play(story)
            await reports(stage, browser, folder)
            await beside(browser)
        finally:
            await browser.close()
            server.should_exit = True
            await serving
            await asyncio.to_thread(stage.app.store.close)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="titian-pictures-") as made:
        asyncio.run(main(Path(made)))
