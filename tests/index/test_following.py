"""The store follows the list of blogs, and loses nothing to an edit of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from index.catalogue import Catalogue
from index.database import Database
from index.errors import NotFound
from index.model import Feed, Followings, Status
from index.outbox import Outbox
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW
from tests.index.test_store import follow, leased, read, visited

OTHER = replace(FEED, url="https://bins.example/feed", site="https://bins.example", title="Bins")


def test_the_same_list_twice_changes_nothing(store: Store) -> None:
    assert store.follow([FEED, OTHER], NOW) == Followings(added=2)
    assert store.follow([FEED, OTHER], NOW) == Followings()


def test_a_list_is_followed_until_it_or_a_feed_changes(store: Store) -> None:
    assert store.followed("a") is None
    store.follow([FEED], NOW, digest="a", warnings=["Mind the gap."])
    assert store.followed("a") == Followings(warnings=("Mind the gap.",))
    assert store.followed("b") is None
    store.follow([FEED, OTHER], NOW, digest="b")
    assert (store.followed("a"), store.followed("b")) == (None, Followings())


def test_a_list_is_read_again_after_a_blog_has_moved(store: Store) -> None:
    store.follow([FEED], NOW, digest="a")
    visited(store, ENTRY)
    assert store.followed("a") == Followings()
    lease = leased(store, NOW + timedelta(hours=1))
    moved = replace(lease.feed, url="https://parks.example/new-feed")
    store.record(lease, replace(read(lease, ENTRY), feed=moved))
    assert store.followed("a") is None


def test_a_list_is_read_again_after_a_blog_has_left(store: Store) -> None:
    store.follow([FEED], NOW, digest="a")
    store.withdraw(store.feeds()[0].slug)
    assert store.followed("a") is None


def test_a_line_with_a_new_address_is_the_same_blog(store: Store) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    [before] = store.feeds()
    moved = replace(FEED, url="https://parks.example/new-feed")
    assert store.follow([moved], NOW) == Followings(changed=1)
    [after] = store.feeds()
    assert (after.id, after.slug, after.url) == (before.id, before.slug, moved.url)
    [lease] = store.lease(NOW, limit=1)
    assert (lease.poll.etag, lease.poll.due) == ("", NOW)


def test_a_line_with_a_former_address_does_not_bring_it_back(store: Store) -> None:
    follow(store, FEED)
    follow(store, replace(FEED, url="https://parks.example/new-feed"))
    assert store.follow([FEED], NOW) == Followings()
    assert [feed.url for feed in store.feeds()] == ["https://parks.example/new-feed"]


def test_an_address_is_the_same_with_and_without_https_or_www(store: Store) -> None:
    follow(store, FEED)
    assert store.follow([replace(FEED, url="http://www.parks.example/feed/")], NOW).added == 0


def test_two_blogs_of_one_home_page_stay_two(store: Store) -> None:
    news = replace(FEED, url="https://parks.example/news.xml", title="News")
    assert store.follow([FEED, news], NOW).added == 2
    assert store.follow([FEED, news], NOW) == Followings()


def test_a_blog_that_returns_to_the_list_is_followed_again(store: Store) -> None:
    follow(store, FEED, OTHER)
    follow(store, OTHER)
    assert Status.ARCHIVED in {feed.status for feed in store.feeds()}
    follow(store, FEED, OTHER)
    assert {feed.status for feed in store.feeds()} == {Status.LIVE}


def test_a_new_title_or_council_reaches_the_index(store: Store, outbox: Outbox) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    outbox.begin("live")
    outbox.done("live", outbox.changes("live", 10))
    follow(store, replace(FEED, title="Parks", councils=("camden",)))
    [change] = outbox.changes("live", 10)
    assert change.document is not None
    assert (change.document.feed, change.document.councils) == ("Parks", ("camden",))


def test_first_visits_are_spread_and_sure_addresses_come_first(
    store: Store, database: Database
) -> None:
    guesses = [
        replace(FEED, url=f"https://g{n}.example/feed", site="", guessed=True) for n in range(50)
    ]
    seen = [replace(FEED, url=f"https://s{n}.example/feed", site="") for n in range(50)]
    store.follow([*guesses, *seen], NOW, spread=timedelta(minutes=10))
    at_once = store.lease(NOW, limit=100)
    assert [lease.feed.guessed for lease in at_once] == [False]
    halfway = store.lease(NOW + timedelta(minutes=5), limit=100)
    assert len(halfway) == 50
    assert len(store.lease(NOW + timedelta(minutes=10), limit=100)) == 49


def test_a_blog_that_leaves_is_gone_and_no_list_brings_it_back(
    store: Store, catalogue: Catalogue, outbox: Outbox, database: Database
) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    outbox.begin("live")
    outbox.done("live", outbox.changes("live", 10))
    store.withdraw("parks-and-paths")
    assert [change.document for change in outbox.changes("live", 10)] == [None]
    assert (catalogue.latest(10), catalogue.blogs()) == ([], [])
    with database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM contents").scalar() == 0
    followings = store.follow([FEED], NOW)
    assert followings.warnings == (
        "Parks and paths is in the list but asked to leave: it is not followed.",
    )
    assert store.lease(NOW + timedelta(days=9), limit=1) == []


def test_a_visit_under_way_does_not_bring_back_a_blog_that_left(
    store: Store, catalogue: Catalogue
) -> None:
    follow(store, FEED)
    lease = leased(store)
    store.withdraw("parks-and-paths")
    store.record(lease, read(lease, ENTRY))
    assert catalogue.latest(10) == []
    assert [feed.status for feed in store.feeds()] == [Status.WITHDRAWN]


def test_only_a_blog_that_is_known_can_leave(store: Store) -> None:
    with pytest.raises(NotFound, match="No blog is called"):
        store.withdraw("nobody")


@pytest.mark.parametrize(
    ("feed", "slug"),
    [
        (Feed(url="https://a.example/feed", title="Llŷn & Môn: a blog"), "llyn-mon-a-blog"),
        (Feed(url="https://a.example/feed", title="✨"), "a-example"),
        (Feed(url="https://a.example/feed"), "a-example"),
        (Feed(url="https://a.example/feed", title="v1.2.atom"), "v1-2-atom"),
    ],
)
def test_slugs_are_plain_and_hold_no_dot(store: Store, feed: Feed, slug: str) -> None:
    follow(store, feed)
    assert [one.slug for one in store.feeds()] == [slug]


def test_blogs_of_one_title_have_slugs_of_their_own(store: Store) -> None:
    follow(store, FEED, replace(OTHER, title=FEED.title))
    assert sorted(feed.slug for feed in store.feeds()) == ["parks-and-paths", "parks-and-paths-2"]
