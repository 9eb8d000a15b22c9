"""Topics: what they are, who writes about them, and how they are followed."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.model import Entry
from index.opml import parse
from index.vocabulary import vocabulary
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed, words

Look = Callable[[str], html.HtmlElement]
DAY = timedelta(days=1)
PATHS = ("/topics", "/topics/waste", "/topics/waste.atom", "/topics/waste/blogs.opml")


@pytest.fixture
def bins(planet: Planet) -> Planet:
    """Twenty-five posts on waste, the oldest of them best, and one on council tax too."""
    text = "Our bins and our recycling. Bin collection, fly-tipping, waste collection."
    roads = feed("roads", councils=("leeds",))
    planet.publish(
        feed("parks"),
        entry("Waste, recycling and bins", text=text, published=NOW - 800 * DAY),
        *(entry(f"Bins {n}", text=text, published=NOW - n * DAY) for n in range(1, 24)),
    )
    both = f"{text} Council tax bills, council tax arrears, council tax support."
    planet.publish(roads, entry("Bins and council tax", text=both, published=NOW - 2 * DAY))
    planet.index()
    return planet


def _titles(page: html.HtmlElement, part: str = "newest") -> list[str]:
    return [words(h) for h in page.cssselect(f"[aria-labelledby={part}] article h3")]


def test_every_topic_is_listed_in_its_group_with_its_posts(bins: Planet, look: Look) -> None:
    page = look("/topics")
    assert len(page.cssselect("main .leaf li")) == len(vocabulary().topics)
    [waste] = [li for li in page.cssselect("main li") if li.cssselect("[href='/topics/waste']")]
    assert words(waste.cssselect(".n")[0]) == "25 posts"
    assert vocabulary().topics["waste"].meaning in words(waste)
    [copilot] = [li for li in page.cssselect("li") if li.cssselect("[href='/topics/copilot']")]
    assert words(copilot.cssselect(".n")[0]) == "none yet"


def test_a_topics_page_says_what_it_is_and_who_writes_about_it(bins: Planet, look: Look) -> None:
    page = look("/topics/waste")
    said = words(page)
    assert words(page.cssselect(".lead")[0]) == vocabulary().topics["waste"].meaning
    assert "household waste recycling centre" in said
    who = page.cssselect("[aria-labelledby=who]")[0]
    links = {words(a): a.get("href") for a in who.cssselect(".names a")}
    assert links == {
        "Hackney": "/councils/hackney",
        "Leeds": "/councils/leeds",
        "Parks": "/blogs/parks",
        "Roads": "/blogs/roads",
    }
    assert "/topics/council-tax" in {a.get("href") for a in page.cssselect("main a")}
    assert page.cssselect(".years rect")


def test_the_best_posts_come_before_the_newest(bins: Planet, look: Look) -> None:
    page = look("/topics/waste")
    assert "Waste, recycling and bins" in _titles(page, "best")
    assert len(_titles(page, "best")) == 5
    assert _titles(page)[0] == "Bins 1"


def test_the_most_discussed_of_the_best_come_first(bins: Planet, look: Look) -> None:
    def says(of: int, number: int) -> Entry:
        link = f'<a href="https://parks.example/Bins {of}">Bins</a>'
        return entry(
            f"Says {number} of {of}", url=f"https://bins.example/{of}/{number}", html=link
        )

    bins.publish(feed("bins"), says(19, 1), says(7, 1), says(7, 2))
    bins.index()
    assert _titles(look("/topics/waste"), "best")[:2] == ["Bins 7", "Bins 19"]


def test_a_topic_that_no_title_names_has_nothing_to_start_with(planet: Planet, look: Look) -> None:
    text = "Our bins and our recycling. Bin collection, fly-tipping, waste collection."
    planet.publish(feed("parks"), *(entry(f"Week {n}", text=text) for n in range(9)))
    planet.index()
    page = look("/topics/waste")
    assert len(_titles(page)) == 9
    assert not page.cssselect("#best")


def test_turning_pages_neither_skips_nor_repeats(bins: Planet, look: Look) -> None:
    path, titles = "/topics/waste", list[str]()
    while path:
        page = look(path)
        titles += _titles(page)
        path = "".join(str(a.get("href")) for a in page.cssselect("[rel=next]"))
    assert len(titles) == len(set(titles)) == 25


def test_its_feed_has_the_same_posts_in_the_same_order(
    bins: Planet, look: Look, client: TestClient
) -> None:
    page = look("/topics/waste")
    offered = [a.get("href") for a in page.cssselect("link[rel=alternate]")]
    assert "/topics/waste.atom" in offered
    made = json.loads(client.get("/topics/waste.json").text)
    assert [item["title"] for item in made["items"]] == _titles(page)
    assert made["next_url"].endswith("/topics/waste.json?page=2")


def test_the_blogs_that_often_write_about_it_can_be_followed(
    bins: Planet, client: TestClient
) -> None:
    listed = parse(client.get("/topics/waste/blogs.opml").content)
    assert [one.title for one in listed.feeds] == ["Parks"]


def test_a_topic_nobody_writes_about_can_be_followed_all_the_same(
    bins: Planet, look: Look
) -> None:
    page = look("/topics/copilot")
    assert words(page.cssselect("#glance")[0]) == "No posts yet"
    assert len(page.cssselect(".follow a")) == 4


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/topics/council-tx", "Did you mean “Council tax”?"),
        ("/topics/bins", "Did you mean “Waste, recycling and bins”?"),
        ("/topics/zzzz.atom", "All of them are under Topics"),
        ("/topics/waste?page=3", "There is no page 3"),
        ("/topics/waste?page=0", "A search finds older ones"),
        ("/topics/waste.zip", "Feeds come as"),
    ],
)
def test_what_is_not_there_is_told_with_a_hint(
    bins: Planet, client: TestClient, path: str, hint: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert hint in words(html.document_fromstring(answer.text))


@pytest.mark.parametrize("path", PATHS)
def test_a_repeated_request_is_answered_304(bins: Planet, client: TestClient, path: str) -> None:
    known = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": known}).status_code == 304
    bins.publish(
        feed("rivers"),
        *(entry(f"Bins by the river {n}", text="Bins, recycling, bin collection.") for n in "abc"),
        at=NOW + timedelta(hours=2),
    )
    bins.index()
    assert client.get(path, headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_without_an_index_it_is_a_503(planet: Planet, client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 503


def test_posts_show_three_topics_at_most_and_not_the_pages_own(bins: Planet, look: Look) -> None:
    page = look("/topics/council-tax")
    shown = [a.get("href") for a in page.cssselect("article .tags a")]
    assert "/topics/waste" in shown
    assert "/topics/council-tax" not in shown
    assert all(len(p.cssselect("a")) <= 3 for p in look("/").cssselect("article .tags"))
