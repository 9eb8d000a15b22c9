"""What came from an address, read so that a person can judge it. Pure, and told the time.

    Response ──► Sample      a feed: its title, how much it holds, its newest posts
             ──► Page        a web page that may name one
             ──► NoResponse  something else, and why it is of no use

A stranger sent the bytes: `read` and its arguments travel by pickle, so that a process
that can be killed does the reading (`crawler.pool`).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from crawler.candidate import Format, Scope, scope_of
from crawler.discover import Page, look
from crawler.fetched import NoResponse, Response
from crawler.normalise import normalise, web_address
from crawler.parse import parse_feed
from crawler.parsed import ParsedFeed
from crawler.trouble import challenges, explain
from crawler.wording import title_text
from index.address import normal
from index.errors import ParseError
from index.model import DateSource, Entry, Feed

LATEST = 5  # posts that are shown
COMPARED = 20  # posts by which two feeds are told apart
PREFERRED = (Format.ATOM, Format.RSS, Format.JSON, Format.UNKNOWN)
LASTING = frozenset({301, 308})  # redirects that give an address a new one (RFC 9110, 15.4)

_OF_COMMENTS = re.compile(r"(?:comments (?:for|on)|sylwadau (?:ar|ar gyfer))\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A post of a feed, as a person chooses by it."""

    title: str
    url: str
    published: datetime | None = None  # what its date says, if it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a feed holds at the moment."""

    url: str  # where it is for good: beyond the redirects that say so
    site: str = ""  # the blog's home page, as the feed says
    title: str = ""
    kind: Format = Format.UNKNOWN
    scope: Scope = Scope.BLOG
    posts: int = 0
    newest: datetime | None = None
    latest: tuple[Headline, ...] = ()
    text: int = 0  # characters of a post, on average
    marks: tuple[str, ...] = ()  # by which the same posts are known in another feed


Reading = Sample | Page | NoResponse


def read(response: Response, asked: str, now: datetime) -> Reading:
    """Return what the answer to `asked` is. Never raises for what a stranger sent."""
    if response.status not in (200, 203, 226) or challenges(response):
        trouble = explain(response)
        return NoResponse(code=trouble.code, reason=trouble.reason)
    content_type = response.headers.get("content-type", "")
    try:
        parsed = parse_feed(response.body, content_type=content_type, url=response.url)
    except ParseError as error:
        if error.code == "html" or "html" in content_type.lower():
            link = response.headers.get("link", "")
            return look(response.body, content_type=content_type, url=response.url, link=link)
        return NoResponse(code=error.code, reason=str(error))
    return _sample(parsed, response, asked, now)


def same_feed(one: Sample, other: Sample) -> bool:
    """Whether two feeds are one: at one address, or with the same newest posts, newest first."""
    shared = min(len(one.marks), len(other.marks))
    alike = shared > 0 and one.marks[:shared] == other.marks[:shared]
    of_comments = {one.scope is Scope.COMMENTS, other.scope is Scope.COMMENTS}
    return normal(one.url) == normal(other.url) or (alike and len(of_comments) == 1)


def better(one: Sample, other: Sample) -> bool:
    """Whether `one` of two feeds that are the same is the one to follow.

    Whole posts are worth more than summaries, and Atom, whose dates and ids are not left
    to chance, more than RSS.
    """
    if max(one.text, other.text) > 2 * min(one.text, other.text):
        return one.text > other.text
    return PREFERRED.index(one.kind) < PREFERRED.index(other.kind)


def _sample(parsed: ParsedFeed, response: Response, asked: str, now: datetime) -> Sample:
    entries = normalise(parsed, Feed(), response.url, now)
    headlines = sorted((_headline(entry) for entry in entries), key=_age)
    url, title = _settled(response, asked), title_text(parsed.title)
    site = web_address(parsed.link, response.url)
    of_comments = bool(_OF_COMMENTS.match(title))
    return Sample(
        url=url,
        site=site,
        title=title,
        kind=_format(parsed.format),
        scope=Scope.COMMENTS if of_comments else scope_of(url),
        posts=len(entries),
        newest=max((h.published for h in headlines if h.published), default=None),
        latest=tuple(headlines[:LATEST]),
        text=sum(len(entry.text) for entry in entries) // max(1, len(entries)),
        marks=tuple(_mark(post, site or response.url) for post in headlines[:COMPARED]),
    )


def _settled(response: Response, asked: str) -> str:
    """Return the address to keep: a redirect for the time being changes nothing (rule 10)."""
    url = asked
    for hop in response.hops:
        if hop.status not in LASTING:
            break
        url = hop.url
    return url


def _headline(entry: Entry) -> Headline:
    dated = entry.published if entry.date_source is DateSource.ENTRY else None
    return Headline(title=entry.title, url=entry.url, published=dated)


def _age(headline: Headline) -> float:
    """Sort the newest first, and what has no date last, in the feed's own order."""
    return -headline.published.timestamp() if headline.published else 0.0


def _mark(post: Headline, site: str) -> str:
    """Return what a post is known by: its address, or its title if it has none of its own."""
    return normal(post.url, fragment=True) if post.url != site else post.title


def _format(version: str) -> Format:
    if version.startswith("rss"):
        return Format.RSS
    if version.startswith("atom"):
        return Format.ATOM
    return Format.JSON if version.startswith("json") else Format.UNKNOWN
