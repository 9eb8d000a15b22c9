"""The crawler at work on a clock of its own: real store, real spider, real servers, no waiting."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner

from crawler.listing import Listing
from crawler.loop import Crawl
from crawler.pool import Pool
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from crawler.tally import Tally
from index.catalogue import Catalogue
from index.model import Feed, Followed, Visited
from index.refresh import Refreshed
from index.store import Store
from tests.conftest import NOW

USER_AGENT = "council-planet/test (+mailto:us@planet.example)"


@dataclass(slots=True)
class Told:
    """What people were told."""

    sentences: list[str] = field(default_factory=list)

    def show(self, tally: Tally) -> None:
        """Take no note."""

    def say(self, sentence: str) -> None:
        """Take note."""
        self.sentences.append(sentence)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True, kw_only=True)
class Passes:
    """A planet whose time goes on as it is told."""

    store: Store
    reactor: asyncio.AbstractEventLoop
    pool: Pool
    manners: dict[str, Any]
    now: datetime = NOW
    gap: float = 0.01
    told: Told = field(default_factory=Told)

    @property
    def catalogue(self) -> Catalogue:
        """What pages would show now."""
        return Catalogue(self.store.database, clock=lambda: self.now)

    def follow(self, *feeds: Feed) -> None:
        """Follow these blogs and no others, from now on."""
        self.store.follow(feeds, self.now)

    def pass_(self) -> Tally:
        """Visit what is due now."""
        return asyncio.run_coroutine_threadsafe(self._pass(), self.reactor).result()

    def go_on(self, span: timedelta, each: Callable[[], None] = lambda: None) -> int:
        """Let `span` go by; visit what falls due when it does; return how many visits there were.

        `each` is called before every pass: the world goes on too.
        """
        end, visits = self.now + span, 0
        while (due := self.store.next_due()) and due <= end:
            self.now = max(self.now, due)
            each()
            visits += self.pass_().visited
        self.now = end
        return visits

    def blog(self) -> Followed:
        """Return the one blog that is followed."""
        [blog] = self.catalogue.blogs()
        return blog

    def history(self) -> list[Visited]:
        """Return the visits of the one blog, newest first."""
        return self.catalogue.visits(self.blog().feed.slug)

    def titles(self) -> list[str]:
        """Return what the planet shows, newest first."""
        return [post.title for post in self.catalogue.latest(1000)]

    async def _pass(self) -> Tally:
        crawl = Crawl(
            store=self.store,
            tell_index=Refreshed,
            listing=Listing(path=Path("none"), store=self.store),
            pool=self.pool,
            report=self.told,
            concurrency=8,
            forever=False,
            two_names=True,
            gap=self.gap,
            clock=lambda: self.now,
        )
        manners = Manners(
            **self.manners, recall=crawl.recall, keep=crawl.keep, clock=lambda: self.now
        )
        runner = AsyncCrawlerRunner(scrapy_settings(manners))
        await runner.crawl(PlanetSpider, manners=manners, work=crawl.work)
        return crawl.tally
