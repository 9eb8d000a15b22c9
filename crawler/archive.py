"""A blog's older posts: where they are, and where to go on from a page of its feed. Pure.

    older     what a feed says of them: a link to older pages, or what it was made with
    onward    an answer ──► its posts, and the next address or the end
    fallen    no answer of any use ──► another way, the end, or the same again later

Whatever an archive does, it ends: an address is asked for once, a page that brings nothing
unseen is the last or one of few, and there is a limit to all. What comes out is a `Step`.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.fetched import Response
from crawler.normalise import normalise
from crawler.parse import parse_feed
from crawler.parsed import MAX_ENTRIES, ParsedFeed
from crawler.schedule import RETRY_CAP, retry_after
from crawler.trouble import NO_FEED, challenges, explain
from index.address import host, normal, same_site
from index.backfill import End, State, Step, Taken, Way
from index.errors import ParseError
from index.model import DateSource, Entry, Hold

REQUESTS = 1_000  # pages of a feed that are asked for, of one blog
MOST = 5_000  # posts of a page
BARREN = 3  # pages in a row without a post that was not seen
BLOGGERS = 100  # posts that Blogger is asked for at once
PAUSE = timedelta(hours=1)  # before a server in trouble is asked again; twice as long each time
SHORT = 12  # characters that tell posts apart

# The server is unwell, or nobody could reach it: that may be better later.
PASSING = frozenset(
    {"dns", "timeout", "refused", "failed", "tls", "cut-short", "http-429", "robots-unavailable"}
)
# We may not, or there is nothing: another way may be open.
CLOSED = frozenset({"robots", "http-404", "gone", "http-400", "http-403", "redirects"})
# One page cannot be read; the next may be.
SPOILT = NO_FEED | {"truncated", "too-large", "too-slow", "too-costly"}

ENOUGH = "We read the newest {} {} of it. The older ones are left."
LOOPS = "Its archive leads back to a page that we have read, so we cannot get to the end of it."
REPEATS = "Its archive gives the same posts again and again, so we cannot get to the end of it."
ELSEWHERE = "Its archive goes on at another site, where we do not follow it."

_PAGED = re.compile(r"(?:^|/)feed/?$")
_BLOGGER = "/feeds/posts/default"


def older(said: ParsedFeed, url: str) -> tuple[Way, str]:
    """Return how posts older than the feed's are reached, and the first address to ask for.

    No address means the feed itself, or the sitemap, which is still to be looked for.
    """
    generator, parts = said.generator.lower(), urlsplit(url)
    if parts.path.startswith(_BLOGGER) or "blogger" in generator:
        base = url if parts.path.startswith(_BLOGGER) else urljoin(url, _BLOGGER)
        return Way.INDEX, _with(base, {"start-index": "1", "max-results": str(BLOGGERS)})
    link = _link(said, url)
    if link and same_site(link, url):
        return Way.LINKS, link
    if "wordpress" in generator or (not generator and _is_wordpress(url)):
        return Way.PAGED, _with(url, {"paged": "2"})
    if said.truncated and len(said.entries) >= MAX_ENTRIES:
        return Way.WHOLE, ""
    return Way.SITEMAP, ""


def onward(taken: Taken, came: Response, now: datetime) -> Step:
    """Return what a page of the feed brought, and where to go on."""
    if came.status not in (200, 203, 226) or challenges(came):
        trouble = explain(came)
        return fallen(taken, trouble.code, trouble.reason, now, retry_after(came.headers, now))
    content_type = came.headers.get("content-type", "")
    try:
        said = parse_feed(came.body, content_type=content_type, url=came.url, most=MOST)
    except ParseError as error:
        return fallen(taken, error.code, str(error), now)
    entries = tuple(map(_own_date, normalise(said, taken.feed, came.url, now)))
    keys = tuple(_short(entry.key) for entry in entries)
    new = {*keys} - taken.seen.keys
    barren = 0 if new else taken.barren + 1
    step = Step(at=now, way=taken.way, entries=entries, keys=keys, barren=barren)
    step = _FURTHER[taken.way](taken, step, said, came.url)
    if step.address and taken.asked + 1 >= REQUESTS:
        end = End(State.DONE, "enough", ENOUGH.format(f"{REQUESTS:,}", "pages"))
        return replace(step, address="", end=end)
    return step


def fallen(
    taken: Taken, code: str, reason: str, now: datetime, wish: timedelta | None = None
) -> Step:
    """Return what follows an answer without a feed in it, or none at all."""
    step = Step(at=now, way=taken.way, barren=taken.barren + 1, code=code, detail=reason)
    if passing(code):
        return later(taken, step, wish)
    if taken.way is Way.PAGED and code in ("http-404", "gone") and taken.seen.keys:
        return replace(step, end=End(), code="", detail="")  # WordPress has no more pages
    if taken.way in (Way.PAGED, Way.INDEX, Way.LINKS) and code in CLOSED and not taken.seen.keys:
        return _by_sitemap(step)
    number = _number(taken.address, "paged")
    if taken.way is Way.PAGED and number and step.barren < BARREN and code in SPOILT:
        return replace(step, address=_with(taken.address, {"paged": str(number + 1)}))
    return replace(step, end=End(State.STUCK, code, reason))


def passing(code: str) -> bool:
    """Whether a failure may be over later."""
    return code in PASSING or code.startswith("http-5")


def later(taken: Taken, step: Step, wish: timedelta | None) -> Step:
    """Return the step that leaves a server in trouble alone: longer each time, as it wishes."""
    asked = min(wish or timedelta(0), RETRY_CAP)
    pause = min(max(PAUSE * 2**taken.failures, asked), RETRY_CAP)
    hold = Hold(host(taken.address), step.at + asked) if asked else None
    return replace(step, again=pause, hold=hold, barren=taken.barren)


def _read_feed(taken: Taken, step: Step, said: ParsedFeed, url: str) -> Step:
    """Go on from the feed itself, now that it says how."""
    way, address = older(said, url)
    if way is Way.WHOLE:
        return _read_whole(taken, step, said, url)
    return replace(step, way=way, address=address)


def _read_whole(taken: Taken, step: Step, said: ParsedFeed, url: str) -> Step:
    end = End(State.DONE, "enough", ENOUGH.format(f"{MOST:,}", "posts"))
    return replace(step, end=end if len(said.entries) >= MOST else End())


def _follow_link(taken: Taken, step: Step, said: ParsedFeed, url: str) -> Step:
    address = _link(said, url)
    if not address:
        return replace(step, end=End())
    if not same_site(address, url):
        return replace(step, end=End(State.STUCK, "off-site", ELSEWHERE))
    asked = taken.seen.addresses | {normal(taken.address), normal(url), normal(taken.feed.url)}
    if normal(address) in asked:
        return replace(step, end=End(State.STUCK, "loops", LOOPS))
    if step.barren >= BARREN:
        return replace(step, end=End(State.STUCK, "repeats", REPEATS))
    return replace(step, address=address)


def _turn_page(taken: Taken, step: Step, said: ParsedFeed, url: str) -> Step:
    """Go on to WordPress's next page, unless each is the first or this one has nothing new."""
    number = _number(taken.address, "paged")
    if step.barren or not number:
        return _by_sitemap(step) if taken.asked <= 1 else replace(step, end=End())
    return replace(step, address=_with(taken.address, {"paged": str(number + 1)}))


