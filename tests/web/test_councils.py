"""Councils: all there are, what each writes, and what became of the abolished."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import FEED, NOW
from tests.web.conftest import Planet, entry, feed, words

Look = Callable[[str], html.HtmlElement]
BINS = "Our bins and our recycling. Bin collection, fly-tipping, waste collection."


@pytest.fixture
def three(planet: Planet) -> Planet:
    """Blogs of Hackney, of Leeds, of a council that was abolished, and of one made up."""
    planet.publish(FEED, entry("Bins in Hackney", text=BINS))
    planet.publish(feed("roads", councils=("leeds",)), entry("Bins in Leeds", text=BINS))
    planet.publish(feed("lakes", councils=("allerdale", "cumbria")), entry("Lakes", text=BINS))
    planet.publish(feed("barset", councils=("barset",), nation="england"), entry("Barset"))
    planet.index()
    return planet


def _titles(page: html.HtmlElement) -> list[str]:
    return [words(h) for h in page.cssselect("article h3")]


def test_every_council_is_listed_with_or_without_a_blog(three: Planet, look: Look) -> None:
    page = look("/councils")
    links = {a.get("href"): a.getparent() for a in page.cssselect("main .names a")}
    assert len(links) == 317 + 15 + 32 + 22 + 11 + 1
    assert words(links["/councils/hackney"]) == "Hackney 1 post"
    assert words(links["/councils/cumberland"]) == "Cumberland 1 post"
    assert words(links["/councils/cardiff"]) == "Cardiff"
    assert "/councils/barset" in links
    assert "/councils/allerdale" not in links
    headings = [words(h) for h in page.cssselect("main h2")]
    assert headings[0].startswith("England 5 of 333")
    assert [h.split(" 0 ")[0] for h in headings[1:]] == ["Scotland", "Wales", "Northern Ireland"]
    assert page.cssselect(".lead a[href^='/about']")


@pytest.mark.parametrize(
    ("typed", "first"),
    [("tower ham", "Tower Hamlets"), ("allerd", "Allerdale"), ("Hakney", "Hackney")],
)
def test_a_council_is_found_by_its_name(three: Planet, look: Look, typed: str, first: str) -> None:
    page = look(f"/councils?q={typed}")
    assert words(page.cssselect("[aria-labelledby=found] li a")[0]) == first
    assert page.cssselect("input")[0].get("value") == typed


def test_a_name_like_no_council_is_said_to_be_none(three: Planet, look: Look) -> None:
    assert "no council whose name is like “zzzz”" in words(look("/councils?q=zzzz"))


def test_a_councils_page_has_its_blogs_topics_and_posts(three: Planet, look: Look) -> None:
    page = look("/councils/hackney")
    assert words(page.cssselect("h1")[0]) == "London Borough of Hackney"
    assert words(page.cssselect("[aria-labelledby=blogs] li")[0]) == "Parks and paths 1 post"
    assert page.cssselect("[aria-labelledby=topics] a[href='/topics/waste']")
    assert _titles(page) == ["Bins in Hackney"]
    alike = {words(a) for a in page.cssselect("[aria-labelledby=alike] a")}
    assert alike == {"Leeds", "Allerdale", "Cumbria"}
    assert page.cssselect("link[rel=alternate][href='/councils/hackney.atom']")


def test_the_posts_of_an_abolished_council_are_under_its_successor(
    three: Planet, look: Look, client: TestClient
) -> None:
    page = look("/councils/cumberland")
    assert _titles(page) == ["Lakes"]
    assert "Allerdale" in words(page.cssselect("p.how")[0])
    assert "Lakes" in client.get("/councils/cumberland.atom").text
    notice = look("/councils/allerdale").cssselect(".notice")[0]
    assert "This council ended on 1 April 2023." in words(notice)
    assert notice.cssselect("a[href='/councils/cumberland']")


def test_a_council_without_a_blog_asks_for_one(three: Planet, look: Look) -> None:
    page = look("/councils/cardiff")
    assert page.cssselect("[aria-labelledby=blogs] a[href^='/about']")
    assert not page.cssselect("article")


def test_a_council_is_known_by_what_people_call_it(three: Planet, client: TestClient) -> None:
    answer = client.get("/councils/hackney-council")
    assert (answer.status_code, answer.headers["location"]) == (301, "/councils/hackney")


@pytest.mark.parametrize(
    ("path", "hint"),
    [("/councils/hakney", "Hackney"), ("/councils/zzzzzz.atom", "Look for it under Councils")],
)
def test_an_unknown_council_is_told_with_the_nearest_names(
    three: Planet, client: TestClient, path: str, hint: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert hint in words(html.document_fromstring(answer.text))


@pytest.mark.parametrize("path", ["/councils", "/councils/hackney", "/councils/hackney.rss"])
def test_a_repeated_request_is_answered_304(three: Planet, client: TestClient, path: str) -> None:
    known = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": known}).status_code == 304
    three.publish(feed("rivers"), entry("Rivers", published=NOW))
    three.index()
    assert client.get(path, headers={"If-None-Match": known}).status_code == 200


def test_the_directory_needs_no_index_and_a_council_does(
    planet: Planet, client: TestClient
) -> None:
    assert client.get("/councils").status_code == 200
    assert client.get("/councils/hackney").status_code == 503
