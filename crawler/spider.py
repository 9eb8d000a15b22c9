"""The only network I/O: Scrapy fetches what we lease, one request a host at a time.

One spider lives as long as the crawler. It hands `fetch` to the worker and does
nothing else itself; `fetch` goes through Scrapy's downloader and through `Courtesy`,
which speaks for every request, redirect and robots.txt alike:

    request ──► is the address one we may ask for?          (check_address)
            ──► does its robots.txt let us?                  (cached for a day in the store)
            ──► whose slot is it?                            (one request at a time, and a delay;
                                                              a longer one for work without hurry)
            ──► do the validators belong to this address?    (rule 3)
    redirect ──► the same again for where it leads, ten times at the most (rule 11)

With a delay of 0 Scrapy lets many requests through at once however few a slot may hold
(measured on 2.19: 11), hence the least delay below; a test counts at the server.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import exceptions as troubles
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.http import Response as Answer

from crawler import robots
from crawler.fetched import Ask, Fetch, Fetched, Hop, NoResponse, Response
from crawler.rests import Rests
from index import __version__
from index.address import check_address, slot
from index.errors import FetchError
from index.model import Robots
from index.settings import AGENT, Network

HOPS = 10
LEAST_DELAY = 0.01  # seconds
TIMEOUT = 30.0  # seconds, for the whole of an answer (rule 23)
LARGEST = 15 * 1024 * 1024  # bytes, decompressed (rule 40)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)

USED = {  # of Scrapy's downloader middlewares
    "downloadtimeout.DownloadTimeoutMiddleware": 350,
    "defaultheaders.DefaultHeadersMiddleware": 400,
    "useragent.UserAgentMiddleware": 500,
}

Recall = Callable[[str], Awaitable[Robots | None]]
Keep = Callable[[Robots], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How the spider behaves, and what it may remember."""

    user_agent: str
    plain_agent: str = f"{AGENT}/{__version__}"  # what we call ourselves without a contact
    delay: float  # seconds between two requests to one host
    concurrency: int  # requests at once, over all hosts
    allowed: Sequence[Network] = ()
    proxy: str = ""
    timeout: float = TIMEOUT
    largest: int = LARGEST
    recall: Recall
    keep: Keep
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


Work = Callable[[Fetch], Awaitable[None]]


def scrapy_settings(manners: Manners) -> dict[str, Any]:
    """Return Scrapy's settings: nothing on that we do not use."""
    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "USER_AGENT": manners.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept": ACCEPT, "A-IM": "feed"},
        "CONCURRENT_REQUESTS": 0,  # the worker leases no more than it may
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": max(manners.delay, LEAST_DELAY),
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": manners.timeout,
        "DOWNLOAD_MAXSIZE": manners.largest,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "ROBOTSTXT_OBEY": False,  # Courtesy obeys it
        "HTTPPROXY_ENABLED": False,  # a proxy variable would lead past the guard
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawler.wire.Handler"),
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        # Scrapy would load even what is turned off, and one of its extensions opens a port
        # that runs any code it is sent: we take no list of its own.
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.spider.Courtesy": 100,
            "crawler.wire.Codings": 590,
            **{f"scrapy.downloadermiddlewares.{name}": place for name, place in USED.items()},
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
    }


class PlanetSpider(scrapy.Spider):
    """Fetches for the worker for as long as the worker has work."""

    name = "planet"

    def __init__(self, manners: Manners, work: Work) -> None:
        super().__init__()
        self.manners = manners
        self.work = work

    async def start(self) -> AsyncIterator[Any]:
        """Do the worker's work; the spider ends when it does."""
        await self.work(self.fetch)
        nothing: tuple[Request, ...] = ()  # the interface wants an iterator; ours is empty
        for request in nothing:
            yield request

    async def fetch(self, ask: Ask) -> Fetched:
        """Fetch politely what is asked for.

        Never raises for what a server or a network does: that is a NoResponse.
        """
        began = time.monotonic()
        hops: list[Hop] = []
        try:
            request = Request(ask.url, meta={"ask": ask, "hops": hops}, dont_filter=True)
            engine = self.crawler.engine
            if engine is None:
                raise FetchError("stopped", "The crawler is stopping.")
            answer = await engine.download_async(request)
        except (FetchError, ValueError, OSError, *_TROUBLES) as error:
            trouble = understood(error, ask.url, self.manners)
            return NoResponse(
                code=trouble.code,
                reason=str(trouble),
                hops=tuple(hops),
                seconds=time.monotonic() - began,
            )
        return Response(
            url=answer.url,
            status=answer.status,
            headers=_headers(answer),
            body=answer.body,
            hops=tuple(hops),
            seconds=time.monotonic() - began,
        )


