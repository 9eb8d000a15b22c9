"""Posts as feeds: Atom 1.0, RSS 2.0 and JSON Feed 1.1. Pure: values in, bytes out.

Written with lxml: of the kept libraries, feedgenerator has no `atom:source` and no
paging links, and feedgen's source carries neither an id nor a typed link. Attribution is
a promise to authors here, so each entry keeps its blog, authors and licence.

An entry's id is a URN made from the post's public id: it stays the same when the site
moves to another address, which would otherwise show every post anew in every reader.
Feeds carry the excerpt only, as the pages do.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from lxml import etree

from index.model import EPOCH, Post
from web.uris import uri
from web.words import blog_name, clean, foreign, language_tag

ATOM = "http://www.w3.org/2005/Atom"
THREAD = "http://purl.org/syndication/thread/1.0"
DC = "http://purl.org/dc/elements/1.1/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACE = UUID("8d3f2c5e-6c0f-5b0e-9d4b-2a6f1b7f9c11")  # ours, drawn once; never change it

Element = etree._Element
UNPREFIXED: Any = None  # lxml's name for the default namespace, which its stubs forget


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says of itself; addresses are absolute.

    `key` names the list whatever the site's address, the page and the format. `next` and
    `previous` are the neighbouring pages of a long feed (RFC 5005, section 3), the newest
    posts being the first. `hub` tells subscribers of new posts (WebSub), and `style` is the
    path of a stylesheet for people who look at the feed itself.
    """

    key: str
    title: str
    description: str
    base: str  # the site
    page: str  # where people read the same list
    url: str  # this document
    first: str
    next: str = ""
    previous: str = ""
    hub: str = ""
    style: str = ""


def identity(key: str) -> str:
    """Return the URN of a post, by its id, or of a list, by its key."""
    return uuid5(NAMESPACE, key).urn