def _count_on(taken: Taken, step: Step, said: ParsedFeed, url: str) -> Step:
    """Go on after as many as Blogger gave, which may be fewer than it was asked for."""
    if step.barren:
        return _by_sitemap(step) if taken.asked == 1 else replace(step, end=End())
    after = _number(taken.address, "start-index") + len(said.entries)
    if said.total and after > said.total:
        return replace(step, end=End())
    return replace(step, address=_with(taken.address, {"start-index": str(after)}))


_FURTHER = {
    Way.UNKNOWN: _read_feed,
    Way.LINKS: _follow_link,
    Way.PAGED: _turn_page,
    Way.INDEX: _count_on,
    Way.WHOLE: _read_whole,
}


def _by_sitemap(step: Step) -> Step:
    return replace(step, way=Way.SITEMAP, address="", code="", detail="")


def _link(said: ParsedFeed, url: str) -> str:
    """Return where the feed says that its older posts are (RFC 5005, 3 and 4)."""
    link = said.prev_archive or said.next_page
    try:
        address = urljoin(url, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return address if urlsplit(address).scheme in ("http", "https") else ""


def _is_wordpress(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_PAGED.search(parts.path)) or "feed" in dict(parse_qsl(parts.query))


def _with(url: str, said: dict[str, str]) -> str:
    """Return `url` with these parameters, in the places of those of the same names."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | said
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _number(url: str, name: str) -> int:
    said = dict(parse_qsl(urlsplit(url).query)).get(name, "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def _own_date(entry: Entry) -> Entry:
    """Take away a date that is the feed's: it tells when the archive was made."""
    if entry.date_source is DateSource.ENTRY:
        return entry
    return replace(entry, published=None, date_source=DateSource.SEEN)


def _short(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:SHORT]
