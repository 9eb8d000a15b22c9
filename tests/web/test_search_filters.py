"""Filters of a search: one address for the same search, links that narrow it, and the way back."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.model import Kind
from index.wanted import Wanted, normalised
from tests.conftest import NOW
from tests.web.conftest import BASE, Planet, entry, feed, words
from web.asked import read_asked

Look = Callable[[str], html.HtmlElement]


@pytest.fixture
def two(planet: Planet) -> Planet:
    """A planet of a council and a supplier, of which both write about damp."""
    planet.publish(
        replace(feed("parks"), councils=("hackney",), nation="england"),
        entry("Damp homes", text="damp homes"),
        entry("Research on bins", text="bins and research"),
        entry("More research", text="research"),
    )
    other = replace(feed("sensors"), councils=(), nation="wales", kind=Kind.SUPPLIER)
    planet.publish(other, entry("Damp sensors", text="damp sensors"))
    planet.index()
    return planet


def _titles(page: html.HtmlElement) -> list[str]:
    return [words(h) for h in page.cssselect("article h2")]


def _canonical(page: html.HtmlElement) -> str:
    return str(page.cssselect("link[rel=canonical]")[0].get("href")).removeprefix(BASE)


def test_the_same_search_has_one_address(two: Planet, client: TestClient, look: Look) -> None:
    paths = (
        "/search?q=damp&nation=wales&kind=supplier",
        "/search?kind=Supplier&nation=Wales&nation=wales&q=+damp+&topic=&after=",
    )
    assert {_canonical(look(path)) for path in paths} == {
        "/search?q=damp&nation=wales&kind=supplier"
    }
    assert len({client.get(path).headers["etag"] for path in paths}) == 1


def test_nobody_is_shown_another_readers_filters(two: Planet, client: TestClient) -> None:
    added = (
        "", "&council=hackney", "&nation=wales", "&kind=-supplier", "&only=typed", "&after=2020",
        "&before=2020", "&year=2026", "&author=parks", "&title=damp", "&exact=damp", "&page=2",
        "&sort=newest", "&tag=parks", "&blog=parks", "&lang=en", "&has=tag",
        "&topic=damp-and-mould", "&region=london",
    )  # fmt: skip
    for path in ("/search", "/search.json"):
        tags = [client.get(f"{path}?q=damp{more}").headers["etag"] for more in added]
        expected = len(added) - (path == "/search.json")  # a feed is the newest always
        assert len(set(tags)) == expected


def test_a_filter_narrows_and_can_be_removed(two: Planet, look: Look) -> None:
    page = look("/search?q=damp&kind=supplier")
    assert _titles(page) == ["Damp sensors"]
    [chip] = page.cssselect(".choices a")
    assert words(chip) == "Remove the filter Suppliers ×"
    assert sorted(_titles(look(str(chip.get("href"))))) == ["Damp homes", "Damp sensors"]


def test_a_filter_that_was_typed_can_be_removed_too(two: Planet, look: Look) -> None:
    page = look("/search?q=damp+council:Hackney+after:2020")
    assert _titles(page) == ["Damp homes"]
    links = {words(a): str(a.get("href")) for a in page.cssselect(".choices a")}
    assert links == {
        "Remove the filter Hackney ×": "/search?q=damp+after%3A2020",
        "Remove the filter Since 1 January 2020 ×": "/search?q=damp+council%3AHackney",
    }


def test_a_number_beside_a_value_is_what_its_link_shows(two: Planet, look: Look) -> None:
    page = look("/search?q=damp")
    values = page.cssselect(".facets li")
    assert {words(li) for li in values} >= {"Suppliers 1", "Wales 1", "Sensors 1"}
    for li in values:
        link, number = li.cssselect("a")[0], li.cssselect(".n")[0]
        assert words(look(str(link.get("href"))).cssselect("h1")[0]).startswith(words(number))


def test_of_what_is_chosen_the_alternatives_are_offered(two: Planet, look: Look) -> None:
    page = look("/search?q=damp&kind=supplier")
    [other] = [li for li in page.cssselect(".facets li") if "ouncils" in words(li)]
    assert words(other) == "Councils 1"
    both = look(str(other.cssselect("a")[0].get("href")))
    assert words(both.cssselect("h1")[0]).startswith("2 posts")


def test_the_form_passes_on_what_it_has_no_field_for(two: Planet, look: Look) -> None:
    page = look("/search?q=damp&kind=supplier&kind=council&tag=parks&after=2020&only=typed")
    form = page.cssselect("form.find")[0]
    assert sorted(form.form_values()) == sorted(
        [("q", "damp"), ("kind", "council"), ("kind", "supplier"), ("tag", "park"),
         ("after", "2020-01-01"), ("only", "typed"), ("exact", ""), ("topic", ""),
         ("council", ""), ("nation", ""), ("before", "")]
    )  # fmt: skip


def test_the_feed_of_a_search_keeps_its_filters(
    two: Planet, look: Look, client: TestClient
) -> None:
    page = look("/search?q=damp&kind=supplier")
    for link in page.cssselect(".follow a"):
        assert "kind=supplier" in str(link.get("href"))
    found = client.get("/search.json?q=damp&kind=supplier").json()
    assert [item["title"] for item in found["items"]] == ["Damp sensors"]
    assert found["title"] == "“damp”, Suppliers on Council Planet"


def test_a_word_that_no_post_has_is_corrected_and_can_be_kept(two: Planet, look: Look) -> None:
    page = look("/search?q=reserch")
    said = words(page.cssselect(".understood")[0])
    assert "No post has “reserch”, so we searched for “research”." in said
    [link] = page.cssselect(".understood a")
    kept = look(str(link.get("href")))
    assert not _titles(kept)
    assert "No post has “reserch”." in words(kept)


def test_nothing_found_offers_what_has_answers(two: Planet, look: Look) -> None:
    page = look('/search?q="damp"+"bins"+"research"&nation=england')
    links = {words(a): str(a.get("href")) for a in page.cssselect("main .prose li a")}
    assert _titles(look(links["without “damp”"])) == ["Research on bins"]
    page = look("/search?q=bins&kind=supplier")
    links = {words(a): str(a.get("href")) for a in page.cssselect("main .prose li a")}
    assert _titles(look(links["without the filters"])) == ["Research on bins"]


def test_nothing_found_leads_to_the_topic(two: Planet, look: Look) -> None:
    page = look("/search?q=council+tax+xyzzy&kind=supplier")
    assert page.cssselect("main a[href='/topics/council-tax']")


def test_what_was_not_found_is_noted_each_time(
    two: Planet, client: TestClient, wanted: Wanted
) -> None:
    for path in (
        "/search?q=Xyzzy+the+plugh",
        "/search?q=Xyzzy+the+plugh",
        "/search?q=plugh+xyzzy&page=2",
        "/search.atom?q=plugh+xyzzy",
        "/search?q=plugh+xyzzy&nation=wales",
        "/search?q=damp",
    ):
        assert client.get(path).status_code == 200
    assert wanted.most(9) == []
    wanted.flush()
    [missed] = wanted.most(9)
    assert (missed.query, missed.times, missed.last) == ("plugh xyzzy", 2, NOW)
    wanted.note("xyzzy plugh")
    wanted.flush()
    assert [one.times for one in wanted.most(9)] == [3]


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("The Potholes of York", "potholes york"),
        ("jo@example.org", ""),
        ("https://example.org/x", ""),
        ("call 07700 900123", ""),
        ("budget 2024 2025", "2024 2025 budget"),
        ("what is the", ""),
        ("word " * 30 + "x" * 80, ""),
        ("damp council:hackney", ""),
    ],
)
def test_nothing_that_may_tell_of_a_person_is_noted(text: str, noted: str) -> None:
    assert normalised(text) == noted


def test_suggestions_are_what_browsers_expect(two: Planet, client: TestClient) -> None:
    answer = client.get("/suggest?q=dam")
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    text, found, kinds, links = answer.json()
    assert text == "dam"
    assert {"Damp homes", "Damp sensors"} <= set(found)
    assert len(found) == len(kinds) == len(links) <= 8
    assert client.get("/suggest?q=hack").json()[1][0] == "Hackney"
    assert client.get("/suggest").json() == ["", [], [], []]
    assert "/suggest?q={searchTerms}" in client.get("/opensearch.xml").text


@pytest.mark.parametrize(
    "asked",
    [
        'q="damp', "q=" + "damp+" * 400, "q=%F0%9F%98%80", "q=the+of", "kind=supplier",
        "topic=nosuch&council=nosuch&kind=nosuch&lang=%00", "q=damp&year=abc&after=abc",
        "&".join(f"tag=t{n}" for n in range(300)), "q=%ED%A0%80&author=%ED%A0%80", "q=OR+OR",
        "q=damp&sort=price&only=nonsense", "blog=%22%3E&title=" + "%E5%AD%97" * 3000,
    ],
)  # fmt: skip
def test_whatever_is_asked_is_answered(two: Planet, client: TestClient, asked: str) -> None:
    for path in ("/search", "/search.atom", "/search.json", "/suggest", "/search"):
        answer = client.get(f"{path}?{asked}")
        assert answer.status_code == 200
        assert len(answer.content) < 100_000


@pytest.mark.parametrize("page", ["-1", "26", "000001" + "9" * 5000])
def test_a_page_too_far_is_not_found(two: Planet, client: TestClient, page: str) -> None:
    assert client.get(f"/search?q=damp&page={page}").status_code == 404


def test_no_more_than_twenty_filters_count() -> None:
    asked = read_asked([("tag", f"t{n}") for n in range(300)])
    assert len(asked.query.filters) == 20
    assert read_asked(asked.pairs).address() == asked.address()
