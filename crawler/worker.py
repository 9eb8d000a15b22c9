"""The crawler as a process: Scrapy's spider, APScheduler's ticks, and `crawler.loop` between.

    crawl_once   visits what is due and ends
    crawl_on     goes on until it is told to stop (SIGINT or SIGTERM)

An exclusive lock on the data folder keeps a second crawler out: two would not know of
each other's delays, and the sites we visit would feel both.
"""

import asyncio
import random
import signal
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from filelock import FileLock, Timeout
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from crawler.guard import guard
from crawler.listing import Listing
from crawler.loop import Crawl
from crawler.pool import Pool
from crawler.schedule import resumed
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from crawler.tally import Report, Tally
from index.database import open_database
from index.errors import AlreadyRunning
from index.outbox import Outbox
from index.refresh import refresh
from index.settings import Settings
from index.store import Store

REFRESH = 2  # seconds between two looks at the outbox
REREAD = 20  # seconds between two looks at the list of blogs


def crawl_once(settings: Settings, report: Report, *, everything: bool = False) -> Tally:
    """Visit what is due (or `everything` that may be), refresh the index, and end.

    Raises AlreadyRunning, StoreError and OpmlError.
    """
    with _alone(settings.home):
        crawl = _crawl(settings, report, forever=False)
        try:
            crawl.listing.follow(_now(), report.say)
            if everything:
                crawl.store.hasten(_now(), anyhow=lambda url: _own(url, settings))
            crawl.tally = Tally(feeds=crawl.store.due(_now()))
            report.show(crawl.tally)
            _run(settings, crawl, ticks=())
        finally:
            crawl.close()
            report.close()
        return crawl.tally


def crawl_on(settings: Settings, report: Report) -> None:
    """Crawl until told to stop. Raises AlreadyRunning and StoreError."""
    with _alone(settings.home):
        crawl = _crawl(settings, report, forever=True)
        try:
            crawl.listing.reread(_now(), report.say)
            crawl.store.stagger(_now(), _resumed(settings))
            crawl.tally = Tally(feeds=crawl.store.active())
            report.show(crawl.tally)
            ticks = ((crawl.refresh, REFRESH), (crawl.reread, REREAD), (crawl.tidy, 86_400))
            _run(settings, crawl, ticks=ticks)
        finally:
            crawl.close()
            report.close()


Tick = tuple[Callable[[], Coroutine[Any, Any, None]], int]


def _run(settings: Settings, crawl: Crawl, ticks: tuple[Tick, ...]) -> None:
    """Run the spider, and each tick every so many seconds, until the crawl's work is done."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    dialler: Any = reactor
    guard(dialler, settings.allow_addresses, _proxy(settings.proxy))
    failures: list[BaseException] = []

    async def everything() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, crawl.stop)
        scheduler = AsyncIOScheduler(event_loop=loop, timezone=UTC)
        for tick, seconds in ticks:
            scheduler.add_job(tick, "interval", seconds=seconds, coalesce=True, max_instances=1)
        scheduler.start()
        manners = _manners(settings, crawl)
        runner = AsyncCrawlerRunner(scrapy_settings(manners))
        try:
            await runner.crawl(PlanetSpider, manners=manners, work=crawl.work)
        finally:
            scheduler.shutdown(wait=False)

    def ended(task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        failures.extend([error] if error else [])
        dialler.stop()

    def begin() -> None:
        task = asyncio.ensure_future(everything())
        task.add_done_callback(ended)

    dialler.callWhenRunning(begin)
    dialler.run(installSignalHandlers=False)
    for error in (*crawl.failures, *failures):
        raise error


def _crawl(settings: Settings, report: Report, *, forever: bool) -> Crawl:
    store = Store(open_database(settings.database))
    store.release_all()  # a crawler that died held leases; we are the only one
    spread = timedelta(minutes=settings.spread)
    return Crawl(
        store=store,
        tell_index=lambda: refresh(Outbox(store.database), settings.search),
        listing=Listing(path=settings.opml, store=store, spread=spread),
        pool=Pool(settings.parsers, seconds=settings.parse_timeout),
        report=report,
        concurrency=settings.concurrency,
        forever=forever,
        two_names=bool(settings.contact),
    )


def _manners(settings: Settings, crawl: Crawl) -> Manners:
    return Manners(
        user_agent=settings.user_agent,
        delay=settings.delay,
        concurrency=settings.concurrency,
        allowed=settings.allow_addresses,
        proxy=settings.proxy,
        timeout=settings.timeout,
        recall=crawl.recall,
        keep=crawl.keep,
    )


def _alone(home: Path) -> FileLock:
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "crawler.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise AlreadyRunning(
            f"Another crawler is at work in {home}: stop it first, or leave the work to it."
        ) from error
    return lock


def _resumed(settings: Settings) -> Callable[[datetime], datetime]:
    """Return what tells when to visit a feed that fell due while no crawler was there."""
    now, spread = _now(), timedelta(minutes=settings.spread)
    return lambda due: resumed(due, now, spread, luck=random.random())  # noqa: S311  (no secret)


def _own(url: str, settings: Settings) -> bool:
    """Whether the address is on one of the operator's own networks, by its number."""
    try:
        address = ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return any(address in network for network in settings.allow_addresses)


def _proxy(url: str) -> tuple[str, int] | None:
    parts = urlsplit(url)
    return (parts.hostname, parts.port or 80) if parts.hostname else None


def _now() -> datetime:
    return datetime.now(UTC)
