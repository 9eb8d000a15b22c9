"""Everything can be done without a pointer, and one always sees where one is."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.places import PLACES, Place

MANY = 400  # a page has fewer places to stop at
STOPPED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const s = getComputedStyle(e), r = e.getBoundingClientRect();
    const seen = document.elementsFromPoint(r.left + Math.min(r.width, 20) / 2,
                                            r.top + Math.min(r.height, 20) / 2);
    return {
        what: e.outerHTML.slice(0, 100),
        at: [...document.querySelectorAll("*")].indexOf(e),
        outlined: s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2,
        inside: r.width > 0 && r.bottom > 0 && r.top < innerHeight && r.left >= 0,
        covered: !seen.some(one => one === e || e.contains(one) || one.contains(e)),
    };
}"""
STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
    .filter(e => e.type != "hidden" && e.getClientRects().length && e.checkVisibility()).length"""
STILL = {"reduced_motion": "reduce"}


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_a_search_from_the_first_page_to_the_first_answer(visit: Visit, base: str) -> None:
    page = visit(Place("/"), **STILL)
    page.route(re.compile("^https:"), lambda route: route.fulfill(body="The author's own page"))
    _tab_to(page, "#q")
    page.keyboard.type("damp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/search?q=damp")
    _tab_to(page, ".post h2 a")
    answer = page.evaluate("() => document.activeElement.href")
    assert answer == page.locator(".post h2 a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(answer)


def test_the_first_stop_skips_to_what_the_page_is_about(visit: Visit) -> None:
    page = visit(Place("/"), **STILL)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the main content"
    assert page.evaluate(STOPPED)["inside"]
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the posts"
    assert page.evaluate(STOPPED)["inside"]
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "q"


def test_an_explanation_opens_by_key(visit: Visit) -> None:
    page = visit(PLACES["a post"], **STILL)
    _tab_to(page, "summary")
    page.keyboard.press("Space")
    assert page.locator("details").first.get_attribute("open") is not None


@pytest.mark.parametrize(
    "name",
    ["the planet", "a search with filters", "a topic", "blogs", "a post", "about", "the API"],
)
def test_one_always_sees_where_one_is(visit: Visit, name: str) -> None:
    # https://www.w3.org/TR/WCAG22/#focus-visible and #focus-not-obscured-minimum
    page = visit(PLACES[name], **STILL)
    order: list[int] = []
    for _ in range(page.evaluate(STOPS)):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOPPED)
        assert stop is not None, order[-1:]
        assert stop["outlined"], stop
        assert stop["inside"], stop
        assert not stop["covered"], stop
        order.append(stop["at"])
    assert order == sorted(order)  # the order on the page is the order of the keys
    assert len(order) == len(set(order))
