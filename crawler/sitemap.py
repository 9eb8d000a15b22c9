"""Sitemaps (sitemaps.org, 0.9): which pages of a site may be posts of a blog. Pure.

A stranger wrote it: read without a DTD, bounded in size however it is packed, and believed
only about its own site. A process that can be killed reads it (`crawler.pool`).
"""

import heapq
import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # has no types
from defusedxml.expatreader import create_parser  # type: ignore[import-untyped]  # has no types

from crawler.dates import read_date
from crawler.normalise import web_address
from index.address import normal, same_site
from index.backfill import Listed, What
from index.errors import ParseError

LARGEST = 50 * 1024 * 1024  # bytes, unpacked: as large as a sitemap may be
ADDRESSES = 50_000  # of one sitemap: as many as it may have
POSTS = 5_000  # of them that may be asked for, the newest
SITEMAPS = 50  # that are read of one site
LONGEST = 2_000  # characters of an address
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)

_GZIP = b"\x1f\x8b"
_OF_POSTS = re.compile(r"post|blog|article|news", re.I)
_OF_LISTS = (
    "author authors categories category feed label labels login search tag tagged tags topic"
    " topics wp-content wp-json"
)
_LISTS = frozenset(_OF_LISTS.split())  # whatever is below these is no post
_OF_SITES = "about accessibility archive archives contact cookies page pages privacy"
_ALONE = frozenset(_OF_SITES.split())  # nor are these themselves, or with a number: /page/2
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$)[a-z][a-z0-9]{1,4}$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap names: pages, and further sitemaps."""

    pages: tuple[Listed, ...] = ()
    sitemaps: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """Which pages of a site may be a blog's: those of its host, below its home page.

    `known` are the addresses of posts that we have.
    """

    site: str
    known: tuple[str, ...] = ()


def places(home: str, named: Iterable[str]) -> tuple[str, ...]:
    """Return where a site's sitemap may be: as robots.txt names it, else where most have it."""
    own = [address for address in named if same_site(address, home)]
    guesses = ("/sitemap.xml", "/sitemap-posts.xml", "/wp-sitemap.xml", "/sitemap_index.xml")
    return tuple(dict.fromkeys(own or [urljoin(home, guess) for guess in guesses]))


def read_sitemap(body: bytes, url: str, now: datetime) -> Sitemap:
    """Return what the sitemap that came from `url` names; as XML, or an address a line.

    Raises ParseError with "no-sitemap" or "too-large".
    """
    text = _unpacked(body).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"<"):
        return _lines(text, url)
    found = _Reader(url, now)
    reader = create_parser(namespaceHandling=0, forbid_dtd=True)
    reader.setContentHandler(found)
    try:
        reader.parse(BytesIO(text))
    except (SAXException, DefusedXmlException, ValueError):
        pass  # what was whole up to there is good
    except _Enough:
        pass
    if not found.root:
        raise _none()
    return Sitemap(pages=tuple(found.pages), sitemaps=tuple(found.sitemaps))


def candidates(found: Sitemap, url: str, blog: Blog) -> tuple[Listed, ...]:
    """Return what is worth asking for: sitemaps of this site, and pages that may be posts.

    Of an index that has sitemaps of posts only those. Posts that we have are left out.
    """
    near = [one for one in found.sitemaps if same_site(one.address, url)]
    of_posts = [one for one in near if _OF_POSTS.search(urlsplit(one.address).path)]
    known = {normal(address) for address in blog.known}
    posts = (
        one
        for one in found.pages
        if normal(one.address) not in known and is_below(one.address, blog)
    )
    newest = heapq.nlargest(POSTS, posts, key=lambda one: one.changed or OLDEST)
    return (*(of_posts or near)[:SITEMAPS], *newest)


