"""Every kind of page by axe-core's rules, in both schemes, small, with large text, and still."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import QUIET, Visit, arrive
from tests.browser.places import Place, every_place

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LARGE = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"  # as in a reader's settings
# What sticks out of the window; what is hidden on purpose may.
WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(e => !e.closest(".unseen, .skip, svg"))
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
MANY = 15  # rules that have something to look at on every page
SCROLLS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
MOVES = """() => [...document.querySelectorAll("*")].filter(e => {
    const s = getComputedStyle(e);
    return s.animationName != "none" || s.transitionDuration.split(",").some(d => parseFloat(d));
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def large(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """The browser of somebody who reads text at twice the size."""
    launched = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, LARGE])
    yield launched
    launched.close()


@every_place
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, place: Place, scheme: str) -> None:
    page = visit(place, color_scheme=scheme, reduced_motion="reduce")
    for summary in page.locator("details").all():
        summary.evaluate("e => e.open = true")  # what opens is looked at as well
    assert broken(page) == []
    assert page.evaluate(MOVES) == []


@every_place
def test_no_page_is_wider_than_a_small_phone(visit: Visit, place: Place) -> None:
    # https://www.w3.org/TR/WCAG22/#reflow
    page = visit(place, viewport={"width": 320, "height": 640}, color_scheme="light")
    assert page.evaluate(WIDE) == []
    assert not page.evaluate(SCROLLS)
    assert broken(page) == []


@every_place
@pytest.mark.parametrize("width", [640, 1280])
def test_text_may_be_twice_as_large(large: Browser, base: str, place: Place, width: int) -> None:
    # https://www.w3.org/TR/WCAG22/#resize-text
    context = large.new_context(base_url=base, viewport={"width": width, "height": 800})
    page = arrive(context, place)
    size = page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 32
    assert page.evaluate(WIDE) == []
    assert not page.evaluate(SCROLLS)
    context.close()


def broken(page: Page) -> list[str]:
    """Say which rules are broken, and by what."""
    found: dict[str, Any] = Axe().run(page, options=RULES).response
    assert len(found["passes"]) > MANY  # the rules were really asked
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
