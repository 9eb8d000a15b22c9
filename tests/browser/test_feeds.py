"""A feed that is opened in a real browser can be read, and says what it is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

FEEDS = ["/feed.atom", "/feed.rss", "/topics/housing-repairs.atom", "/search.rss?q=damp"]
TITLE = "entry > title, item > title"
DATE = "entry > published, item > pubDate"
STYLE = "(e, what) => getComputedStyle(e)[what]"
SEEN = "(e) => { const box = e.getBoundingClientRect(); return box.width > 0 && box.height > 0 }"
SAID = "() => getComputedStyle(document.documentElement, '::before').content"
DIM = "() => getComputedStyle(document.documentElement).backgroundColor"


@contextmanager
def _open(
    browser: Browser, base: str, path: str, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=base, color_scheme=scheme, viewport={"width": 360, "height": 700}
    )
    page = context.new_page()
    page.goto(path)
    yield page
    context.close()


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_shows_its_posts_and_says_what_to_do(
    browser: Browser, base: str, path: str
) -> None:
    with _open(browser, base, path) as page:
        assert page.evaluate("() => document.contentType") == "application/xml"
        assert "paste it into a feed reader" in page.evaluate(SAID)
        titles, dates = page.query_selector_all(TITLE), page.query_selector_all(DATE)
        assert len(titles) == len(dates) > 0
        assert all(one.evaluate(SEEN) for one in (*titles, *dates))
        assert all(int(one.evaluate(STYLE, "fontWeight")) >= 600 for one in titles)


@pytest.mark.parametrize("path", FEEDS[:2])
def test_what_is_for_programs_is_not_shown(browser: Browser, base: str, path: str) -> None:
    with _open(browser, base, path) as page:
        for name in ("id", "guid", "category", "source", "lastBuildDate", "updated"):
            assert not any(one.evaluate(SEEN) for one in page.query_selector_all(name))


@pytest.mark.parametrize("path", FEEDS[:2])
def test_a_feed_is_light_or_dark_as_the_reader_likes_and_not_too_wide(
    browser: Browser, base: str, path: str
) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with _open(browser, base, path, scheme) as page:
            grounds.append(page.evaluate(DIM))
            wide = "() => document.documentElement.scrollWidth <= innerWidth"
            assert page.evaluate(wide)
    assert grounds == ["rgb(251, 250, 252)", "rgb(19, 16, 24)"]
