"""What a visit brings is read before anybody is kept from writing, and read no second time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from index.catalogue import Catalogue
from index.database import Database
from index.keeping import keep_entries, read_ahead, unread
from index.model import Entry, Feed, Lease, Outcome, Poll, Visit
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

BINS = replace(
    ENTRY,
    key="parks.example/bins",
    url="https://parks.example/bins",
    title="Bin collections",
    text="Bin collections, recycling, waste collection and Hackney Council.",
    html="<p>Bin collections, recycling, waste collection and Hackney Council.</p>",
)


def visit(lease: Lease, found: Sequence[Entry], hours: int = 1) -> Visit:
    now = NOW + timedelta(hours=hours)
    poll = Poll(due=now, visited=now, succeeded=now)
    return Visit(at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=tuple(found))


@pytest.fixture
def lease(store: Store) -> Lease:
    """A visit to a blog that is under way."""
    store.follow([FEED], NOW)
    [lease] = store.lease(NOW, 5)
    return lease


def _unread(database: Database, feed: Feed, found: Sequence[Entry]) -> list[Entry]:
    with database.read() as db:
        return unread(db, feed, found)


def test_what_is_new_or_changed_is_unread(store: Store, database: Database, lease: Lease) -> None:
    assert _unread(database, lease.feed, [ENTRY, BINS]) == [ENTRY, BINS]
    store.record(lease, visit(lease, [ENTRY, BINS]))
    assert _unread(database, lease.feed, [ENTRY, BINS]) == []
    edited = replace(BINS, title="Bin days")
    assert _unread(database, lease.feed, [ENTRY, edited]) == [edited]


def test_what_was_read_ahead_is_not_read_again(
    database: Database, catalogue: Catalogue, lease: Lease
) -> None:
    ahead = read_ahead(lease.feed, [BINS])
    assert ahead[BINS].topics == ("waste",)
    told = {BINS: replace(ahead[BINS], topics=("forms",))}  # as no reading would have it
    with database.write() as db:
        keep_entries(db, lease.feed, visit(lease, [ENTRY, BINS]), first_import=True, ahead=told)
    topics = {post.title: post.topics for post in catalogue.latest(9)}
    assert topics[BINS.title] == ("forms",)
    edited = replace(BINS, title="Bin days")
    with database.write() as db:
        keep_entries(db, lease.feed, visit(lease, [edited], 2), first_import=False, ahead=told)
    assert {post.title: post.topics for post in catalogue.latest(9)}["Bin days"] == ("waste",)


def test_a_store_keeps_the_same_whatever_was_read_ahead(
    store: Store, database: Database, catalogue: Catalogue, lease: Lease
) -> None:
    store.record(lease, visit(lease, [ENTRY]))
    [again] = store.lease(NOW + timedelta(hours=2), 5)
    found = [replace(ENTRY, text=f"{ENTRY.text} And the bins."), BINS]
    store.record(again, visit(again, found, hours=2))
    kept = {
        post.title: (post.topics, post.councils, post.language) for post in catalogue.latest(9)
    }
    made = read_ahead(again.feed, found)
    told = {e.title: (made[e].topics, made[e].language) for e in found}
    assert {title: (one[0], one[2]) for title, one in kept.items()} == told
