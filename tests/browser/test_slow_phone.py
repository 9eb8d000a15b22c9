"""The first page on an old phone with a slow line: little to fetch, and nothing that moves."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response

from benchmarks.phone import BYTES, SCREEN, slow_down
from tests.browser.conftest import PATIENCE

KB = 1000
PLAIN, COMPRESSED = 60 * KB, 15 * KB
SHIFTS = """() => new Promise(told => {
    const watch = new PerformanceObserver(() => {});
    watch.observe({type: "layout-shift", buffered: true});
    setTimeout(() => told(watch.takeRecords().map(one => one.value)), 500);
})"""
PAINTED = """() => performance.getEntriesByName("first-contentful-paint").length == 1"""


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[tuple[Page, list[Response]]]:
    """The first page, opened as slowly, and all that was fetched for it."""
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 2)
    fetched: list[Response] = []
    page.on("response", lambda answer: fetched.append(answer))
    slow_down(page)
    page.goto(f"{base}/", wait_until="networkidle")
    yield page, fetched
    context.close()


Opened = tuple[Page, list[Response]]


def test_the_line_is_really_slow(opened: Opened) -> None:
    page, _ = opened
    [timing] = page.evaluate(
        """() => performance.getEntriesByType("navigation")
            .map(one => [one.responseEnd - one.startTime, one.encodedBodySize])"""
    )
    took, size = timing
    assert took / 1000 > size / BYTES


def test_after_the_document_come_one_stylesheet_and_at_most_the_icon(opened: Opened) -> None:
    kinds = [answer.request.resource_type for answer in opened[1]]
    assert kinds[:2] == ["document", "stylesheet"]
    assert kinds.count("stylesheet") == 1
    rest = opened[1][2:]
    assert len(rest) <= 1
    assert all(answer.url.endswith("/mark.svg") for answer in rest)


def test_no_script_is_needed(opened: Opened) -> None:
    page, _ = opened
    kept: dict[str, Any] = {"application/ld+json": True}  # data, not a script
    types = page.evaluate("() => [...document.scripts].map(one => one.type)")
    assert [one for one in types if one not in kept] == []
    page.wait_for_function(PAINTED)  # a busy machine may paint after the line is quiet


def test_the_page_and_its_style_are_light(opened: Opened) -> None:
    assert sum(len(answer.body()) for answer in opened[1][:2]) < PLAIN


def test_the_page_and_its_style_are_light_when_compressed(opened: Opened) -> None:
    assert sum(len(gzip.compress(answer.body())) for answer in opened[1][:2]) < COMPRESSED


def test_nothing_on_the_page_shifts_while_it_comes(opened: Opened) -> None:
    assert opened[0].evaluate(SHIFTS) == []
