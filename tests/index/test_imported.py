"""A list from elsewhere is looked at before anything is taken from it, whatever it is."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from index.database import Database
from index.errors import OpmlError
from index.imported import DEEPEST, LARGEST, MOST, Fate, preview, read_import
from index.known import Known
from index.model import Feed
from index.opml import Outlines, parse, unparse
from index.store import Store
from tests.conftest import FEED, NOW

WILD = os.environ.get("PLANET_TEST_LISTS", "")  # a folder of lists from the wild, if you have one
FOLDERS = [Path(__file__).parent.parent / "opml", *map(Path, filter(None, [WILD]))]
OTHER = Feed(url="https://bins.example/feed", site="https://bins.example/", title="Bins")


def fates(database: Database, theirs: list[Feed], ours: list[Feed]) -> list[Fate]:
    with database.read() as db:
        known = Known.read(db)
    return [line.fate for line in preview(Outlines(feeds=tuple(theirs)), ours, known)]


def test_a_line_is_new_or_there_by_any_address(store: Store, database: Database) -> None:
    store.follow([FEED], NOW)
    moved = replace(FEED, url="https://parks.example/new-feed")
    store.follow([moved], NOW)
    same = replace(FEED, url="http://www.parks.example/feed/", title="Else")
    home = Feed(site="http://parks.example")
    theirs = [FEED, moved, same, home, OTHER]
    assert fates(database, theirs, [moved]) == [*[Fate.THERE] * 4, Fate.NEW]


def test_a_second_feed_of_one_home_page_is_new(store: Store, database: Database) -> None:
    store.follow([FEED], NOW)
    news = replace(FEED, url="https://parks.example/news.xml")
    assert fates(database, [news], [FEED]) == [Fate.NEW]


def test_who_left_stays_away_under_any_address(store: Store, database: Database) -> None:
    store.follow([FEED, OTHER], NOW)
    store.withdraw(store.feeds()[1].slug)
    elsewhere = replace(FEED, url="https://parks.example/another")
    assert fates(database, [FEED, elsewhere], [OTHER]) == [Fate.LEFT, Fate.LEFT]
    assert fates(database, [FEED], [FEED, OTHER]) == [Fate.LEFT]


def test_a_blog_that_was_archived_can_come_back(store: Store, database: Database) -> None:
    store.follow([FEED, OTHER], NOW)
    store.follow([OTHER], NOW)
    assert fates(database, [FEED], [OTHER]) == [Fate.NEW]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/feed", "http://10.0.0.1/", "https://a.example:22/feed"]
)
def test_where_the_crawler_may_not_go_nothing_is_taken_from(database: Database, url: str) -> None:
    assert fates(database, [Feed(url=url)], []) == [Fate.UNVISITABLE]


def test_lists_have_limits() -> None:
    with pytest.raises(OpmlError, match="larger than 10 MB"):
        read_import(b" " * (LARGEST + 1))
    many = [Feed(url=f"https://x{n}.example/feed") for n in range(MOST + 1)]
    with pytest.raises(OpmlError, match="5,001 blogs, and 5,000"):
        read_import(unparse(many, title="Many"))
    assert len(read_import(unparse(many[1:], title="Many")).feeds) == MOST


def nested(depth: int) -> bytes:
    inner = b'<outline text="A" xmlUrl="https://a.example/"/>'
    return (
        b"<opml><body>" + b"<outline>" * depth + inner + b"</outline>" * depth + b"</body></opml>"
    )


def test_groups_may_go_a_hundred_deep_and_no_deeper() -> None:
    assert len(read_import(nested(DEEPEST - 3)).feeds) == 1
    for deeper in (DEEPEST - 2, 10_000):
        with pytest.raises(OpmlError, match="deeper than 100 levels"):
            read_import(nested(deeper))
    with pytest.raises(OpmlError, match="deeper than 32 levels"):
        parse(nested(40))


def test_every_list_has_a_plain_outcome(database: Database) -> None:
    with database.read() as db:
        known = Known.read(db)
    found = [path for folder in FOLDERS for path in folder.rglob("*")]
    lists = sorted(path for path in found if path.suffix in (".opml", ".xml"))
    assert lists
    for path in lists:
        assert outcome(path, known) is not None, path


def outcome(path: Path, known: Known) -> str | int | None:
    """Return how many lines a list has, or where it cannot be read; None for neither."""
    try:
        theirs = read_import(path.read_bytes())
    except OpmlError as error:
        return re.match(r"Line \d+, column \d+: .+\.$", str(error)) and str(error)
    return len(preview(theirs, [], known))