def is_below(address: str, blog: Blog) -> bool:
    """Whether a page may be one of the blog's posts, as far as its address says."""
    path, folder = urlsplit(address).path, _folder(blog)
    names = [name for name in path.lower().split("/") if name]
    days = all(name.isdecimal() and len(name) <= 4 for name in names)  # /2024/05/
    while len(names) > 1 and names[-1].isdecimal():
        names.pop()
    inside = same_site(address, blog.site) and path.startswith(folder) and path != folder
    listing = days or names[-1] in _ALONE or _LISTS & set(names)
    return inside and not listing and not _FILE.search(path)


def home_of(site: str, feed: str, known: Collection[str]) -> str:
    """Return the home page that a blog's posts are below: the site's, unless none is there."""
    home = site or feed
    elsewhere = known and not any(same_site(address, home) for address in known)
    return urljoin(next(iter(known)), "/") if elsewhere else home


def _folder(blog: Blog) -> str:
    """Return the folder that the blog's posts are in, as far as its home page tells."""
    path = urlsplit(blog.site).path
    above, _, last = path.rpartition("/")
    folder = f"{path}/" if last and "." not in last else f"{above}/"
    inside = [address for address in blog.known if urlsplit(address).path.startswith(folder)]
    return folder if inside or not blog.known else "/"


def shaped_like(address: str, known: Collection[str]) -> bool:
    """Whether an address is built like those of posts that we have: /2024/05/name, /posts/name."""
    return _shape(address) in {_shape(one) for one in known}


def _shape(address: str) -> tuple[str, ...]:
    *folders, _ = [name for name in urlsplit(address).path.split("/") if name] or [""]
    return tuple("#" if name.isdecimal() else name for name in folders)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, LARGEST)
    except zlib.error as error:
        raise _none() from error
    if unpacker.unconsumed_tail:
        raise ParseError("too-large", "The site's sitemap is larger than any sitemap may be.")
    return text


def _lines(text: bytes, url: str) -> Sitemap:
    lines = text[:LARGEST].decode("utf-8", "replace").splitlines()[:ADDRESSES]
    web = (web_address(line, url) for line in lines if line.startswith(("http://", "https://")))
    pages = tuple(Listed(address, What.POST) for address in web if address)
    if not pages:
        raise _none()
    return Sitemap(pages=pages)


def _none() -> ParseError:
    return ParseError("no-sitemap", "There is no sitemap where the site's sitemap should be.")


class _Enough(Exception):
    """As many addresses as a sitemap may have."""


@dataclass(slots=True)
class _Reader(ContentHandler):
    """Hears <loc> and <lastmod> of each <url> and <sitemap>; those of pictures have a prefix."""

    url: str
    now: datetime
    root: bool = False
    pages: list[Listed] = field(default_factory=list)
    sitemaps: list[Listed] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    within: str = ""

    def startElement(self, name: str, attrs: Any) -> None:
        local = _local(name)
        self.root = self.root or local in ("urlset", "sitemapindex")
        if local in ("url", "sitemap"):
            self.said = {}
        self.within = local if local in ("loc", "lastmod") else ""

    def characters(self, content: str) -> None:
        if self.within and len(self.said.get(self.within, "")) < LONGEST:
            self.said[self.within] = self.said.get(self.within, "") + content

    def endElement(self, name: str) -> None:
        local, self.within = _local(name), ""
        if local not in ("url", "sitemap"):
            return
        address = web_address(self.said.get("loc", "").strip(), self.url)
        changed = read_date(self.said.get("lastmod", ""), self.now)
        if address:
            what = What.POST if local == "url" else What.SITEMAP
            (self.pages if local == "url" else self.sitemaps).append(
                Listed(address, what, changed)
            )
        if len(self.pages) + len(self.sitemaps) >= ADDRESSES:
            raise _Enough


def _local(name: str) -> str:
    """Return a name without the prefix that some give the sitemap's own elements."""
    prefix, _, local = name.rpartition(":")
    return "" if prefix in ("image", "video", "news", "xhtml") else local
