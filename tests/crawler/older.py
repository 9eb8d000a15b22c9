"""A planet that follows one blog and fetches its back catalogue: real store, spider and server."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner

from benchmarks.archives import Files
from crawler.backfill import Catalogues
from crawler.fetched import Fetch
from crawler.robots import origin
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from index.backfill import Backfill
from index.backfills import Backfills
from index.model import Feed, Robots
from tests.crawler.passes import Passes
from tests.server import Server, page

GAP = 0.02


@dataclass(slots=True)
class Older:
    """One blog, read once, and what becomes of its older posts."""

    passes: Passes
    server: Server
    gap: float = GAP
    feed: Feed = field(default_factory=Feed)

    def serve(self, files: Files) -> None:
        """Serve these, beside what is served already."""
        for path, (body, content_type) in files.items():
            self.server.pages[path] = page(body, content_type)

    def follow(self, path: str = "/feed", *, visit: bool = True) -> None:
        """Follow the blog whose feed is there, and read it once."""
        self.passes.follow(
            Feed(url=self.server.url(path), site=self.server.url("/"), title="Repairs")
        )
        if visit:
            self.passes.pass_()
        self.feed = self.passes.blog().feed

    @property
    def backfills(self) -> Backfills:
        """The back catalogues in the store."""
        return Backfills(self.passes.store.database, lambda: self.passes.now)

    def fetch(self) -> Backfill:
        """Fetch what can be had now; return how far that has come."""
        self.fetch_quietly()
        return self.state()

    def fetch_quietly(self) -> None:
        """Fetch what can be had now, even of a blog that may be gone."""
        asyncio.run_coroutine_threadsafe(self._fetch(), self.passes.reactor).result()

    def state(self) -> Backfill:
        """Return how far it has come."""
        known = self.backfills.of(self.feed.id)
        assert known is not None
        return known

    def wait(self, span: timedelta) -> Backfill:
        """Let time go by, and go on."""
        self.passes.now += span
        return self.fetch()

    def titles(self) -> list[str]:
        """Return the titles of all posts, newest first."""
        return [post.title for post in self.passes.catalogue.latest(10_000)]

    def least_gap(self, since: int = 0) -> float:
        """Return the shortest quiet between two of the server's requests from a number on."""
        seen = self.server.requests[since:]
        return min(later.at - earlier.ended for earlier, later in pairwise(seen))

    async def _fetch(self) -> None:
        store = self.passes.store

        async def apart(function: Any, *args: Any, **options: Any) -> Any:
            return function(*args, **options)

        async def recall(where: str) -> Robots | None:
            return store.robots([where]).get(origin(where))

        async def keep(found: Robots) -> None:
            store.keep_robots(found)

        async def work(fetch: Fetch) -> None:
            clock = lambda: self.passes.now  # noqa: E731  (a name for what is told twice)
            catalogues = Catalogues(
                backfills=self.backfills,
                robots=store.robots,
                pool=self.passes.pool,
                apart=apart,
                gap=self.gap,
                clock=clock,
            )
            await catalogues.fetch_all(self.feed.id, fetch)

        manners = Manners(
            **self.passes.manners, recall=recall, keep=keep, clock=lambda: self.passes.now
        )
        runner = AsyncCrawlerRunner(scrapy_settings(manners))
        await runner.crawl(PlanetSpider, manners=manners, work=work)
