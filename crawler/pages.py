"""Reading the pages of posts whose feed gives only a summary, beside the crawl.

    Pages.take ──► spider.fetch ──► extract (in a process that can be killed) ──► Pages.keep

One page of a host or platform at a time, with as long a rest before and after it as back
catalogues keep (`crawler.rests`); a few hosts at once. robots.txt, redirects and private
addresses are the spider's business, as always. What a page says is kept only if it fits the
summary.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from crawler.beside import Apart, Beside
from crawler.extract import Extract, agrees, extract
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.pool import Pool
from crawler.schedule import RETRY_CAP, retry_after
from index.address import slot
from index.errors import ParseError, StoreError
from index.pages import Pages, PageText, TakenPage

AT_ONCE = 3
AGAIN = timedelta(days=1)  # after which a server in trouble is asked again
# A server that is unwell, or that nobody could reach, may be better on another day.
PASSING = frozenset(
    {"dns", "timeout", "refused", "failed", "tls", "cut-short", "http-429", "robots-unavailable"}
)
OTHER = "The page does not have the words of the post's summary."
FAULT = "Our program could not read this page."

log = logging.getLogger("planet.crawler")


@dataclass(slots=True, kw_only=True)
class Reads:
    """How pages are read; `apart` runs a function in the store's own thread."""

    pages: Pages
    pool: Pool
    apart: Apart
    pause: float  # seconds that a host rests before and after
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _rested: dict[str, float] = field(default_factory=dict)  # when a host may be asked again

    def beside(self, ended: Callable[[], None]) -> Beside[TakenPage]:
        """Return the reading as work beside the crawl."""
        return Beside(at_once=AT_ONCE, take=self._take, do=self._read, ended=ended)

    async def _take(self, room: int) -> list[TakenPage]:
        now = monotonic()
        self._rested = {where: when for where, when in self._rested.items() if when > now}
        taken: list[TakenPage] = await self.apart(self.pages.take, room, set(self._rested))
        return taken

    async def _read(self, taken: TakenPage, fetch: Fetch) -> None:
        fetched = await fetch(Ask(url=taken.address, gap=self.pause))
        self._rested[slot(taken.address)] = monotonic() + self.pause
        found = (
            await self._understand(taken, fetched) if isinstance(fetched, Response) else fetched
        )
        try:
            await self._keep(taken, found, _wish(fetched, self.clock()))
        except StoreError as error:
            log.warning("a page is read again, for it was not kept: %s", error)

    async def _understand(self, taken: TakenPage, came: Response) -> Extract | NoResponse:
        try:
            found = await self.pool.run(extract, came, taken.address, self.clock())
        except ParseError as error:
            return NoResponse(code=error.code, reason=str(error))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("a page could not be read: %s", taken.address, exc_info=error)
            return NoResponse(code="fault", reason=FAULT)
        if isinstance(found, Extract) and not agrees(found.text, taken.summary):
            return NoResponse(code="other-text", reason=OTHER)
        return found

    async def _keep(self, taken: TakenPage, found: Extract | NoResponse, wish: timedelta) -> None:
        if isinstance(found, Extract):
            await self.apart(self.pages.keep, taken, PageText(found.html, found.text))
            return
        passing = found.code in PASSING or found.code.startswith("http-5")
        again = max(AGAIN, wish) if passing else None
        await self.apart(self.pages.failed, taken, found.code, found.reason, again=again)


def _wish(fetched: Fetched, now: datetime) -> timedelta:
    """Return how long the server asks us to stay away, two days at the most (rule 12)."""
    said = retry_after(fetched.headers, now) if isinstance(fetched, Response) else None
    return min(said or timedelta(0), RETRY_CAP)
