"""A real browser, and the real application for it to look at."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.places import Place
from tests.browser.planets import demo, served

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 30_000  # milliseconds

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = os.environ.get("PLANET_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        pytest.skip(
            "There is no Chromium: apt-get install chromium, or name one in PLANET_CHROMIUM."
        )
    return found


@pytest.fixture(scope="module")
def playwright(chromium: str) -> Iterator[Playwright]:
    """What drives the browser. One a module: it holds the thread's event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A browser as it comes."""
    launched = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def base(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a planet of the demo's blogs."""
    home: Path = tmp_path_factory.mktemp("planet")
    with served(demo(), home) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, base: str) -> Iterator[Visit]:
    """Look at a page in a context of its own, which may be given options."""
    contexts = []

    def look(place: Place, **options: Any) -> Page:
        context = browser.new_context(base_url=base, **options)
        contexts.append(context)
        return arrive(context, place)

    yield look
    for context in contexts:
        context.close()


def arrive(context: BrowserContext, place: Place) -> Page:
    """Open a place in a new tab."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    answer = page.goto(place.path)
    if place.link:
        answer = page.goto(str(page.locator(place.link).first.get_attribute("href")))
    assert answer is not None
    assert answer.status == place.status, page.url
    return page
