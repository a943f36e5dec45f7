"""A whole review in a real browser against a real process: both languages, phone and desktop."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "var" / "pictures"
PEOPLE = [
    ("Sari Wulandari", "id"),
    ("Joko Prasetyo", "en"),
    ("Maria Lende", "id"),
    ("Anna Weber", "en"),
    ("Hasan Basri", "id"),
    ("Lin Chen", "en"),
    ("Yohana Bili", "id"),
    ("Tom Okoro", "en"),
]
JOIN = {"en": "Join", "id": "Bergabung"}
PAGE = {"en": "All on one page", "id": "Semua dalam satu halaman"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Titian as a process of its own, stopped by SIGTERM and without noise."""
    folder = tmp_path_factory.mktemp("process")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
    settings = {
        "TITIAN_PORT": "0",
        "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
        "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env={**kept, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line
    yield found[0]
    process.send_signal(signal.SIGTERM)
    _, noise = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in noise and "ERROR" not in noise


class Phone:
    """The page as somebody uses it."""

    def __init__(self, browser: Browser, address: str, width: int, height: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)

    def add(self, name: str, language: str) -> None:
        self.page.locator("#add").click()
        self.page.locator("#new-name").fill(name)
        self.page.locator("#new-language").select_option(language)
        self.page.locator("dialog button[type=submit]").click()
        expect(self.page.locator("#log")).to_have_attribute("data-of", name)

    def be(self, name: str) -> None:
        self.page.locator("#list button", has_text=name).click()
        expect(self.page.locator("#log")).to_have_attribute("data-of", name)

    def write(self, text: str) -> None:
        before = self.page.locator(".entry").count()
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")
        expect(self.page.locator("#text")).to_have_value("")
        expect(self.page.locator(".entry")).not_to_have_count(before)

    def tap(self, label: str) -> None:
        self.page.locator(
            ".buttons button", has_text=re.compile(f"^{re.escape(label)}$")
        ).last.click()
        self.page.wait_for_timeout(60)

    def wait_for_morning(self, text: str) -> None:
        """At night and on weekends invitations wait: move the clock as somebody would."""
        for _ in range(4):
            self.page.wait_for_timeout(1500)
            if text in self.page.locator("#log").inner_text():
                return
            self.page.locator("[data-by=day]").click()
            expect(self.page.locator("[data-by=day]")).to_be_enabled()

    def says(self, text: str) -> None:
        expect(self.page.locator("#log")).to_contain_text(text)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def fits(self) -> bool:
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide))


