"""A move that was proposed is accepted into the list, or forgotten; the list decides."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.listing import Listing
from index.catalogue import Catalogue
from index.database import Database
from index.errors import NotFound, OpmlError, PlanetError
from index.model import Aim, Feed, Health
from index.moves import Moves
from index.opml import parse, unparse
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW
from tests.index.test_store import follow, leased, read, visited

NEW = "https://new.example/feed"
HOMELESS = replace(FEED, site="", guessed=True)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feeds.opml"


@pytest.fixture
def moves(database: Database) -> Moves:
    return Moves(database)


def proposed(store: Store, path: Path, feed: Feed, to: str = NEW) -> Feed:
    """Follow a list of one blog, whose visit found that it has moved."""
    path.write_bytes(unparse([feed], title="Ours"))
    keep_up(store, path)
    lease = leased(store, NOW)
    visit = read(lease, ENTRY)
    poll = replace(visit.poll, moving_to=to, moving_why="redirect", moving_since=NOW)
    store.record(lease, replace(visit, poll=poll))
    return lease.feed


def keep_up(store: Store, path: Path) -> None:
    Listing(path=path, store=store).follow(NOW, lambda sentence: None)


def said(path: Path) -> list[str]:
    return [feed.url for feed in parse(path.read_bytes()).feeds]


@pytest.mark.parametrize("feed", [FEED, HOMELESS], ids=["with a home page", "without one"])
def test_killed_between_list_and_store_the_next_start_ends_the_move(
    store: Store, catalogue: Catalogue, moves: Moves, path: Path, feed: Feed
) -> None:
    before = proposed(store, path, feed)
    assert catalogue.blogs()[0].health is Health.MOVED
    moves.accept(before.slug, path)  # and here we are killed
    assert said(path) == [NEW]
    assert [one.url for one in store.feeds()] == [FEED.url]
    keep_up(store, path)
    [after] = store.feeds()
    assert (after.id, after.slug, after.url, after.guessed) == (before.id, before.slug, NEW, False)
    [blog] = catalogue.blogs()
    assert (blog.posts, blog.poll.moving_to, blog.poll.due) == (1, "", NOW)


def test_killed_before_the_list_was_written_the_proposal_stands(
    store: Store, catalogue: Catalogue, path: Path
) -> None:
    proposed(store, path, FEED)
    keep_up(store, path)
    assert catalogue.blogs()[0].poll.moving_to == NEW
    assert [one.url for one in store.feeds()] == [FEED.url]


def test_a_move_that_was_accepted_twice_is_one(store: Store, moves: Moves, path: Path) -> None:
    slug = proposed(store, path, FEED).slug
    moves.accept(slug, path)
    moves.accept(slug, path)
    keep_up(store, path)
    with pytest.raises(PlanetError, match="Nothing says that Parks and paths has moved"):
        moves.accept(slug, path)
    assert said(path) == [NEW]


def test_a_blog_may_move_back_to_where_it_was(store: Store, moves: Moves, path: Path) -> None:
    slug = proposed(store, path, FEED).slug
    moves.accept(slug, path)
    keep_up(store, path)
    lease = leased(store, NOW)
    visit = read(lease, ENTRY)
    poll = replace(visit.poll, moving_to=FEED.url, moving_why="redirect", moving_since=NOW)
    store.record(lease, replace(visit, poll=poll))
    moves.accept(slug, path)
    keep_up(store, path)
    assert [one.url for one in store.feeds()] == [FEED.url]
    assert said(path) == [FEED.url]


def test_a_visit_under_way_does_not_undo_a_new_address(store: Store) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    lease = leased(store, LATER)
    follow(store, replace(FEED, url=NEW), now=LATER)
    assert store.record(lease, read(lease, ENTRY, at=LATER)).stale
    assert [one.url for one in store.feeds()] == [NEW]


def test_a_move_is_refused_and_forgotten(
    store: Store, catalogue: Catalogue, moves: Moves, path: Path
) -> None:
    slug = proposed(store, path, FEED).slug
    before = path.read_bytes()
    assert moves.refuse(slug, NOW).to == NEW
    [blog] = catalogue.blogs()
    assert (blog.health, blog.poll.moving_to, blog.poll.aim) == (Health.OK, "", Aim.FEED)
    assert path.read_bytes() == before


def test_a_visit_under_way_does_not_bring_a_refused_move_back(
    store: Store, catalogue: Catalogue, moves: Moves, path: Path
) -> None:
    slug = proposed(store, path, FEED).slug
    lease = leased(store, LATER)
    moves.refuse(slug, LATER)
    store.record(lease, replace(read(lease, ENTRY, at=LATER), poll=lease.poll))
    assert catalogue.blogs()[0].poll.moving_to == ""
    assert store.lease(LATER, limit=1) == []  # the blog is not asked twice in an hour


@pytest.mark.parametrize("first", [True, False], ids=["after it", "before it"])
def test_a_blog_at_the_proposed_address_is_another_while_the_old_line_stands(
    store: Store, moves: Moves, path: Path, first: bool
) -> None:
    before = proposed(store, path, FEED)
    other = Feed(url=NEW, site="https://new.example/", title="Another")
    store.follow([FEED, other] if first else [other, FEED], NOW)
    kept = {feed.url: feed.slug for feed in store.feeds()}
    assert kept == {FEED.url: before.slug, NEW: "another"}
    with pytest.raises(PlanetError, match="is the address of another blog"):
        moves.accept(before.slug, path)
    assert said(path) == [FEED.url]


@pytest.mark.parametrize("first", [True, False], ids=["after it", "before it"])
def test_a_second_blog_of_one_home_page_does_not_take_the_place_of_the_first(
    store: Store, first: bool
) -> None:
    follow(store, FEED)
    news = replace(FEED, url="https://parks.example/news.xml", title="News")
    store.follow([FEED, news] if first else [news, FEED], NOW)
    assert {one.url: one.slug for one in store.feeds()} == {
        FEED.url: "parks-and-paths",
        news.url: "news",
    }


def test_a_broken_list_and_a_missing_line_are_told(store: Store, moves: Moves, path: Path) -> None:
    slug = proposed(store, path, FEED).slug
    with pytest.raises(NotFound, match="No blog is called nobody"):
        moves.accept("nobody", path)
    path.write_bytes(unparse([Feed(url="https://x.example/feed", title="X")], title="Ours"))
    with pytest.raises(NotFound, match="has no line in"):
        moves.accept(slug, path)
    path.write_bytes(b"<opml><body>\n<outline")
    with pytest.raises(OpmlError, match="Line 2, column 1"):
        moves.accept(slug, path)
