"""A real browser for the tests that look: Chromium of the system, driven by Playwright, without a network."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.exit(
            "there is no Chromium here: install it (on Debian: apt-get install chromium), or Chrome",
            returncode=3,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page, and what it asked for, complained of and failed at."""

    def __init__(self, context: BrowserContext, inside: str) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []

        def route(route) -> None:
            if route.request.url.startswith((inside, "data:", "blob:")):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        context.route("**/*", route)
        self.page: Page = context.new_page()
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the page complains of, and where."""
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url'][:200]})")
