"""A web page into the feeds it offers, best first (rule 41). Pure: nothing is fetched.

A page says so with `<link rel="alternate">`; where it does not, links in its text that
look like feeds are taken for hints.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.charset import decode, without_controls
from crawler.clean import fold
from index.address import host, normal

MAX_PAGE = 2_000_000  # characters of a page that are looked at
MAX_CANDIDATES = 20

TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json"}
    | {"application/rdf+xml", "application/x.atom+xml", "application/x-atom+xml"}
)
VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml", ""})

_FEED_PATH = re.compile(
    r"(?:/(?:feed|rss|atom)/?|\.(?:rss|atom|rdf)|/(?:feed|rss|atom|index|feeds?/posts/default)"
    r"[\w-]*\.(?:xml|json|rss|atom)|/feeds/posts/default)$",
    re.I,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format)=(?:rss2?|atom|feed|json)\b", re.I)
_OF_COMMENTS = re.compile(r"\bcomments?\b|\bsylwadau\b", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be, and what the page calls it."""

    url: str
    title: str = ""
    declared: bool = True  # False: a link in the page's text that looks like a feed


def feeds_on_page(body: bytes, *, content_type: str = "", url: str = "") -> tuple[Candidate, ...]:
    """Return the feeds that the page offers, the blog's own first and comments last."""
    root = _tree(decode(body, content_type)[:MAX_PAGE])
    if root is None:
        return ()
    base = _base(root, url)
    found = [*_declared(root, base), *_linked(root, base)]
    found.sort(key=_rank)  # a stable sort: within a rank the page's order counts
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(normal(candidate.url), candidate)
    return tuple(first.values())[:MAX_CANDIDATES]


def _tree(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    page = without_controls(text).encode("utf-8", "replace")
    return etree.fromstring(page, parser) if page.strip() else None


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        if element.get("href"):
            return _join(url, element.get("href", "")) or url
    return url


def _declared(root: etree._Element, base: str) -> Iterator[Candidate]:
    for element in root.iter("link"):
        relations = element.get("rel", "").lower().split()
        if not {"alternate", "feed"} & set(relations) or "stylesheet" in relations:
            continue
        kind = element.get("type", "").partition(";")[0].strip().lower()
        href = _join(base, element.get("href", ""))
        vague = kind in VAGUE_TYPES and ("feed" in relations or _looks_like_a_feed(href))
        if href and (kind in TYPES or vague):
            yield Candidate(href, fold(element.get("title", "")))


def _linked(root: etree._Element, base: str) -> Iterator[Candidate]:
    for element in root.iter("a"):
        href = _join(base, element.get("href", ""))
        if href and host(href) == host(base) and _looks_like_a_feed(href):
            title = element.get("title") or "".join(map(str, element.itertext()))
            yield Candidate(href, fold(title)[:200], declared=False)


def _looks_like_a_feed(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query))


def _rank(candidate: Candidate) -> tuple[bool, bool]:
    named = f"{candidate.title} {urlsplit(candidate.url).path.replace('/', ' ')}"
    return bool(_OF_COMMENTS.search(named)), not candidate.declared


def _join(base: str, href: str) -> str:
    """Return `href` as a web address, or "" if it is none."""
    href = href.strip()
    if href.startswith("feed:"):
        href = href.removeprefix("feed:")
        href = href if href.startswith("http") else f"http:{href}"
    try:
        url = urljoin(base, href).partition("#")[0]
        parts = urlsplit(url)
        return url if href and parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""
