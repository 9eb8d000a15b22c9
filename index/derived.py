"""What we make of a post besides what its author says: topics, councils, language, links.

Pure, and the same for the same post, until a list it is read by or the code here changes: then
`MARK` does, and all posts are read again (`index.rederive`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from index.authors import councils_then, fingerprint, known_stays
from index.language import written_in
from index.likeness import bands
from index.model import Entry, Feed
from index.named import councils_named
from index.outbound import outbound
from index.tagging import topics_of
from index.vocabulary import vocabulary

# Raise it when the code here changes, or that of `index.tagging`, `index.named`, `index.language`
# or `index.likeness`.
MAKE = 6

_HEADING = re.compile(r"<h[1-6]\b[^>]*>(.*?)</h[1-6]>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MOST = 4_000  # characters of headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was made of a post.

    `topics` are slugs, best first; `councils` slugs of those that its author worked for then,
    and of those that it names; `headings` a line each; `linked` is the share of its words
    that are links, 0 to 1, and `links` is where they lead; `language` is a tag (RFC 5646), or "".
    By `bands` posts like it are found.
    """

    topics: tuple[str, ...]
    councils: tuple[str, ...]
    headings: str
    linked: float
    language: str
    links: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()


def mark() -> str:
    """Return what changes whenever posts would be read otherwise."""
    return f"{MAKE} {vocabulary().fingerprint} {fingerprint()}"


@dataclass(frozen=True, slots=True)
class Byline:
    """Where a post stands, by whom it is, of what day and in what language, as its feed says."""

    blog: str  # slug
    authors: Sequence[str] = ()
    published: datetime | None = None
    language: str = ""


def derive(*, title: str, html: str, text: str, tags: Sequence[str], by: Byline) -> Derived:
    """Return what we make of a post; `html` is clean, `text` its plain text."""
    then = councils_then(by.blog, by.authors, by.published, known_stays())
    headings = "\n".join(filter(None, map(_plain, _HEADING.findall(html))))
    links = sum(len(_plain(link).split()) for link in _LINK.findall(html))
    return Derived(
        topics=topics_of(title, text, tags),
        councils=tuple(dict.fromkeys((*then, *councils_named(title, text)))),
        headings=headings[:_MOST],
        linked=min(1.0, links / max(len(text.split()), 1)),
        language=written_in(f"{title}\n{text}", by.language),
        links=outbound(html),
        bands=bands(title, text),
    )


def read_entries(feed: Feed, found: Sequence[Entry]) -> list[Derived]:
    """Return what we make of each of a feed's entries, by what the feed says of it."""
    return [derive_entry(feed, entry, entry.html, entry.text) for entry in found]


def derive_entry(feed: Feed, entry: Entry, html: str, text: str) -> Derived:
    """Return what we make of an entry whose text is this: the feed's own, or that of its page."""
    by = Byline(feed.slug, entry.authors, entry.published, entry.language)
    return derive(title=entry.title, html=html, text=text, tags=entry.tags, by=by)


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())
