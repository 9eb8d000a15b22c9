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
from web.words import blog_name, clean, foreign, language_tag, link

ATOM = "http://www.w3.org/2005/Atom"
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
    posts being the first.
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


def identity(key: str) -> str:
    """Return the URN of a post, by its id, or of a list, by its key."""
    return uuid5(NAMESPACE, key).urn


def atom(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write an Atom 1.0 feed (RFC 4287)."""
    root = etree.Element(f"{{{ATOM}}}feed", {LANG: "en-GB"}, nsmap={UNPREFIXED: ATOM})
    _add(root, "id", identity(channel.key))
    _add(root, "title", channel.title)
    _add(root, "subtitle", channel.description)
    _add(root, "updated", _stamp(_freshest(posts)))
    _add(_add(root, "author"), "name", channel.title)
    _links(root, channel, "application/atom+xml")
    _add(root, "link", rel="alternate", type="text/html", href=channel.page)
    for post in posts:
        _atom_entry(root, channel, post)
    return _written(root)


def rss(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write an RSS 2.0 feed, as the RSS Advisory Board's profile advises."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DC})
    body = _add(root, "channel")
    _add(body, "title", channel.title)
    _add(body, "link", channel.page)
    _add(body, "description", channel.description)
    _add(body, "language", "en-gb")
    _add(body, "lastBuildDate", format_datetime(_freshest(posts)))
    _links(body, channel, "application/rss+xml", prefix=f"{{{ATOM}}}")
    for post in posts:
        _rss_item(body, channel, post)
    return _written(root)


def json_feed(channel: Channel, posts: Sequence[Post]) -> bytes:
    """Write a JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(channel.title),
        "description": clean(channel.description),
        "home_page_url": channel.page,
        "feed_url": channel.url,
        "next_url": channel.next,
        "language": "en-GB",
        "items": [_json_item(channel, post) for post in posts],
    }
    return json.dumps(_filled(feed), ensure_ascii=False, indent=1).encode()


def _atom_entry(root: Element, channel: Channel, post: Post) -> None:
    entry = _add(root, "entry")
    if tag := foreign(post.language):
        entry.set(LANG, tag)
    _add(entry, "id", identity(post.id))
    _add(entry, "title", post.title)
    _add(entry, "link", rel="alternate", type="text/html", href=_address(channel, post))
    _add(entry, "published", _stamp(post.published or post.first_seen))
    _add(entry, "updated", _stamp(_changed(post)))
    for name in _authors(post):
        _add(_add(entry, "author"), "name", name)
    for tag in _tags(post):
        _add(entry, "category", term=tag)
    _add(entry, "summary", post.excerpt, type="text")
    if post.licence:
        _add(entry, "rights", post.licence)
    _atom_source(entry, post)


def _atom_source(entry: Element, post: Post) -> None:
    feed, source = post.feed, _add(entry, "source")
    _add(source, "id", link(feed.url) or link(feed.site) or identity(feed.slug))
    _add(source, "title", blog_name(feed))
    _add(source, "updated", _stamp(_changed(post)))
    if link(feed.site):
        _add(source, "link", rel="alternate", type="text/html", href=link(feed.site))
    if link(feed.url):
        _add(source, "link", rel="self", href=link(feed.url))


def _rss_item(body: Element, channel: Channel, post: Post) -> None:
    item = _add(body, "item")
    _add(item, "title", post.title)
    _add(item, "link", _address(channel, post))
    _add(item, "guid", identity(post.id), isPermaLink="false")
    _add(item, "pubDate", format_datetime(post.published or post.first_seen))
    for name in _authors(post):
        _add(item, f"{{{DC}}}creator", name)
    for tag in _tags(post):
        _add(item, "category", tag)
    _add(item, "description", escape(post.excerpt, quote=False))  # HTML, by the profile
    if post.licence:
        _add(item, f"{{{DC}}}rights", post.licence)
    if language_tag(post.language):
        _add(item, f"{{{DC}}}language", language_tag(post.language))
    if link(post.feed.url):
        _add(item, "source", blog_name(post.feed), url=link(post.feed.url))


def _json_item(channel: Channel, post: Post) -> dict[str, object]:
    item: dict[str, object] = {
        "id": identity(post.id),
        "url": _address(channel, post),
        "title": clean(post.title) if post.titled else "",
        "date_published": _stamp(post.published or post.first_seen),
        "date_modified": _stamp(post.updated) if post.updated else "",
        "authors": [{"name": name} for name in _authors(post)],
        "tags": _tags(post),
        "language": language_tag(post.language),
        "_source": _filled(
            {
                "about": f"{channel.base}/about#feeds",
                "title": blog_name(post.feed),
                "url": link(post.feed.site),
                "feed_url": link(post.feed.url),
                "licence": clean(post.licence),
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
            _add(parent, f"{prefix}link", rel=rel, type=media, href=href)


def _address(channel: Channel, post: Post) -> str:
    """Return the author's page, or ours where the author's address is none to follow."""
    return link(post.url) or f"{channel.base}/posts/{post.id}"


def _authors(post: Post) -> list[str]:
    """Return who wrote it: Atom demands somebody, and a blog is better than nobody."""
    return [name for name in map(clean, post.authors) if name.strip()] or [blog_name(post.feed)]


def _tags(post: Post) -> list[str]:
    return [tag for tag in map(clean, post.tags) if tag.strip()]


def _changed(post: Post) -> datetime:
    return post.updated or post.published or post.first_seen


def _freshest(posts: Sequence[Post]) -> datetime:
    return max(map(_changed, posts), default=EPOCH)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element in its parent's namespace, unless `name` says otherwise."""
    namespace = etree.QName(parent).namespace
    qualified = name if name.startswith("{") or not namespace else f"{{{namespace}}}{name}"
    values = {key: clean(value) for key, value in attributes.items()}
    child = etree.SubElement(parent, qualified, values)
    child.text = clean(text) or None
    return child


def _written(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _filled(values: dict[str, object]) -> dict[str, object]:
    """Leave out what is empty: JSON Feed has no null."""
    return {key: value for key, value in values.items() if value or key == "items"}


Writer = Callable[[Channel, Sequence[Post]], bytes]
FORMATS: dict[str, tuple[Writer, str]] = {
    "atom": (atom, "application/atom+xml"),
    "rss": (rss, "application/rss+xml"),
    "json": (json_feed, "application/feed+json"),
}
