"""What is held of a blog is kept and shown to nobody, until a moderator has decided."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from index.bulk import copies
from index.catalogue import Catalogue
from index.chance import old_post
from index.database import Database
from index.decisions import Decisions
from index.errors import NotFound, PlanetError
from index.held import Holding
from index.model import Entry, Health, Poll, Recorded
from index.opml import unparse
from index.outbox import Outbox
from index.query import parse_query
from index.refresh import refresh
from index.schema import HELD, entries
from index.search import open_search
from index.slices import Slice
from index.store import REVISIT, Store
from tests.conftest import ENTRY, FEED, NOW
from tests.index.test_store import follow, leased, read, visited

LATER, THEN = NOW + timedelta(days=300), NOW + timedelta(days=301)
CASINO = replace(
    ENTRY,
    key="parks.example/win",
    url="https://parks.example/win",
    title="Online casino bonus",
    text="Free spins for everybody.",
    html="<p>Free spins for everybody.</p>",
    published=LATER - timedelta(days=2),
)
MORE = replace(CASINO, key="more", url="https://parks.example/more", title="Fine tables")


@pytest.fixture
def decisions(database: Database, tmp_path: Path) -> Decisions:
    path = tmp_path / "feeds.opml"
    path.write_bytes(unparse([FEED], title="Ours"))
    return Decisions(database, path, lambda: THEN)


def taken(store: Store, *found: Entry, at: datetime = LATER, called: str = "") -> Recorded:
    """Visit the one feed, which calls itself so and has these entries."""
    lease = leased(store, at)
    visit = read(lease, *found, at=at)
    return store.record(lease, replace(visit, poll=replace(visit.poll, called=called)))


def bought(store: Store) -> None:
    """Follow a blog with one post, whose feed carries an advert 300 days later."""
    follow(store, FEED)
    visited(store, ENTRY)
    assert taken(store, CASINO).new == 1


def titles(catalogue: Catalogue) -> set[str]:
    return {post.title for post in catalogue.latest(99)}


def test_a_held_post_is_read_nowhere(store: Store, catalogue: Catalogue, outbox: Outbox) -> None:
    outbox.begin("old")
    bought(store)
    assert outbox.begin("new") == 1
    [blog] = catalogue.blogs()
    [waits] = Holding(store.database).all()
    assert (waits.titles, waits.posts, waits.held.reason) == ((CASINO.title,), 1, "spam")
    assert (blog.health, blog.posts, blog.held) == (Health.HELD, 1, waits.held)
    assert blog.newest is not None
    assert blog.newest.title == ENTRY.title
    assert titles(catalogue) == {ENTRY.title}
    assert catalogue.coverage().posts == outbox.published() == 1
    assert [len(batch) for batch in copies(catalogue, Slice())] == [1]
    with store.database.read() as db:
        ids = {title: id for id, title in db.exec_driver_sql("SELECT id, title FROM entries")}
    id = ids[CASINO.title]
    with pytest.raises(NotFound):
        catalogue.post(id)
    assert catalogue.texts([id]) == {}
    assert old_post(store.database, THEN, id) == ids[ENTRY.title]
    for generation in ("old", "new"):
        told = {one.id for one in outbox.changes(generation, 9) if one.document}
        assert told == {ids[ENTRY.title]}


def test_posts_that_follow_are_held_too_and_edits_of_published_ones_wait(
    store: Store, catalogue: Catalogue, decisions: Decisions
) -> None:
    bought(store)
    taken(store, replace(ENTRY, title="Betting"), replace(CASINO, title="Togel"), MORE, at=THEN)
    assert titles(catalogue) == {ENTRY.title}
    [waits] = Holding(store.database).all()
    assert {*waits.titles} == {"Togel", MORE.title}
    decisions.release("parks-and-paths", "anna")
    lease = leased(store, THEN + timedelta(hours=2))
    assert (lease.poll.digest, lease.poll.etag, lease.poll.unconditional) == ("", "", None)
    store.record(lease, read(lease, replace(ENTRY, title="Betting"), at=THEN))
    assert titles(catalogue) == {"Betting", "Togel", MORE.title}


def test_a_release_publishes_posts_at_their_own_dates(
    store: Store, catalogue: Catalogue, outbox: Outbox, decisions: Decisions
) -> None:
    bought(store)
    outbox.begin("new")
    decisions.release("parks-and-paths", "anna")
    newest = catalogue.latest(1)[0]
    assert (newest.title, newest.sort_at) == (CASINO.title, CASINO.published)
    assert [one.title for one in catalogue.latest(9, of=Slice(since=LATER))] == [CASINO.title]
    documents = [one.document.title for one in outbox.changes("new", 9) if one.document]
    assert {*documents} == {ENTRY.title, CASINO.title}
    [blog] = catalogue.blogs()
    assert (blog.posts, blog.held) == (2, None)
    assert Holding(store.database).all() == []
    made = decisions.log()[0]
    assert (made.who, made.what, made.about) == ("anna", "release", FEED.title)


def test_a_released_blog_is_not_held_for_the_same_again(
    store: Store, catalogue: Catalogue, decisions: Decisions
) -> None:
    bought(store)
    decisions.release("parks-and-paths", "anna")
    lease = leased(store, THEN)
    again = replace(MORE, title="Online casino again")
    store.record(lease, read(lease, CASINO, again, at=THEN))
    lease = leased(store, THEN + timedelta(days=300))
    last = replace(MORE, key="last", url="https://parks.example/last", title="Free spins")
    store.record(lease, read(lease, last, at=THEN + timedelta(days=300)))
    assert len(titles(catalogue)) == 4
    assert Holding(store.database).all() == []


def test_a_visit_under_way_does_not_count_when_a_blog_is_released(
    store: Store, decisions: Decisions
) -> None:
    bought(store)
    lease = leased(store, THEN)
    decisions.release("parks-and-paths", "anna")
    assert store.record(lease, read(lease, MORE, at=THEN)).stale
    assert store.next_due() == THEN + REVISIT


def test_a_removed_blog_takes_what_was_held_with_it(store: Store, decisions: Decisions) -> None:
    bought(store)
    decisions.remove("parks-and-paths", "anna", "A casino.")
    with store.database.read() as db:
        for table in ("entries", "contents", "holds"):
            assert not db.exec_driver_sql(f"SELECT * FROM {table}").all()


@pytest.mark.parametrize("slug", ["nobody", "parks-and-paths"])
def test_what_is_not_held_cannot_be_released(
    store: Store, decisions: Decisions, slug: str
) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    with pytest.raises((NotFound, PlanetError)):
        decisions.release(slug, "anna")
    assert decisions.log() == []


def test_a_title_that_changed_counts_against_what_the_feed_was_called(
    store: Store, catalogue: Catalogue
) -> None:
    follow(store, FEED)
    lease = leased(store)
    visit = read(lease, ENTRY)
    store.record(lease, replace(visit, poll=Poll(due=LATER, visited=NOW, succeeded=NOW)))
    recent = replace(ENTRY, key="recent", url="https://parks.example/r", published=LATER)
    taken(store, recent, called="Green Spaces")
    assert catalogue.blogs()[0].held is None
    taken(store, replace(MORE, title="Free spins"), at=THEN, called="Lucky Wheel")
    held = catalogue.blogs()[0].held
    assert held is not None
    assert "“Green Spaces” and is called “Lucky Wheel”" in held.sentence


def test_old_posts_written_over_are_held_back(store: Store, catalogue: Catalogue) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    over = replace(CASINO, key=ENTRY.key)
    taken(store, over)
    assert titles(catalogue) == {ENTRY.title}
    [waits] = Holding(store.database).all()
    assert (waits.posts, waits.titles) == (0, ())


def test_a_first_visit_is_compared_with_nothing(store: Store, catalogue: Catalogue) -> None:
    follow(store, FEED)
    visited(store, CASINO)
    assert catalogue.blogs()[0].held is None


def test_no_search_finds_what_is_held_until_it_is_released(
    url: str, store: Store, outbox: Outbox, decisions: Decisions
) -> None:
    def found(words: str) -> int:
        search = open_search(url)
        try:
            return search.find(parse_query(words), limit=9).total
        finally:
            search.close()

    bought(store)
    refresh(outbox, url)
    assert (found("bandstand"), found("casino")) == (1, 0)
    decisions.release("parks-and-paths", "anna")
    refresh(outbox, url)
    assert (found("bandstand"), found("casino")) == (1, 1)


def test_what_is_held_is_taken_off_a_count_by_an_index(store: Store) -> None:
    query = str(select(func.count()).where(entries.c.feed_id == 1, HELD))
    with store.database.read() as db:
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.replace(':feed_id_1', '1')}").all()
    assert any("USING INDEX entries_held" in step[-1] for step in plan), plan