def test_a_whole_review(browser: Browser, address: str) -> None:
    phone = Phone(browser, address, 390, 844)
    phone.add("Budi Santoso", "en")
    phone.write("hello")
    phone.says("I am Titian")
    phone.shot("1-hello")
    phone.tap("Set up a partnership")
    phone.says("What is your partnership called")
    phone.write("Water for Bima")
    phone.page.locator("#text").fill("Dinas PU\nYayasan Air\nPT Tirta\nForum Desa")
    phone.page.locator("#text").press("Enter")
    phone.says("it is")
    phone.tap("That's right")
    phone.says("Who is the broker")
    phone.tap("An independent person")
    phone.says("broker's name")
    phone.write("Ratna Dewi")
    phone.says("Who contracted")
    phone.tap("The partnership")
    phone.says("Water for Bima is set up")
    links = phone.page.locator(".entry a[href*='start=']")
    expect(links).to_have_count(5)
    hrefs = [links.nth(number).get_attribute("href") or "" for number in range(5)]
    links.nth(4).click()
    expect(phone.page.locator("dialog h2")).to_have_text("Who opens this link?")
    phone.page.keyboard.press("Escape")
    phone.write("/partnership set protect person")

    phone.add("Ratna Dewi", "en")
    phone.write("/start " + hrefs[4].split("=")[1])
    phone.says("invites you")
    phone.tap("Join")
    phone.says("recorded you as partnership broker")
    phone.tap("I agree")
    phone.says("can start now")
    for number, (name, language) in enumerate(PEOPLE):
        phone.add(name, language)
        phone.write("/start " + hrefs[number // 2].split("=")[1])
        phone.tap(JOIN[language])
        phone.says("Terima kasih" if language == "id" else "Thank you")
    phone.shot("2-joined-id")

    phone.be("Budi Santoso")
    phone.write("/review start responsibilities for 7d purpose learn")
    phone.says("Start this review?")
    phone.shot("3-confirm")
    phone.tap("Start")
    phone.says("Started:")

    phone.be("Sari Wulandari")
    phone.wait_for_morning("Empat tanggung jawab")
    phone.says("Empat tanggung jawab")
    phone.shot("4-invitation-id")
    phone.tap("Mulai")
    phone.says("1 dari 7")
    phone.shot("5-question-id")
    for label in ("Setuju", "Setuju", "Tidak setuju", "Netral", "Sangat setuju"):
        phone.tap(label)
    phone.says("6 dari 7")
    phone.tap("Cara kerja yang tepat, efisien, dan inovatif")
    phone.says("7 dari 7")
    phone.page.locator("#text").fill("Rapat yang lebih singkat akan membantu kita semua.")
    phone.page.locator("#text").press("Enter")
    phone.says("Itu tadi pertanyaan terakhir")
    phone.tap("Kirim jawaban saya")
    phone.says("Tanda terima Anda")
    phone.shot("6-receipt-id")
    assert phone.fits()

    desktop = Phone(browser, address, 1280, 860)
    values = {"r1": "4", "r2_fit": "4", "r2_new": "2", "r3": "3", "r4": "5", "next": "r2"}
    for number, (name, language) in enumerate(PEOPLE[1:]):
        desktop.be(name)
        desktop.tap(PAGE[language])
        desktop.page.locator(".buttons .deed").last.click()
        for key, value in values.items():
            chosen = "2" if key == "r3" and number % 2 else value
            desktop.page.locator(f"dialog input[name={key}][value='{chosen}']").check()
        if number == 0:
            desktop.page.locator("dialog textarea").fill("x" * 1001)
            desktop.page.locator("dialog button[type=submit]").click()
            expect(desktop.page.locator("#error-text")).to_contain_text("1000")
            desktop.shot("7-form-error")
            assert desktop.page.locator("dialog input[name=r1][value='4']").is_checked()
            desktop.page.locator("dialog textarea").fill("Thank you for the visits.")
        desktop.page.locator("dialog button[type=submit]").click()
        desktop.says("Tanda terima" if language == "id" else "Your receipt")
    desktop.be("Ratna Dewi")
    desktop.tap("Begin")
    for label in ("Agree", "Agree", "Agree", "Agree", "Agree", "The balance is right", "Skip"):
        desktop.tap(label)
    desktop.tap("Send my answers")
    desktop.says("Your receipt")
    desktop.shot("8-desktop")

    for _ in range(9):
        desktop.page.locator("[data-by=day]").click()
        expect(desktop.page.locator("[data-by=day]")).to_be_enabled()
    desktop.says("What your partners said")
    expect(desktop.page.locator(".entry img").last).to_be_visible()
    desktop.shot("9-report")
    desktop.tap("The whole report")
    with desktop.page.context.expect_page() as opened:
        desktop.page.locator(".entry a.file", has_text="report.html").click()
    report = opened.value
    report.wait_for_load_state()
    expect(report.locator("article.question")).to_have_count(7)
    report.set_viewport_size({"width": 390, "height": 844})
    report.screenshot(path=SHOTS / "10-report-phone.png", full_page=True)
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert report.evaluate(wide)
    phone.be("Ratna Dewi")
    phone.shot("11-report-chat-phone")
    assert phone.errors == [] and desktop.errors == []


def test_by_keyboard_alone(browser: Browser, address: str) -> None:
    desktop = Phone(browser, address, 1280, 860)
    desktop.add("Eva Keys", "en")
    desktop.page.keyboard.type("hello")
    desktop.page.keyboard.press("Enter")
    desktop.says("I am Titian")
    button = desktop.page.locator(".buttons button", has_text="I have a join code")
    button.focus()
    desktop.page.keyboard.press("Enter")
    desktop.says("Please write the code")
    assert desktop.page.evaluate("document.activeElement.closest('#log') !== null")
    desktop.page.locator("#text").focus()
    desktop.page.keyboard.type("WRONG123")
    desktop.page.keyboard.press("Enter")
    desktop.says("This code does not work")
    assert desktop.errors == []


def test_a_message_arrives_without_reloading(browser: Browser, address: str) -> None:
    one, two = (Phone(browser, address, 390, 844) for _ in range(2))
    one.add("Ana Live", "en")
    expect(two.page.locator("#list")).to_contain_text("Ana Live")
    two.be("Ana Live")
    one.write("hello")
    two.says("I am Titian")
    assert one.errors == [] and two.errors == []
