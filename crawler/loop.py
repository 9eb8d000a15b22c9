"""The crawler's loop: lease, fetch, visit, record, and tell the search index.

    each second, and whenever there is room:
      Store.lease ─► spider.fetch ─► visit (in a process that can be killed) ─► Store.record
    every two seconds, if the outbox holds anything:
      refresh

Nothing here knows Scrapy or APScheduler: `crawler.worker` plugs them in. The store is
the truth about what is due, so that a restart forgets nothing. The database and the
index are worked on by one thread of their own, so that a slow disk holds up no download.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.listing import Listing
from crawler.pool import Pool
from crawler.robots import origin
from crawler.tally import Report, Tally
from crawler.visit import conditional_headers, visit
from index.errors import (
    ParseError,
    PlanetError,
    SearchError,
    StoreBusy,
    StoreError,
    StoreFull,
)
from index.model import Lease, Recorded, Robots, Visit
from index.refresh import Refreshed
from index.store import Store

TICK = 1.0  # seconds between two looks for work
AHEAD = 6  # leases held for each request that may be under way, so that none waits for another
GRACE = 5.0  # seconds that visits under way are given when we are told to stop
PAUSE = 60.0  # seconds before the store is tried again when it cannot be written
SILENCE = 600.0  # seconds before the same warning is given again

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
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    failures: list[StoreError] = field(default_factory=list)  # that ended a crawl once over
    _robots: dict[str, Robots] = field(default_factory=dict)  # of leased feeds
    _found: list[tuple[Lease, Visit, asyncio.Future[Recorded]]] = field(default_factory=list)
    _recording: asyncio.Task[None] | None = None
    _met: set[int] = field(default_factory=set)  # feeds visited so far
    _warned: dict[str, float] = field(default_factory=dict)  # when a sentence was last said
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tick: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store")
    )

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
            room = self.concurrency * AHEAD - len(under_way)
            # Looking costs the same for one lease as for many.
            leases = await self._lease(room) if room >= self.concurrency * AHEAD // 2 else []
            for lease in leases:
                task = asyncio.create_task(self._visit(lease, fetch, slots))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                task.add_done_callback(self._ended)
            if not leases and not under_way and not self.forever:
                break
            if not leases:
                await self._wait(TICK)
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
            self.tally = replace(self.tally, feeds=await self.apart(self.store.active))
        except StoreError as error:
            self._warn(error)

    async def tidy(self) -> None:
        """Forget what nobody will ask for."""
        try:
            await self.apart(self.store.tidy)
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
            fetched = await fetch(
                Ask(
                    url=lease.address,
                    headers=conditional_headers(lease.poll, self.clock()),
                    validated=lease.poll.validated,
                )
            )
        if self._stop.is_set() and not isinstance(fetched, Response):
            return  # cut off by our own end: nothing that the blog should answer for
        found = await self._read(lease, fetched)
        recorded = await self._record(lease, found)
        if not recorded.stale:
            first = found.feed.id not in self._met
            self._met.add(found.feed.id)
            self.tally = self.tally.plus(found, recorded, first=first)
            self._tell(found)

    async def _record(self, lease: Lease, found: Visit) -> Recorded:
        """Record a visit, if need be again and again: the blog shall not be asked twice."""
        while True:
            answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
            self._found.append((lease, found, answer))
            if self._recording is None:
                self._recording = asyncio.create_task(self._record_found())
            try:
                return await answer
            except StoreError as error:
                await self._complain(error)
                if self._stop.is_set():
                    return Recorded(stale=True)

    async def _record_found(self) -> None:
        """Record what visits find, as much in one transaction as came in during the last."""
        while self._found:
            taken, self._found = self._found, []
            visits = [(lease, found) for lease, found, _ in taken]
            results = await self.apart(self._recorded, visits)
            for (_, _, answer), result in zip(taken, results, strict=True):
                if answer.cancelled():
                    continue
                if isinstance(result, Recorded):
                    answer.set_result(result)
                else:
                    answer.set_exception(result)
        self._recording = None

    def _recorded(self, visits: Sequence[tuple[Lease, Visit]]) -> list[Recorded | StoreError]:
        """Record these visits together, or each by itself if one of them cannot be."""
        try:
            return list(self.store.record_all(visits))
        except StoreError as error:
            if len(visits) == 1 or isinstance(error, StoreBusy | StoreFull):
                return [error for _ in visits]
            return [result for visit in visits for result in self._recorded([visit])]

    async def _read(self, lease: Lease, fetched: Fetched) -> Visit:
        now, luck = self.clock(), random.random()  # noqa: S311  (jitter, not a secret)
        if not isinstance(fetched, Response) or not fetched.body:
            return visit(lease, fetched, now, luck)
        try:
            return await self.pool.run(visit, lease, fetched, now, luck)
        except ParseError as error:
            gave_up = NoResponse(
                code=error.code, reason=str(error), hops=fetched.hops, seconds=fetched.seconds
            )
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
