"""A spider that runs for as long as the tests do, since a reactor starts but once."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from crawler.fetched import Ask, Fetch, Fetched
from crawler.guard import guard
from crawler.pool import Pool
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from index.model import Robots
from index.store import Store
from tests.crawler.passes import USER_AGENT, Passes
from tests.server import Server, serve

LOOPBACK = ip_network("127.0.0.0/8")


@dataclass(slots=True)
class Guarded:
    """What the guard allows at the moment."""

    allowed: list[Any] = field(default_factory=lambda: [LOOPBACK])


GUARDED = Guarded()


@pytest.fixture(scope="session")
def reactor() -> Iterator[asyncio.AbstractEventLoop]:
    """The running event loop of a reactor whose every dial is guarded."""
    started = threading.Event()

    def run() -> None:
        install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
        from twisted.internet import reactor

        dialler: Any = reactor
        guard(dialler, GUARDED.allowed)
        dialler.callWhenRunning(started.set)
        dialler.run(installSignalHandlers=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    from twisted.internet import reactor as dialler

    running: Any = dialler
    yield running._asyncioEventloop
    running.callFromThread(running.stop)
    thread.join()
    running._asyncioEventloop.close()


Visit = Callable[..., Fetched]


@pytest.fixture
def robots() -> dict[str, Robots]:
    """The robots.txt files that the store remembers."""
    return {}


@pytest.fixture
def spider(
    reactor: asyncio.AbstractEventLoop, robots: dict[str, Robots]
) -> Iterator[Callable[..., list[Fetched]]]:
    """Fetch addresses, all at once, with a spider of our own; give what came back, in order."""

    def fetch(
        *urls: str,
        headers: dict[str, str] | None = None,
        validated: str = "",
        plain: bool = False,
        follow: bool = True,
        **manners: Any,
    ) -> list[Fetched]:
        found: Future[list[Fetched]] = Future()

        async def work(fetch: Fetch) -> None:
            asks = (
                Ask(url=u, headers=headers or {}, validated=validated, plain=plain, follow=follow)
                for u in urls
            )
            try:
                found.set_result(list(await asyncio.gather(*map(fetch, asks))))
            except BaseException as error:
                found.set_exception(error)
                raise

        async def crawl() -> None:
            asked = manners_of(robots, **manners)
            runner = AsyncCrawlerRunner(scrapy_settings(asked))
            await runner.crawl(PlanetSpider, manners=asked, work=work)

        asyncio.run_coroutine_threadsafe(crawl(), reactor).result()
        return found.result()

    yield fetch
    GUARDED.allowed[:] = [LOOPBACK]


def manners_of(remembered: dict[str, Robots], **changes: Any) -> Manners:
    async def recall(origin: str) -> Robots | None:
        return remembered.get(origin)

    async def keep(robots: Robots) -> None:
        remembered[robots.origin] = robots

    usual: dict[str, Any] = {
        "user_agent": "council-planet/test",
        "delay": 0.01,
        "concurrency": 8,
        "allowed": (LOOPBACK,),
        "recall": recall,
        "keep": keep,
        "clock": lambda: datetime.now(UTC),
    }
    return Manners(**(usual | changes))


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with nothing on it yet."""
    with serve() as served:
        yield served


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """The processes that parse."""
    pool = Pool(1)
    yield pool
    pool.close()


@pytest.fixture
def passes(store: Store, reactor: asyncio.AbstractEventLoop, pool: Pool) -> Iterator[Passes]:
    """A planet with a clock of its own."""
    manners = {"user_agent": USER_AGENT, "delay": 0.01, "concurrency": 8, "allowed": (LOOPBACK,)}
    yield Passes(store=store, reactor=reactor, pool=pool, manners=manners)
    GUARDED.allowed[:] = [LOOPBACK]
