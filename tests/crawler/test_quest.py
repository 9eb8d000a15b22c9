"""From an address to feeds, on a real server with the real spider."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.crawler import AsyncCrawlerRunner

from crawler.candidate import Format, Scope
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.offer import Source
from crawler.pool import Pool
from crawler.quest import (
    REQUESTS,
    SAMPLES,
    Discovered,
    Read,
    apart,
    discover,
    onward,
    spellings,
)
from crawler.sample import Reading, read
from crawler.spider import PlanetSpider, scrapy_settings
from index.model import Robots
from tests.crawler.conftest import manners_of
from tests.reacting import GUARDED, LOOPBACK
from tests.server import Server, drip, page, redirect, rss, serve, status

Quest = Callable[..., Discovered]
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title>
<entry><title>Damp</title><id>b</id><link href="https://blog.example/0"/>
<published>2024-01-01T10:00:00Z</published><summary>About Damp.</summary></entry></feed>"""
WORDPRESS = '<html><head><link rel="https://api.w.org/" href="/wp-json/"></head>'


async def at_once(response: Response, asked: str) -> Reading:
    return read(response, asked, NOW)


@pytest.fixture
def quest(reactor: asyncio.AbstractEventLoop, robots: dict[str, Robots]) -> Iterator[Quest]:
    """Look for the feeds of an address with a spider of our own."""

    def search(address: str, *, read: Read = at_once, **changes: Any) -> Discovered:
        found: Future[Discovered] = Future()

        async def work(fetch: Fetch) -> None:
            found.set_result(await discover(address, fetch, read))

        async def crawl() -> None:
            asked = manners_of(robots, **changes)
            runner = AsyncCrawlerRunner(scrapy_settings(asked))
            await runner.crawl(PlanetSpider, manners=asked, work=work)

        asyncio.run_coroutine_threadsafe(crawl(), reactor).result()
        return found.result()

    yield search
    GUARDED.allowed[:] = [LOOPBACK]


def html(*links: str) -> Any:
    return page(f"<!doctype html><html><head>{''.join(links)}</head><body>Hello", "text/html")


