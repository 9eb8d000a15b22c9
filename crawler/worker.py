"""The crawler as a process: Scrapy's spider, APScheduler's ticks, and `crawler.loop` between.

    crawl_once   visits what is due and ends
    crawl_on     goes on until it is told to stop (SIGINT or SIGTERM)
    fetch_older  fetches one blog's back catalogue and ends
    run_errand   fetches for somebody who waits, whether or not a crawl is under way

An exclusive lock on the data folder keeps a second crawler out: two would not know of
each other's delays, and the sites we visit would feel both.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from filelock import FileLock, Timeout
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from crawler.backfill import Catalogues
from crawler.fetched import Fetch
from crawler.guard import guard
from crawler.hub import EVERY, Hub
from crawler.listing import Listing
from crawler.loop import Crawl
from crawler.mail import Mailer, Post
from crawler.pool import Pool
from crawler.schedule import resumed
from crawler.spider import Keep, Manners, PlanetSpider, Recall, scrapy_settings
from crawler.tally import Report, Tally
from index.alarms import Alarms
from index.backfills import Backfills
from index.claims import Claims
from index.database import open_database
from index.errors import AlreadyRunning, StoreBusy
from index.letters import Letters
from index.model import Feed, Robots
from index.outbox import Outbox
from index.pages import Pages
from index.refresh import refresh
from index.settings import Settings
from index.store import Store
from index.submissions import Submissions

REFRESH = 2  # seconds between two looks at the outbox
REREAD = 5  # seconds between two looks at the list of blogs
MAILED = 15  # seconds between two looks at the letters

T = TypeVar("T")


def crawl_once(settings: Settings, report: Report, *, everything: bool = False) -> Tally:
    """Visit what is due (or `everything` that may be), refresh the index, and end.

    Raises AlreadyRunning, StoreError and OpmlError.
    """
    with _alone(settings.home):
        hub = Hub(settings, report)
        crawl = _crawl(settings, report, hub, forever=False)
        try:
            crawl.listing.settle(report.say)
            crawl.listing.follow(_now(), report.say)
            if everything:
                crawl.store.hasten(_now(), anyhow=lambda url: _own(url, settings))
            crawl.tally = Tally(feeds=crawl.store.due(_now()))
            report.show(crawl.tally)
            _run(settings, crawl, hub, ticks=())
        finally:
            crawl.close()
            report.close()
        return crawl.tally


def crawl_on(settings: Settings, report: Report) -> None:
    """Crawl until told to stop. Raises AlreadyRunning and StoreError."""
    with _alone(settings.home):
        hub = Hub(settings, report)
        crawl = _crawl(settings, report, hub, forever=True)
        try:
            crawl.listing.settle(report.say)
            crawl.listing.reread(_now(), report.say)
            crawl.store.stagger(_now(), _resumed(settings))
            crawl.tally = Tally(feeds=crawl.store.active())
            report.show(crawl.tally)
            ticks: tuple[Tick, ...] = ((crawl.refresh, REFRESH), (crawl.reread, REREAD))
            ticks += ((crawl.tidy, 86_400), (hub.tell, EVERY))
            ticks += tuple((post.deliver, MAILED) for post in _post(settings, crawl))
            _run(settings, crawl, hub, ticks=ticks)
        finally:
            crawl.close()
            report.close()


def _post(settings: Settings, crawl: Crawl) -> Iterator[Post[Any]]:
    """Give who sends letters, if a mail server is set."""
    if settings.smtp:
        database, mailer = crawl.store.database, Mailer(settings.smtp, settings.mail_from)
        for letters in (Letters(database, settings), Alarms(database, settings)):
            source: Any = letters  # each takes back the letters that it gave
            yield Post(letters=source, mailer=mailer, apart=crawl.apart, say=crawl.report.say)


def fetch_older(settings: Settings, feed: Feed) -> None:
    """Fetch what is left of a blog's back catalogue, as far as it can be had now, and index it.

    `Backfills.of` tells meanwhile how far it has come. Raises AlreadyRunning and StoreError.
    """
    with _alone(settings.home):
        database = open_database(settings.database)
        backfills, rest = Backfills(database), timedelta(seconds=settings.backfill_delay)
        backfills.release(rest)

        async def errand(fetch: Fetch, pool: Pool) -> None:
            catalogues = Catalogues(
                backfills=backfills,
                robots=Store(database).robots,
                pool=pool,
                apart=_at_once,
                gap=settings.backfill_delay,
                anyhow=lambda url: _own(url, settings),
            )
            await catalogues.fetch_all(feed.id, fetch)

        try:
            run_errand(settings, errand)
        finally:
            backfills.release(rest)
            with suppress(AlreadyRunning):  # whoever is at it tells these changes too
                refresh(Outbox(database), settings.search)
            database.close()


async def _at_once(function: Callable[..., T], *args: Any, **options: Any) -> T:
    return function(*args, **options)


def run_errand(settings: Settings, errand: Callable[[Fetch, Pool], Awaitable[T]]) -> T:
    """Do an errand with a spider and a parser of its own; return what came of it.

    It may run beside a crawler. They share what they know of robots.txt, but each keeps by
    itself to the pause between two requests to a host. Raises StoreError.
    """
    store = Store(open_database(settings.database))
    pool = Pool(1, seconds=settings.parse_timeout)
    outcome: Future[T] = Future()

    async def recall(where: str) -> Robots | None:
        return store.robots([where]).get(where)

    async def keep(found: Robots) -> None:
        with suppress(StoreBusy):  # it will be asked for again, no more
            store.keep_robots(found)

    async def work(fetch: Fetch) -> None:
        try:
            outcome.set_result(await errand(fetch, pool))
        except Exception as error:  # which Scrapy would keep to itself
            outcome.set_exception(error)

    async def everything() -> None:
        manners = _manners(settings, recall, keep)
        runner = AsyncCrawlerRunner(scrapy_settings(manners))
        await runner.crawl(PlanetSpider, manners=manners, work=work)

    try:
        for error in _react(settings, everything):
            raise error
        if not outcome.done():  # somebody would not wait any longer
            raise KeyboardInterrupt
        return outcome.result()
    finally:
        pool.close()
        store.database.close()


Tick = tuple[Callable[[], Coroutine[Any, Any, None]], int]


def _run(settings: Settings, crawl: Crawl, hub: Hub, ticks: tuple[Tick, ...]) -> None:
    """Run the spider, and each tick every so many seconds, until the crawl's work is done."""

    async def everything() -> None:
        loop = asyncio.get_running_loop()
        scheduler = AsyncIOScheduler(event_loop=loop, timezone=UTC)
        for tick, seconds in ticks:
            scheduler.add_job(tick, "interval", seconds=seconds, coalesce=True, max_instances=1)
        scheduler.start()
        manners = _manners(settings, crawl.recall, crawl.keep)
        runner = AsyncCrawlerRunner(scrapy_settings(manners))
        try:
            await runner.crawl(PlanetSpider, manners=manners, work=crawl.work)
        finally:
            scheduler.shutdown(wait=False)
        await hub.tell()

    failures = _react(settings, everything, stop=crawl.stop)
    for error in (*crawl.failures, *failures):
        raise error


