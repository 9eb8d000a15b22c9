"""Search engines to keep promises, and posts to look for.

A further engine is one more address in `ENGINES`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from index.database import Database
from index.finding import Document, Query, Sort
from index.model import (
    Entry,
    Outcome,
    Poll,
    Visit,
)
from index.outbox import Outbox
from index.query import parse_query
from index.search import Search, choose_engine, open_search
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

ENGINES = [
    pytest.param("tantivy://{folder}/index", id="tantivy"),
    pytest.param("whoosh://{folder}/index", id="whoosh"),
]

DAY = datetime(2026, 1, 1, tzinfo=UTC)
DAMP = Document(
    id="damp",
    title="Damp sensors in council homes",
    text="We put forty sensors into homes with damp and mould. Repairs came sooner.",
    feed="Barchester Digital",
    slug="barchester",
    authors=("Septimus Harding",),
    tags=("housing", "internet of things"),
    kind="council",
    councils=("barchester",),
    nation="england",
    language="en",
    sort_at=DAY,
)
BINS = replace(
    DAMP,
    id="bins",
    title="Bin days by text message",
    text="A reminder the evening before. The council's missed bins fell by a third.",
    feed="Plumstead weeknotes",
    authors=(),
    tags=("waste",),
    sort_at=DAY + timedelta(days=1),
)
FORMS = replace(
    DAMP,
    id="forms",
    title="Ffurflenni gwell i Ben Llŷn",
    text="Mae’r cyngor yn gwella ei ffurflenni ar-lein. Council’s forms in Welsh first.",
    feed="Cyngor Llŷn",
    authors=(),
    tags=("forms",),
    language="cy",
    sort_at=DAY + timedelta(days=2),
)
Fill = Callable[..., Search]
Publish = Callable[..., None]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an index that is not there yet."""
    return str(request.param).format(folder=tmp_path)


@pytest.fixture
def fill(url: str) -> Fill:
    """Builds an index of some documents, makes it live, and opens it for reading."""

    def filled(*documents: Document) -> Search:
        build(url, documents)
        return open_search(url)

    return filled


def build(url: str, documents: Iterable[Document]) -> str:
    engine = choose_engine(url)
    search = engine.create()
    search.update(documents, ())
    search.close()
    engine.publish(search.generation)
    return search.generation


def found(search: Search, text: str, sort: Sort = Sort.RELEVANCE) -> list[str]:
    """The posts that hold enough, in this order. Best first, others may stand among them."""
    query = parse_query(text)
    enough = search.find(query, sort=Sort.NEWEST, limit=100)
    assert enough.total == enough.counted == len(enough.hits)
    results = search.find(query, sort=sort, limit=100)
    assert (results.total, results.counted) == (len(results.hits), enough.total)
    held, ids = {hit.id for hit in enough.hits}, [hit.id for hit in results.hits]
    assert held <= set(ids)
    return [id for id in ids if id in held]


def many(texts: Iterable[str]) -> list[Document]:
    return [
        Document(id=f"{i:04}", title="", text=text, feed="", slug="", sort_at=DAY)
        for i, text in enumerate(texts)
    ]


def entries(number: int, start: int = 0, word: str = "bandstand") -> list[Entry]:
    return [
        replace(ENTRY, key=f"{word} {i}", title=f"{word} {i}", text=f"All of {word} {i}")
        for i in range(start, start + number)
    ]


@pytest.fixture
def publish(store: Store) -> Publish:
    """Lets a blog publish entries, an hour after its last ones."""
    store.follow([FEED], NOW)
    moments = (NOW + timedelta(hours=hour) for hour in count())

    def published(*new: Entry) -> None:
        now = next(moments)
        [lease] = store.lease(now, 1)
        poll = Poll(due=now + timedelta(hours=1), visited=now, succeeded=now)
        found = Visit(at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=new)
        store.record(lease, found)

    return published


# Id and title of every post, as the store has them, and as the index finds them.


def in_store(database: Database) -> set[tuple[str, str]]:
    with database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT entries.id, entries.title FROM entries JOIN feeds ON feeds.id = feed_id"
            " WHERE feeds.status IN ('live', 'archived')"
        )
        return {(row[0], row[1]) for row in rows}


def in_index(url: str, database: Database) -> set[tuple[str, str]]:
    search = open_search(url)
    held = {
        (entry, title)
        for entry, title in in_store(database)
        if entry in {hit.id for hit in search.find(Query(phrases=(title,)), limit=1000).hits}
    }
    assert search.count() == len(held), "the index holds what the store does not"
    return held


def equal(url: str, database: Database, outbox: Outbox) -> bool:
    live = choose_engine(url).live()
    assert outbox.generations() == choose_engine(url).generations() == [live]
    assert outbox.backlog(live) == 0
    return in_index(url, database) == in_store(database)
