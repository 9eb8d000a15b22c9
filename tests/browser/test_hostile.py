"""Nothing that a blog sends acts in a real browser, whatever it is pressed on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from index.model import Entry
from tests.browser.planets import Blog, served
from tests.web.conftest import entry, feed

HARM = "window.harmed=1"
SCRIPT = f"<script>{HARM}</script>"
BREAK_OUT = f"\"'><img src=x onerror={HARM}><svg onload={HARM}>"
CLOSING = f"</script></title></textarea></style></template>--><script>{HARM}</script>"
LINK = f"javascript:{HARM}//https://x.example"
SENT = f"damp {SCRIPT} {BREAK_OUT} {CLOSING} {{{{ 7 * 7 }}}}"
FEW = 30  # pages of the same kind: each of the others is like one of these


def _entry(name: str, **values: object) -> Entry:
    sent: dict[str, object] = {
        "url": LINK,
        "title": SENT,
        "html": f"<p onclick={HARM}>{SENT}</p>",
        "text": SENT,
        "excerpt": SENT,
        "authors": (SENT, SCRIPT),
        "tags": (BREAK_OUT, SCRIPT, "parks"),
        "licence": LINK,
        "language": f'en" onload="{HARM}',
    }
    return entry(name, **(sent | values))


@pytest.fixture(scope="module")
def base(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a planet that follows a blog which wishes us ill."""
    bad = replace(feed("evil"), title=SENT, site=LINK, councils=("hackney", BREAK_OUT))
    urls = ["data:text/html," + quote(SCRIPT), f"https://evil.example/{BREAK_OUT}", f"\x01{LINK}"]
    entries = [_entry(f"p{n}", url=url) for n, url in enumerate(urls)]
    entries += [_entry("plain"), _entry("note", titled=False)]
    with served([Blog(bad, tuple(entries))], tmp_path_factory.mktemp("hostile")) as address:
        yield address


def _pages(page: Page, base: str) -> Iterator[str]:
    """Go to every page by its links, and to what may be typed; give each address."""
    left = [
        "/",
        f"/search?q={quote(SENT)}",
        f"/search?q=damp&author={quote(SCRIPT)}&tag={quote(BREAK_OUT)}",
        f"/councils?q={quote(SENT)}",
        f"/councils/{quote(BREAK_OUT, safe='')}",
        f"/{quote(SENT)}",
    ]
    seen: dict[str, int] = {}
    done = set()
    while left:
        path = left.pop(0)
        kind = path.split("?")[0].split("/")[1]
        if path in done or seen.get(kind, 0) >= FEW:
            continue
        done.add(path)
        seen[kind] = seen.get(kind, 0) + 1
        page.goto(base + path)
        yield path
        left += page.evaluate(
            """() => [...document.querySelectorAll("a[href^='/']")]
                .map(a => a.getAttribute("href").split("#")[0])
                .filter(href => !/[.](atom|rss|json|opml)|^[/]api[/]/.test(href))"""
        )


def test_no_script_of_a_blog_runs_on_any_page(browser: Browser, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    kinds = set()
    for path in _pages(page, base):
        kinds.add(path.split("?")[0].split("/")[1])
        assert page.evaluate("() => window.harmed") is None, path
        assert page.locator("script:not([type='application/ld+json'])").count() == 0, path
    assert kinds >= {"", "search", "blogs", "posts", "councils", "topics", "tags", "about"}
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(base).netloc}
    assert dialogs == []
    context.close()


def test_no_link_of_a_blog_runs_when_it_is_pressed(browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.goto("/")
    page.route(re.compile("^https:"), lambda route: route.fulfill(body="elsewhere"))
    for number in range(page.locator("h3 a, .by a").count()):
        page.locator("h3 a, .by a").nth(number).click()
        assert page.evaluate("() => window.harmed") is None
        assert urlsplit(page.url).scheme in ("http", "https")
        page.goto("/")
    context.close()
