"""Who answers whom is the same in whatever order posts arrive, and nobody unpublished counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalogue import Catalogue
from index.database import migrate, open_database
from index.model import Entry, Feed, Outcome, Poll, Visit
from index.outbound import MOST, outbound, own_address
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

Graph = dict[str, tuple[set[str], set[str], int]]


def feed(n: int) -> Feed:
    site = f"https://b{n}.example/"
    return replace(FEED, url=f"{site}feed", site=site, title=f"{n}")


def post(n: int, to: Sequence[int], links: Sequence[str] = ()) -> Entry:
    """Post n of blog n % 3, with links to others that differ in what does not count."""
    spelt = (f"http://www.b{m % 3}.example/{m}/?utm_source=feed#top" for m in to)
    html = "".join(f'<p><a href="{href}">x</a></p>' for href in (*spelt, *links))
    url, when = f"https://b{n % 3}.example/{n}", NOW - timedelta(days=n + 1)
    return replace(ENTRY, key=str(n), url=url, title=str(n), html=html, published=when)


def publish(store: Store, *entries: Entry, now: datetime = NOW) -> None:
    """Let each blog publish its entries, one after the other, each in a visit of its own."""
    for entry in entries:
        now += timedelta(hours=2)
        leases = store.lease(now, 10)
        for lease in leases:
            blog = int(entry.key) % 3
            if lease.feed.url != feed(blog).url:
                store.release([lease])
                continue
            poll = Poll(due=now + timedelta(hours=1), visited=now, succeeded=now)
            read = Visit(
                at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(entry,)
            )
            assert not store.record(lease, read).stale


def graph(catalogue: Catalogue) -> Graph:
    """Return by title whom each post is discussed by, whom it answers, and the count in lists."""
    found: Graph = {}
    for one in catalogue.latest(100):
        talk = catalogue.discussion(one.id)
        by, answers = ({other.title for other in side} for side in (talk.by, talk.answers))
        found[one.title] = (by, answers, one.discussed)
    return found


edges = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20)


@settings(max_examples=20)
@given(edges, st.permutations(range(9)))
def test_the_graph_is_the_same_in_any_order(edges: set[tuple[int, int]], order: list[int]) -> None:
    posts = [post(n, sorted(b for a, b in edges if a == n)) for n in range(9)]
    found = []
    for arriving in (posts, posts[::-1], [posts[n] for n in order]):
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'planet.db'}"
            migrate(url)
            database = open_database(url)
            store = Store(database)
            store.follow([feed(n) for n in range(3)], NOW)
            publish(store, *arriving)
            found.append(graph(Catalogue(database, clock=lambda: NOW)))
            database.close()
    told = {(a, b) for a, b in edges if a % 3 != b % 3}
    for n in range(9):
        by, answers = {str(a) for a, b in told if b == n}, {str(b) for a, b in told if a == n}
        assert found[0][str(n)] == (by, answers, len(by))
    assert found[0] == found[1] == found[2]


@pytest.fixture
def planet(store: Store) -> Store:
    store.follow([feed(n) for n in range(3)], NOW)
    return store


def test_an_edit_takes_a_link_away(planet: Store, catalogue: Catalogue) -> None:
    publish(planet, post(0, []), post(1, [0]))
    assert graph(catalogue)["0"] == ({"1"}, set(), 1)
    publish(planet, post(1, []), now=NOW + timedelta(days=1))
    assert graph(catalogue)["0"] == (set(), set(), 0)


def test_what_is_held_or_has_left_discusses_nothing(planet: Store, catalogue: Catalogue) -> None:
    publish(planet, post(0, []), post(1, [0]), post(2, [0, 1]))
    with planet.database.write() as db:
        db.exec_driver_sql("UPDATE entries SET held = 1 WHERE title = '1'")
    assert graph(catalogue) == {"0": ({"2"}, set(), 1), "2": (set(), {"0"}, 0)}
    [slug] = [one.slug for one in planet.feeds() if one.title == "2"]
    planet.withdraw(slug)
    assert graph(catalogue) == {"0": (set(), set(), 0)}


def test_a_blog_that_speaks_of_itself_is_no_discussion(
    planet: Store, catalogue: Catalogue
) -> None:
    publish(planet, post(0, []), post(3, [0]))
    assert graph(catalogue)["0"] == (set(), set(), 0)


def test_links_to_the_blogs_front_page_discuss_no_post(
    planet: Store, catalogue: Catalogue
) -> None:
    nameless = replace(post(0, []), url=feed(0).site)
    publish(planet, nameless, post(1, [], ["https://b0.example/"]))
    assert graph(catalogue)["0"] == (set(), set(), 0)


def test_only_web_pages_are_links_and_each_counts_once() -> None:
    html = (
        '<a href="mailto:a@b.example">m</a><a href="#x">x</a><a href="https://a.example/1">1</a>'
        '<a title="t" href="http://www.a.example/1/?fbclid=2">1</a>'
        '<a href="https://a.example/?b=1&amp;c=2">2</a>'
        f'<a href="https://a.example/{"x" * 600}">long</a><img src="https://a.example/i.png">'
    )
    assert len(outbound(html)) == 2
    many = "".join(f'<a href="https://a.example/{n}">x</a>' for n in range(1_000))
    assert len(outbound(many)) == MOST


def test_a_post_at_the_blogs_own_address_has_none() -> None:
    assert {own_address(url, FEED) for url in (FEED.site, FEED.url, "")} == {""}
    assert own_address(ENTRY.url, FEED)
