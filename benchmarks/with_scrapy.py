"""What Scrapy needs to be told 304 by many hosts, with little or nothing of ours around it.

    python -m benchmarks.with_scrapy MAKE WORKERS < address, space, ETag, one a line

`bare` is Scrapy as it comes, `stripped` without the middlewares and extensions that we do
without, `courteous` our spider with its manners, but neither store nor visits.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from benchmarks.planet import DELAY
from crawler.fetched import Ask, Fetch, Response
from crawler.spider import Manners, PlanetSpider, scrapy_settings
from index.model import Robots
from index.settings import read_settings

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


@dataclass(slots=True)
class Tally:
    """What was answered, from the first request to the last answer."""

    began: float = 0.0
    ended: float = 0.0
    unchanged: int = 0

    def note(self, status: int) -> None:
        """Note an answer."""
        self.unchanged += status == 304
        self.ended = time.perf_counter()


class Bare(scrapy.Spider):
    """Asks for each address once, if it has changed."""

    name = "bare"
    handle_httpstatus_list = (304,)

    def __init__(self, asks: list[Ask], tally: Tally) -> None:
        super().__init__()
        self.asks, self.tally = asks, tally

    async def start(self) -> AsyncIterator[Any]:
        """Ask."""
        self.tally.began = time.perf_counter()
        for ask in self.asks:
            yield scrapy.Request(ask.url, headers=dict(ask.headers))

    def parse(self, response: Any, **_: Any) -> None:
        """Note the answer."""
        self.tally.note(response.status)


def main() -> None:
    """Crawl once; print the seconds, and how many were told that nothing has changed."""
    make, workers = sys.argv[1], int(sys.argv[2])
    asks = [_ask(*line.split(" ")) for line in sys.stdin.read().splitlines()]
    install_reactor(REACTOR)
    from twisted.internet import reactor

    loop: Any = reactor
    tally = Tally()

    async def crawl() -> None:
        if make == "courteous":
            await _courteous(asks, workers, tally)
        else:
            await AsyncCrawlerRunner(_settings(make, workers)).crawl(Bare, asks, tally)
        loop.stop()

    loop.callWhenRunning(lambda: asyncio.ensure_future(crawl()))
    loop.run()
    print(json.dumps({"seconds": tally.ended - tally.began, "unchanged": tally.unchanged}))


def _ask(url: str, etag: str) -> Ask:
    return Ask(url=url, headers={"If-None-Match": etag}, validated=url)


def _settings(make: str, workers: int) -> dict[str, Any]:
    """Return settings for the bare spider: Scrapy's own, or less."""
    settings: dict[str, Any] = {
        "TWISTED_REACTOR": REACTOR,
        "CONCURRENT_REQUESTS": workers,
        "LOG_ENABLED": False,
    }
    if make == "stripped":
        settings |= scrapy_settings(_manners(workers))
        del settings["DOWNLOADER_MIDDLEWARES"]["crawler.spider.Courtesy"]
        settings |= {"CONCURRENT_REQUESTS": workers, "DOWNLOAD_DELAY": 0}
    return settings


def _manners(workers: int) -> Manners:
    settings, now = read_settings(allow_addresses="127.0.0.0/8"), datetime.now(UTC)

    async def recall(where: str) -> Robots:
        return Robots(origin=where, status=404, body="", fetched=now)

    async def keep(_: Robots) -> None:
        """Forget it: it came from `recall`."""

    return Manners(
        user_agent=settings.user_agent,
        delay=DELAY,
        concurrency=workers,
        allowed=settings.allow_addresses,
        recall=recall,
        keep=keep,
    )


async def _courteous(asks: list[Ask], workers: int, tally: Tally) -> None:
    slots = asyncio.Semaphore(workers)

    async def work(fetch: Fetch) -> None:
        async def one(ask: Ask) -> None:
            async with slots:
                found = await fetch(ask)
            tally.note(found.status if isinstance(found, Response) else 0)

        tally.began = time.perf_counter()
        await asyncio.gather(*map(one, asks))

    manners = _manners(workers)
    runner = AsyncCrawlerRunner(scrapy_settings(manners))
    await runner.crawl(PlanetSpider, manners=manners, work=work)


if __name__ == "__main__":
    main()