class Courtesy:
    """What we owe the sites we visit, on every request whatever its reason."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._rules = robots.Rules()
        self._rests = Rests()
        self._asked: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Courtesy":
        """Make one for Scrapy."""
        return cls(crawler)

    @property
    def _manners(self) -> Manners:
        spider = self.crawler.spider
        if not isinstance(spider, PlanetSpider):
            raise TypeError("Courtesy speaks for PlanetSpider alone")
        return spider.manners

    async def process_request(self, request: Request) -> None:
        """Check the address and its robots.txt; give the request its slot and validators."""
        manners = self._manners
        check_address(request.url, private_ok=manners.allowed)
        if not request.meta.get("is_robots"):
            ask: Ask = request.meta["ask"]
            found = await self._ask_robots(request.url, ask.gap)
            request.meta["gap"] = ask.gap and self._gap(ask, found, request.url)
            if request.url == ask.validated:
                for name, value in ask.headers.items():
                    request.headers[name] = value
            if ask.plain:
                request.headers["User-Agent"] = manners.plain_agent
        request.meta["download_slot"] = slot(request.url)
        request.meta["rests"] = self._rests
        if manners.proxy:
            request.meta["proxy"] = manners.proxy

    def process_response(self, request: Request, response: Answer) -> Answer | Request:
        """Follow a redirect as a request of its own, with nothing carried along but the trail."""
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location or not _follows(request):
            return response
        hops: list[Hop] = request.meta["hops"]
        target = urljoin(request.url, location.decode("utf-8", "replace").strip())
        seen = {request.url, *(hop.url for hop in hops)}
        hops.append(Hop(response.status, target))
        if target in seen or len(hops) > HOPS:
            raise FetchError(
                "redirects",
                f"{urlsplit(request.url).hostname} sends us round in circles. "
                "Its owner has to mend that.",
            )
        kept = ("ask", "hops", "is_robots", "gap")
        meta: dict[str, Any] = {n: request.meta[n] for n in kept if n in request.meta}
        return Request(target, meta=meta, dont_filter=True)

    def _gap(self, ask: Ask, found: Robots, url: str) -> float:
        """Return how long the host is to rest: as robots.txt asks, if that is longer."""
        return max(ask.gap, self._manners.delay, self._rules.delay(found, url))

    async def _ask_robots(self, url: str, gap: float) -> Robots:
        where, manners = robots.origin(url), self._manners
        if where not in self._asked:
            known = await manners.recall(where)
            if known is not None and robots.fresh(known, manners.clock()):
                self._rules.check(known, url)
                return known
        # Two requests to one origin at once must ask for its robots.txt but once.
        task = self._asked.get(where)
        if task is None:
            task = self._asked[where] = asyncio.ensure_future(self._robots(where, gap))
            task.add_done_callback(lambda _: self._asked.pop(where, None))
            task.add_done_callback(_noticed)
        found = await asyncio.shield(task)
        self._rules.check(found, url)
        return found

    async def _robots(self, where: str, gap: float) -> Robots:
        found = await self._fetch_robots(where, self._manners.clock(), gap)
        await self._manners.keep(found)
        return found

    async def _fetch_robots(self, where: str, now: datetime, gap: float) -> Robots:
        engine = self.crawler.engine
        if engine is None:
            raise FetchError("stopped", "The crawler is stopping.")
        meta: dict[str, Any] = {"is_robots": True, "hops": [], "gap": gap}
        meta["download_fail_on_dataloss"] = False
        try:
            request = Request(f"{where}/robots.txt", meta=meta, dont_filter=True)
            answer = await engine.download_async(request)
        except FetchError:
            raise  # an address we must not dial says nothing about its robots.txt
        except (ValueError, OSError, *_TROUBLES) as error:
            # The feed could not be fetched either: say why, and remember nothing of it.
            raise understood(error, where, self._manners) from error
        body = answer.body[: robots.LIMIT].decode("utf-8", "replace")
        status = answer.status
        return Robots(origin=where, status=status, body=body if status < 300 else "", fetched=now)


def _noticed(task: "asyncio.Task[Robots]") -> None:
    """Look at what became of a task that nobody waits for, or asyncio prints its error."""
    if not task.cancelled():
        task.exception()


_TROUBLES = (
    troubles.CannotResolveHostError,
    troubles.DownloadConnectionRefusedError,
    troubles.DownloadTimeoutError,
    troubles.DownloadCancelledError,
    troubles.DownloadFailedError,
    troubles.ResponseDataLossError,
    troubles.UnsupportedURLSchemeError,
    troubles.IgnoreRequest,
)


def understood(error: BaseException, url: str, manners: Manners) -> FetchError:
    """Say what went wrong with fetching `url`, in a code and one plain sentence.

    Pages show the sentence to readers, and say themselves when we come again.
    """
    if (ours := _our_own(error)) is not None:
        return ours
    where = urlsplit(url).hostname or url
    match error:
        case troubles.CannotResolveHostError():
            return FetchError(
                "dns",
                f"The name {where} cannot be found. The site may have moved, "
                "or its name may have lapsed.",
            )
        case troubles.DownloadConnectionRefusedError():
            return FetchError("refused", f"{where} does not accept connections.")
        case troubles.DownloadTimeoutError():
            seconds = f"{manners.timeout:g} seconds"
            return FetchError("timeout", f"{where} did not answer within {seconds}.")
        case troubles.DownloadCancelledError() | troubles.IgnoreRequest():
            megabytes = f"{manners.largest / 1024 / 1024:g} MB"
            return FetchError(
                "too-large",
                f"{where} sent more than {megabytes}, the most that we read of a feed.",
            )
        case troubles.ResponseDataLossError():
            return FetchError("cut-short", f"{where} broke off in the middle of its answer.")
    if "SSL" in repr(error) or "certificate" in repr(error):
        return FetchError(
            "tls",
            f"{where} has no valid certificate, so nothing was fetched. "
            "Its owner has to mend that.",
        )
    return FetchError("failed", f"The connection to {where} failed.")


def _our_own(error: BaseException) -> FetchError | None:
    """Return the refusal of ours that `error` came from, if it came from one."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, FetchError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _follows(request: Request) -> bool:
    return "ask" not in request.meta or request.meta["ask"].follow


def _headers(answer: Answer) -> dict[str, str]:
    """Return the headers by lower-case name, joined as RFC 9110 (5.3) lets one."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in answer.headers.items()
    }


# Scrapy and Twisted have nothing to tell that we do not tell ourselves.
for _name in ("scrapy", "twisted", "filelock"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
