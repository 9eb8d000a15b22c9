"""The store keeps its promises to the crawl."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from index.catalogue import Catalogue
from index.database import Database, migrate, open_database
from index.errors import StoreBusy, StoreError, StoreFull
from index.model import Aim, Entry, Feed, Health, Lease, Outcome, Poll, Robots, Visit
from index.outbox import Outbox
from index.store import LEASE, Store
from tests.conftest import ENTRY, FEED, NOW

HOUR = timedelta(hours=1)


def follow(store: Store, *feeds: Feed, now: datetime = NOW) -> None:
    store.follow(feeds, now)


def leased(store: Store, now: datetime = NOW) -> Lease:
    [lease] = store.lease(now, limit=1)
    return lease


def read(lease: Lease, *entries: Entry, at: datetime = NOW) -> Visit:
    poll = Poll(due=at + HOUR, visited=at, succeeded=at)
    return Visit(at=at, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=entries)


def visited(store: Store, *entries: Entry, at: datetime = NOW) -> Lease:
    """Visit the one feed, and find these entries."""
    lease = leased(store, at)
    store.record(lease, read(lease, *entries, at=at))
    return lease


def test_a_look_for_work_reads_what_is_due_by_an_index(store: Store) -> None:
    asked: list[tuple[str, Sequence[object]]] = []
    engine = store.database.engine
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
    store.lease(NOW, limit=1)
    look, values = next(one for one in asked if one[0].startswith("SELECT"))
    with store.database.read() as db:
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {look}", tuple(values)).all()
    assert "SEARCH polls USING INDEX polls_due (due<?)" in [step[-1] for step in plan]


def test_an_entry_is_new_only_once(store: Store) -> None:
    follow(store, FEED)
    first = leased(store)
    assert store.record(first, read(first, ENTRY)).new == 1
    second = leased(store, NOW + HOUR)
    again = store.record(second, read(second, ENTRY, at=NOW + HOUR))
    assert (again.new, again.changed) == (0, 0)


@pytest.mark.parametrize(
    ("edited", "count"),
    [
        pytest.param(replace(ENTRY, title="The bandstand reopens at last"), 1, id="title"),
        pytest.param(replace(ENTRY, html="<p>On Sunday.</p>"), 1, id="html"),
        pytest.param(replace(ENTRY, updated=NOW + HOUR), 0, id="a stamp, not an edit"),
    ],
)
def test_an_edit_counts_if_a_reader_would_see_it(store: Store, edited: Entry, count: int) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    lease = leased(store, NOW + HOUR)
    assert store.record(lease, read(lease, edited, at=NOW + HOUR)).changed == count


@pytest.mark.rule(30)
def test_an_edit_shows_and_moves_nothing(store: Store, catalogue: Catalogue) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    [before] = catalogue.latest(10)
    edited = replace(ENTRY, title="Reopened", published=NOW + HOUR)
    visited(store, edited, at=NOW + HOUR)
    [after] = catalogue.latest(10)
    assert after.title == "Reopened"
    assert (after.id, after.sort_at, after.first_seen) == (
        before.id,
        before.sort_at,
        before.first_seen,
    )


@pytest.mark.rule(32)
def test_a_future_date_does_not_pin_a_post_to_the_top(store: Store, catalogue: Catalogue) -> None:
    follow(store, FEED)
    tomorrow = replace(ENTRY, key="tomorrow", published=NOW + timedelta(days=90))
    visited(store, tomorrow)
    soon = replace(ENTRY, key="later", url="https://parks.example/2", published=NOW + HOUR)
    visited(store, soon, at=NOW + 2 * HOUR)
    assert [post.published for post in catalogue.latest(10)] == [
        NOW + HOUR,
        NOW + timedelta(days=90),
    ]


@pytest.mark.rule(31)
def test_posts_without_a_date_keep_the_order_of_their_feed(
    store: Store, catalogue: Catalogue
) -> None:
    follow(store, FEED)
    undated = [replace(ENTRY, key=f"{n}", title=f"{n}", published=None) for n in range(5)]
    visited(store, *undated)
    assert [post.title for post in catalogue.latest(10)] == ["0", "1", "2", "3", "4"]


@pytest.mark.rule(34)
def test_old_posts_that_turn_up_later_are_marked_but_a_first_import_is_not(
    store: Store, catalogue: Catalogue
) -> None:
    follow(store, FEED)
    old = replace(ENTRY, published=NOW - timedelta(days=900))
    visited(store, replace(old, key="imported"))
    added = replace(old, key="added", url="https://parks.example/2", title="Added later")
    visited(store, added, at=NOW + HOUR)
    late = {post.title: post.late for post in catalogue.latest(10)}
    assert late == {ENTRY.title: False, "Added later": True}


def test_a_feed_is_leased_to_one_visitor_only(store: Store) -> None:
    follow(store, FEED)
    assert len(store.lease(NOW, limit=5)) == 1
    assert store.lease(NOW, limit=5) == []


@pytest.mark.rule(20)
def test_the_feeds_of_a_dead_worker_fall_due_again(store: Store) -> None:
    follow(store, FEED)
    leased(store)
    assert store.lease(NOW + LEASE - timedelta(seconds=1), limit=1) == []
    assert len(store.lease(NOW + LEASE, limit=1)) == 1


@pytest.mark.rule(20)
def test_what_fell_due_while_nobody_was_there_is_put_off_but_first_visits_are_not(
    store: Store,
) -> None:
    new = replace(FEED, url="https://new.example/feed", site="")
    follow(store, FEED)
    visited(store)
    follow(store, FEED, new)
    back = NOW + timedelta(days=7)
    assert store.stagger(back, lambda due: back + (back - due) / 100) == 1
    assert [lease.feed.url for lease in store.lease(back, limit=5)] == [new.url]
    assert store.stagger(NOW, lambda due: back) == 0  # nothing is overdue


@pytest.mark.rule(21)
def test_a_host_has_one_visitor_at_a_time(store: Store) -> None:
    on_one_host = [replace(FEED, url=f"https://parks.example/{n}", site="") for n in range(3)]
    elsewhere = replace(FEED, url="https://bins.example/feed", site="")
    follow(store, *on_one_host, elsewhere)
    leases = store.lease(NOW, limit=10)
    assert sorted(lease.feed.url for lease in leases) == [elsewhere.url, on_one_host[0].url]
    [parks] = [lease for lease in leases if "parks" in lease.feed.url]
    store.record(parks, read(parks))
    assert [lease.feed.url for lease in store.lease(NOW, limit=10)] == [on_one_host[1].url]


@pytest.mark.rule(21)
def test_the_blogs_of_one_platform_share_a_visitor(store: Store) -> None:
    follow(
        store,
        *(replace(FEED, url=f"https://{n}.localgov.blog/feed", site="") for n in "abc"),
    )
    assert len(store.lease(NOW, limit=10)) == 1


def test_visitors_never_share_a_feed(store: Store) -> None:
    feeds = [replace(FEED, url=f"https://{n:02}.example/feed", site="") for n in range(40)]
    follow(store, *feeds)

    def work(_: int) -> list[str]:
        """Take one feed at a time until there are none."""
        return [lease.feed.url for [lease] in iter(lambda: store.lease(NOW, limit=1), [])]

    with ThreadPoolExecutor(4) as workers:
        taken = chain.from_iterable(workers.map(work, range(4)))
    assert sorted(taken) == sorted(feed.url for feed in feeds)


def test_a_visit_whose_lease_ended_changes_nothing(store: Store, catalogue: Catalogue) -> None:
    follow(store, FEED)
    slow = leased(store)
    quick = leased(store, NOW + LEASE)
    store.record(quick, read(quick, ENTRY, at=NOW + LEASE))
    late = replace(ENTRY, title="From the visit that was too slow")
    assert store.record(slow, read(slow, late)).stale
    assert [post.title for post in catalogue.latest(10)] == [ENTRY.title]


def test_visits_are_recorded_together_and_each_counts_for_itself(
    store: Store, catalogue: Catalogue
) -> None:
    others = [replace(FEED, url=f"https://{n}.example/feed", site="") for n in range(3)]
    follow(store, *others)
    leases = store.lease(NOW, limit=3)
    late = replace(leases[2], token="of another lease")
    visits = [(leases[0], read(leases[0], ENTRY)), (leases[1], read(leases[1]))]
    recorded = store.record_all([*visits, (late, read(late, ENTRY))])
    assert [(one.new, one.stale) for one in recorded] == [(1, False), (0, False), (0, True)]
    assert len(catalogue.latest(10)) == 1
    assert store.lease(NOW, limit=3) == []


def test_a_visit_does_not_undo_a_withdrawal(
    store: Store, catalogue: Catalogue, outbox: Outbox
) -> None:
    outbox.begin("live")
    follow(store, FEED, replace(FEED, url="https://other.example/feed", site=""))
    lease = next(one for one in store.lease(NOW, limit=2) if one.feed.url == FEED.url)
    follow(store, replace(FEED, url="https://other.example/feed", site=""))
    store.record(lease, read(lease, ENTRY))
    assert [feed.status for feed in store.feeds() if feed.url == FEED.url] == ["archived"]
    assert store.lease(NOW + 2 * LEASE, limit=5)[0].feed.url != FEED.url


def test_an_archived_blog_keeps_its_posts(store: Store, catalogue: Catalogue) -> None:
    other = replace(FEED, url="https://other.example/feed", site="", title="Other")
    follow(store, FEED)
    visited(store, ENTRY)
    follow(store, other)
    assert [post.title for post in catalogue.latest(10)] == [ENTRY.title]
    assert {blog.feed.title: blog.health for blog in catalogue.blogs()}[FEED.title] is Health.QUIET


def test_a_clean_end_gives_every_lease_back(store: Store) -> None:
    follow(store, FEED)
    leased(store)
    store.release_all()
    assert len(store.lease(NOW, limit=1)) == 1


@pytest.mark.rule(6)
def test_hurrying_brings_nobody_back_within_the_hour(store: Store) -> None:
    follow(store, FEED)
    visited(store)
    assert store.hasten(NOW + timedelta(minutes=59)) == 0
    assert store.hasten(NOW + timedelta(minutes=59), anyhow=lambda url: True) == 1


@pytest.mark.rule(12)
def test_hurrying_keeps_to_what_a_server_asked_for(store: Store) -> None:
    follow(store, FEED)
    lease = leased(store)
    poll = Poll(due=NOW + HOUR, not_before=NOW + timedelta(days=2), visited=NOW)
    store.record(lease, Visit(at=NOW, outcome=Outcome.FAILED, feed=lease.feed, poll=poll))
    assert store.hasten(NOW + timedelta(days=1)) == 0
    assert store.hasten(NOW + timedelta(days=3)) == 1


def test_a_discovered_address_is_kept_against_the_list(store: Store) -> None:
    unknown = replace(FEED, url="", site="https://parks.example/")
    follow(store, unknown)
    lease = leased(store)
    assert lease.poll.aim is Aim.HOME
    assert lease.address == "https://parks.example/"
    found = replace(lease.feed, url="https://parks.example/atom.xml")
    store.record(lease, Visit(at=NOW, outcome=Outcome.FOUND, feed=found, poll=Poll(due=NOW)))
    follow(store, unknown, now=NOW + HOUR)
    assert [feed.url for feed in store.feeds()] == ["https://parks.example/atom.xml"]
    assert leased(store, NOW + HOUR).address == "https://parks.example/atom.xml"


def test_every_visit_is_remembered_up_to_the_last_fifty(store: Store, database: Database) -> None:
    follow(store, FEED)
    for n in range(60):
        visited(store, at=NOW + n * HOUR)
    store.tidy()
    with database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM visits").scalar() == 50


def test_robots_are_remembered(store: Store) -> None:
    assert store.robots(["https://parks.example"]) == {}
    first = Robots(origin="https://parks.example", status=200, body="User-agent: *", fetched=NOW)
    for robots in (first, replace(first, status=404, body="")):
        store.keep_robots(robots)
        assert store.robots(["https://parks.example", "https://other.example"]) == {
            "https://parks.example": robots
        }


def test_a_full_disk_is_said_plainly_and_loses_nothing(
    store: Store, catalogue: Catalogue, database: Database
) -> None:
    follow(store, FEED)
    visited(store, ENTRY)
    lease = leased(store, NOW + HOUR)
    with database.engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
    database.engine.dispose()
    many = [replace(ENTRY, key=str(n), html="x" * 50_000) for n in range(50)]

    # What a full disk says, SQLite also says of a file that may not grow.
    from sqlalchemy import event

    @event.listens_for(database.engine, "connect")
    def small(connection: object, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    with pytest.raises(StoreFull, match="free some space"):
        store.record(lease, read(lease, *many, at=NOW + HOUR))
    assert [post.title for post in catalogue.latest(10)] == [ENTRY.title]


def test_a_database_in_use_is_said_to_be_busy(store: Store, database: Database) -> None:
    other = open_database(str(database.engine.url))
    with database.engine.connect() as db:
        db.exec_driver_sql("PRAGMA busy_timeout = 1")
    with other.write(), pytest.raises(StoreBusy, match="try again"), database.write():
        pass  # never reached: the other transaction has the file
    other.close()


def test_a_database_of_another_kind_is_named(tmp_path: pytest.TempPathFactory) -> None:
    path = f"{tmp_path}/planet.db"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"this is not a database, however long it is read " * 100)
    with pytest.raises(StoreError, match="damaged"):
        migrate(f"sqlite:///{path}")


# NUL and lone surrogates never get this far: the normaliser drops them.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
times = st.datetimes(
    min_value=datetime(1995, 1, 1), max_value=datetime(2026, 5, 1), timezones=st.just(UTC)
)
texts: st.SearchStrategy[Sequence[str]] = st.lists(words, max_size=4)


@given(title=words, excerpt=words, authors=texts, tags=texts, published=times)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_was_written_is_what_is_read(
    store: Store,
    catalogue: Catalogue,
    title: str,
    excerpt: str,
    authors: Sequence[str],
    tags: Sequence[str],
    published: datetime,
) -> None:
    follow(store, FEED)
    store.release_all()
    store.hasten(NOW, anyhow=lambda url: True)
    entry = replace(
        ENTRY,
        title=title,
        excerpt=excerpt,
        authors=tuple(authors),
        tags=tuple(tags),
        published=published,
    )
    visited(store, entry)
    [post] = catalogue.latest(2)
    assert (post.title, post.excerpt, post.authors, post.tags, post.published) == (
        title,
        excerpt,
        tuple(authors),
        tuple(tags),
        published,
    )


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    url = str(database.engine.url)
    migrate(url)
    with database.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        migrate(url)


def test_the_tables_are_those_that_the_migrations_make(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from index.schema import metadata

    with database.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
