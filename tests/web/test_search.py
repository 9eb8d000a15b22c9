"""The search page: what was found and why, what was searched, and what to do otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.model import Poll
from tests.conftest import FEED, NOW
from tests.web.conftest import Planet, entry, feed, words

Look = Callable[[str], html.HtmlElement]
DAY = timedelta(days=1)


def _titles(page: html.HtmlElement) -> list[str]:
    return [words(h) for h in page.cssselect("article h2")]


@pytest.fixture
def damp(planet: Planet) -> Planet:
    """A planet where 45 posts are about damp, the newest of them barely."""
    filler = "Nothing much. " * 60
    planet.publish(
        FEED,
        entry("Damp sensors", text="Damp sensors in damp homes.", published=NOW - 50 * DAY),
        entry("The week", text=f"{filler} Somebody said damp. {filler}", published=NOW - DAY),
        *(
            entry(f"Week {n}", text=f"Damp again. {filler}", published=NOW - (2 + n) * DAY)
            for n in range(43)
        ),
        entry("Bins", text="Bins."),
    )
    planet.index()
    return planet


def test_the_best_match_comes_first_unless_the_newest_is_asked_for(
    damp: Planet, look: Look
) -> None:
    assert _titles(look("/search?q=damp"))[0] == "Damp sensors"
    newest = _titles(look("/search?q=damp&sort=newest"))
    assert newest[:2] == ["The week", "Week 0"]


def test_what_was_searched_for_is_marked_in_title_and_passage(damp: Planet, look: Look) -> None:
    [first, *_] = look("/search?q=damp").cssselect("article")
    assert [words(mark) for mark in first.cssselect("h2 mark")] == ["Damp"]
    assert [words(mark) for mark in first.cssselect(".excerpt mark")] == ["Damp", "damp"]


def test_a_passage_from_the_middle_shows_that_there_is_more(damp: Planet, look: Look) -> None:
    [passage] = [
        words(article.cssselect(".excerpt")[0])
        for article in look("/search?q=damp&sort=newest").cssselect("article")
        if "The week" in words(article)
    ]
    assert passage.startswith("… ")
    assert passage.endswith(" …")
    assert "Somebody said damp." in passage


def test_turning_the_pages_neither_skips_nor_repeats(damp: Planet, look: Look) -> None:
    path, titles = "/search?q=damp&sort=newest", list[str]()
    while path:
        page = look(path)
        titles += _titles(page)
        path = "".join(str(a.get("href")) for a in page.cssselect("[rel=next]"))
    assert len(titles) == len(set(titles)) == 45
    assert "45 posts" in words(look("/search?q=damp").cssselect("h1")[0])


def test_the_same_search_can_be_followed(damp: Planet, look: Look, client: TestClient) -> None:
    page = look('/search?q="damp+sensors"')
    links = {words(a): str(a.get("href")) for a in page.cssselect(".follow a")}
    assert set(links) == {"Atom", "RSS", "JSON Feed", "How to follow this"}
    for href in links.values():
        assert parse_qs(urlsplit(href).query) == {"q": ['"damp sensors"']}
        assert client.get(href).status_code == 200


def test_what_was_understood_is_said(damp: Planet, look: Look) -> None:
    page = look('/search?q=damp+"damp+sensors"+-bins')
    said = words(page.cssselect(".understood p")[0])
    assert said == "Posts about damp, with the exact words “damp sensors”, without bins."
    assert page.cssselect("input")[0].get("value") == 'damp "damp sensors" -bins'


@pytest.mark.rule(49)
@pytest.mark.parametrize("path", ["/search", "/search.atom", "/search.json"])
def test_a_long_question_makes_no_long_answer(damp: Planet, client: TestClient, path: str) -> None:
    usual = client.get(path, params={"q": "damp"})
    long = client.get(path, params={"q": "damp " + "<&" * 8_000})
    assert long.status_code == 200
    assert len(long.content) < len(usual.content) + 60_000


@pytest.mark.rule(49)
def test_what_is_not_looked_for_is_said(damp: Planet, look: Look) -> None:
    page = look("/search?q=" + "+".join(["damp", *(f"w{n}" for n in range(40))]))
    said = words(page.cssselect(".understood p")[0])
    assert said.endswith("Only 32 words, or 500 characters, are looked for.")
    assert _titles(page)[0] == "Damp sensors"


def test_every_search_says_what_it_covers(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), entry("Damp", published=NOW - 400 * DAY), entry("Mould"))
    failing = Poll(due=NOW + DAY, visited=NOW, failing_since=NOW, problem="http", detail="Out.")
    planet.publish(replace(feed("roads"), councils=("leeds",)), entry("Potholes"), poll=failing)
    planet.index()
    said = words(look("/search?q=damp").cssselect(".coverage")[0])
    assert "3 posts from 2 blogs, 2 councils among them." in said
    assert "The oldest post is from 27 March 2025." in said
    assert "We last looked for new ones today at 10:00am." in said
    assert "1 blog cannot be read at the moment, so its newest posts may be missing." in said


def test_what_a_search_covers_is_counted_anew_when_it_changes(planet: Planet, look: Look) -> None:
    def said() -> str:
        return words(look("/search").cssselect(".coverage p")[0])

    planet.publish(feed("parks"), entry("Damp"), at=NOW - DAY)
    assert said().startswith("1 post from 1 blog, 1 council among them.")
    assert "yesterday at 10:00am" in said()
    planet.publish(replace(feed("roads"), councils=("leeds",)), entry("Potholes"))
    assert said().startswith("2 posts from 2 blogs, 2 councils among them.")
    assert "today at 10:00am" in said()
    failing = Poll(due=NOW, visited=NOW, failing_since=NOW, problem="http-404", detail="Gone.")
    planet.publish(feed("rivers"), poll=failing)
    assert "1 blog cannot be read at the moment" in said()


def test_no_answer_comes_with_advice(damp: Planet, look: Look) -> None:
    page = look('/search?q="quantum+bins"')
    assert words(page.cssselect("h1")[0]) == 'No posts yet for "quantum bins"'
    [plain] = [a for a in page.cssselect("main li a") if "without quotation marks" in words(a)]
    assert parse_qs(urlsplit(plain.get("href")).query) == {"q": ["quantum bins"]}
    assert "The day somebody writes about it, you will know." in words(page)
    assert len(page.cssselect(".follow a")) == 4


@pytest.mark.parametrize("query", ["", "%20%20", "-damp", "...", '""'])
def test_a_search_for_nothing_explains_how_to_ask(damp: Planet, look: Look, query: str) -> None:
    page = look(f"/search?q={query}")
    assert "How to ask" in words(page)
    assert not page.cssselect("article, .follow")


@pytest.mark.parametrize("page", ["0", "-1", "26", "x", "²", "9" * 5000])
def test_a_page_that_cannot_be_is_not_found(damp: Planet, client: TestClient, page: str) -> None:
    answer = client.get("/search", params={"q": "damp", "page": page})
    assert answer.status_code == 404
    assert "Add a word to narrow it down" in answer.text


def test_a_page_past_the_last_leads_back(damp: Planet, look: Look) -> None:
    page = look("/search?q=damp&page=7")
    assert "There are no more posts on this page." in words(page)
    assert page.cssselect("main a[href='/search?q=damp']")


def test_an_index_being_built_says_how_far_it_is(planet: Planet, client: TestClient) -> None:
    planet.publish(FEED, entry("Damp"))
    planet.share = 0.42
    answer = client.get("/search?q=damp")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["cache-control"] == "no-store"
    page = html.document_fromstring(answer.text)
    assert "is being built anew and is 42% done" in words(page)
    assert page.cssselect("input")[0].get("value") == "damp"


def test_a_damaged_index_is_no_empty_answer_to_a_feed_reader(
    planet: Planet, client: TestClient, tmp_path: Path
) -> None:
    planet.publish(FEED, entry("Damp"))
    assert client.get("/search.atom?q=damp").status_code == 503


def test_the_search_box_needs_no_index(planet: Planet, look: Look) -> None:
    assert look("/search").cssselect("input[name=q]")


def test_an_index_that_lags_behind_says_so(damp: Planet, look: Look) -> None:
    damp.share = 0.9
    assert "it knows 90% of our posts so far" in words(look("/search?q=damp"))
    damp.share = 0.999
    assert "catching up" not in words(look("/search?q=damp"))


def test_a_post_withdrawn_since_it_was_indexed_is_not_shown(planet: Planet, look: Look) -> None:
    gone = feed("roads")
    planet.publish(gone, entry("Damp roads"))
    planet.publish(feed("parks"), entry("Damp parks"))
    planet.index()
    planet.withdraw(gone)
    assert _titles(look("/search?q=damp")) == ["Damp parks"]
