"""A search for a blog's feeds, from the address a person gave to feeds to choose from.

    the address ──► a feed: that is the answer
                ──► a page, or where its <meta> refresh leads, twice at the most
    a page      ──► the feeds that it names, four of them read as samples
                ──► the blogs that it names, if it is the front page of a network
                ──► or else the places where blogs made with the same software have theirs
    no good one ──► the same for the pages above it
                ──► and at the last the places where most blogs have theirs

One request after another and twelve at the most, redirects and robots.txt apart; `fetch`
keeps to our manners. A guess is not followed to another page, whose feed it would not be
(rule 41). What goes wrong is a value: a code, and one plain sentence.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from urllib.parse import urljoin

from crawler.candidate import Candidate, Scope, looks_like_a_feed
from crawler.discover import SERVICES, Page
from crawler.fetched import Ask, Fetch, Fetched, NoResponse, Response
from crawler.network import Member, of_members
from crawler.offer import (
    COMMENTS,
    LOST,
    SPARED,
    Offer,
    Source,
    merged,
    nothing,
    offered,
    plainly,
)
from crawler.platforms import above, well_known
from crawler.pool import Pool
from crawler.sample import LASTING, Reading, Sample, read
from index.address import check_address, host, normal
from index.errors import FetchError, ParseError

REQUESTS = 12  # of one quest
SAMPLES = 4  # feeds of a page that are read so that a person can choose
REFRESHES = 2  # of a page to another that are followed
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))

Read = Callable[[Response, str], Awaitable[Reading]]  # an answer, and what was asked for
Tell = Callable[[str], None]  # hears of each request

# Where https gives no answer, http may.
_NO_HTTPS = frozenset({"refused", "tls", "timeout", "failed", "robots-unavailable"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_FEED_SCHEME = re.compile(r"^feed:(?://)?(https?://)?", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What came of a quest: offers, the best first; and, if none is good, a code and a reason."""

    address: str  # as it was given
    url: str  # where that led
    offers: tuple[Offer, ...] = ()
    members: tuple[Member, ...] = ()  # blogs to choose from, if it is the front of a network
    requests: int = 0
    code: str = ""
    reason: str = ""


async def discover(
    address: str, fetch: Fetch, read: Read, tell: Tell = lambda _: None
) -> Discovered:
    """Look for the feeds of the blog at `address`, written as people write one.

    `read` is `crawler.sample.read`, wherever it runs. Raises nothing for what servers do
    or send.
    """
    quest = _Quest(fetch=fetch, read=read, tell=tell)
    url, found = await quest.begin(address)
    if not isinstance(found, Sample) and _is_worth_a_search(found):
        await quest.search(url, found)
    offers = merged(quest.offers)
    done = quest.done or quest.members
    code, reason = ("", "") if done else nothing(url, found, offers)
    return Discovered(
        address=address,
        url=url,
        offers=offers,
        members=quest.members,
        requests=REQUESTS - quest.left,
        code=code,
        reason=reason,
    )


def apart(pool: Pool) -> Read:
    """Return a `read` that leaves the reading to the processes of `pool`."""

    async def reading(response: Response, asked: str) -> Reading:
        try:
            return await pool.run(read, response, asked, datetime.now(UTC))
        except ParseError as error:
            return NoResponse(code=error.code, reason=str(error))

    return reading


def spellings(address: str) -> tuple[str, ...]:
    """Return the web addresses that a person may mean, likeliest first.

    Without a scheme it is https, or else http; "feed:" is a habit of the 2000s.
    """
    text = address.strip().strip("<>\"'").strip()
    text = _FEED_SCHEME.sub(lambda feed: feed[1] or "http://", text)
    return (text,) if _SCHEME.match(text) else (f"https://{text}", f"http://{text}")


def onward(guess: str, location: str) -> str:
    """Return where a guess's redirect leads if a feed may still be there, or "".

    Another scheme, a www or a slash makes no other address; and a site or a feed service
    may have its feed at an address that looks like one. Anywhere else is another page.
    """
    try:
        target = urljoin(guess, location)
        near = host(target).removeprefix("www.") == host(guess).removeprefix("www.")
        likely = near and looks_like_a_feed(target)
    except ValueError:
        return ""
    same = normal(target) == normal(guess)
    return target if location and (same or likely or host(target) in SERVICES) else ""


