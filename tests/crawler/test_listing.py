"""The list of blogs is followed when it has changed, and what is wrong with it is always told."""

from pathlib import Path

import pytest

from crawler.listing import Listing
from index.database import Database, open_database
from index.errors import StoreBusy
from index.model import Feed, Followings
from index.opml import unparse
from index.store import Store
from tests.conftest import FEED, NOW

OTHER = Feed(url="https://bins.example/feed", title="Bins")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feeds.opml"


def follow(path: Path, store: Store, *feeds: Feed) -> tuple[Followings, list[str]]:
    """Follow a list as a new process does; return what changed and what was said."""
    if feeds:
        path.write_bytes(unparse(feeds, title="Blogs"))
    said: list[str] = []
    return Listing(path=path, store=store).follow(NOW, said.append), said


def test_a_list_is_followed_whenever_it_has_changed(path: Path, store: Store) -> None:
    assert follow(path, store, FEED)[0] == Followings(added=1)
    assert follow(path, store)[0] == Followings()
    assert follow(path, store, FEED, OTHER)[0] == Followings(added=1)
    assert follow(path, store, FEED)[0] == Followings(archived=1)


def test_what_is_odd_in_a_list_is_told_each_time(path: Path, store: Store) -> None:
    nobody = b'<outline text="Nobody"/></body>'
    path.write_bytes(unparse([FEED], title="Blogs").replace(b"</body>", nobody))
    _, first = follow(path, store)
    _, second = follow(path, store)
    assert first == second
    assert "Nobody" in first[0]


def test_a_blog_that_left_meanwhile_is_warned_of_each_time(path: Path, store: Store) -> None:
    follow(path, store, FEED)
    [feed] = store.feeds()
    store.withdraw(feed.slug)
    for _ in range(2):
        [said] = follow(path, store)[1]
        assert "asked to leave" in said


def test_a_broken_edit_is_told_once_and_changes_nothing(path: Path, store: Store) -> None:
    said: list[str] = []
    path.write_bytes(unparse([FEED], title="Blogs"))
    listing = Listing(path=path, store=store)
    assert listing.reread(NOW, said.append) == Followings(added=1)
    path.write_bytes(path.read_bytes().replace(b"</body>", b""))
    assert [listing.reread(NOW, said.append) for _ in range(3)] == [None] * 3
    [sentence] = said
    assert "Line 12, column 3" in sentence
    assert "Until then the blogs known so far are followed" in sentence
    assert len(store.feeds()) == 1


def test_an_edit_that_the_store_could_not_take_is_tried_again(
    path: Path, store: Store, database: Database
) -> None:
    path.write_bytes(unparse([FEED], title="Blogs"))
    listing = Listing(path=path, store=store)
    with database.engine.connect() as db:
        db.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = open_database(str(database.engine.url))
    with other.write(), pytest.raises(StoreBusy):
        listing.reread(NOW, lambda sentence: None)
    other.close()
    assert listing.reread(NOW, lambda sentence: None) == Followings(added=1)
    assert listing.reread(NOW, lambda sentence: None) is None
