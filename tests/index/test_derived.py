"""What we make of posts, and reading them again when that changes."""

import pytest
from sqlalchemy import update

import index.rederive
from index.database import Database
from index.derived import Byline, derive, mark
from index.facts import DERIVED, fact
from index.outbox import Outbox
from index.rederive import rederive
from index.refresh import rebuild
from index.schema import contents, entries
from tests.index.conftest import Publish
from tests.index.conftest import entries as some

BY = Byline("parks")


def test_headings_links_and_topics_are_read() -> None:
    html = (
        "<h2>Missed <em>bins</em></h2><p>We wrote of waste collection and of recycling: "
        '<a href="https://a.example/">what we learned</a>.</p><h3> </h3><h4>Next &amp; last</h4>'
    )
    made = derive(
        title="Bins", html=html, text="one two three four five six", tags=("waste",), by=BY
    )
    assert made.headings == "Missed bins\nNext & last"
    assert made.linked == pytest.approx(3 / 6)
    assert made.topics == ("waste",)


def test_a_post_of_nothing_has_nothing() -> None:
    made = derive(title="", html="", text="", tags=(), by=BY)
    assert (made.topics, made.headings, made.linked) == ((), "", 0.0)


def test_no_more_than_all_of_a_post_is_links() -> None:
    link = '<a href="https://a.example/">one two three</a>'
    assert derive(title="", html=link * 9, text="one", tags=(), by=BY).linked == 1.0


def test_posts_of_a_new_planet_need_not_be_read_again(
    database: Database, publish: Publish
) -> None:
    publish(*some(3))
    with database.read() as db:
        assert fact(db, DERIVED) == mark()
    assert rederive(database) == 0


@pytest.fixture
def changed(database: Database, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A planet of five posts, of which two would be read otherwise now."""
    publish(*some(5))
    monkeypatch.setattr(index.rederive, "mark", lambda: "another list of topics")
    monkeypatch.setattr(index.rederive, "BATCH", 2)
    with database.write() as db:
        ids = [row.id for row in db.execute(entries.select().order_by(entries.c.id))]
        db.execute(update(entries).where(entries.c.id == ids[1]).values(topics=("former",)))
        db.execute(update(contents).where(contents.c.entry_id == ids[4]).values(headings="Former"))
    return database


def test_only_what_comes_out_otherwise_is_changed(changed: Database) -> None:
    outbox = Outbox(changed)
    outbox.begin("live")
    outbox.done("live", outbox.changes("live", 10))
    told: list[tuple[int, int]] = []
    assert rederive(changed, lambda *done: told.append(done)) == 2
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert outbox.backlog("live") == 2
    with changed.read() as db:
        assert {row.topics for row in db.execute(entries.select())} == {()}
        assert fact(db, DERIVED) == "another list of topics"


def test_a_rebuild_reads_posts_again(changed: Database, tmp_path: object) -> None:
    read: list[tuple[int, int]] = []
    rebuild(
        Outbox(changed), f"tantivy://{tmp_path}/index", reading=lambda *done: read.append(done)
    )
    assert read[-1] == (5, 5)
    assert rederive(changed) == 0
