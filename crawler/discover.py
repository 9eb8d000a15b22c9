"""A web page into the feeds it offers, best first (rule 41). Pure: nothing is fetched.

A page says so with `<link rel="alternate">`, its server with a Link header (RFC 8288);
where neither does, links in the page's text that look like feeds are taken for hints. A
page also shows what it was made with, and so where a feed may be that nobody names.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urljoin, urlsplit

from lxml import etree

from crawler.candidate import (
    Candidate,
    Format,
    Scope,
    format_of,
    looks_like_a_feed,
    may_be_a_feed,
    ranked,
    scope_of,
)
from crawler.charset import decode, without_controls
from crawler.clean import fold
from crawler.links import links
from crawler.network import Member, members
from crawler.platforms import platform_of, root_of, well_known
from index.address import LONGEST, host, normal

MAX_PAGE = 2_000_000  # characters of a page that are looked at
MAX_ASSETS = 500
MAX_LINKS = 5_000
MAX_TITLE = 200
SOON = 30  # seconds; a refresh that waits longer reloads a page, and leads nowhere

# Where blogs let others keep their feeds.
SERVICES = frozenset(
    {"feeds.feedburner.com", "feeds2.feedburner.com", "feeds.feedblitz.com", "feedpress.me"}
    | {"rss.beehiiv.com"}
)

# lxml compares each attribute of an element with all before it: 200,000 took a minute.
_ENDLESS_TAG = re.compile(r"<([^<>]{10000})[^<>]+")
_SPACE = re.compile(r"\s")
_REFRESH = re.compile(  # atomic groups: "url=" with nothing after it is no address
    r"""\s*(\d{0,9})(?:\.[\d.]*)?(?>\s*[;,]|\s+)\s*+(?:url\s*=\s*)?+"""
    r"""(?:"([^"]*)|'([^']*)|([^"'].*))""",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a web page says about feeds, and what it was made with."""

    url: str
    feeds: tuple[Candidate, ...] = ()
    refresh: str = ""  # where the page sends its visitors by itself
    platform: str = ""
    root: str = ""  # where its WordPress is installed
    members: tuple[Member, ...] = ()  # blogs, if it is the front page of a network of them


@dataclass(frozen=True, slots=True)
class Lead:
    """An address worth a visit; `guessed` unless a page declares that it is a feed."""

    url: str
    guessed: bool


def look(body: bytes, *, content_type: str = "", url: str = "", link: str = "") -> Page:
    """Return what the page in `body` says; `url` is where it came from, `link` its Link header."""
    root = page_tree(body, content_type)
    said = list(_said(link, url))
    if root is None:
        return Page(url=url, feeds=ranked(said, url))
    base = _base(root, url)
    assets = _assets(root, base, link)
    platform = platform_of(url, _generators(root), assets)
    return Page(
        url=url,
        feeds=ranked([*_declared(root, base, url), *said, *_linked(root, base, url)], url),
        refresh=_refresh(root, base, url),
        platform=platform,
        root=root_of(url, assets),
        members=members(url, _named(root, base), platform, [*assets, *_pictures(root, base)]),
    )


def feeds_on_page(
    body: bytes, *, content_type: str = "", url: str = "", link: str = ""
) -> tuple[Candidate, ...]:
    """Return the feeds that the page offers, the blog's own first and comments last."""
    return look(body, content_type=content_type, url=url, link=link).feeds


def next_address(page: Page, tried: Collection[str] = ()) -> Lead | None:
    """Return the address to visit after this home page, or None if nothing is left to try.

    First come the feeds that the page names, then the places where blogs of its kind have
    theirs. Of the latter only those after the last one `tried` are left: whoever remembers
    that one alone still comes to an end.
    """
    known = {normal(url) for url in tried}
    for candidate in page.feeds:
        if candidate.scope is not Scope.COMMENTS and normal(candidate.url) not in known:
            return Lead(candidate.url, guessed=not candidate.declared)
    guesses = well_known(page.url, page.platform, page.root)
    last = max((n for n, url in enumerate(guesses) if normal(url) in known), default=-1)
    return Lead(guesses[last + 1], guessed=True) if last + 1 < len(guesses) else None


def page_tree(body: bytes, content_type: str = "") -> etree._Element | None:
    """Return the elements of a web page; None if there are none."""
    text = decode(body, content_type)[:MAX_PAGE]
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    page = _ENDLESS_TAG.sub(r"<\1", without_controls(text)).encode("utf-8", "replace")
    return etree.fromstring(page, parser) if page.strip() else None


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        if element.get("href"):
            return _join(url, element.get("href", "")) or url
    return url


def _said(header: str, url: str) -> Iterator[Candidate]:
    """Yield the feeds that a Link header names: `url`, not `<base>`, is what they count from."""
    for link in links(header):
        if not link.anchor or normal(_join(url, link.anchor)) == normal(url):
            href = _join(url, link.target)
            yield from _candidate(href, link.relations, link.type, link.title, url)


def _declared(root: etree._Element, base: str, url: str) -> Iterator[Candidate]:
    for element in root.iter("link", "a", "area"):
        relations = element.get("rel", "").lower().split()
        media_type = element.get("type", "")
        if relations and (media_type or element.tag == "link"):
            href = _join(base, element.get("href", ""))
            yield from _candidate(href, relations, media_type, element.get("title", ""), url)


def _candidate(
    href: str, relations: Collection[str], media_type: str, title: str, page: str
) -> Iterator[Candidate]:
    """Yield the feed that a link names, if it names one."""
    if not href or not {"alternate", "feed"} & {*relations} or "stylesheet" in relations:
        return
    likely = "feed" in relations or looks_like_a_feed(href)
    if format_of(media_type) or (may_be_a_feed(media_type) and likely):
        yield _titled(href, title, media_type, page)


def _linked(root: etree._Element, base: str, url: str) -> Iterator[Candidate]:
    near = host(base).removeprefix("www.")
    for element in root.iter("a", "area"):
        href = _join(base, element.get("href", ""))
        if not href:
            continue
        media_type = element.get("type", "")
        likely = format_of(media_type) or looks_like_a_feed(href)
        if (host(href).removeprefix("www.") == near and likely) or host(href) in SERVICES:
            title = element.get("title") or "".join(map(str, islice(element.itertext(), 20)))
            yield _titled(href, title, media_type, url, declared=False)


def _named(root: etree._Element, base: str) -> Iterator[tuple[str, str]]:
    """Yield where the page's links lead, and their texts."""
    for element in islice(root.iter("a"), MAX_LINKS):
        if href := _join(base, element.get("href", "")):
            yield href, fold("".join(map(str, islice(element.itertext(), 20))))[:MAX_TITLE]


def _pictures(root: etree._Element, base: str) -> Iterator[str]:
    """Yield where the page's pictures are."""
    for element in islice(root.iter("img"), MAX_ASSETS):
        yield _join(base, element.get("src", ""))


def _titled(
    href: str, title: str, media_type: str, page: str, *, declared: bool = True
) -> Candidate:
    title = fold(title)[:MAX_TITLE]
    vague = Format.JSON if "json" in media_type.lower() else Format.UNKNOWN
    kind = format_of(media_type) or vague
    return Candidate(href, title, kind, scope_of(href, title, page), declared)


def _refresh(root: etree._Element, base: str, url: str) -> str:
    """Return where `<meta http-equiv="refresh">` leads, if it leads anywhere else, and soon."""
    for element in root.iter("meta"):
        if element.get("http-equiv", "").strip().lower() != "refresh":
            continue
        if next(element.iterancestors("noscript"), None) is not None:
            continue
        found = _REFRESH.match(element.get("content", "")[:LONGEST])
        if found and int(found[1] or 0) <= SOON:
            target = _join(base, found[2] or found[3] or found[4] or "")
            return target if normal(target) != normal(url) else ""
    return ""


def _generators(root: etree._Element) -> str:
    metas = (e for e in root.iter("meta") if e.get("name", "").strip().lower() == "generator")
    return " ".join(element.get("content", "") for element in metas)[:MAX_TITLE]


def _assets(root: etree._Element, base: str, link: str) -> tuple[str, ...]:
    """Return where the page's scripts, styles and services are."""
    named = (element.get("href") or element.get("src") for element in root.iter("link", "script"))
    found = (_join(base, href) for href in named if href)
    said = (_join(base, said.target) for said in links(link))
    return tuple(filter(None, (*said, *found)))[:MAX_ASSETS]


def _join(base: str, href: str) -> str:
    """Return `href` as a web address, or "" if it is none."""
    href = href.strip()
    if href[:5].lower() == "feed:":
        href = href[5:]
        href = href if href.startswith("http") else f"http:{href}"
    if not href or len(href) > LONGEST:
        return ""
    try:
        url = urljoin(base, _SPACE.sub(_quoted, href)).partition("#")[0]
        parts = urlsplit(url)
        web = parts.scheme in ("http", "https") and parts.hostname and "%" not in parts.netloc
        return url if web else ""
    except ValueError:
        return ""


def _quoted(space: re.Match[str]) -> str:
    """Return white space as browsers have it in an address: line breaks and tabs are nothing."""
    return "" if space[0] in "\r\n\t" else quote(space[0])