@dataclass(slots=True, kw_only=True)
class _Quest:
    """The requests of one quest, and what they brought."""

    fetch: Fetch
    read: Read
    tell: Tell
    left: int = REQUESTS
    offers: list[Offer] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    platforms: set[str] = field(default_factory=set)  # that pages were made with
    members: tuple[Member, ...] = ()

    @property
    def done(self) -> bool:
        return any(offer.good for offer in self.offers)

    async def begin(self, address: str) -> tuple[str, Reading]:
        """Ask for what the person gave; return where that led, and what is there."""
        for url in spellings(address):
            try:
                check_address(url, private_ok=ANYWHERE)  # whether it is private, `fetch` sees
            except FetchError as error:
                return url, NoResponse(code=error.code, reason=str(error))
            found = await self.look(url)
            if not isinstance(found, NoResponse) or found.code not in _NO_HTTPS:
                break
        if isinstance(found, NoResponse):
            return url, found
        if isinstance(found, Sample):
            given = Candidate(found.url, scope=found.scope)
            self.offers.append(offered(given, found, Source.GIVEN))
        return found.url, found

    async def search(self, url: str, found: Reading) -> None:
        """Look for feeds at the page, then at those above it, until there is a good one."""
        places = [place for place in above(url) if normal(place) not in self.asked]
        if isinstance(found, Page):
            self.members = found.members
            if self.members:  # its own feed, if it names one; nobody guesses at a network's
                theirs = of_members([feed.url for feed in found.feeds], found.members)
                own = tuple(feed for feed in found.feeds if feed.url not in theirs)
                await self.named(replace(found, feeds=own))
                return
            await self.at(found)
        for place in places:
            page = None if self.done else await self.look(place)
            if isinstance(page, Page):
                await self.at(page)
        if not self.done and not self.platforms:
            home = url if isinstance(found, Page) else next(iter(above(url)), url)
            await self.guess(well_known(home), home)

    async def at(self, page: Page) -> None:
        """Look for feeds by what a page says."""
        # A link named "RSS" may lead to a page of feeds.
        for listing in await self.named(page):
            if not self.done:
                await self.named(listing)
        if page.platform and not self.done:
            self.platforms.add(page.platform)
            await self.guess(well_known(page.url, page.platform, page.root), page.url)

    async def named(self, page: Page) -> list[Page]:
        """Read the feeds that a page names; return what turned out to be a page itself."""
        pages: list[Page] = []
        samples = 0
        for candidate in self.new(page.feeds):
            source = Source.DECLARED if candidate.declared else Source.LINKED
            found: Reading = SPARED
            if candidate.scope is Scope.COMMENTS:
                found = COMMENTS
            elif samples < SAMPLES and (candidate.declared or not self.done):
                samples += 1
                found = await self.ask(candidate.url)
            if isinstance(found, Page):
                pages.append(found)
            # A link that only looked like a feed is no news to anybody.
            if candidate.declared or isinstance(found, Sample) or found in (SPARED, COMMENTS):
                self.offers.append(offered(candidate, found, source, page.url))
        return pages

    async def guess(self, addresses: Iterable[str], page: str) -> None:
        """Try addresses one after another until one is a feed."""
        for candidate in self.new(map(Candidate, addresses)):
            found = await self.probe(candidate.url)
            refused = isinstance(found, NoResponse) and found.code == "robots"
            if isinstance(found, Sample) or refused:
                self.offers.append(offered(candidate, found, Source.GUESSED, page))
            if self.done:
                return

    def new(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return those that were not asked for before."""
        return [c for c in candidates if normal(c.url) not in self.asked]

    async def look(self, url: str) -> Reading:
        """Ask for a page, and for the one that it sends its visitors to by itself."""
        found = await self.ask(url)
        for _ in range(REFRESHES):
            if not isinstance(found, Page) or found.feeds or not found.refresh:
                break
            further = await self.ask(found.refresh)
            if isinstance(further, NoResponse):
                break
            found = further
        return found

    async def ask(self, url: str) -> Reading:
        """Return what is at an address, wherever it leads."""
        fetched = await self.request(Ask(url=url))
        return await self.understand(fetched, url)

    async def probe(self, url: str) -> Reading:
        """Return what is at an address that is a guess."""
        kept = url
        for _ in range(1 + REFRESHES):
            fetched = await self.request(Ask(url=url, follow=False))
            if not isinstance(fetched, Response) or fetched.status not in REDIRECTS:
                break
            target = onward(url, fetched.headers.get("location", ""))
            if not target or (normal(target) != normal(url) and not self.new([Candidate(target)])):
                break
            if fetched.status in LASTING or normal(target) == normal(url):
                kept = target
            url = target
        return await self.understand(fetched, kept)

    async def request(self, ask: Ask) -> Fetched:
        """Make a request, if one is left."""
        self.asked.add(normal(ask.url))
        if not self.left:
            return SPARED
        self.left -= 1
        self.tell(f"Looking at {ask.url}")
        return await self.fetch(ask)

    async def understand(self, fetched: Fetched, asked: str) -> Reading:
        """Read an answer, and say plainly why one is of no use."""
        found = await self.read(fetched, asked) if isinstance(fetched, Response) else fetched
        return plainly(found, asked) if isinstance(found, NoResponse) else found


def _is_worth_a_search(found: Page | NoResponse) -> bool:
    return isinstance(found, Page) or found.code in LOST
