"""What it costs to keep where posts link to, and to ask who discusses a post.

A hundred thousand posts link to one another, one link each on average, half of them to posts that
come later. They are written by the very statements that a visit's posts are, in either order of
arrival; the graphs must be the same. Asked by turns with a tenth of the posts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import insert, text

from benchmarks.bench import Bench
from benchmarks.table import Line, at_most, told
from index.catalogue import Catalogue
from index.database import Database, migrate, open_database
from index.derived import Derived
from index.links import keep_links
from index.model import Entry, Feed, entry_id
from index.rows import entry_row, seen_at
from index.schema import contents, entries
from index.store import Store

SEED = 11
BLOGS = 100
AT_ONCE = 200  # posts in a transaction
ASKED = 300
FLAT = 1.5
NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOTHING = Derived(topics=(), councils=(), headings="", linked=0.0, language="")

Links = Sequence[tuple[int, int]]


def measure(bench: Bench) -> Iterator[Line]:
    """Fill three planets, and ask two of them."""
    many = bench.scale.searched
    with _planet() as first, _planet() as last, _planet() as small:
        links = _links(many)
        forward = _fill(first, range(many), links)
        backward = _fill(last, range(many - 1, -1, -1), links)
        few = _fill(small, range(many // 10), _links(many // 10))
        yield told(
            f"keeping a post and its links, {many // 10:,} and {many:,} posts; the last first",
            ", ".join(f"{took * 1000:.3f} ms" for took in (few, forward, backward)),
        )
        yield at_most("... ten times the posts", forward / few, FLAT)
        same = _graph(first) == _graph(last)
        yield Line(
            name=f"{len(links):,} links in either order of arrival",
            found="the same graph" if same else "other graphs",
            target="the same graph",
            reached=same,
        )
        slow, quick = _asked(first, many), _asked(small, many // 10)
        both = f"{quick * 1000:.2f} ms, {slow * 1000:.2f} ms"
        yield told("who discusses a post, and whom it answers, median", both)
        yield at_most("... ten times the posts", slow / quick, FLAT)


@contextmanager
def _planet() -> Iterator[Database]:
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'planet.db'}"
        migrate(url)
        database = open_database(url)
        site = "https://b{}.example/"
        feeds = [Feed(url=site.format(n) + "feed", site=site.format(n)) for n in range(BLOGS)]
        Store(database).follow(feeds, NOW)
        try:
            yield database
        finally:
            database.close()


def _links(posts: int) -> Links:
    random = Random(SEED)
    return sorted({(random.randrange(posts), random.randrange(posts)) for _ in range(posts)})


def _address(n: int) -> str:
    return f"https://b{n % BLOGS}.example/{n}"


def _fill(database: Database, order: Sequence[int], links: Links) -> float:
    """Write posts in this order; return the median seconds for each of the last tenth of them."""
    feeds = {feed.site: feed for feed in Store(database).feeds()}
    to: dict[int, list[int]] = {}
    for source, target in links:
        to.setdefault(source, []).append(target)
    times: list[float] = []
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        rows, found = [], {}
        for n in some:
            feed = feeds[f"https://b{n % BLOGS}.example/"]
            when = NOW - timedelta(minutes=n)
            entry = Entry(key=str(n), url=_address(n), title=str(n), published=when)
            first = seen_at(entry, NOW, 0, first_import=True)
            rows.append(entry_row(entry, feed, NOTHING) | first | {"held": False})
            id = entry_id(feed.slug, entry.key)
            found[id] = [_address(m).removeprefix("https://") for m in to.get(n, ())]
        empty = {"html": "", "text": "", "headings": ""}
        began = perf_counter()
        with database.write() as db:
            db.execute(insert(entries), rows)
            db.execute(insert(contents), [empty | {"entry_id": row["id"]} for row in rows])
            keep_links(db, found)
        times.append((perf_counter() - began) / len(some))
    return median(times[-max(len(times) // 10, 1) :])


def _graph(database: Database) -> str:
    """Return a fingerprint of who links to whom."""
    every = text(
        "SELECT source.id, target.id FROM links JOIN entries source ON source.id = entry_id "
        "JOIN entries target ON target.address = links.address ORDER BY 1, 2"
    )
    found = hashlib.sha256()
    with database.read() as db:
        for row in db.execute(every):
            found.update(f"{row[0]} {row[1]}\n".encode())
    return found.hexdigest()


def _asked(database: Database, posts: int) -> float:
    catalogue, random = Catalogue(database, clock=lambda: NOW), Random(SEED)
    slugs = {feed.site: feed.slug for feed in Store(database).feeds()}
    times = []
    for _ in range(ASKED):
        n = random.randrange(posts)
        id = entry_id(slugs[f"https://b{n % BLOGS}.example/"], str(n))
        began = perf_counter()
        catalogue.discussion(id)
        times.append(perf_counter() - began)
    return median(times)
