"""How many posts a blog has is kept beside it, and is true whatever happens to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from index.catalogue import Catalogue
from index.database import Database
from index.following import decide
from index.held import release
from index.model import Entry, Feed, Outcome, Poll, Status, Visit
from index.removed import remove
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

HOUR = timedelta(hours=1)


def entry(number: int, **values: str) -> Entry:
    said = {
        "key": f"{number}",
        "url": f"https://parks.example/{number}",
        "title": f"Post {number}",
    }
    return replace(ENTRY, **(said | values))  # type: ignore[arg-type]


def visit(store: Store, *entries: Entry, at: int = 1) -> None:
    now = NOW + at * HOUR
    [lease] = store.lease(now, 5)
    poll = Poll(due=now + HOUR / 2, visited=now, succeeded=now)
    found = Visit(at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=entries)
    assert not store.record(lease, found).stale


def kept(database: Database) -> dict[str, int]:
    """Return what is kept, which must be what there is."""
    with database.read() as db:
        own = "(SELECT count(*) FROM entries WHERE feed_id = feeds.id)"
        rows = db.exec_driver_sql(f"SELECT slug, posts, {own} FROM feeds").all()
    assert [row[1] for row in rows] == [row[2] for row in rows]
    return {str(row[0]): int(row[1]) for row in rows}


@pytest.fixture
def parks(store: Store) -> Feed:
    """A blog of three posts."""
    store.follow([FEED], NOW)
    visit(store, *map(entry, range(3)))
    [feed] = store.feeds()
    return feed


def test_posts_that_come_and_are_edited_are_counted_once(
    parks: Feed, store: Store, database: Database
) -> None:
    assert kept(database) == {"parks-and-paths": 3}
    visit(store, entry(1, title="Another title"), entry(2), entry(3), at=2)
    assert kept(database) == {"parks-and-paths": 4}
    visit(store, at=3)
    assert kept(database) == {"parks-and-paths": 4}


def test_a_post_that_is_taken_down_counts_no_more(
    parks: Feed, store: Store, database: Database, catalogue: Catalogue
) -> None:
    with database.write() as db:
        remove(db, "https://parks.example/1", NOW, "Asked.")
    assert kept(database) == {"parks-and-paths": 2}
    visit(store, entry(1), at=2)
    assert kept(database) == {"parks-and-paths": 2}
    assert [blog.posts for blog in catalogue.blogs()] == [2]


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.REFUSED, Status.ARCHIVED])
def test_what_a_blog_leaves_behind_is_counted(
    parks: Feed, database: Database, status: Status
) -> None:
    with database.write() as db:
        decide(db, parks, status)
    assert kept(database) == {"parks-and-paths": 3 if status is Status.ARCHIVED else 0}


def test_a_blog_that_leaves_has_none(parks: Feed, store: Store, database: Database) -> None:
    store.withdraw(parks.slug)
    assert kept(database) == {"parks-and-paths": 0}


def test_posts_that_are_held_are_not_shown_as_many(
    parks: Feed, database: Database, catalogue: Catalogue
) -> None:
    with database.write() as db:
        db.exec_driver_sql("UPDATE entries SET held = 1 WHERE title = 'Post 1'")
        hold = "INSERT INTO holds VALUES (?, 'x', 'x', '2026-05-01T09:00:00.000000Z', NULL)"
        db.exec_driver_sql(hold, (parks.id,))
    assert kept(database) == {"parks-and-paths": 3}
    assert [blog.posts for blog in catalogue.blogs()] == [2]
    with database.write() as db:
        release(db, parks.slug, NOW)
    assert [blog.posts for blog in catalogue.blogs()] == [3]


def test_what_pages_say_of_blogs_costs_no_more_with_more_posts(
    parks: Feed, store: Store, database: Database, catalogue: Catalogue
) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def cost(ask: Callable[[], object]) -> int:
        asked.clear()
        ask()
        steps: list[None] = []
        with database.read() as db:
            raw = db.connection.driver_connection
            raw.set_progress_handler(lambda: steps.append(None), 10)  # type: ignore[union-attr]
            reads = [one for one in asked if one[0].startswith("SELECT")]
            for statement, values in reads:
                db.exec_driver_sql(statement, values).all()
            raw.set_progress_handler(None, 0)  # type: ignore[union-attr]
        return len(steps)

    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
    few = cost(catalogue.blogs)
    visit(store, *map(entry, range(3, 600)), at=2)
    assert cost(catalogue.blogs) < 1.2 * few