def atom(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write an Atom 1.0 feed (RFC 4287)."""
    root = etree.Element(
        f"{{{ATOM}}}feed", {LANG: "en-GB"}, nsmap={UNPREFIXED: ATOM, "thr": THREAD}
    )
    add(root, "id", identity(channel.key))
    add(root, "title", channel.title)
    add(root, "subtitle", channel.description)
    add(root, "updated", stamp(_freshest(posts)))
    add(add(root, "author"), "name", channel.title)
    _links(root, channel, "application/atom+xml")
    add(root, "link", rel="alternate", type="text/html", href=channel.page)
    for post in posts:
        _atom_entry(root, channel, post)
    return written(root, channel.style)


def rss(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write an RSS 2.0 feed, as the RSS Advisory Board's profile advises."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DC})
    body = add(root, "channel")
    add(body, "title", channel.title)
    add(body, "link", channel.page)
    add(body, "description", channel.description)
    add(body, "language", "en-gb")
    add(body, "lastBuildDate", format_datetime(_freshest(posts)))
    _links(body, channel, "application/rss+xml", prefix=f"{{{ATOM}}}")
    for post in posts:
        _rss_item(body, channel, post)
    return written(root, channel.style)


def json_feed(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write a JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(channel.title),
        "description": clean(channel.description),
        "home_page_url": channel.page,
        "feed_url": channel.url,
        "next_url": channel.next,
        "hubs": [{"type": "WebSub", "url": channel.hub}] if channel.hub else [],
        "language": "en-GB",
        "items": [_json_item(channel, post) for post in posts],
    }
    return json.dumps(_filled(feed), ensure_ascii=False, indent=1).encode()


def _atom_entry(root: Element, channel: Channel, post: Post) -> None:
    entry = add(root, "entry")
    if tag := foreign(post.language):
        entry.set(LANG, tag)
    add(entry, "id", identity(post.id))
    add(entry, "title", post.title)
    add(entry, "link", rel="alternate", type="text/html", href=_address(channel, post))
    add(entry, "published", stamp(_published(post)))
    add(entry, "updated", stamp(_changed(post)))
    for name in _authors(post):
        add(add(entry, "author"), "name", name)
    for tag in _tags(post):
        add(entry, "category", term=tag)
    add(entry, "summary", post.excerpt, type="text")
    if post.licence:
        add(entry, "rights", post.licence)
    for copy in post.also:
        if uri(copy.url):
            title = f"Also published at {copy.blog}"
            add(entry, "link", rel="related", href=uri(copy.url), title=title)
    if post.discussed:  # RFC 4685, section 5: how many answers there are
        add(entry, f"{{{THREAD}}}total", str(post.discussed))
    _atom_source(entry, post)


def _atom_source(entry: Element, post: Post) -> None:
    feed, source = post.feed, add(entry, "source")
    add(source, "id", uri(feed.url) or uri(feed.site) or identity(feed.slug))
    add(source, "title", blog_name(feed))
    add(source, "updated", stamp(_changed(post)))
    if uri(feed.site):
        add(source, "link", rel="alternate", type="text/html", href=uri(feed.site))
    if uri(feed.url):
        add(source, "link", rel="self", href=uri(feed.url))


def _rss_item(body: Element, channel: Channel, post: Post) -> None:
    item = add(body, "item")
    add(item, "title", post.title)
    add(item, "link", _address(channel, post))
    add(item, "guid", identity(post.id), isPermaLink="false")
    add(item, "pubDate", format_datetime(_published(post)))
    for name in _authors(post):
        add(item, f"{{{DC}}}creator", name)
    for tag in _tags(post):
        add(item, "category", tag)
    add(item, "description", escape(post.excerpt, quote=False))  # HTML, by the profile
    if post.licence:
        add(item, f"{{{DC}}}rights", post.licence)
    if language_tag(post.language):
        add(item, f"{{{DC}}}language", language_tag(post.language))
    if uri(post.feed.url):
        add(item, "source", blog_name(post.feed), url=uri(post.feed.url))


def _json_item(channel: Channel, post: Post) -> dict[str, object]:
    item: dict[str, object] = {
        "id": identity(post.id),
        "url": _address(channel, post),
        "title": clean(post.title) if post.titled else "",
        "date_published": stamp(_published(post)),
        "date_modified": stamp(post.updated) if post.updated else "",
        "authors": [{"name": name} for name in _authors(post)],
        "tags": _tags(post),
        "language": language_tag(post.language),
        "_source": _filled(
            {
                "about": f"{channel.base}/about#feeds",
                "title": blog_name(post.feed),
                "url": uri(post.feed.site),
                "feed_url": uri(post.feed.url),
                "licence": clean(post.licence),
                "discussed_by": post.discussed,
                "also": [uri(copy.url) for copy in post.also if uri(copy.url)],
            }
        ),
    }
    return _filled(item) | {"content_text": clean(post.excerpt or post.title)}


def _links(parent: Element, channel: Channel, media: str, prefix: str = "") -> None:
    places = {
        "self": channel.url,
        "first": channel.first,
        "next": channel.next,
        "previous": channel.previous,
    }
    for rel, href in places.items():
        if href:
            add(parent, f"{prefix}link", rel=rel, type=media, href=href)
    if channel.hub:
        add(parent, f"{prefix}link", rel="hub", href=channel.hub)


def _address(channel: Channel, post: Post) -> str:
    """Return the author's page, or ours where the author's address is none to follow."""
    return uri(post.url) or f"{channel.base}/posts/{post.id}"


def _authors(post: Post) -> list[str]:
    """Return who wrote it: Atom demands somebody, and a blog is better than nobody."""
    return [name for name in map(clean, post.authors) if name.strip()] or [blog_name(post.feed)]


def _tags(post: Post) -> list[str]:
    return [tag for tag in map(clean, post.tags) if tag.strip()]


def _changed(post: Post) -> datetime:
    return post.updated or _published(post)


def _freshest(posts: Sequence[Post]) -> datetime:
    return max(map(_changed, posts), default=EPOCH)


def stamp(moment: datetime) -> str:
    """Return a moment as Atom has it (RFC 3339)."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element in its parent's namespace, unless `name` says otherwise."""
    namespace = etree.QName(parent).namespace
    qualified = name if name.startswith("{") or not namespace else f"{{{namespace}}}{name}"
    values = {key: clean(value) for key, value in attributes.items()}
    child = etree.SubElement(parent, qualified, values)
    child.text = clean(text) or None
    return child


def written(root: Element, style: str = "") -> bytes:
    """Return the document, with the stylesheet at the address `style`, if any."""
    if style:
        root.addprevious(etree.PI("xml-stylesheet", f'type="text/css" href="{style}"'))
    tree = root.getroottree()
    return etree.tostring(tree, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _filled(values: dict[str, object]) -> dict[str, object]:
    """Leave out what is empty: JSON Feed has no null."""
    return {key: value for key, value in values.items() if value or key == "items"}


Writer = Callable[[Channel, Sequence[Post]], bytes]
FORMATS: dict[str, tuple[Writer, str]] = {
    "atom": (atom, "application/atom+xml"),
    "rss": (rss, "application/rss+xml"),
    "json": (json_feed, "application/feed+json"),
}


def _published(post: Post) -> datetime:
    """Return the date of a post, or when we first saw it; an old one without is no news."""
    return post.published or (post.sort_at if post.late else post.first_seen)
