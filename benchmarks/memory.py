"""`planet run` over many passes, with many posts in the store: how much memory it takes.

In each pass every feed is made due and visited: most answer 304, and some have a new post.
After each it is made sure that every feed was asked, and after the last that every new post
is in the store; meanwhile pages are read and searched. A thread looks at the memory five
times a second. The crawler's is flat if the least it holds in a pass, with nothing under
way, keeps within a tenth of its median over the passes, after a few to warm up.

Judged is the memory that a process has for itself. Told is also what is resident of it: the
pages of the index that it has mapped count there, all of them while segments are merged.
"""

import time
from collections.abc import Iterator, Sequence
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
from benchmarks.running import ROLES, Running, running, watched
from benchmarks.search import QUERIES
from benchmarks.table import Line, at_most, told
from index.database import open_database
from index.model import Feed
from index.outbox import Outbox
from index.store import Store

POSTS = 20  # in a feed; the store keeps those that were in it before
LIVELY = 50  # one feed in so many has a new post in each pass
PAGES = ("/", "/blogs", "/feed.atom", "/api/entries", "/about")
PATIENCE = 120.0  # seconds for a pass
WARM_UP = 5  # passes
WEB, CRAWLER = 150.0, 250.0  # MB, the crawler with its parsers
FLAT = 10.0  # per cent


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
            passes = _Passes(planet, server, blogs, run)
            held = passes.all(WARM_UP + scale.passes)[WARM_UP:]
        _check(planet, stored + passes.new)
    yield told("passes after the first few, looks at the memory", f"{len(held)}, {len(run.looks)}")
    yield from _judged(held, run)


def _check(planet: Planet, expected: int) -> None:
    database = open_database(planet.database)
    stored = Outbox(database).published()
    database.close()
    if stored != expected:
        raise RuntimeError(f"{stored} posts are in the store, not {expected}")


def _judged(held: Sequence[float], run: Running) -> Iterator[Line]:
    usual = median(held)
    strayed = max(abs(megabytes - usual) for megabytes in held) / usual * 100
    ends = ", ".join(f"{megabytes:.0f}" for megabytes in (held[0], usual, held[-1]))
    yield told("crawler's own, least in a pass: first, median, last", f"{ends} MB")
    yield at_most("… furthest from the median", strayed, FLAT, " %")
    together = run.most("crawler").own + run.most("parsers").own
    yield at_most("crawler and its parsers, their own at most", together, CRAWLER, " MB")
    yield at_most("web process, its own at most", run.most("web").own, WEB, " MB")
    for role in ROLES:
        both = f"{run.most(role).own:.0f} MB, {run.most(role).resident:.0f} MB"
        yield told(f"{role}: its own, with mapped files", both)


@dataclass(slots=True)
class _Passes:
    """One pass after the other over all feeds."""

    planet: Planet
    server: Loopback
    blogs: list[DemoBlog]
    run: Running
    new: int = 0  # posts published meanwhile

    def all(self, count: int) -> list[float]:
        """Make so many passes; return the least that the crawler held in each (MB)."""
        database = open_database(self.planet.database)
        store = Store(database)
        held = []
        try:
            for number in range(count):
                before = len(self.run.looks)
                self._one(store, number)
                looks = self.run.looks[before:]
                held.append(min(look["crawler"].own for look in looks))
        finally:
            database.close()
        return held

    def _one(self, store: Store, number: int) -> None:
        """Let some blogs post, make every feed due, and read pages until all were visited."""
        lively = range(number % LIVELY, len(self.blogs), LIVELY)
        for place in lively:
            self.blogs[place] = _with_a_new_post(self.blogs[place], number)
        self.new += len(lively)
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
