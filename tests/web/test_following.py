"""Beside every feed there is a page that says how to follow it."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import FEED
from tests.web.conftest import BASE, Planet, entry, words
from web.site import Site

Look = Callable[[str], html.HtmlElement]

HOSTILE = '"><script>alert(1)</script>'
LISTS = [
    "/",
    "/?topic=parking",
    "/search?q=parking",
    f"/search?{urlencode({'q': f'a&b=c {HOSTILE}'})}",
    "/topics/parking",
    "/tags/nodej",
    "/councils/kent",
]


@pytest.fixture(autouse=True)
def posts(planet: Planet) -> None:
    """A post with a topic, a tag and a council."""
    feed = replace(FEED, councils=("kent",))
    planet.publish(feed, entry("one", title="Parking permits", tags=("Node.js",)))
    planet.index()


def _address(page: html.HtmlElement) -> str:
    [field] = page.xpath("//input[@id='address']")
    assert field.get("readonly") is not None
    assert page.xpath("//label[@for='address']")
    return str(field.get("value"))


def test_every_list_leads_to_how_it_is_followed_and_that_to_its_feed(
    look: Look, client: TestClient, site: Site
) -> None:
    [feed] = site.catalogue.listed()
    for path in (*LISTS, f"/blogs/{feed.slug}"):
        listed = look(path)
        [href] = listed.xpath("//p[@class='follow']/a[. = 'How to follow this']/@href")
        [atom] = listed.xpath("//p[@class='follow']/a[. = 'Atom']/@href")
        page = look(str(href))
        assert _address(page) == f"{BASE}{atom}", path
        answer = client.get(_address(page).removeprefix(BASE))
        assert answer.headers["content-type"] == "application/atom+xml"
        [back] = page.xpath("//a[. = 'Go to the posts']/@href")
        assert str(back) == path
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_the_page_says_what_is_followed_and_names_three_formats(look: Look) -> None:
    page = look("/follow/topics/parking")
    [title] = page.xpath("//h1")
    assert words(title) == "How to follow Parking, permits and blue badges"
    for form in ("atom", "rss", "json"):
        assert page.xpath("//main//a[@href=$t]", t=f"/topics/parking.{form}")
        assert page.xpath("//head/link[@rel='alternate'][@href=$t]", t=f"/topics/parking.{form}")


def test_links_to_readers_carry_nothing_that_tells_who_comes(look: Look) -> None:
    outward = look("/follow/feed").xpath("//main//a[starts-with(@href, 'http')]/@href")
    assert len(outward) >= 5
    assert all(str(href).startswith("https://") and "?" not in href for href in outward)


@pytest.mark.parametrize(
    "path",
    [
        "topics/nothing",
        f"topics/{quote(HOSTILE, safe='')}",
        "tags/nobody-uses-this",
        "tags/...",
        "councils/nowhere",
        "blogs/nobody",
        "search",
        "search?q=%20",
        "feed.atom",
        "https://evil.example/feed.atom",
        "/evil.example",
        "elsewhere",
    ],
)
def test_what_is_no_feed_of_ours_is_a_page_that_says_so(path: str, client: TestClient) -> None:
    answer = client.get(f"/follow/{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert HOSTILE not in answer.text
    assert "evil.example" not in answer.text
    assert html.document_fromstring(answer.text).xpath("//h1")


def test_a_feed_named_in_a_parameter_is_not_followed(look: Look) -> None:
    asked = urlencode({"feed": "https://evil.example/feed", "q": HOSTILE})
    page = look(f"/follow?{asked}")
    assert _address(page) == f"{BASE}/feed.atom"
    assert "evil" not in words(page)


def test_hostile_words_stay_words(client: TestClient) -> None:
    answer = client.get(f"/follow/search?{urlencode({'q': HOSTILE})}")
    assert answer.status_code == 200
    assert "<script" not in answer.text


def test_neither_page_nor_order_nor_moment_are_followed(look: Look) -> None:
    page = look("/follow/search?q=parking&page=3&sort=oldest")
    assert _address(page) == f"{BASE}/search.atom?q=parking"
    page = look("/follow/feed?topic=parking&since=2026-01-01&page=2")
    assert _address(page) == f"{BASE}/feed.atom?topic=parking"


def test_without_an_index_all_but_tags_can_be_followed(
    planet: Planet, client: TestClient, look: Look
) -> None:
    planet.search_url += "-lost"
    for path in ("topics/parking", "feed", "search?q=parking", "councils/kent"):
        look(f"/follow/{path}")
    assert client.get("/follow/tags/node.js").status_code == 503
