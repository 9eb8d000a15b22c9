"""The page of a post into its text, for feeds that give only a summary. Pure: nothing is fetched.

    Response ──► Extract      what the post says: safe HTML, plain text, title, date, authors
             ──► NoResponse   the page is of no use: a login, a cookie wall, a home page, …

trafilatura finds the post among menus, comments and footers; what it finds is cleaned as a
feed's HTML is. A stranger wrote the page, so a process that can be killed reads it
(`crawler.pool`).
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from trafilatura import extract_with_metadata
from trafilatura.settings import Document

from crawler.charset import decode, without_controls
from crawler.clean import fold, plain_text, safe_html
from crawler.dates import read_date
from crawler.fetched import NoResponse, Response
from crawler.normalise import web_address
from crawler.trouble import challenges, explain
from crawler.wording import title_text
from index.address import host, normal

LARGEST = 5_000_000  # bytes of a page; a longer one is no post
MOST = 2_000_000  # characters of it that are read
FEWEST = 25  # words of a post
WALL = 120  # words; a page with more says something besides asking for a login or consent
MAX_AUTHORS = 10

_ENDLESS_TAG = re.compile(r"<([^<>]{10000})[^<>]+")
_LOGIN = re.compile(
    r"/(?:wp-)?(?:log-?in|sign-?in|auth|sso|oauth2?|adfs|register|subscribe)\b", re.I
)
_CONSENT = re.compile(r"\b(?:cookies?|consent|gdpr|cwcis?|briwsion)\b", re.I)
_SILENT = re.compile(r"\b(?:noindex|none|nosnippet|noarchive)\b", re.I)
_NAMES = re.compile(r"\s*;\s*")
_HEAD = re.compile(r"^\s*<h1>(.*?)</h1>", re.S)
_DATES = {"extensive_search": False, "original_date": True}  # never guessed from a footer
_PUBLISHED = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time[@datetime][1]/@datetime",
)

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the page of a post says. `published` is None where it gives no date."""

    url: str  # the address that the page calls its own, on the same host
    title: str
    html: str
    text: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    language: str = ""  # as its <html lang> says, in lower case


def extract(response: Response, asked: str, now: datetime) -> Extract | NoResponse:
    """Return the post on the page that answered `asked`. Raises nothing for what a page is."""
    if refusal := _refusal(response, asked):
        return refusal
    page = decode(response.body, response.headers.get("content-type", ""))[:MOST]
    page = _ENDLESS_TAG.sub(r"<\1", without_controls(page))
    root = etree.fromstring(page.encode("utf-8", "replace"), _parser()) if page.strip() else None
    if root is None:
        return _none("no-post", response, "is empty")
    if any(_SILENT.search(wish) for wish in _wishes(response, root)):
        return _none("noindex", response, "asks programs not to keep what it says")
    base = _settle_links(root, response.url)
    found = extract_with_metadata(
        etree.tostring(root, encoding="unicode", method="html"),
        output_format="html",
        include_comments=False,
        include_links=True,
        date_extraction_params=dict(_DATES),
    )
    return _judged(response, root, found, now, base)


def agrees(page: str, summary: str) -> bool:
    """Whether a page's text is that of the post with this summary, and not some other page's.

    A site that lost a post often answers with its front page, and says that all is well. At
    least half of the summary's words of four letters must be there, if it has five.
    """
    words = set(re.findall(r"\w{4,}", summary.casefold()))
    if len(words) < 5:
        return True
    there = words & set(re.findall(r"\w{4,}", page.casefold()))
    return len(there) * 2 >= len(words)


def _refusal(response: Response, asked: str) -> NoResponse | None:
    """Return why an answer cannot be the page that was asked for, if that is plain at once."""
    if response.status not in (200, 203) or challenges(response):
        trouble = explain(response)
        return NoResponse(code=trouble.code, reason=trouble.reason)
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        return _none("no-page", response, f"is no web page but {fold(kind)[:60]}")
    if len(response.body) > LARGEST:
        return _none("too-large", response, "is longer than any post")
    if normal(response.url) == normal(asked):
        return None
    where = urlsplit(response.url)
    if _LOGIN.search(where.path) and not _LOGIN.search(urlsplit(asked).path):
        return _none("login", response, "asks for a login")
    if where.path in ("", "/") and urlsplit(asked).path not in ("", "/"):
        return _none("home-page", response, "is the home page: the post is not there any more")
    return None


def _judged(
    response: Response, root: etree._Element, found: Document | None, now: datetime, base: str
) -> Extract | NoResponse:
    """Return what was found, unless it is what a page says instead of a post."""
    body = str(found.text or "") if found else ""
    html = safe_html(body.partition("<body>")[2].partition("</body>")[0], base)
    title = title_text(str((found and found.title) or ""))
    html = _without_title(html, title)
    text = plain_text(html)
    count = len(text.split())
    if count < WALL and root.xpath("boolean(//input[@type='password'])"):
        return _none("login", response, "asks for a login")
    if count < WALL and len(_CONSENT.findall(text)) * 15 > count:
        return _none("cookie-wall", response, "asks for consent before it shows anything")
    if found is None or count < FEWEST:
        return _none("no-post", response, "holds no text that we can find")
    return Extract(
        url=_own_address(root, response.url),
        title=title,
        html=html,
        text=text,
        authors=_authors(str(found.author or "")),
        published=_published(root, str(found.date or ""), now),
        language=fold(str(root.get("lang") or "")).lower()[:20],
    )


def _settle_links(root: etree._Element, url: str) -> str:
    """Make the page's links absolute, and return its base; trafilatura knows no "../"."""
    named = next((str(one.get("href")) for one in root.iter("base") if one.get("href")), "")
    base = web_address(named, url) or url
    for link in root.iter("a"):
        if address := web_address(str(link.get("href") or ""), base):
            link.set("href", address)
        elif "href" in link.attrib:
            del link.attrib["href"]
    return base


def _without_title(html: str, title: str) -> str:
    head = _HEAD.match(html)
    same = head and plain_text(head[1]).casefold() == title.casefold()
    return html[head.end() :].strip() if head and same else html


def _wishes(response: Response, root: etree._Element) -> Iterator[str]:
    """Yield what the page, or its server, asks of programs like ours."""
    yield response.headers.get("x-robots-tag", "")
    for meta in root.iter("meta"):
        if str(meta.get("name") or "").lower() in ("robots", "council-planet"):
            yield str(meta.get("content") or "")


def _own_address(root: etree._Element, url: str) -> str:
    """Return the page's canonical address (RFC 6596) if it is of this host and no home page."""
    for link in root.iter("link"):
        if "canonical" in str(link.get("rel") or "").lower().split():
            try:
                named = urljoin(url, str(link.get("href") or ""))
                here = host(named) == host(url) and urlsplit(named).path not in ("", "/")
            except ValueError:
                continue
            return named if here else url
    return url


def _published(root: etree._Element, guessed: str, now: datetime) -> datetime | None:
    """Return when the post was published: as its own marks say, else by the day that was found."""
    for path in _PUBLISHED:
        said = root.xpath(path)
        if isinstance(said, list) and said and (moment := read_date(str(said[0]), now)):
            return moment
    return read_date(guessed, now)


def _authors(said: str) -> tuple[str, ...]:
    names = (title_text(name)[:100].strip() for name in _NAMES.split(said))
    return tuple(dict.fromkeys(n for n in names if n and "@" not in n))[:MAX_AUTHORS]


def _none(code: str, response: Response, what: str) -> NoResponse:
    return NoResponse(code=code, reason=f"The page {response.url} {what}.")


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
