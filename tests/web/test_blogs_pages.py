"""The directory of blogs, found by name and taken along; and what a blog writes about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.backfill import End, State, Step
from index.backfills import Backfills
from index.model import Kind, Poll
from index.opml import parse
from index.store import Store
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed, words
from web.directory import SIZE, called, directory

Look = Callable[[str], html.HtmlElement]
DAY = timedelta(days=1)


@pytest.fixture
def three(planet: Planet) -> Planet:
    """A planet of two councils' blogs and a supplier's."""
    planet.publish(replace(feed("parks"), councils=("hackney",)), entry("one"))
    lost = Poll(due=NOW + DAY, visited=NOW, failing_since=NOW, problem="dns", detail="Out.")
    planet.publish(replace(feed("roads"), councils=("tower-hamlets",)), poll=lost)
    planet.publish(replace(feed("hackney-sensors", kind=Kind.SUPPLIER), councils=()), entry("two"))
    return planet


def _names(page: html.HtmlElement) -> list[str]:
    return [words(h) for h in page.cssselect("main h3")]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["Parks", "Roads", "Hackney-Sensors"]),
        ("q=hackney", ["Parks", "Hackney-Sensors"]),
        ("q=HACK", ["Parks", "Hackney-Sensors"]),
        ("q=hamlets+tower", ["Roads"]),
        ("q=road", ["Roads"]),
        ("q=hackney&show=supplier", ["Hackney-Sensors"]),
        ("show=troubled&q=tower", ["Roads"]),
        ("q=nowhere", []),
        ("q=%E2%80%A6", []),
        ("q=+", ["Parks", "Roads", "Hackney-Sensors"]),
    ],
)
def test_blogs_are_found_by_their_name_and_council(
    three: Planet, look: Look, client: TestClient, asked: str, names: list[str]
) -> None:
    page = look(f"/blogs?{asked}")
    assert _names(page) == names
    listed = parse(client.get(f"/feeds.opml?{asked}").content)
    assert sorted(one.title for one in listed.feeds) == sorted(names)


def test_groups_are_those_of_what_was_found(three: Planet, look: Look) -> None:
    page = look("/blogs?q=hackney")
    links = {words(a): a.get("href") for a in page.cssselect(".choices a")}
    assert links == {
        "All 2": "/blogs?q=hackney",
        "Councils 1": "/blogs?show=council&q=hackney",
        "Suppliers 1": "/blogs?show=supplier&q=hackney",
    }
    [taken] = page.cssselect(".follow a")
    assert taken.get("href") == "/feeds.opml?q=hackney"


def test_the_box_keeps_the_group(three: Planet, look: Look) -> None:
    form = look("/blogs?q=hackney&show=supplier").cssselect("form.find")[0]
    assert dict(form.form_values()) == {"q": "hackney", "show": "supplier"}


def test_who_finds_no_blog_is_told_the_way_back(three: Planet, look: Look) -> None:
    page = look("/blogs?q=nowhere")
    assert words(page.cssselect("h1")[0]) == "0 blogs"
    assert page.cssselect("main .prose a[href='/blogs']")
    assert page.cssselect("meta[name=robots][content='noindex, follow']")


def test_a_group_that_is_none_is_not_found(three: Planet, client: TestClient) -> None:
    for path in (
        "/blogs?show=nosuch",
        "/feeds.opml?show=nosuch",
        "/blogs?page=2",
        "/blogs?page=x",
    ):
        assert client.get(path).status_code == 404


def test_many_blogs_are_turned_a_page_at_a_time(
    planet: Planet, look: Look, client: TestClient
) -> None:
    many = [feed(f"blog{n:03}") for n in range(SIZE + 5)]
    Store(planet.database).follow(many, NOW)
    first = look("/blogs?show=council")
    [older] = first.cssselect("[rel=next]")
    second = look(str(older.get("href")))
    assert words(first.cssselect("h1")[0]) == words(second.cssselect("h1")[0]) == "105 blogs"
    assert _names(first) + _names(second) == [f"Blog{n:03}" for n in range(SIZE + 5)]
    assert len(parse(client.get("/feeds.opml?show=council").content).feeds) == SIZE + 5


def test_a_name_is_compared_as_far_as_it_may_go(three: Planet, look: Look) -> None:
    assert called("", []) == []
    assert directory([], "", NOW, "x" * 500).q == "x" * 80


def test_a_blog_says_what_it_writes_about_and_when(planet: Planet, look: Look) -> None:
    damp = {"title": "Damp and mould", "text": "damp and mould, damp and mould"}
    planet.publish(
        feed("parks"),
        entry("a", **damp),
        entry("b", **damp, published=NOW - 800 * DAY),
        entry("c", published=NOW - 900 * DAY),
    )
    planet.publish(feed("roads"), entry("d", **damp))
    planet.index()
    page = look("/blogs/parks")
    assert words(page.cssselect("h2")[0]) == "What it writes about"
    topic = page.cssselect(".names li")[0]
    number = words(topic.cssselect(".n")[0])
    assert number == "2 posts"
    found = look(str(topic.cssselect("a")[0].get("href")))
    assert words(found.cssselect("h1")[0]) == number
    rows = [[words(cell) for cell in row] for row in page.cssselect(".years tbody tr")]
    assert rows == [["2023", "1"], ["2024", "1"], ["2025", "0"], ["2026", "1"]]


def test_without_an_index_a_blog_has_its_posts_all_the_same(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), entry("a"), entry("b", published=NOW - 800 * DAY))
    page = look("/blogs/parks")
    assert [words(h) for h in page.cssselect("article h3")] == ["a", "b"]
    assert not page.cssselect(".years")


END = {
    State.UNDER_WAY: "We are fetching its older posts, slowly.",
    State.DONE: "We have fetched its older posts.",
    State.STUCK: "We could not fetch all of its older posts. It leads in a circle.",
}


@pytest.mark.parametrize("state", END)
def test_a_blogs_page_says_how_far_back_its_record_goes_and_how_that_goes_on(
    planet: Planet, look: Look, state: State
) -> None:
    since = replace(entry("one"), published=NOW - 400 * DAY)
    planet.publish(feed("parks"), since)
    assert words(look("/blogs/parks").cssselect("p.how")[1]) == (
        "Our record of it goes back to 27 March 2025."
    )
    backfills = Backfills(planet.database, lambda: NOW)
    _, known = backfills.want("parks")
    assert known.state is State.WANTED
    [taken] = backfills.take(1, anyhow=lambda url: True)
    if state is not State.UNDER_WAY:
        stuck = state is State.STUCK
        end = End(state, "loops" if stuck else "", "It leads in a circle." if stuck else "")
        backfills.keep(taken, Step(at=NOW, way=taken.way, end=end))
    said = words(look("/blogs/parks").cssselect("p.how")[1])
    assert said == f"Our record of it goes back to 27 March 2025. {END[state]}"


def test_a_blog_without_posts_has_no_record(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"))
    assert len(look("/blogs/parks").cssselect("p.how")) == 1
