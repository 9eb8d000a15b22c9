"""Fetching back catalogues beside the crawl, a page at a time and in no hurry.

    Backfills.take ──► spider.fetch, with a gap ──► next_step (in a process that can be killed)
                   ──► Backfills.keep ──► the next address, and so on

What is kept is kept for good, and the next address with it: whoever is killed goes on from there.
One of a host or platform at a time, a few at once, each for a while and then another.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawler.beside import Apart, Beside
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.pool import Pool
from crawler.robots import origin, sitemaps
from crawler.sitemap import Blog, home_of, places
from crawler.steps import NO_WAY, failed, next_step
from index.address import normal
from index.backfill import NO_PAGES, End, Listed, State, Step, Taken, Way, What
from index.backfills import Backfills
from index.errors import ParseError, StoreBusy, StoreError
from index.model import Robots
from index.pages import may_read

AT_ONCE = 4
LONGEST = 60.0  # seconds that somebody waits for a host that rests
TURN = 100  # requests of one before another has its turn
PAUSES = (1.0, 5.0, 20.0)  # seconds between tries to write to a busy store
SHAPES = 200  # posts that tell how the blog's addresses are built
FAULT = "Our program could not read an answer of this site."

Recall = Callable[[list[str]], dict[str, Robots]]

log = logging.getLogger("planet.crawler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogues:
    """How back catalogues are fetched; `apart` runs a function in the store's own thread.

    `gap` is in seconds; `automatic` says whether new blogs' are fetched unasked.
    """

    backfills: Backfills
    robots: Recall
    pool: Pool
    apart: Apart
    gap: float
    automatic: bool = True
    anyhow: Callable[[str], bool] = lambda url: False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def beside(self, ended: Callable[[], None]) -> Beside[Taken]:
        """Return the fetching as work beside the crawl."""
        return Beside(at_once=AT_ONCE, take=self._take, do=self.fetch, ended=ended)

    async def _take(self, room: int) -> list[Taken]:
        asked = {"automatic": self.automatic, "anyhow": self.anyhow}
        taken: list[Taken] = await self.apart(self.backfills.take, room, **asked)
        return taken

    async def fetch(self, taken: Taken, fetch: Fetch) -> None:
        """Ask for one address after another, until it is another's turn or there are no more."""
        going: Taken | None = taken
        try:
            for _ in range(TURN):
                if going is None:
                    return
                going = await self._step(going, fetch)
            if going is not None:
                await self.apart(self.backfills.leave, going)
        except StoreError as error:
            log.warning("a back catalogue goes on later: %s", error)

    async def fetch_all(self, feed_id: int, fetch: Fetch) -> None:
        """Fetch one blog's, for somebody who waits, as far as it can be had now."""
        while True:
            taken = await self.apart(self.backfills.take, 1, only=feed_id, anyhow=self.anyhow)
            if taken:
                await self.fetch(taken[0], fetch)
                continue
            known = await self.apart(self.backfills.of, feed_id)
            wait = (known.due - self.clock()).total_seconds() if known else 0.0
            if known is None or known.over or not 0 < wait <= LONGEST:
                return
            await asyncio.sleep(wait)

    async def _step(self, taken: Taken, fetch: Fetch) -> Taken | None:
        if taken.way is Way.SITEMAP and not may_read(taken.feed):
            return await self._keep(taken, Step(at=self.clock(), way=taken.way, end=NO_PAGES))
        blog, others = await self._known(taken)
        if not taken.address:
            if not others:
                end = End(State.STUCK, "no-way", NO_WAY)
                step = Step(at=self.clock(), way=taken.way, end=end)
                return await self._keep(taken, step)
            taken = replace(taken, address=others[0].address, what=What.SITEMAP)
        came = await fetch(Ask(url=taken.address, gap=self.gap))
        if isinstance(came, NoResponse) and came.code == "stopped":
            return None  # cut off by our own end
        step = await self._understand(taken, came, blog, others)
        return await self._keep(taken, step)

    async def _keep(self, taken: Taken, step: Step) -> Taken | None:
        """Keep a step, if need be at the second try: the site shall not be asked twice."""
        for pause in PAUSES:
            try:
                return await self._kept(taken, step)
            except StoreBusy:
                await asyncio.sleep(pause)
        return await self._kept(taken, step)

    async def _kept(self, taken: Taken, step: Step) -> Taken | None:
        kept: Taken | None = await self.apart(self.backfills.keep, taken, step)
        return kept

    async def _known(self, taken: Taken) -> tuple[Blog, tuple[Listed, ...]]:
        """Return what tells the blog's pages, and where its sitemap may be that was not asked."""
        feed = taken.feed
        if taken.way is not Way.SITEMAP:
            return Blog(site=feed.site or feed.url), ()
        known = await self.apart(self.backfills.addresses, feed.id)
        home = home_of(feed.site, feed.url, known[:SHAPES])
        if taken.what is What.POST:
            return Blog(site=home, known=tuple(known[:SHAPES])), ()
        blog = Blog(site=home, known=tuple(known))
        found = await self.apart(self.robots, [origin(home)])
        named = sitemaps(found[origin(home)]) if origin(home) in found else ()
        asked = taken.seen.addresses | {normal(taken.address)}
        others = [place for place in places(home, named) if normal(place) not in asked]
        return blog, tuple(Listed(place, What.SITEMAP) for place in others)

    async def _understand(
        self, taken: Taken, came: Fetched, blog: Blog, others: tuple[Listed, ...]
    ) -> Step:
        now = self.clock()
        if not isinstance(came, Response):
            return failed(taken, came, others, now)
        try:
            return await self.pool.run(next_step, taken, came, blog, others, now)
        except ParseError as error:
            return failed(taken, NoResponse(code=error.code, reason=str(error)), others, now)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("an archive could not be read: %s", taken.address, exc_info=error)
            return failed(taken, NoResponse(code="fault", reason=FAULT), others, now)
