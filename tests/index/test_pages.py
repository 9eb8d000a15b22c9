"""Which pages of posts are read, once, and what becomes of what they say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from index.catalogue import Catalogue
from index.database import Database
from index.model import Entry, Feed, Outcome, Poll, Visit
from index.opml import parse, unparse
from index.outbox import Outbox
from index.pages import A_DAY, FRESH, TRIES, Pages, PageText
from index.query import parse_query
from index.refresh import refresh
from index.search import open_search
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW, Clock

Publish = Callable[..., None]

SUMMARY = replace(ENTRY, complete=False, text="On Saturday the bandstand […]")
WHOLE = PageText(
    "<h2>Money</h2><p>The bandstand cost less than the ducks.</p>",
    "Money\nThe bandstand cost less than the ducks. Damp and mould in the pavilion: tenants "
    "report damp and mould.",
)


@pytest.fixture
def pages(database: Database, clock: Clock) -> Pages:
    clock.now = NOW + timedelta(hours=1)
    return Pages(database, clock)


def summary(n: int, **values: object) -> Entry:
    said = {"key": str(n), "url": f"https://parks.example/{n}", "title": f"Post {n}"}
    return replace(SUMMARY, **(said | values))  # type: ignore[arg-type]


def test_only_the_page_of_a_post_that_the_feed_cuts_short_is_read(
    pages: Pages, publish: Publish
) -> None:
    publish(SUMMARY, replace(ENTRY, key="whole", url="https://parks.example/whole"))
    [taken] = pages.take(5)
    assert (taken.address, taken.summary) == (SUMMARY.url, SUMMARY.text)
    pages.keep(taken, WHOLE)
    assert pages.take(5) == []
    assert pages.waiting() == 0


def test_a_post_without_a_page_of_its_own_is_left_alone(pages: Pages, publish: Publish) -> None:
    publish(summary(1, url=FEED.site), summary(2, url=FEED.url), summary(3, url=""))
    assert pages.take(5) == []


def test_a_post_is_found_by_the_words_of_its_page_and_shown_by_its_excerpt(
    pages: Pages,
    publish: Publish,
    catalogue: Catalogue,
    outbox: Outbox,
    url: str,
) -> None:
    publish(SUMMARY)
    refresh(outbox, url)
    query = parse_query("ducks pavilion mould")
    assert open_search(url).find(query, limit=5).total == 0
    pages.keep(pages.take(1)[0], WHOLE)
    refresh(outbox, url)
    [hit] = open_search(url).find(query, limit=5).hits
    [post] = catalogue.posts([hit.id])
    assert (post.excerpt, post.words, post.complete) == (SUMMARY.excerpt, 19, True)
    assert "housing-repairs" in post.topics


def test_an_edit_of_the_summary_keeps_the_page_and_reads_it_again_after_a_week(
    pages: Pages, publish: Publish, catalogue: Catalogue, clock: Clock
) -> None:
    publish(SUMMARY)
    pages.keep(pages.take(1)[0], WHOLE)
    publish(replace(SUMMARY, title="The bandstand is open"))
    [post] = catalogue.latest(1)
    assert (post.title, post.words, post.complete) == ("The bandstand is open", 19, True)
    assert "housing-repairs" in post.topics
    assert pages.take(1) == []
    clock.now += FRESH + timedelta(minutes=1)
    assert pages.take(1) == []  # nobody has edited it since
    publish_later(pages, clock, replace(SUMMARY, title="The bandstand closes"))
    assert len(pages.take(1)) == 1


def publish_later(pages: Pages, clock: Clock, entry: Entry) -> None:
    """Let a visit bring an entry at the clock's time."""
    store = Store(pages.database)
    [lease] = store.lease(clock.now, 1)
    poll = Poll(due=clock.now + timedelta(hours=1), visited=clock.now, succeeded=clock.now)
    visit = Visit(at=clock.now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(entry,))
    store.record(lease, visit)


def test_a_feed_that_gives_posts_whole_after_all_needs_no_page(
    pages: Pages, publish: Publish, catalogue: Catalogue
) -> None:
    publish(SUMMARY)
    pages.keep(pages.take(1)[0], WHOLE)
    said = "The whole of it, by the feed itself."
    publish(replace(ENTRY, html=f"<p>{said}</p>", text=said))
    [post] = catalogue.latest(1)
    assert catalogue.texts([post.id]) == {post.id: said}


