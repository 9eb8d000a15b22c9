"""No change of an entry is lost on its way to the search index."""

from dataclasses import replace
from datetime import timedelta

from index.database import Database
from index.outbox import Outbox
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW
from tests.index.test_store import follow, visited


def test_a_new_generation_has_everything_to_learn(store: Store, outbox: Outbox) -> None:
    follow(store, FEED)
    visited(store, ENTRY, replace(ENTRY, key="two", title="Two"))
    assert outbox.begin("first") == 2
    assert outbox.generations() == ["first"]
    assert outbox.backlog("first") == outbox.published() == 2
    titles = {c.document.title for c in outbox.changes("first", 10) if c.document}
    assert titles == {ENTRY.title, "Two"}


def test_what_is_done_does_not_come_again(store: Store, outbox: Outbox) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    outbox.begin("first")
    outbox.done("first", outbox.changes("first", 10))
    assert outbox.changes("first", 10) == []


def test_an_edit_made_while_indexing_is_not_lost(store: Store, outbox: Outbox) -> None:
    outbox.begin("first")
    follow(store, FEED)
    visited(store, ENTRY)
    being_indexed = outbox.changes("first", 10)
    visited(store, replace(ENTRY, title="Edited"), at=NOW + timedelta(hours=1))
    outbox.done("first", being_indexed)
    [change] = outbox.changes("first", 10)
    assert change.document is not None
    assert change.document.title == "Edited"


def test_each_generation_is_told_of_every_change(store: Store, outbox: Outbox) -> None:
    outbox.begin("old")
    outbox.begin("new")
    follow(store, FEED)
    visited(store, ENTRY)
    outbox.done("old", outbox.changes("old", 10))
    assert (outbox.backlog("old"), outbox.backlog("new")) == (0, 1)
    outbox.end("old")
    assert outbox.generations() == ["new"]


def test_what_may_no_longer_be_shown_must_leave_the_index(
    store: Store, outbox: Outbox, database: Database
) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    outbox.begin("first")
    with database.write() as db:
        db.exec_driver_sql("UPDATE feeds SET status = 'withdrawn'")
    [change] = outbox.changes("first", 10)
    assert change.document is None
    assert outbox.published() == 0