def named(path: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{path}">'


def paths(server: Server) -> list[str]:
    """Return what was asked for, in order."""
    return [seen.path for seen in server.requests if seen.path != "/robots.txt"]


def test_the_address_of_a_feed_is_its_own_answer(server: Server, quest: Quest) -> None:
    server.pages["/feed"] = page(rss("Damp", "Mould"))
    found = quest(server.url("/feed"))
    [offer] = found.offers
    assert (offer.url, offer.title, offer.kind) == (server.url("/feed"), "A blog", Format.RSS)
    assert (offer.source, offer.good, found.code) == (Source.GIVEN, True, "")
    assert offer.sample is not None
    assert [post.title for post in offer.sample.latest] == ["Mould", "Damp"]
    assert (found.requests, paths(server)) == (1, ["/feed"])


@pytest.mark.rule(41)
def test_a_person_may_choose_from_what_a_page_names(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(
        named("/comments/feed/", "Comments"),
        named("/news", "News"),
        named("/category/parks/feed/"),
        named("/gone"),
    )
    server.pages["/news"] = page(rss("Damp"))
    server.pages["/category/parks/feed/"] = page(rss("Parks", link="https://parks.example"))
    found = quest(server.url("/"))
    assert [(o.url, o.scope, o.code) for o in found.offers] == [
        (server.url("/news"), Scope.BLOG, ""),
        (server.url("/category/parks/feed/"), Scope.PART, ""),
        (server.url("/gone"), Scope.BLOG, "http-404"),
        (server.url("/comments/feed/"), Scope.COMMENTS, "not-read"),
    ]
    assert "has nothing at this address" in found.offers[2].reason
    assert {offer.page for offer in found.offers} == {server.url("/")}
    assert paths(server) == ["/", "/news", "/gone", "/category/parks/feed/"]


def test_a_feed_in_two_formats_is_offered_once(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(named("/rss"), named("/atom", kind="application/atom+xml"))
    server.pages["/rss"], server.pages["/atom"] = page(rss("Damp")), page(ATOM)
    [offer] = quest(server.url("/")).offers
    assert (offer.url, offer.kind) == (server.url("/atom"), Format.ATOM)
    assert offer.also == (server.url("/rss"),)


def test_of_many_feeds_four_are_read(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(*(named(f"/{n}.rss") for n in range(9)))
    for n in range(9):
        server.pages[f"/{n}.rss"] = page(rss("Damp", link=f"https://{n}.example"))
    found = quest(server.url("/"))
    assert len(paths(server)) == 1 + SAMPLES
    assert [offer.good for offer in found.offers] == [True] * SAMPLES + [False] * 5
    assert found.offers[-1].code == "not-read"


def test_a_link_that_looks_like_a_feed_is_read_only_if_no_feed_is_named(
    server: Server, quest: Quest
) -> None:
    hint = '<a href="/news.rss">News</a>'
    server.pages["/"], server.pages["/news"] = html(named("/feed"), hint), html(hint)
    server.pages["/feed"] = server.pages["/news.rss"] = page(rss("Damp"))
    assert [o.code for o in quest(server.url("/")).offers] == ["", "not-read"]
    assert [o.source for o in quest(server.url("/news")).offers] == [Source.LINKED]


def test_a_link_may_lead_to_a_page_of_feeds(server: Server, quest: Quest) -> None:
    server.pages["/"] = html('<a href="/rss">RSS</a><a href="/feed">Feed</a>')
    server.pages["/rss"] = html('<a href="/news.rss">News</a>')
    server.pages["/news.rss"] = page(rss("Damp"))
    [offer] = quest(server.url("/")).offers
    assert (offer.url, offer.page) == (server.url("/news.rss"), server.url("/rss"))


@pytest.mark.rule(41)
def test_a_meta_refresh_is_followed_twice_and_no_more(server: Server, quest: Quest) -> None:
    for n in range(4):
        server.pages[f"/{n}/"] = html(f'<meta http-equiv=refresh content="0;url=/{n + 1}/">')
    server.pages["/2/"] = html(named("/feed"))
    server.pages["/feed"] = page(rss("Damp"))
    assert quest(server.url("/0/")).offers[0].page == server.url("/2/")
    server.pages["/2/"] = html('<meta http-equiv=refresh content="0;url=/3/">')
    quest(server.url("/0/"))
    assert server.asked("/3/") == []


def test_a_refresh_that_leads_nowhere_leaves_the_page(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(
        '<meta http-equiv=refresh content="0;url=/gone">', '<a href="/wp-json/">', WORDPRESS
    )
    server.pages["/feed/"] = page(rss("Damp"))
    assert quest(server.url("/")).offers[0].source is Source.GUESSED


@pytest.mark.rule(41)
def test_a_guess_that_leads_home_is_not_followed(server: Server, quest: Quest) -> None:
    server.pages["/"] = page(WORDPRESS, "text/html")
    server.pages["/feed/"] = redirect("/blog")  # which has a feed, but not this one
    server.pages["/blog"] = page(rss("Damp"))
    found = quest(server.url("/"))
    assert (found.offers, found.code) == ((), "no-feed-found")
    assert paths(server) == ["/", "/feed/", "/?feed=rss2"]


@pytest.mark.rule(41)
def test_a_guess_is_followed_to_its_own_other_spelling(server: Server, quest: Quest) -> None:
    server.pages["/"] = page(WORDPRESS, "text/html")
    server.pages["/feed/"] = redirect("/feed")
    server.pages["/feed"] = page(rss("Damp"))
    [offer] = quest(server.url("/")).offers
    assert (offer.url, offer.source) == (server.url("/feed"), Source.GUESSED)


def test_a_guess_may_lead_to_another_feed_and_keeps_its_address_unless_that_lasts(
    server: Server, quest: Quest
) -> None:
    server.pages["/"] = page(WORDPRESS, "text/html")
    server.pages["/atom.xml"] = page(ATOM)
    for code, kept in ((302, "/feed/"), (301, "/atom.xml")):
        server.pages["/feed/"] = redirect("/atom.xml", code)
        assert quest(server.url("/")).offers[0].url == server.url(kept)


def test_guesses_in_a_circle_end(server: Server, quest: Quest) -> None:
    server.pages["/"] = page(WORDPRESS, "text/html")
    server.pages["/feed/"], server.pages["/rss"] = redirect("/rss"), redirect("/feed/")
    assert quest(server.url("/")).code == "no-feed-found"
    assert paths(server) == ["/", "/feed/", "/rss", "/?feed=rss2"]


def test_guessing_ends_with_the_first_feed(server: Server, quest: Quest) -> None:
    server.pages["/"] = html()
    server.pages["/rss.xml"] = server.pages["/atom.xml"] = page(rss("Damp"))
    [offer] = quest(server.url("/")).offers
    assert offer.url == server.url("/rss.xml")
    assert paths(server) == ["/", "/feed/", "/feed.xml", "/rss.xml"]


def test_a_posts_comments_are_not_taken_for_the_blog(server: Server, quest: Quest) -> None:
    generator = '<meta name="generator" content="WordPress 6.8">'
    server.pages["/a-post/"] = html(generator)
    server.pages["/a-post/feed/"] = page(rss("Yes").replace("A blog", "Comments on: A post"))
    server.pages["/feed/"] = page(rss("Damp"))
    found = quest(server.url("/a-post/"))
    assert [(o.url, o.scope) for o in found.offers] == [
        (server.url("/feed/"), Scope.BLOG),
        (server.url("/a-post/feed/"), Scope.COMMENTS),
    ]


def test_the_pages_above_a_page_may_name_its_feed(server: Server, quest: Quest) -> None:
    server.pages["/blog/2026/05/a-post"] = html()
    server.pages["/blog/"] = html()
    server.pages["/"] = html(named("/feed"))
    server.pages["/feed"] = page(rss("Damp"))
    [offer] = quest(server.url("/blog/2026/05/a-post")).offers
    assert offer.page == server.url("/")
    assert paths(server) == ["/blog/2026/05/a-post", "/blog/", "/", "/feed"]


def test_a_lost_address_is_looked_for_on_its_site(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(named("/feed"))
    server.pages["/feed"] = page(rss("Damp"))
    assert quest(server.url("/old/rss.xml")).offers[0].url == server.url("/feed")


def test_a_quest_ends_after_twelve_requests(server: Server, quest: Quest) -> None:
    server.pages["/a/b/"] = server.pages["/a/"] = html(*(named(f"/{n}.rss") for n in range(9)))
    found = quest(server.url("/a/b/"))
    assert found.code == "feed-unreadable"
    assert found.requests == len(paths(server)) == REQUESTS


def test_where_there_is_no_feed_nine_requests_show_it(server: Server, quest: Quest) -> None:
    server.pages["/a/b"] = html()
    found = quest(server.url("/a/b"))
    assert (found.code, found.offers) == ("no-feed-found", ())
    assert len(paths(server)) == 1 + 2 + 6


def test_a_feed_that_moved_for_good_is_offered_where_it_is(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(named("/old"), named("/now"))
    server.pages["/old"], server.pages["/now"] = redirect("/new", 301), redirect("/feed")
    server.pages["/new"], server.pages["/feed"] = page(rss("Damp")), page(rss("Parks", "Damp"))
    assert {o.url for o in quest(server.url("/")).offers} == {
        server.url("/new"),
        server.url("/now"),
    }


def test_an_address_without_a_scheme_is_https_or_else_http(server: Server, quest: Quest) -> None:
    server.pages["/"] = html(named("/feed"))
    server.pages["/feed"] = page(rss("Damp"))
    found = quest(server.base.removeprefix("http://"))
    assert (found.url, found.requests) == (server.url(""), 3)
    assert found.offers[0].good


@pytest.mark.rule(44)
def test_what_robots_txt_forbids_is_not_tried(server: Server, quest: Quest) -> None:
    server.pages["/robots.txt"] = page(
        "User-agent: *\nDisallow: /feed\nDisallow: /*?", "text/plain"
    )
    server.pages["/"] = page(WORDPRESS, "text/html")
    server.pages["/feed/"] = page(rss("Damp"))
    found = quest(server.url("/"))
    assert found.code == "robots"
    assert "robots.txt" in found.reason
    assert paths(server) == ["/"]


@pytest.mark.rule(46)
def test_a_private_address_is_not_asked(server: Server, quest: Quest) -> None:
    GUARDED.allowed.clear()
    found = quest("http://127.0.0.1/", allowed=())
    assert (found.code, found.offers) == ("private", ())
    assert "a private network, which is never visited" in found.reason


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (status(403), "http-403"),
        (status(500), "http-500"),
        (status(429, retry_after="60"), "http-429"),
        (redirect("/"), "redirects"),
        (drip, "timeout"),
        (page("<opml/>", "text/xml"), "opml"),
    ],
)
def test_what_goes_wrong_is_one_plain_sentence(
    server: Server, quest: Quest, answer: Any, code: str
) -> None:
    server.pages["/"] = answer
    found = quest(server.url("/"), timeout=0.5)
    assert (found.code, found.offers) == (code, ())
    assert found.reason.endswith(".")
    assert "ourselves" not in found.reason
    assert len(paths(server)) == 1


def test_nobody_at_home_is_said_plainly(quest: Quest) -> None:
    with serve() as gone:
        address = gone.base
    assert quest(address).code == "refused"
    for nonsense in ("", "[", "a blog", "ftp://blog.example", "me@blog.example"):
        found = quest(nonsense)
        assert (found.code, found.requests) == ("address", 0)
        assert "cannot be visited" in found.reason
    assert quest("no-such-blog.invalid").reason == (
        "The name no-such-blog.invalid cannot be found. Look for a slip in the address."
    )


def test_strangers_bytes_are_read_in_a_process_that_can_be_killed(
    server: Server, quest: Quest
) -> None:
    server.pages["/"] = html(named("/feed"))
    server.pages["/feed"] = page(rss("Damp"))

    async def late() -> Reading:
        response = Response(url=server.url("/"), status=200, body=costly.encode())
        return await apart(impatient)(response, response.url)

    pool = Pool(1)
    impatient = Pool(1, seconds=0.1)
    costly = rss(*(f"{n}{'&lt;p&gt;x &amp;amp;' * 4_000}" for n in range(200)))
    try:
        assert quest(server.url("/"), read=apart(pool)).offers[0].good
        found = asyncio.run(late())
    finally:
        pool.close()
        impatient.close()
    assert isinstance(found, NoResponse)
    assert found.code == "too-slow"


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("https://blog.example/", ["https://blog.example/"]),
        (" <HTTP://blog.example> ", ["HTTP://blog.example"]),
        ("'blog.example'", ["https://blog.example", "http://blog.example"]),
        ("blog.example/a:b", ["https://blog.example/a:b", "http://blog.example/a:b"]),
        ("feed://blog.example/feed", ["http://blog.example/feed"]),
        ("feed:https://blog.example/feed", ["https://blog.example/feed"]),
        ("Feed:blog.example", ["http://blog.example"]),
        ("ftp://blog.example", ["ftp://blog.example"]),
        ("", ["https://", "http://"]),
    ],
)
def test_people_write_addresses_in_many_ways(address: str, meant: list[str]) -> None:
    assert spellings(address) == tuple(meant)


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://blog.example/feed/", "https://blog.example/feed/"),
        ("https://www.blog.example/feed", "https://www.blog.example/feed"),
        ("/atom.xml", "http://blog.example/atom.xml"),
        ("https://feeds.feedburner.com/blog", "https://feeds.feedburner.com/blog"),
        ("/", ""),
        ("/blog/", ""),
        ("https://other.example/feed", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_guess_may_lead_on_to_a_feed_alone(location: str, target: str) -> None:
    assert onward("http://blog.example/feed", location) == target


BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([rss("Damp").encode(), ATOM.encode(), WORDPRESS.encode()]),
    st.text(alphabet="<>=\"' /feedlinkr:;", max_size=200).map(
        lambda text: f"<link rel=alternate type=application/rss+xml href='{text}".encode()
    ),
)
ANSWERS = st.one_of(
    st.just(NoResponse(code="timeout", reason="No answer.")),
    st.builds(
        lambda url, status, body, header: Response(
            url=url, status=status, body=body, headers={"location": header, "link": header}
        ),
        url=st.sampled_from(["https://blog.example/", "https://blog.example/a/b?c"]),
        status=st.sampled_from([200, 200, 200, 301, 404, 500]),
        body=BODIES,
        header=st.sampled_from(["", "/", "/feed", "http://[", "</f>; rel=alternate"]),
    ),
)


@given(st.text(max_size=30), st.lists(ANSWERS, min_size=1, max_size=5))
def test_nothing_that_comes_back_stops_a_quest(address: str, answers: list[Fetched]) -> None:
    asked: list[Ask] = []

    async def fetch(ask: Ask) -> Fetched:
        asked.append(ask)
        return answers[len(asked) % len(answers)]

    found = asyncio.run(discover(address, fetch, at_once))
    assert found.requests == len(asked) <= REQUESTS
    assert bool(found.code) is not any(offer.good for offer in found.offers)
