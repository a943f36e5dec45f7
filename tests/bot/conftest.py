"""A browser for the tests that look at pages."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

expect.set_options(timeout=30_000)  # a loaded machine needs more than the five seconds


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        if os.environ.get("TEST_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is required here (TEST_REQUIRE_BROWSER=1) and is missing.")
        pytest.skip("NOT TESTED: there is no Chromium (chromium-headless-shell).")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, headless=True)
        yield opened
        opened.close()
