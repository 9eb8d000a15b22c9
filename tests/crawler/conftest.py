"""A spider that runs for as long as the tests do, since a reactor starts but once."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.crawler import AsyncCrawlerRunner

from crawler.fetched import Ask, Fetch, Fetched
from crawler.pool import Pool
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from index.model import Robots
from index.store import Store
from tests.crawler.older import Older
from tests.crawler.passes import USER_AGENT, Passes
from tests.reacting import GUARDED, LOOPBACK
from tests.server import Server, serve

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
        *urls: str | Ask,
        headers: dict[str, str] | None = None,
        validated: str = "",
        plain: bool = False,
        follow: bool = True,
        gap: float = 0.0,
        **manners: Any,
    ) -> list[Fetched]:
        found: Future[list[Fetched]] = Future()

        async def work(fetch: Fetch) -> None:
            said: dict[str, Any] = {
                "headers": headers or {},
                "validated": validated,
                "plain": plain,
            }
            said |= {"follow": follow, "gap": gap}
            asks = (u if isinstance(u, Ask) else Ask(url=u, **said) for u in urls)
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


@pytest.fixture
def passes(store: Store, reactor: asyncio.AbstractEventLoop, pool: Pool) -> Iterator[Passes]:
    """A planet with a clock of its own."""
    manners = {"user_agent": USER_AGENT, "delay": 0.01, "concurrency": 8, "allowed": (LOOPBACK,)}
    yield Passes(store=store, reactor=reactor, pool=pool, manners=manners)
    GUARDED.allowed[:] = [LOOPBACK]


@pytest.fixture
def older(passes: Passes, server: Server) -> Older:
    """A planet for one blog with a back catalogue."""
    return Older(passes, server)
