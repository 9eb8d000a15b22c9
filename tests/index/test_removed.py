"""A post that was taken down is gone, and nothing that its feed says brings it back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from index.catalogue import Catalogue
from index.database import Database
from index.decisions import Decisions
from index.errors import Gone, NotFound, PlanetError
from index.model import Entry, entry_id
from index.outbox import Outbox
from index.removed import Removed
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW, Clock
from tests.index.test_store import HOUR, leased, read, visited

OTHER = replace(ENTRY, key="bench", url="https://parks.example/bench", title="The bench")


@pytest.fixture
def decisions(database: Database, clock: Clock, tmp_path: Path) -> Decisions:
    return Decisions(database, tmp_path / "feeds.opml", clock)


def titles(database: Database) -> set[str]:
    with database.read() as db:
        return set(db.exec_driver_sql("SELECT title FROM entries").scalars())


def follow(store: Store, *found: Entry) -> None:
    store.follow([FEED], NOW)
    visited(store, *found)


@pytest.mark.parametrize(
    "where",
    [
        ENTRY.url,
        "http://www.parks.example/2026/04/bandstand/?utm_source=mail#comments",
        f"/posts/{entry_id('parks-and-paths', ENTRY.key)}",
        f"https://planet.example/posts/{entry_id('parks-and-paths', ENTRY.key)}",
    ],
)
def test_a_post_is_found_by_any_address_of_it(
    store: Store, decisions: Decisions, database: Database, where: str
) -> None:
    follow(store, ENTRY, OTHER)
    assert decisions.remove_post(where, "anna").title == ENTRY.title
    assert titles(database) == {OTHER.title}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({}, id="as it was"),
        pytest.param({"title": "Another title", "html": "<p>New.</p>"}, id="edited"),
        pytest.param({"key": "tag:new,2026:1"}, id="another GUID"),
        pytest.param(
            {"key": "new", "url": f"{ENTRY.url}/?utm_campaign=x", "title": "Another title"},
            id="another GUID, title and tracker",
        ),
        pytest.param({"key": "new", "url": "https://new.example/p/1"}, id="another domain"),
    ],
)
def test_its_feed_does_not_bring_it_back(
    store: Store, decisions: Decisions, database: Database, again: dict[str, str]
) -> None:
    follow(store, ENTRY, OTHER)
    decisions.remove_post(ENTRY.url, "anna")
    visited(store, replace(ENTRY, **again), OTHER, at=NOW + HOUR)  # type: ignore[arg-type]
    assert titles(database) == {OTHER.title}


def test_a_second_change_does_not_bring_it_back_either(
    store: Store, decisions: Decisions, database: Database
) -> None:
    follow(store, ENTRY, OTHER)
    decisions.remove_post(ENTRY.url, "anna")
    moved = replace(ENTRY, key="new", url="https://new.example/p/1")
    retitled = replace(moved, key="newer", title="Another title", published=None)
    visited(store, moved, at=NOW + HOUR)
    visited(store, retitled, at=NOW + 2 * HOUR)
    assert titles(database) == {OTHER.title}


def test_it_does_not_become_another_post_of_its_day(
    store: Store, decisions: Decisions, database: Database
) -> None:
    """Rule 27 would take it for a known post under a new key."""
    twin = replace(OTHER, title=ENTRY.title, text="The other one", html="<p>The other one</p>")
    follow(store, ENTRY, twin)
    decisions.remove_post(ENTRY.url, "anna")
    visited(store, replace(ENTRY, key="new"), at=NOW + HOUR)
    with database.read() as db:
        assert db.exec_driver_sql("SELECT text FROM contents").scalars().all() == [twin.text]


def test_posts_that_share_its_address_stay_and_others_come(
    store: Store, decisions: Decisions, database: Database
) -> None:
    shared = [replace(ENTRY, key=f"n{n}", title=f"Note {n}", url=FEED.site) for n in (1, 2)]
    follow(store, *shared)
    page = f"/posts/{entry_id('parks-and-paths', 'n1')}"
    decisions.remove_post(page, "anna")
    third = replace(shared[0], key="n3", title="Note 3")
    visited(store, third, *shared, at=NOW + HOUR)
    assert titles(database) == {"Note 2", "Note 3"}


def test_a_post_of_the_same_title_on_another_day_comes(
    store: Store, decisions: Decisions, database: Database
) -> None:
    follow(store, ENTRY)
    decisions.remove_post(ENTRY.url, "anna")
    assert ENTRY.published
    next_ = replace(OTHER, title=ENTRY.title, published=ENTRY.published + timedelta(hours=20))
    visited(store, next_, at=NOW + HOUR)
    assert titles(database) == {ENTRY.title}


def test_a_visit_under_way_does_not_bring_it_back(
    store: Store, decisions: Decisions, database: Database
) -> None:
    follow(store, ENTRY)
    lease = leased(store, NOW + HOUR)
    decisions.remove_post(ENTRY.url, "anna")
    store.record(lease, read(lease, replace(ENTRY, title="Edited"), at=NOW + HOUR))
    assert titles(database) == set()


def test_pages_say_that_it_is_gone_and_the_search_is_told(
    store: Store, decisions: Decisions, catalogue: Catalogue, outbox: Outbox
) -> None:
    follow(store, ENTRY, OTHER)
    outbox.begin("one")
    outbox.done("one", outbox.changes("one", 10))
    version = catalogue.version()
    gone = decisions.remove_post(ENTRY.url, "anna", "It names a child.")
    with pytest.raises(Gone):
        catalogue.post(gone.id)
    assert catalogue.version() != version
    [change] = outbox.changes("one", 10)
    assert (change.id, change.document) == (gone.id, None)
    [made] = decisions.log()
    said = (made.who, made.what, made.about, made.note)
    assert said == ("anna", "remove post", f"{FEED.title}, {ENTRY.url}", "It names a child.")


def test_nothing_that_it_said_is_kept(store: Store, decisions: Decisions, tmp_path: Path) -> None:
    follow(store, replace(ENTRY, title="Zyxomma", text="Zyxomma", html="", excerpt="Zyxomma"))
    decisions.remove_post(ENTRY.url, "anna")
    with store.database.read() as db:
        tables = db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        for name in tables.scalars().all():
            assert "Zyxomma" not in str(db.exec_driver_sql(f"SELECT * FROM {name}").all()), name


def test_what_was_let_come_back_comes_with_the_next_visit(
    store: Store, decisions: Decisions, database: Database, catalogue: Catalogue
) -> None:
    follow(store, ENTRY)
    id = decisions.remove_post(ENTRY.url, "anna").id
    [removal] = Removed(database).removals(ENTRY.url)
    assert (removal.id, removal.feed.title, removal.at) == (id, FEED.title, NOW)
    assert decisions.restore_post(f"{ENTRY.url}?utm_source=x", "anna").id == id
    with pytest.raises(NotFound, match="no post at this address"):
        catalogue.post(id)
    assert leased(store, NOW + HOUR).poll.digest == ""
    store.release_all()
    visited(store, ENTRY, at=NOW + HOUR)
    assert catalogue.post(id).title == ENTRY.title


def test_unknown_and_several_posts_are_told_apart_in_a_sentence(
    store: Store, decisions: Decisions, database: Database
) -> None:
    follow(store, ENTRY, replace(OTHER, url=ENTRY.url))
    with pytest.raises(NotFound, match="No post here has this address"):
        decisions.remove_post("https://parks.example/nothing", "anna")
    with pytest.raises(PlanetError, match=r"Several posts .* /posts/[0-9a-f]{16} \(Parks"):
        decisions.remove_post(ENTRY.url, "anna")
    with pytest.raises(NotFound, match="was taken down"):
        decisions.restore_post(ENTRY.url, "anna")
    assert len(titles(database)) == 2


def test_posts_of_one_page_are_told_apart_by_their_places_on_it(
    store: Store, decisions: Decisions, database: Database
) -> None:
    page = "https://parks.example/may"
    days = [replace(ENTRY, key=day, title=day, url=f"{page}#{day}") for day in ("mon", "tue")]
    follow(store, *days)
    decisions.remove_post(f"{page}#mon", "anna")
    wed = replace(ENTRY, key="wed", title="wed", url=f"{page}#wed")
    again = replace(days[0], key="moved", title="Monday")
    visited(store, wed, days[1], again, at=NOW + HOUR)
    assert titles(database) == {"tue", "wed"}


def test_a_post_is_looked_up_by_an_index(store: Store) -> None:
    with store.database.read() as db:
        query = "EXPLAIN QUERY PLAN SELECT * FROM entries JOIN feeds ON feeds.id = feed_id"
        plan = db.exec_driver_sql(f"{query} WHERE entries.address = ?", ("x",)).all()
    assert "SEARCH entries USING INDEX entries_by_address (address=?)" in [s[-1] for s in plan]
