"""The crawler's loop: lease, fetch, visit, record, and tell the search index.

    each second, and whenever there is room:
      blogs that people suggest are looked at (crawler.submitted), and those that somebody says
      are theirs (crawler.proving)
      Store.lease ─► spider.fetch ─► visit (in a process that can be killed) ─► Store.record
      a failure that nobody expected waits until it is clear that it is not our own
    every two seconds, if the outbox holds anything:
      refresh

Nothing here knows Scrapy or APScheduler: `crawler.worker` plugs them in. The store is
the truth about what is due, so that a restart forgets nothing. The database and the
index are worked on by one thread of their own, so that a slow disk holds up no download.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

from crawler.backfill import Catalogues
from crawler.beside import Beside
from crawler.doubt import OURS, Doubt
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.listing import Listing
from crawler.pages import Reads
from crawler.pool import Pool
from crawler.proving import Proving
from crawler.recorder import Recorder
from crawler.robots import origin
from crawler.submitted import Looks
from crawler.tally import Report, Tally
from crawler.trouble import refuses
from crawler.visit import conditional_headers, visit
from index.backfills import Backfills
from index.claims import Claims
from index.errors import (
    ParseError,
    PlanetError,
    SearchError,
    StoreError,
)
from index.model import Lease, Recorded, Robots, Visit
from index.pages import Pages
from index.refresh import Refreshed
from index.reports import Reports
from index.store import Store
from index.submissions import Submissions

TICK = 1.0  # seconds between two looks for work
# Leases held for each request that may be under way, so that none waits for another. A minute
# each at the most, they are over before a lease is (15 minutes).
AHEAD = 12
GRACE = 5.0  # seconds that visits under way are given when we are told to stop
PAUSE = 60.0  # seconds before the store is tried again when it cannot be written
SILENCE = 600.0  # seconds before the same warning is given again
OUR_FAULT = "We cannot read this feed. That is a fault of our program, and not of the blog."

log = logging.getLogger("planet.crawler")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Crawl:
    """A crawl, and what it works with: once over, or `forever`."""

    store: Store
    tell_index: Callable[[], Refreshed]
    listing: Listing
    pool: Pool
    report: Report
    concurrency: int
    forever: bool
    two_names: bool = False  # whether our User-Agent has a plainer form (rule 14)
    gap: float = 5.0  # seconds that a host rests between requests for older posts
    backfill: bool = True  # whether those of new blogs are fetched unasked
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    failures: list[StoreError] = field(default_factory=list)  # that ended a crawl once over
    _robots: dict[str, Robots] = field(default_factory=dict)  # of leased feeds
    _doubt: Doubt = field(default_factory=Doubt)
    _met: set[int] = field(default_factory=set)  # feeds visited so far
    _warned: dict[str, float] = field(default_factory=dict)  # when a sentence was last said
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tick: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store")
    )
    _recorder: Recorder = field(init=False)
    _beside: tuple[Beside[Any], ...] = field(init=False)
    _behind: tuple[Beside[Any], ...] = field(init=False)  # what nobody waits for
    _submissions: Submissions = field(init=False)
    _claims: Claims = field(init=False)

    def __post_init__(self) -> None:
        """Join what needs the store to the thread it is worked on by."""
        self._recorder = Recorder(store=self.store, apart=self.apart, elsewhere=self.pool.run)
        self._submissions = Submissions(self.store.database, lambda: self.clock())
        looks = Looks(submissions=self._submissions, pool=self.pool, apart=self.apart)
        self._claims = Claims(self.store.database, lambda: self.clock())
        proving = Proving(claims=self._claims, pool=self.pool, apart=self.apart)
        pages = Pages(self.store.database, lambda: self.clock())
        reads = Reads(
            pages=pages,
            pool=self.pool,
            apart=self.apart,
            pause=self.gap,
            clock=lambda: self.clock(),
        )
        catalogues = Catalogues(
            backfills=Backfills(self.store.database, lambda: self.clock()),
            robots=self.store.robots,
            pool=self.pool,
            apart=self.apart,
            gap=self.gap,
            automatic=self.backfill,
            clock=lambda: self.clock(),
        )
        # A crawl that is once over waits for suggestions, but not for all pages of a new blog;
        # with back catalogues, which take hours, it does not begin.
        self._beside = (looks.beside(self._tick.set), proving.beside(self._tick.set))
        self._behind = (reads.beside(self._tick.set),)
        if self.forever:
            self._behind += (catalogues.beside(self._tick.set),)

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stop.set()
        self._tick.set()

    async def apart(self, function: Callable[..., T], *args: Any, **options: Any) -> T:
        """Run `function` in the thread that the store and the index have to themselves."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(*args, **options))

    async def work(self, fetch: Fetch) -> None:
        """Do what is due with `fetch`, the spider's; return when there is no more to do."""
        began = monotonic()
        slots = asyncio.Semaphore(self.concurrency)
        under_way: set[asyncio.Task[None]] = set()
        while not self._stop.is_set():
            self._tick.clear()
            busy = await self._begin_beside(fetch)
            room = self.concurrency * AHEAD - len(under_way)
            # Looking costs the same for one lease as for many.
            ready = room >= self.concurrency * AHEAD // 2 and self.clock() >= self._doubt.back
            leases = await self._lease(room) if ready else []
            for lease in leases:
                task = asyncio.create_task(self._visit(lease, fetch, slots))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                task.add_done_callback(self._ended)
            if not leases and not under_way and not busy and not self.forever:
                break
            idle = not leases and len(self._doubt) == len(under_way)
            await self._judge(over=idle and not self.forever)
            if not leases:
                await self._wait(TICK)
        self._doubt.dismiss()
        await self._end_beside()
        await self._drain(under_way)
        await self.refresh()
        self.tally = replace(self.tally, seconds=round(monotonic() - began, 3))

    async def refresh(self) -> None:
        """Tell the search index what has changed, if anything has."""
        try:
            told = await self.apart(self.tell_index)
        except (SearchError, StoreError) as error:
            self._warn(error)
        else:
            self.tally = replace(self.tally, indexed=self.tally.indexed + told.updated)

    async def reread(self) -> None:
        """Read the list of blogs again if it has changed."""
        try:
            await self.apart(self.listing.reread, self.clock(), self.report.say)
            await self.apart(self.listing.settle, self.report.say)
            self.tally = replace(self.tally, feeds=await self.apart(self.store.active))
        except StoreError as error:
            self._warn(error)

    async def tidy(self) -> None:
        """Forget what nobody will ask for."""
        try:
            await self.apart(self.store.tidy)
            await self.apart(self._submissions.tidy)
            await self.apart(self._claims.tidy)
            await self.apart(Reports(self.store.database).tidy)
        except StoreError as error:
            self._warn(error)

    def _warn(self, error: PlanetError) -> None:
        """Say what is wrong, but not the same thing every two seconds."""
        now, sentence = monotonic(), str(error)
        if now - self._warned.get(sentence, -SILENCE) >= SILENCE:
            self._warned[sentence] = now
            self.report.say(sentence)

    async def recall(self, where: str) -> Robots | None:
        """Return the robots.txt that the store remembers of an origin."""
        known = self._robots.pop(where, None)
        return known or (await self.apart(self.store.robots, [where])).get(where)

    async def keep(self, found: Robots) -> None:
        """Let the store remember a robots.txt."""
        await self.apart(self.store.keep_robots, found)

    async def _begin_beside(self, fetch: Fetch) -> bool:
        """Begin what is to be done beside the visits; return whether any of it goes on."""
        try:
            busy = [await work.begin(fetch) for work in self._beside]
            for work in self._behind:
                await work.begin(fetch)
        except StoreError as error:
            self._warn(error)
            return False
        return any(busy)

    async def _end_beside(self) -> None:
        """Break off what goes on beside the visits, or wait for it if nobody told us to stop."""
        for work in (*self._beside, *self._behind):
            await (work.stop() if self._stop.is_set() else work.finish())

    async def _lease(self, room: int) -> list[Lease]:
        def look() -> tuple[list[Lease], dict[str, Robots]]:
            leases = self.store.lease(self.clock(), room)
            return leases, self.store.robots({origin(lease.address) for lease in leases})

        try:
            leases, known = await self.apart(look)
        except StoreError as error:
            await self._complain(error)
            return []
        self._robots |= known
        return leases

    async def _visit(self, lease: Lease, fetch: Fetch, slots: asyncio.Semaphore) -> None:
        async with slots:
            lease, fetched = await self._fetch(lease, fetch)
        if self._stop.is_set() and not isinstance(fetched, Response):
            return  # cut off by our own end: nothing that the blog should answer for
        found = await self._read(lease, fetched)
        if not await self._doubt.cleared(lease, found, self.clock()):
            return
        recorded = await self._record(lease, found)
        if not recorded.stale:
            first = found.feed.id not in self._met
            self._met.add(found.feed.id)
            self.tally = self.tally.plus(found, recorded, first=first)
            self._tell(found)

    async def _fetch(self, lease: Lease, fetch: Fetch) -> tuple[Lease, Fetched]:
        """Fetch what is leased; where we are refused, once more by our other name (rule 14)."""
        poll = lease.poll
        ask = Ask(
            url=lease.address,
            headers=conditional_headers(poll, self.clock()),
            validated=poll.validated,
            plain=poll.plain,
        )
        fetched = await fetch(ask)
        if not self.two_names or poll.failures or not _refused(fetched):
            return lease, fetched
        again = await fetch(replace(ask, plain=not ask.plain))
        if _refused(again):
            return lease, fetched
        return replace(lease, poll=replace(poll, plain=not ask.plain)), again

    async def _judge(self, *, over: bool) -> None:
        """Give back the feeds that we failed, if we did, and stay away for a while (rule 24)."""
        failed = self._doubt.judge(self.clock(), over=over)
        if not failed:
            return
        self.tally = replace(self.tally, excused=self.tally.excused + len(failed))
        self.report.say(OURS.format(len(failed)))
        try:
            await self.apart(self.store.release, failed)
        except StoreError as error:
            self._warn(error)
        if not self.forever:
            self.stop()

    async def _record(self, lease: Lease, found: Visit) -> Recorded:
        """Record a visit, if need be again and again: the blog shall not be asked twice."""
        while True:
            try:
                return await self._recorder.record(lease, found)
            except StoreError as error:
                await self._complain(error)
                if self._stop.is_set():
                    return Recorded(stale=True)

    async def _read(self, lease: Lease, fetched: Fetched) -> Visit:
        now, luck = self.clock(), random.random()  # noqa: S311  (jitter, not a secret)
        if not isinstance(fetched, Response) or not fetched.body:
            return visit(lease, fetched, now, luck)
        try:
            return await self.pool.run(visit, lease, fetched, now, luck)
        except ParseError as error:
            code, reason = error.code, str(error)
        except Exception as error:
            # Ours to mend; meanwhile it must not bring the blog a visit whenever a lease ends.
            log.error("a feed could not be read: %s", lease.address, exc_info=error)
            code, reason = "fault", OUR_FAULT
        gave_up = NoResponse(code=code, reason=reason, hops=fetched.hops, seconds=fetched.seconds)
        return visit(lease, gave_up, now, luck)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Look for more work; a fault of our own in one visit must not stop the others."""
        self._tick.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a visit broke off", exc_info=error)

    def close(self) -> None:
        """Let go of the processes, the index and the database."""
        self.pool.close()
        self._thread.shutdown()
        self.store.database.close()

    def _tell(self, found: Visit) -> None:
        if found.poll.problem:
            name = found.feed.title or found.feed.url or found.feed.site
            self.report.say(f"{name}: {found.poll.detail}")
        self.report.show(self.tally)

    async def _complain(self, error: StoreError) -> None:
        """Say what is wrong with the store, and leave it alone for a while."""
        self._warn(error)
        if not self.forever:
            self.failures.append(error)
            self.stop()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), PAUSE)

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._tick.wait(), seconds)

    async def _drain(self, under_way: set[asyncio.Task[None]]) -> None:
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        with suppress(StoreError):
            await self.apart(self.store.release_all)


def _refused(fetched: Fetched) -> bool:
    return isinstance(fetched, Response) and refuses(fetched)
