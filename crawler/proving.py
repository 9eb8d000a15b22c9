"""Looking for the code of somebody who says that a blog is theirs, at the blog itself.

    Claims.take ──► its home page ──► its feed, unless the page has the code ──► Claims.came_of

Two requests at the most, through the spider. What a stranger sent is read in a process that can
be killed. Others' words on a page are no proof: a comment can hold a code, but no <meta>, and the
link that it may hold says that it is not the owner's (rel="ugc" or "nofollow").
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.beside import Apart, Beside
from crawler.discover import page_tree
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.normalise import normalise
from crawler.offer import plainly
from crawler.parse import parse_feed
from crawler.pool import Pool
from crawler.trouble import challenges, explain
from index.address import host
from index.claim import Proof, Seen, Sought
from index.claims import Claims
from index.errors import ParseError, StoreError
from index.model import Feed

AT_ONCE = 4
LONGEST = 90.0  # seconds of a look, pauses included
NAME = "council-planet"  # of the <meta>
OTHERS = frozenset({"ugc", "nofollow", "sponsored"})  # what a link by somebody else says
ABSENT = "absent"
SLOW = Seen(reason="timeout", detail="The site answers too slowly: the look at it was given up.")
FAULT = Seen(reason="fault", detail="Our program failed while it looked for the code.")
NOWHERE = Seen(reason="unknown", detail="We know neither a home page nor a feed of this blog.")

Find = Callable[[Response, str], Seen]

log = logging.getLogger("planet.crawler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """How a claim is looked into; `apart` runs a function in the store's own thread."""

    claims: Claims
    pool: Pool
    apart: Apart

    def beside(self, ended: Callable[[], None]) -> Beside[Sought]:
        """Return the looks as work beside the crawl."""
        return Beside(at_once=AT_ONCE, take=self._take, do=self._look, ended=ended)

    async def _take(self, room: int) -> list[Sought]:
        taken: list[Sought] = await self.apart(self.claims.take, room)
        return taken

    async def _look(self, taken: Sought, fetch: Fetch) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                seen = await self._seen(taken, fetch)
        except TimeoutError:
            seen = SLOW
        except Exception as error:
            log.error("a claim could not be looked into: %s", taken.site, exc_info=error)
            seen = FAULT
        try:
            await self.apart(self.claims.came_of, taken, seen)
        except StoreError as error:
            log.warning("a look is done again, for it was not kept: %s", error)

    async def _seen(self, sought: Sought, fetch: Fetch) -> Seen:
        """Return what was seen at the home page, or else at the feed; what failed comes first."""
        failed, last = None, NOWHERE
        for url, find in ((sought.site, on_page), (sought.url, in_feed)):
            if url:
                last = await self._seen_at(url, find, sought.code, fetch)
            if last.how:
                return last
            if url and last.reason != ABSENT:
                failed = failed or last
        return failed or last

    async def _seen_at(self, url: str, find: Find, code: str, fetch: Fetch) -> Seen:
        fetched = _whole(await fetch(Ask(url=url)), url)
        if isinstance(fetched, NoResponse):
            return Seen(reason=fetched.code, detail=fetched.reason)
        try:
            return await self.pool.run(find, fetched, code)
        except ParseError as error:
            return Seen(reason=error.code, detail=str(error))


def on_page(response: Response, code: str) -> Seen:
    """Look for a code on a home page: a <meta>, or a rel=me link that ends in it. Pure."""
    root = page_tree(response.body, response.headers.get("content-type", ""))
    for element in root.iter("meta", "link", "a") if root is not None else ():
        if element.tag == "meta":
            named = element.get("name", "").strip().lower() == NAME
            if named and element.get("content", "").strip() == code:
                return Seen(how=Proof.META)
        elif _by_owner(element.get("rel", "")) and _ending(element.get("href", "")) == code:
            return Seen(how=Proof.LINK)
    return _absent(response.url)


def in_feed(response: Response, code: str) -> Seen:
    """Look for a code in the words of a feed's posts. Pure; raises ParseError."""
    content_type = response.headers.get("content-type", "")
    parsed = parse_feed(response.body, content_type=content_type, url=response.url)
    posts = normalise(parsed, Feed(), response.url, datetime.now(UTC))
    if any(code in post.title or code in post.text for post in posts):
        return Seen(how=Proof.POST)
    return _absent(response.url)


def _whole(fetched: Fetched, url: str) -> Response | NoResponse:
    """Return an answer that can be read, or why there is none."""
    if isinstance(fetched, NoResponse):
        return plainly(fetched, url)
    if fetched.status == 200 and not challenges(fetched):
        return fetched
    trouble = explain(fetched)
    return plainly(NoResponse(code=trouble.code, reason=trouble.reason), url)


def _by_owner(relations: str) -> bool:
    said = {*relations.lower().split()}
    return "me" in said and not said & OTHERS


def _ending(address: str) -> str:
    """Return what stands after the # of an address."""
    try:
        return urlsplit(address.strip()).fragment
    except ValueError:
        return ""


def _absent(url: str) -> Seen:
    said = f"We read {host(url)}, and the code was not there. Some sites show an older copy."
    return Seen(reason=ABSENT, detail=f"{said} Try again in a few minutes.")