def _react(
    settings: Settings,
    everything: Callable[[], Coroutine[Any, Any, None]],
    stop: Callable[[], None] | None = None,
) -> list[BaseException]:
    """Do everything under a reactor whose every dial is guarded; return what went wrong.

    SIGINT and SIGTERM call `stop`; without one, everything is dropped as it is.
    """
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    dialler: Any = reactor
    guard(dialler, settings.allow_addresses, _proxy(settings.proxy))
    failures: list[BaseException] = []

    def ended(task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        failures.extend([error] if error else [])
        dialler.stop()

    def begin() -> None:
        task = asyncio.ensure_future(everything())
        task.add_done_callback(ended)
        for number in (signal.SIGINT, signal.SIGTERM):
            task.get_loop().add_signal_handler(number, stop or task.cancel)

    dialler.callWhenRunning(begin)
    dialler.run(installSignalHandlers=False)
    return failures


def _crawl(settings: Settings, report: Report, hub: Hub, *, forever: bool) -> Crawl:
    store = Store(open_database(settings.database))
    store.release_all()  # a crawler that died held leases; we are the only one
    Submissions(store.database).release()
    Backfills(store.database).release(timedelta(seconds=settings.backfill_delay))
    Pages(store.database).release()
    Claims(store.database).release()
    spread = timedelta(minutes=settings.spread)
    return Crawl(
        store=store,
        tell_index=lambda: hub.note(refresh(Outbox(store.database), settings.search)),
        listing=Listing(path=settings.opml, store=store, spread=spread),
        pool=Pool(settings.parsers, seconds=settings.parse_timeout),
        report=report,
        concurrency=settings.concurrency,
        forever=forever,
        two_names=bool(settings.contact),
        gap=settings.backfill_delay,
        backfill=settings.backfill,
    )


def _manners(settings: Settings, recall: Recall, keep: Keep) -> Manners:
    return Manners(
        user_agent=settings.user_agent,
        delay=settings.delay,
        concurrency=settings.concurrency,
        allowed=settings.allow_addresses,
        proxy=settings.proxy,
        timeout=settings.timeout,
        recall=recall,
        keep=keep,
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
