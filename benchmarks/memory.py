"""`planet run` over many passes, with many posts in the store: how much memory it takes.

In each pass every feed is made due and visited: most answer 304, some have changed and some
of those have a new post. After each pass it is made sure that every feed was asked, and
that what is new is in the store; meanwhile pages are read and searched. A thread looks at
the memory five times a second. The crawler's is flat if what it holds at the end of a pass
keeps within a tenth of what it usually does, from the first pass on.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from api.demo.blogs import DemoBlog, DemoPost
from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.filled import fill
from benchmarks.loopback import Loopback, serving
from benchmarks.planet import Planet
from benchmarks.programs import warm
from benchmarks.running import Running, running, watched
from benchmarks.search import QUERIES
from benchmarks.table import Line, at_most, told
from index.database import open_database
from index.model import Feed
from index.store import Store

POSTS = 20  # in a feed; the store keeps those that were in it before
LIVELY = 50  # one feed in so many has a new post in each pass
PAGES = ("/", "/blogs", "/feed.atom", "/api/entries", "/about")
PATIENCE = 120.0  # seconds for a pass
MOST = {"web": 150.0, "crawler": 250.0}  # MB
FLAT = 0.1


def measure(bench: Bench) -> Iterator[Line]:
    """Fill a store, let the planet run over it, and watch."""
    scale = bench.scale
    blogs = corpus.blogs(bench.posts(scale.feeds * POSTS), POSTS)
    times = scale.stored // (scale.feeds * POSTS)
    with (
        TemporaryDirectory(prefix="planet-bench-") as home,
        serving([corpus.feed(blog) for blog in blogs]) as server,
    ):
        planet = Planet(Path(home))
        feeds = [Feed(url=u, title=b.title) for u, b in zip(server.urls, blogs, strict=True)]
        warm(planet, server.urls)
        stored = fill(planet, feeds, blogs, times=times)
        yield told("feeds, posts in the store", f"{len(feeds):,}, {stored:,}")
        with running(planet) as run, watched(run):
            held = _Passes(planet, server, blogs, run).all(scale.passes)
    usual = median(held)
    yield told("passes, looks at the memory", f"{len(held)}, {run.looks}")
    strayed = max(abs(megabytes - usual) for megabytes in held) / usual
    yield at_most(
        "crawler after each pass, furthest from its median", strayed * 100, FLAT * 100, " %"
    )
    yield told("crawler after a pass: first, median, last", _megabytes(held[0], usual, held[-1]))
    for role, most in MOST.items():
        yield at_most(f"{role} process, resident at most", run.most[role], most, " MB")
    yield told("the crawler's parsers together, at most", _megabytes(run.most["parsers"]))


def _megabytes(*found: float) -> str:
    return ", ".join(f"{megabytes:.0f}" for megabytes in found) + " MB"


@dataclass(slots=True)
class _Passes:
    """One pass after the other over all feeds."""

    planet: Planet
    server: Loopback
    blogs: list[DemoBlog]
    run: Running

    def all(self, count: int) -> list[float]:
        """Make so many passes; return what the crawler held after each (MB)."""
        database = open_database(self.planet.database)
        store = Store(database)
        held = []
        try:
            for number in range(count):
                self._one(store, number)
                held.append(self.run.resident()["crawler"])
        finally:
            database.close()
        return held

    def _one(self, store: Store, number: int) -> None:
        """Let some blogs post, make every feed due, and read pages until all were visited."""
        lively = range(number % LIVELY, len(self.blogs), LIVELY)
        for place in lively:
            self.blogs[place] = _with_a_new_post(self.blogs[place], number)
        self.server.replace([corpus.feed(self.blogs[place]) for place in lively])
        self.server.answered()
        began = datetime.now(UTC)
        store.hasten(began, anyhow=lambda _: True)
        self._read_pages()
        limit = time.monotonic() + PATIENCE
        while store.due(datetime.now(UTC)):
            if time.monotonic() > limit:
                raise RuntimeError(f"pass {number}: not every feed was visited in time")
            time.sleep(0.1)
        answered = self.server.answered()
        if answered != {200: len(lively), 304: len(self.blogs) - len(lively)}:
            raise RuntimeError(f"pass {number}: the server answered {dict(answered)}")

    def _read_pages(self) -> None:
        queries = (query for query in QUERIES.split("|") if query.strip())
        for page in (*PAGES, *(f"/search?q={quote_plus(query)}" for query in queries)):
            self.run.get(page)


def _with_a_new_post(blog: DemoBlog, number: int) -> DemoBlog:
    newest: DemoPost = blog.posts[0]
    post = replace(newest, slug=f"{newest.slug}-{number}", date=datetime.now(UTC))
    return replace(blog, posts=(post, *blog.posts[:-1]))
