"""Looking at the blogs that people suggest, beside the crawl and before everything else in it.

    Submissions.take ──► quest.discover ──► Submissions.found

A look keeps to the manners of every visit, for it goes through the same spider. A few are
under way at once and one at a host or platform, so that a thousand suggestions are a burden
to nobody.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from crawler.beside import Apart, Beside
from crawler.candidate import Scope
from crawler.fetched import Fetch
from crawler.network import Member
from crawler.offer import Offer
from crawler.pool import Pool
from crawler.quest import Discovered, apart, discover
from index.errors import StoreError
from index.submission import TITLE, Found, Sample, Taken, short
from index.submissions import Submissions

AT_ONCE = 4
LONGEST = 150.0  # seconds of a look, pauses included
MOST = 10  # feeds that are offered
SLOW = "The site answers too slowly: the look at it was given up."
FAULT = "Our program failed while it looked at this address."

log = logging.getLogger("planet.crawler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How a suggestion is looked at; `apart` runs a function in the store's own thread."""

    submissions: Submissions
    pool: Pool
    apart: Apart

    def beside(self, ended: Callable[[], None]) -> Beside[Taken]:
        """Return the looks as work beside the crawl."""
        return Beside(at_once=AT_ONCE, take=self._take, do=self._look, ended=ended)

    async def _take(self, room: int) -> list[Taken]:
        taken: list[Taken] = await self.apart(self.submissions.take, room)
        return taken

    async def _look(self, taken: Taken, fetch: Fetch) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                found = await discover(taken.address, fetch, apart(self.pool))
        except TimeoutError:
            found = _nothing(taken, "timeout", SLOW)
        except Exception as error:
            log.error("a suggestion could not be looked at: %s", taken.address, exc_info=error)
            found = _nothing(taken, "fault", FAULT)
        await self._keep(taken, found)

    async def _keep(self, taken: Taken, found: Discovered) -> None:
        feeds = [found_of(offer) for offer in found.offers if offer.good][:MOST]
        feeds += [member_of(one, found.url) for one in found.members]
        try:
            await self.apart(self.submissions.found, taken, feeds, found.code, found.reason)
        except StoreError as error:
            log.warning("a look is done again, for it was not kept: %s", error)


def found_of(offer: Offer) -> Found:
    """Return an offer as the store keeps it."""
    sample = offer.sample
    latest = tuple(
        Sample(title=short(post.title, TITLE), url=post.url, published=post.published)
        for post in (sample.latest if sample else ())
    )
    return Found(
        url=offer.url,
        title=short(offer.title, TITLE),
        site=(sample.site if sample else "") or offer.page,
        kind=offer.kind.value,
        part=offer.scope is not Scope.BLOG,
        posts=sample.posts if sample else 0,
        newest=sample.newest if sample else None,
        latest=latest,
        also=offer.also,
    )


def member_of(member: Member, front: str) -> Found:
    """Return a blog of a network, which was named at `front`, as the store keeps it."""
    return Found(url=member.url, title=short(member.title, TITLE), site=front, member=True)


def _nothing(taken: Taken, code: str, reason: str) -> Discovered:
    return Discovered(address=taken.address, url=taken.address, code=code, reason=reason)
