"""An address where a feed may be, and what can be told of it before it is read. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from urllib.parse import urlsplit

from index.address import normal

MAX_CANDIDATES = 20


class Format(StrEnum):
    """How a feed is written."""

    ATOM = "Atom"
    RSS = "RSS"
    JSON = "JSON Feed"
    UNKNOWN = "unknown"  # until it is read


class Scope(IntEnum):
    """What a feed carries, in the order in which people want it."""

    BLOG = 0
    PART = 1  # a category, a tag, one author
    COMMENTS = 2


FORMATS = {
    "application/rss+xml": Format.RSS,
    "application/rdf+xml": Format.RSS,
    "application/atom+xml": Format.ATOM,
    "application/x.atom+xml": Format.ATOM,
    "application/x-atom+xml": Format.ATOM,
    "application/feed+json": Format.JSON,
}
VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml", ""})

_WORD = re.compile(r"(?:^|[-_])(?:feed|rss|atom)|feed$")
_QUERY = re.compile(r"(?:^|&)(?:feed|format)=(?:rss2?|atom|feed|json)\b", re.I)
_COMMENTS_TITLE = re.compile(r"\bcomments\b|\bcomment (?:feed|rss|atom)\b|\bsylwadau\b", re.I)
_COMMENTS_ADDRESS = re.compile(
    r"/(?:comments?|sylwadau)(?=[/.?]|[-_](?:feed|rss|atom))|[?&](?:feed=comments|withcomments=|p=\d)",
    re.I,
)
_PART = re.compile(
    r"/(?:author|by|categor(?:y|ies)|labels?|search|tag|tagged|tags|topics?)/|/default/-/"
    r"|[?&](?:author|cat|label|s|tag)=",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be, and what the page that names it says of it."""

    url: str
    title: str = ""
    kind: Format = Format.UNKNOWN
    scope: Scope = Scope.BLOG
    declared: bool = True  # False: a link in the page's text that looks like a feed


def format_of(media_type: str) -> Format | None:
    """Return how a feed of this media type is written, or None if it is no type of feeds."""
    return FORMATS.get(_bare(media_type))


def may_be_a_feed(media_type: str) -> bool:
    """Whether a feed may be called this, although other things are too."""
    return _bare(media_type) in VAGUE_TYPES


def looks_like_a_feed(url: str) -> bool:
    """Whether an address is like those that feeds have."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").lower()
    last = path.rpartition("/")[2]
    name, _, ending = last.rpartition(".")
    return (
        last in ("feed", "rss", "rss2", "atom")
        or ending in ("rss", "atom", "rdf")
        or (ending in ("xml", "json") and (name == "index" or bool(_WORD.search(name))))
        or path.endswith("/feeds/posts/default")
        or bool(_QUERY.search(parts.query))
    )


def scope_of(url: str, title: str = "", page: str = "") -> Scope:
    """Return what the feed at `url` carries, as far as its address and its title tell.

    Where `page` is about a part of a blog, the feed of that part is all that is wanted.
    """
    parts = urlsplit(url)
    address = f"{parts.path}?{parts.query}"
    if _COMMENTS_TITLE.search(title) or _COMMENTS_ADDRESS.search(address):
        return Scope.COMMENTS
    return Scope.PART if _PART.search(address) and not _is_of(url, page) else Scope.BLOG


def ranked(found: Iterable[Candidate], page: str = "") -> tuple[Candidate, ...]:
    """Return each candidate of `page` once: the blog's own, then parts of it, then comments.

    Of each, those that are declared come first; within a rank the given order counts.
    """
    first: dict[str, Candidate] = {}
    for candidate in sorted(
        found, key=lambda c: (c.scope, not c.declared, not _is_of(c.url, page))
    ):
        first.setdefault(normal(candidate.url), candidate)
    return tuple(first.values())[:MAX_CANDIDATES]


def _is_of(url: str, page: str) -> bool:
    """Whether a feed is of the very part of a blog that a page is about."""
    return bool(_PART.search(f"{page}/")) and normal(url).startswith(normal(page))


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