def test_one_host_is_asked_for_one_page_at_a_time_the_newest_first(
    pages: Pages, publish: Publish
) -> None:
    old, new = NOW - timedelta(days=9), NOW - timedelta(days=1)
    publish(
        summary(1, published=old),
        summary(2, published=new),
        summary(3, url="https://other.example/3"),
    )
    taken = {one.address for one in pages.take(5)}
    assert taken == {"https://parks.example/2", "https://other.example/3"}
    assert pages.take(5) == []
    assert pages.take(5, {"parks.example"}) == []


def test_a_server_in_trouble_is_left_alone_with_all_its_pages_and_given_up_in_the_end(
    pages: Pages, publish: Publish, clock: Clock
) -> None:
    publish(summary(1), summary(2))
    asked: list[str] = []
    for _ in range(3 * TRIES):
        for one in pages.take(5):
            asked.append(one.address)
            pages.failed(one, "http-503", "It is unwell.", again=timedelta(days=1))
            assert pages.take(5) == []
        clock.now += timedelta(days=1)
    assert sorted(asked) == sorted([summary(n).url for n in (1, 2)] * TRIES)


def test_a_page_of_no_use_is_not_asked_for_again(
    pages: Pages, publish: Publish, clock: Clock
) -> None:
    publish(SUMMARY)
    pages.failed(pages.take(1)[0], "login", "It asks for a login.")
    clock.now += timedelta(days=400)
    assert pages.take(1) == []


def test_what_comes_after_its_lease_has_ended_changes_nothing(
    pages: Pages, publish: Publish, clock: Clock, catalogue: Catalogue
) -> None:
    publish(SUMMARY)
    [late] = pages.take(1)
    clock.now += timedelta(hours=1)
    [taken] = pages.take(1)
    pages.keep(late, WHOLE)
    [post] = catalogue.latest(1)
    assert not post.complete
    pages.keep(taken, WHOLE)
    assert catalogue.latest(1)[0].complete


def test_a_crawler_that_died_leaves_pages_to_be_read(pages: Pages, publish: Publish) -> None:
    publish(SUMMARY)
    assert pages.take(1)
    assert pages.take(1) == []
    pages.release()
    assert pages.take(1)


def test_no_host_is_asked_for_more_than_enough_in_a_day(
    pages: Pages, publish: Publish, clock: Clock
) -> None:
    publish(*(summary(n) for n in range(A_DAY + 5)))
    done = 0
    while taken := pages.take(1):
        pages.failed(taken[0], "no-post", "It holds no text.")
        done += 1
    assert done == A_DAY
    clock.now += timedelta(days=1, minutes=1)
    assert pages.take(1)


def test_a_blog_whose_line_says_so_has_no_page_read_and_those_read_are_forgotten(
    pages: Pages, publish: Publish, store: Store, catalogue: Catalogue
) -> None:
    publish(SUMMARY, summary(2))
    pages.keep(pages.take(1)[0], WHOLE)
    store.follow([replace(FEED, pages=False)], NOW)
    assert pages.take(5) == []
    posts = catalogue.latest(5)
    assert {post.complete for post in posts} == {False}
    assert {"housing-repairs" in post.topics for post in posts} == {False}
    assert set(catalogue.texts([post.id for post in posts]).values()) == {SUMMARY.text}


def test_a_server_that_asked_us_to_stay_away_is_not_asked_for_pages(
    pages: Pages, publish: Publish, database: Database
) -> None:
    publish(SUMMARY)
    with database.write() as db:
        db.exec_driver_sql("UPDATE polls SET not_before = '2027-01-01T00:00:00.000000Z'")
    assert pages.take(1) == []


def test_nothing_is_read_of_a_blog_that_left(
    pages: Pages, publish: Publish, store: Store, catalogue: Catalogue
) -> None:
    publish(SUMMARY, summary(2, url="https://other.example/2"))
    first, second = pages.take(2)
    pages.keep(first, WHOLE)
    [feed] = store.feeds()
    store.withdraw(feed.slug)
    pages.keep(second, WHOLE)
    assert pages.waiting() == 0
    assert catalogue.latest(5) == []


def test_the_list_says_that_pages_are_not_to_be_read() -> None:
    feed = replace(FEED, pages=False)
    body = unparse([feed], title="Blogs")
    assert b"/pages/no" in body
    [read] = parse(body).feeds
    assert isinstance(read, Feed)
    assert not read.pages
