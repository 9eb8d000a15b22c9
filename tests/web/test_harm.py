"""Whatever a blog sends, its readers are shown it harmless, and every page keeps its form."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.model import Aim, Entry, Kind, Poll
from index.tags import tag_key, tag_slug
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed, words

Look = Callable[[str], html.HtmlElement]

SCRIPT = "<script>alert(1)</script>"
BREAK_OUT = '"><img src=x onerror=alert(1)>'
LIST = (
    "/",
    "/search",
    "/search?q=damp",
    "/search?q=nothing+like+it",
    "/search?q=damp+-mould&kind=supplier&tag=ab&after=2020&only=typed",
    "/search?author=%3Cscript%3E&title=%22%3E%3Cimg",
    "/blogs",
    "/blogs?q=%3Cscript%3E&show=supplier",
    "/?kind=supplier&council=%22%3E%3Cimg&topic=%3Cscript%3E&since=2026-04-01",
    "/?since=2026-04-01",
    "/about",
    "/accessibility",
    "/privacy",
    "/nowhere",
    "/topics",
    "/topics/housing-repairs",
    "/councils",
    "/councils?q=%3Cscript%3E",
    f"/councils/{quote(BREAK_OUT)}",
    "/councils/hackney",
    f"/tags/{tag_slug(tag_key(BREAK_OUT))}",
)
FEW = 12  # of the topics and of the councils: each of the others is like one of these


def _hostile(name: str) -> Entry:
    return entry(
        name,
        url="javascript:alert(document.domain)//https://x.example",
        title=f"damp {SCRIPT} {BREAK_OUT} {{{{ 7 * 7 }}}} \u202e\x1b[31m\x00",
        text=f"damp {SCRIPT} {BREAK_OUT}",
        excerpt=f"{SCRIPT} {BREAK_OUT} </p></article>",
        authors=(SCRIPT, BREAK_OUT),
        tags=(BREAK_OUT, "a b", "'; --"),
        language='en" onload="alert(1)',
        licence="javascript:alert(1)",
    )


@pytest.fixture
def hostile(planet: Planet) -> Planet:
    """A planet that follows a blog which wishes us ill, and a few sound ones."""
    bad = replace(
        feed("evil"), title=f"{SCRIPT}{BREAK_OUT}", councils=("hackney", BREAK_OUT, "a", "b")
    )
    planet.publish(bad, _hostile("one"), replace(_hostile("two"), titled=False))
    planet.publish(feed("sound", kind=Kind.SUPPLIER), entry("Damp", text="damp", language="cy"))
    planet.publish(replace(feed("silent"), councils=()))
    lost = Poll(aim=Aim.HOME, due=NOW, visited=NOW, problem="no-feed", detail=SCRIPT)
    planet.publish(feed("lost"), poll=lost)
    planet.index()
    return planet


def _pages(client: TestClient) -> Iterator[tuple[str, html.HtmlElement]]:
    """Give every page there is, found by following our own links."""
    left, seen = list(LIST), set[str]()
    while left:
        path = left.pop()
        alike = path.startswith(("/topics/", "/councils/"))
        if path in seen or (alike and sum(one[:4] == path[:4] for one in seen) > FEW):
            continue
        seen.add(path)
        answer = client.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = html.document_fromstring(answer.text)
        yield path, page
        # Filters are many times many: as robots do, we leave those alone.
        links = page.cssselect("a[href^='/']:not([rel~=nofollow])")
        left += [str(a.get("href")) for a in links]


def test_nothing_that_a_blog_sends_can_act(hostile: Planet, client: TestClient) -> None:
    seen = 0
    for path, page in _pages(client):
        seen += 1
        acts = "script:not([type='application/ld+json']), img, iframe, object, embed, base, style"
        assert not page.cssselect(acts), path
        acting = page.xpath(
            "//@*[starts-with(name(), 'on') or name() = 'style' or name() = 'src']"
        )
        assert not acting, path
        for href in page.xpath("//@href"):
            assert urlsplit(href).scheme in ("", "http", "https", "mailto"), (path, href)
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", client.get(path).text), path
    assert seen > 12


def test_hostile_words_are_shown_as_they_were_written(hostile: Planet, look: Look) -> None:
    page = look("/")
    assert any(f"{SCRIPT} {BREAK_OUT} {{{{ 7 * 7 }}}}" in words(h) for h in page.cssselect("h3"))
    assert "&lt;script&gt;alert(1)" in html.tostring(page, encoding="unicode")


def test_a_link_that_is_no_web_address_leads_to_our_own_page(hostile: Planet, look: Look) -> None:
    [title, *_] = [a for a in look("/").cssselect("h3 a") if "damp" in words(a)]
    assert title.get("href").startswith("/posts/")
    details = look(title.get("href"))
    assert "The blog gives no address for this post." in words(details)
    assert not details.cssselect(".go, link[rel=canonical]")


def test_what_was_searched_for_is_marked_and_harmless(hostile: Planet, look: Look) -> None:
    page = look("/search?q=damp+%3Cscript%3E")
    assert "damp" in {words(mark).lower() for mark in page.cssselect("mark")}
    assert not page.cssselect("script")


def test_a_lone_surrogate_breaks_no_page(client: TestClient) -> None:
    assert client.get("/search?q=%ED%A0%80+damp").status_code in (200, 503)


def test_every_page_is_well_formed(hostile: Planet, client: TestClient) -> None:
    for path, page in _pages(client):
        assert page.get("lang") == "en-GB", path
        assert len(page.cssselect("h1")) == 1, path
        levels = [
            int(h.tag[1]) for h in page.xpath("//*[self::h1 or self::h2 or self::h3 or self::h4]")
        ]
        assert all(b - a <= 1 for a, b in zip([0, *levels], levels, strict=False)), (path, levels)
        assert page.cssselect("a.skip")[0].get("href") == "#main", path
        assert len(page.cssselect("main#main")) == len(page.cssselect("body > header")) == 1, path
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        for field in page.cssselect("input:not([type=hidden]), select"):
            assert page.cssselect(f"label[for={field.get('id')}]"), path
        for link in page.cssselect("a, button"):
            assert words(link), (path, html.tostring(link))
        navs = [nav.get("aria-label") for nav in page.cssselect("nav")]
        assert all(navs), path
        assert len(navs) == len(set(navs)), path


def test_no_page_shows_what_is_for_programs(hostile: Planet, client: TestClient) -> None:
    for path, page in _pages(client):
        text = words(page.cssselect("body")[0])
        assert not re.search(r"\(\s*\)|\[\s*\]|\bNone\b|sector-body|no-feed|\ben-GB\b", text), path
        assert not re.search(r" [.,;:](\s|$)", text), path


def test_pages_may_load_nothing_but_our_own_files(hostile: Planet, client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path, page in _pages(client):
        loaded = page.cssselect("link[rel=stylesheet], link[rel=icon]")
        assert all(link.get("href").startswith("/static/") for link in loaded), path


def test_every_page_offers_the_search_and_a_feed(hostile: Planet, client: TestClient) -> None:
    for path, page in _pages(client):
        assert page.cssselect("link[rel=search][href='/opensearch.xml']"), path
        offered = page.cssselect("link[rel=alternate]")
        assert {link.get("type").partition("/")[2] for link in offered} == {
            "atom+xml",
            "rss+xml",
            "feed+json",
        }, path
        for link in offered:
            assert client.get(link.get("href")).headers["content-type"] == link.get("type"), path
