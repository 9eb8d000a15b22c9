"""What a feed says of its older posts, and where a page of them leads on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.archives import ATOM, atom, posts
from crawler.archive import BLOGGERS, PAUSE, REQUESTS, fallen, older, onward
from crawler.fetched import Response
from crawler.parse import parse_feed
from crawler.parsed import MAX_ENTRIES
from crawler.schedule import RETRY_CAP
from index.backfill import State, Taken, Way
from index.model import DateSource, Feed
from tests.conftest import NOW

BASE = "https://parks.example"
FEED = f"{BASE}/feed"
LINK = '<link rel="{}" href="{}"/>'
WORDPRESS = "<generator>https://wordpress.org/?v=6.5</generator>"


def page(head: str = "", count: int = 3, url: str = FEED) -> Response:
    return Response(
        url=url, status=200, headers={"content-type": ATOM}, body=atom(BASE, posts(count), head)
    )


@pytest.mark.parametrize(
    ("url", "head", "way", "address"),
    [
        (f"{BASE}/atom", LINK.format("prev-archive", "/1"), Way.LINKS, f"{BASE}/1"),
        (f"{BASE}/atom", LINK.format("next", "?p=2"), Way.LINKS, f"{BASE}/atom?p=2"),
        (f"{BASE}/atom", LINK.format("next", "https://else.example/"), Way.SITEMAP, ""),
        (f"{BASE}/atom", LINK.format("next", "javascript:x"), Way.SITEMAP, ""),
        (f"{BASE}/atom", WORDPRESS, Way.PAGED, f"{BASE}/atom?paged=2"),
        (f"{BASE}/blog/feed/", "", Way.PAGED, f"{BASE}/blog/feed/?paged=2"),
        (f"{BASE}/?feed=rss2", "", Way.PAGED, f"{BASE}/?feed=rss2&paged=2"),
        (f"{BASE}/feed", "<generator>Medium</generator>", Way.SITEMAP, ""),
        (
            f"{BASE}/feeds/posts/default?alt=rss",
            LINK.format("next", "/feeds/posts/default?start-index=26"),
            Way.INDEX,
            f"{BASE}/feeds/posts/default?alt=rss&start-index=1&max-results={BLOGGERS}",
        ),
        (f"{BASE}/atom", "", Way.SITEMAP, ""),
    ],
)
def test_a_feed_tells_the_way_to_its_older_posts(
    url: str, head: str, way: Way, address: str
) -> None:
    said = parse_feed(page(head).body, content_type=ATOM, url=url)
    assert older(said, url) == (way, address)


def test_a_feed_with_more_than_a_visit_reads_is_read_whole_once_more() -> None:
    url = f"{BASE}/atom"
    came = page(count=MAX_ENTRIES + 50, url=url)
    assert older(parse_feed(came.body, content_type=ATOM, url=url), url) == (Way.WHOLE, "")
    step = onward(Taken(feed=Feed(url=url), way=Way.WHOLE, address=url), came, NOW)
    assert len(step.entries) == MAX_ENTRIES + 50
    assert step.end is not None
    assert step.end.state is State.DONE


def test_json_feed_names_its_next_page_too() -> None:
    body = (
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "Parks", "items": [],'
        b' "next_url": "https://parks.example/2.json"}'
    )
    said = parse_feed(body, url=f"{BASE}/feed.json")
    assert older(said, f"{BASE}/feed.json") == (Way.LINKS, f"{BASE}/2.json")


def test_there_is_a_limit_to_the_pages_of_one_archive() -> None:
    taken = Taken(feed=Feed(url=FEED), way=Way.LINKS, address=f"{BASE}/n", asked=REQUESTS - 1)
    step = onward(taken, page(LINK.format("next", "/more")), NOW)
    assert step.end is not None
    assert (step.end.state, step.end.code, step.address) == (State.DONE, "enough", "")
    assert onward(replace(taken, asked=1), page(LINK.format("next", "/more")), NOW).address


def test_the_date_of_an_archive_is_not_that_of_its_posts() -> None:
    body = (
        b"<rss><channel><lastBuildDate>Fri, 01 May 2026 08:00:00 GMT</lastBuildDate>"
        b"<item><guid>1</guid><title>Undated</title></item></channel></rss>"
    )
    taken = Taken(feed=Feed(url=FEED), way=Way.LINKS, address=FEED)
    [entry] = onward(taken, Response(url=FEED, status=200, body=body), NOW).entries
    assert (entry.published, entry.date_source) == (None, DateSource.SEEN)


def test_pauses_grow_and_a_wish_counts_if_it_is_longer_up_to_two_days() -> None:
    taken = Taken(feed=Feed(url=FEED), way=Way.PAGED, address=f"{FEED}?paged=2")
    pauses = [
        fallen(replace(taken, failures=n), "http-503", "Unwell.", NOW).again for n in range(8)
    ]
    assert pauses == [min(PAUSE * 2**n, RETRY_CAP) for n in range(8)]
    wish = fallen(taken, "http-429", "Less.", NOW, timedelta(days=9))
    assert wish.again == RETRY_CAP
    assert wish.hold is not None
    assert (wish.hold.host, wish.hold.until) == ("parks.example", NOW + RETRY_CAP)
