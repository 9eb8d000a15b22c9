"""The planet's front page: the newest posts by day, and the way to all the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from lxml import html

from index.model import Kind, Outcome, Poll
from index.store import Store
from tests.conftest import FEED, NOW
from tests.web.conftest import Planet, entry, feed, post_id, words

Look = Callable[[str], html.HtmlElement]
DAY = timedelta(days=1)


def test_posts_are_grouped_by_the_day_in_london(planet: Planet, look: Look) -> None:
    planet.publish(
        FEED,
        entry("morning", published=datetime(2026, 4, 20, 8, 15, tzinfo=UTC)),
        entry("past midnight in London", published=datetime(2026, 4, 20, 23, 30, tzinfo=UTC)),
    )
    page = look("/")
    days = [
        (words(d.find("h2")), [words(h) for h in d.findall(".//h3")])
        for d in page.cssselect(".leaf")
    ]
    assert days == [
        ("Tuesday 21 April 2026", ["past midnight in London"]),
        ("Monday 20 April 2026", ["morning"]),
    ]
    assert [words(t) for t in page.cssselect(".by time")] == ["12:30am", "9:15am"]


def test_today_and_yesterday_are_named_beside_their_dates(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("new", published=NOW), entry("old", published=NOW - DAY))
    headings = [words(h) for h in look("/").cssselect(".leaf > h2")]
    assert headings == ["Today Friday 1 May 2026", "Yesterday Thursday 30 April 2026"]


def test_a_title_leads_to_the_author_and_a_quiet_link_to_us(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("bandstand"))
    page = look("/")
    [title] = page.cssselect("h3 a")
    assert title.get("href") == "https://parks.example/bandstand"
    [more] = page.cssselect("a.more")
    assert words(more) == "Details of “bandstand”"
    assert words(look(more.get("href")).cssselect("h1")[0]) == "bandstand"


def test_a_post_names_its_blog_its_council_and_how_long_it_takes(
    planet: Planet, look: Look
) -> None:
    planet.publish(FEED, entry("long", text="word " * 700))
    [by] = look("/").cssselect(".by")
    assert words(by).startswith("Parks and paths Hackney")
    assert "3 min read" in words(by)


def test_a_summary_does_not_pretend_to_know_how_long_the_post_is(
    planet: Planet, look: Look
) -> None:
    planet.publish(FEED, entry("summary", complete=False))
    assert "min read" not in words(look("/"))


def test_a_supplier_is_called_one(planet: Planet, look: Look) -> None:
    planet.publish(feed("vendor", kind=Kind.SUPPLIER), entry("rosy"))
    planet.publish(feed("parks"), entry("sober"))
    labels = {
        words(p.find(".//h3")): [words(s) for s in p.cssselect(".supplier")]
        for p in look("/").cssselect("article")
    }
    assert labels == {"rosy": ["Supplier"], "sober": []}


def test_a_note_without_a_title_is_not_said_twice(planet: Planet, look: Look) -> None:
    planet.publish(
        FEED,
        entry(
            "note",
            title="Fog on the top road…",
            titled=False,
            excerpt="Fog on the top road again.",
        ),
        entry("short", title="Lemon drizzle.", titled=False, excerpt="Lemon drizzle."),
    )
    said = {
        words(p.find(".//h3")): [words(e) for e in p.cssselect(".excerpt")]
        for p in look("/").cssselect("article")
    }
    assert said == {"Fog on the top road…": ["… again."], "Lemon drizzle.": []}


def test_a_post_in_welsh_says_so_to_screen_readers(planet: Planet, look: Look) -> None:
    planet.publish(
        FEED,
        entry("Ffurflenni", language="cy-GB", excerpt="Mae gennym 73."),
        entry("Forms", language="en-GB"),
    )
    page = look("/")
    assert {words(h): h.get("lang") for h in page.cssselect("h3")} == {
        "Ffurflenni": "cy-GB",
        "Forms": None,
    }
    assert [e.get("lang") for e in page.cssselect(".excerpt") if "Mae" in words(e)] == ["cy-GB"]


def test_a_post_that_reads_like_welsh_is_called_so_whatever_its_feed_says(
    planet: Planet, look: Look
) -> None:
    text = (
        "Mae'r tîm wedi bod yn siarad gyda phobl sydd yn byw yn ein tai cyngor am y tamprwydd, ac "
        "rydym wedi dysgu bod angen i ni wrando mwy ar beth maen nhw yn ei ddweud."
    )
    planet.publish(FEED, entry("Tamprwydd", language="en-us", text=text, excerpt=text))
    planet.index()
    page = look("/")
    assert [h.get("lang") for h in page.cssselect("h3")] == ["cy"]
    [found] = look("/search?q=lang:welsh").cssselect("article h2")
    assert words(found) == "Tamprwydd"


@pytest.mark.rule(34)
def test_a_post_that_turned_up_late_says_when(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("first"), at=NOW - 3 * DAY)
    planet.publish(FEED, entry("from the attic", published=NOW - 400 * DAY))
    [late] = [p for p in look("/").cssselect("article") if "attic" in words(p)]
    assert "added 1 May 2026" in words(late)


@pytest.mark.rule(31)
def test_a_post_without_a_date_claims_none(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("undated", published=None))
    page = look("/")
    assert "first seen 1 May 2026" in words(page.cssselect(".by")[0])
    details = look(f"/posts/{post_id(page, 'undated')}")
    assert "Published" not in words(details)
    assert "the blog gives no date" in words(details)


def test_paging_both_ways_neither_skips_nor_repeats(planet: Planet, look: Look) -> None:
    same = NOW - 10 * DAY  # a third of them share one moment
    entries = [
        entry(f"p{n}", published=same if n % 3 == 0 else NOW - timedelta(hours=n))
        for n in range(95)
    ]
    planet.publish(FEED, *entries)
    down = _walk(look, "/", "next")
    titles = [title for page in down for title in page]
    assert [len(page) for page in down] == [20, 20, 20, 20, 15]
    assert len(set(titles)) == len(titles) == 95
    up = _walk(look, _last(look, "/"), "prev")
    assert [len(page) for page in up] == [15, 20, 20, 20, 20]
    assert [title for page in up[::-1] for title in page] == titles


def test_a_page_that_is_just_full_promises_no_more(planet: Planet, look: Look) -> None:
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - n * DAY) for n in range(60)))
    assert [len(page) for page in _walk(look, "/", "next")] == [20, 20, 20]


def test_the_pages_of_one_blog_hold_no_other(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(35)))
    planet.publish(feed("roads"), *(entry(f"r{n}", published=NOW - n * DAY) for n in range(35)))
    pages = _walk(look, "/blogs/roads", "next")
    assert [title for page in pages for title in page] == [f"r{n}" for n in range(35)]


@pytest.mark.parametrize("place", ["nonsense", "ffffffffffffffffff-a", "-1-a", "1f-", "%00-a"])
@pytest.mark.parametrize("way", ["before", "after"])
def test_a_place_that_is_none_is_not_found(client: TestClient, way: str, place: str) -> None:
    assert client.get(f"/?{way}={place}").status_code == 404


def test_an_empty_planet_says_what_will_happen(look: Look) -> None:
    page = look("/")
    assert "There are no posts yet" in words(page)
    assert not page.cssselect("figure")


def test_beyond_the_last_post_there_is_a_way_back(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("only"))
    page = look("/?before=1-a")
    assert "no more posts in this direction" in words(page)
    assert page.cssselect("main a[href='/']")


def test_the_chart_counts_the_past_week(planet: Planet, look: Look) -> None:
    planet.publish(
        feed("parks"),
        entry("today", published=NOW),
        entry("six days ago", published=NOW - 6 * DAY),
        entry("seven days ago", published=NOW - 7 * DAY),
    )
    planet.publish(feed("roads"), entry("yesterday", published=NOW - DAY))
    [chart] = look("/").cssselect("figure")
    assert "The past week: 3 posts by 2 blogs." in words(chart)
    assert len(chart.cssselect(".moon")) == 3


def test_pages_that_are_only_a_way_through_ask_not_to_be_indexed(
    planet: Planet, look: Look
) -> None:
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - n * DAY) for n in range(40)))
    older = look("/").cssselect("[rel=next]")[0].get("href")
    assert look("/").cssselect("meta[name=robots]") == []
    assert look(older).cssselect("meta[name=robots]")[0].get("content") == "noindex, follow"


def test_a_failing_blog_says_why_and_what_happens_next(planet: Planet, look: Look) -> None:
    planet.publish(
        FEED,
        entry("old"),
        poll=Poll(
            due=NOW + timedelta(hours=5),
            visited=NOW,
            failures=3,
            failing_since=NOW - 11 * DAY,
            problem="tls",
            detail="Its security certificate has expired",
        ),
    )
    said = (
        "Failing since 20 April 2026. Its security certificate has expired. "
        "We will try again today at 3:00pm."
    )
    [slug] = [a.get("href") for a in look("/blogs").cssselect("h3 a")]
    assert said in words(look("/blogs"))
    assert said in words(look(slug))
    assert said in words(look("/blogs?show=troubled"))


def test_what_came_of_the_last_visits_can_be_looked_up(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), entry("one"), entry("two"), at=NOW - 2 * DAY)
    planet.publish(feed("parks"), at=NOW - DAY, outcome=Outcome.SAME)
    out = Poll(due=NOW + DAY, visited=NOW, failing_since=NOW, problem="http-503", detail="Out")
    planet.publish(feed("parks"), poll=out, outcome=Outcome.FAILED)
    [history] = look("/blogs/parks").cssselect("details")
    assert words(history.cssselect("summary")[0]) == "Our last 3 visits"
    rows = [[words(cell) for cell in row] for row in history.cssselect("tbody tr")]
    assert rows == [
        ["1 May 2026, 10:00am", "Out.", "0"],
        ["30 April 2026, 10:00am", "Nothing had changed.", "0"],
        ["29 April 2026, 10:00am", "We read its feed.", "2"],
    ]
    assert [th.get("scope") for th in history.cssselect("th")] == [*["col"] * 3, *["row"] * 3]


def test_a_blog_not_visited_yet_has_no_visits_to_show(planet: Planet, look: Look) -> None:
    Store(planet.database).follow([feed("parks")], NOW)
    page = look("/blogs/parks")
    assert "New. We have not visited it yet." in words(page)
    assert not page.cssselect("details")


@pytest.mark.rule(15)
@pytest.mark.parametrize(("problem", "links"), [("challenge", 1), ("http-403", 1), ("dns", 0)])
def test_an_owner_whose_site_turns_us_away_is_told_how_to_let_us_in(
    planet: Planet, look: Look, problem: str, links: int
) -> None:
    out = Poll(due=NOW, visited=NOW, failing_since=NOW, problem=problem, detail="Out.")
    planet.publish(feed("parks"), poll=out, outcome=Outcome.FAILED)
    told = look("/blogs/parks").cssselect(".how a[href='/about#allow']")
    assert len(told) == links
    assert look("/about").cssselect("#allow")


@pytest.mark.rule(10)
def test_a_blog_that_seems_to_have_moved_says_where_and_who_decides(
    planet: Planet, look: Look
) -> None:
    moving = Poll(
        due=NOW + DAY,
        visited=NOW,
        succeeded=NOW,
        moving_to="https://new.example/feed",
        moving_why="redirect",
        moving_since=NOW - 8 * DAY,
        moving_seen=5,
    )
    planet.publish(feed("parks"), entry("one"), poll=moving)
    for path in ("/blogs", "/blogs/parks"):
        said = words(look(path).cssselect(".how")[0])
        assert said.startswith("Seems to have moved. Its server says that its feed is at new")
        assert "A moderator has to confirm that." in said


def test_the_directory_can_be_narrowed_to_a_kind(planet: Planet, look: Look) -> None:
    planet.publish(feed("vendor", kind=Kind.SUPPLIER), entry("rosy"))
    planet.publish(replace(feed("parks"), kind=Kind.COUNCIL), entry("sober"))
    page = look("/blogs")
    assert [words(h) for h in page.cssselect("h2")] == ["Councils", "Suppliers"]
    only = look("/blogs?show=supplier")
    assert [words(h) for h in only.cssselect("h3")] == ["Vendor"]
    assert words(only.cssselect("h1")[0]) == "1 blog"
    assert words(look("/blogs?show=community").cssselect("h1")[0]) == "0 blogs"


def _walk(look: Look, path: str, way: str) -> list[list[str]]:
    """Turn the pages from `path` on, and return the titles on each."""
    pages = []
    while path:
        page = look(path)
        pages.append([words(h) for h in page.cssselect("article h3")])
        path = "".join(str(a.get("href")) for a in page.cssselect(f"[rel={way}]"))
    return pages


def _last(look: Look, path: str) -> str:
    while links := look(path).cssselect("[rel=next]"):
        path = str(links[0].get("href"))
    return path
