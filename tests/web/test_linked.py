"""What search engines are told: JSON-LD, Open Graph, and the sitemap."""

import json
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from lxml import etree, html
from protego import Protego

from index.vocabulary import vocabulary
from tests.conftest import FEED
from tests.web.conftest import BASE, Planet, entry, feed, post_id

Look = Callable[[str], html.HtmlElement]
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def _told(page: html.HtmlElement) -> Any:
    [data] = page.cssselect("script[type='application/ld+json']")
    return json.loads(data.text)


def _property(page: html.HtmlElement, name: str) -> str:
    [meta] = page.cssselect(f"meta[property='{name}']")
    return str(meta.get("content"))


def test_the_first_page_says_how_the_site_is_searched(planet: Planet, look: Look) -> None:
    # https://schema.org/WebSite, https://schema.org/SearchAction
    page = look("/")
    told = _told(page)
    assert (told["@type"], told["url"]) == ("WebSite", f"{BASE}/")
    assert told["potentialAction"]["target"]["urlTemplate"] == f"{BASE}/search?q={{q}}"
    assert told["potentialAction"]["query-input"] == "required name=q"
    assert _property(page, "og:title") == "Council Planet"
    assert _property(page, "og:url") == f"{BASE}/"
    assert len(_property(page, "og:description")) < 160


def test_a_post_is_described_as_its_authors_own(planet: Planet, look: Look) -> None:
    # https://schema.org/BlogPosting
    planet.publish(FEED, entry("Damp", language="cy"))
    page = look(f"/posts/{post_id(look('/'), 'Damp')}")
    told = _told(page)
    [canonical] = page.cssselect("link[rel=canonical]")
    assert told["url"] == told["mainEntityOfPage"] == canonical.get("href")
    assert (told["@type"], told["headline"]) == ("BlogPosting", "Damp")
    assert told["author"] == [{"@type": "Person", "name": "Parks team"}]
    assert told["isPartOf"]["url"] == FEED.site
    assert told["inLanguage"] == "cy"
    assert told["datePublished"].startswith("2026-04-20T12:00")
    assert _property(page, "og:type") == "article"
    assert _property(page, "og:title") == "Damp – Council Planet"


def test_a_post_cannot_break_out_of_what_is_said_of_it(planet: Planet, look: Look) -> None:
    title = "</script><script>alert(1)</script><!-- & ' \" ]]>"
    planet.publish(FEED, entry("bad", title=title, licence="javascript:1"))
    page = look(f"/posts/{post_id(look('/'), 'alert(1)')}")
    told = _told(page)
    assert told["headline"] == title
    assert "license" not in told


def test_a_post_without_an_address_is_not_described(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("Damp", url="javascript:alert(1)"))
    page = look(f"/posts/{post_id(look('/'), 'Damp')}")
    assert not page.cssselect("script")


def test_the_sitemap_has_topics_councils_with_posts_and_blogs(
    planet: Planet, client: TestClient
) -> None:
    # https://www.sitemaps.org/protocol.html
    planet.publish(FEED, entry("one"))
    planet.publish(feed("silent", councils=("leeds",)))
    answer = client.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    found = {
        url.findtext("s:loc", namespaces=NAMES): url.findtext("s:lastmod", namespaces=NAMES)
        for url in etree.fromstring(answer.content).findall("s:url", NAMES)
    }
    assert found[f"{BASE}/blogs/parks-and-paths"] == "2026-04-20"
    for path in ("/", "/topics", "/councils/hackney", "/about", "/accessibility"):
        assert f"{BASE}{path}" in found
    assert {f"{BASE}/topics/{slug}" for slug in vocabulary().topics} < set(found)
    assert not {f"{BASE}/councils/leeds", f"{BASE}/blogs/silent"} & set(found)
    assert not any("/posts/" in str(url) for url in found)
    known = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/sitemap.xml", headers=known).status_code == 304


def test_every_page_in_the_sitemap_is_there_and_may_be_shown(
    planet: Planet, client: TestClient
) -> None:
    planet.publish(FEED, entry("one"))
    planet.index()
    rules = Protego.parse(client.get("/robots.txt").text)
    assert list(rules.sitemaps) == [f"{BASE}/sitemap.xml"]
    for url in etree.fromstring(client.get("/sitemap.xml").content).iterfind(".//s:loc", NAMES):
        assert rules.can_fetch(str(url.text), "anybot")
        answer = client.get(str(url.text))
        assert answer.status_code == 200, url.text
        assert "noindex" not in answer.text, url.text


def test_robots_stay_out_of_what_has_no_end(client: TestClient) -> None:
    rules = Protego.parse(client.get("/robots.txt").text)
    for path in ("/surprise", "/suggest?q=a", "/search?q=a"):
        assert not rules.can_fetch(f"{BASE}{path}", "anybot"), path


def test_the_statement_says_what_was_tested_and_whom_to_tell(
    client: TestClient, look: Look
) -> None:
    page = look("/accessibility")
    assert page.cssselect("a[href='mailto:hello@planet.example']")
    text = " ".join(page.text_content().split())
    for said in ("WCAG", "axe-core", "Nobody has tested these pages with a screen reader"):
        assert said in text
    assert look("/").cssselect("footer a[href='/accessibility']")
