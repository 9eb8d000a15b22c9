"""The demo's blogs as feeds: RSS 2.0, RSS 1.0, Atom and JSON Feed, with the habits of each blog.

Everything here is a pure function of a blog and the server's address. The oddities are those that
a blog's file asks for; apart from them a feed keeps to the standard of its format.
"""

import json
import re
from collections.abc import Callable
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zlib import crc32

from api.demo.blogs import Dates, DemoBlog, DemoPost, Format, Guid, Links

TYPES = {
    Format.RSS2: "application/rss+xml",
    Format.RSS1: "application/rdf+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}
MODULES = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
RDF = {
    "xmlns": "http://purl.org/rss/1.0/",
    "xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
ROOTED = re.compile(r'\b(href|src|cite)="/')


def feed_path(blog: DemoBlog) -> str:
    """Return the path of a blog's feed."""
    return f"/{blog.slug}/feed.{'json' if blog.format is Format.JSON else 'xml'}"


def write_feed(blog: DemoBlog, base: str) -> bytes:
    """Return the feed of a blog that is served at `base`."""
    return WRITERS[blog.format](blog, base)


def _rss2(blog: DemoBlog, base: str) -> bytes:
    """RSS 2.0: https://www.rssboard.org/rss-specification."""
    rss = Element("rss", {"version": "2.0", **MODULES})
    channel = _add(rss, "channel")
    _add(channel, "title", blog.title)
    _add(channel, "link", f"{base}/{blog.slug}/")
    _add(channel, "description", blog.about)
    _add(channel, "language", blog.language)
    _add(channel, "lastBuildDate", format_datetime(blog.posts[0].date))
    permanent = "true" if blog.guid is Guid.PERMALINK else "false"
    for post in blog.posts:
        item = _add(channel, "item")
        _maybe(item, "title", post.title)
        _add(item, "link", _link(blog, post, base))
        if blog.guid is not Guid.NONE:
            _add(item, "guid", _guid(blog, post, base), isPermaLink=permanent)
        _maybe(item, "pubDate", _written(blog, post))
        for tag in post.tags:
            _add(item, "category", tag)
        _body(item, blog, post, base)
    return _encoded(blog, rss)


def _rss1(blog: DemoBlog, base: str) -> bytes:
    """RSS 1.0: https://web.resource.org/rss/1.0/spec."""
    rdf = Element("rdf:RDF", {**RDF, **MODULES})
    channel = _add(rdf, "channel", **{"rdf:about": base + feed_path(blog)})
    _add(channel, "title", blog.title)
    _add(channel, "link", f"{base}/{blog.slug}/")
    _add(channel, "description", blog.about)
    _add(channel, "dc:language", blog.language)
    order = _add(_add(channel, "items"), "rdf:Seq")
    for post in blog.posts:
        guid = _guid(blog, post, base)
        _add(order, "rdf:li", **{"rdf:resource": guid})
        item = _add(rdf, "item", **{"rdf:about": guid})
        _add(item, "title", post.title)
        _add(item, "link", _link(blog, post, base))
        _maybe(item, "dc:date", _written(blog, post))
        for tag in post.tags:
            _add(item, "dc:subject", tag)
        _body(item, blog, post, base)
    return _encoded(blog, rdf)


def _body(item: Element, blog: DemoBlog, post: DemoPost, base: str) -> None:
    """Add what both kinds of RSS say with the same elements."""
    _maybe(item, "dc:creator", post.author)
    _maybe(item, "dc:language", post.language)
    _add(item, "description", post.opening)
    if blog.full_text:
        _add(item, "content:encoded", _html(blog, post, base))


def _atom(blog: DemoBlog, base: str) -> bytes:
    """Atom 1.0: RFC 4287, with xml:base where links are relative."""
    home = f"{base}/{blog.slug}/"
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": blog.language})
    if blog.links is Links.RELATIVE:
        feed.set("xml:base", home)
    _add(feed, "id", home)
    _add(feed, "title", blog.title)
    _add(feed, "subtitle", blog.about)
    _add(feed, "updated", blog.posts[0].date.isoformat())
    _add(feed, "link", rel="self", href=base + feed_path(blog))
    _add(feed, "link", rel="alternate", href=home)
    for post in blog.posts:
        entry = _add(feed, "entry")
        if post.language:
            entry.set("xml:lang", post.language)
        _add(entry, "id", _guid(blog, post, base))
        _add(entry, "title", post.title)
        _add(entry, "link", rel="alternate", href=_link(blog, post, base))
        _add(entry, "published", _written(blog, post))
        _add(entry, "updated", _written(blog, post))
        _add(_add(entry, "author"), "name", post.author or blog.title)
        for tag in post.tags:
            _add(entry, "category", term=tag)
        _maybe(entry, "summary", post.summary if blog.full_text else post.opening)
        if blog.full_text:
            _add(entry, "content", _html(blog, post, base), type="html")
    return _encoded(blog, feed)


def _json(blog: DemoBlog, base: str) -> bytes:
    """JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": blog.title,
        "home_page_url": f"{base}/{blog.slug}/",
        "feed_url": base + feed_path(blog),
        "description": blog.about,
        "language": blog.language,
        "items": [_item(blog, post, base) for post in blog.posts],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(blog: DemoBlog, post: DemoPost, base: str) -> dict[str, object]:
    item = {
        "id": _guid(blog, post, base),
        "url": _link(blog, post, base),
        "title": post.title,
        "content_html": _html(blog, post, base) if blog.full_text else "",
        "content_text": "" if blog.full_text else post.opening,
        "summary": post.summary,
        "date_published": _written(blog, post),
        "authors": [{"name": post.author}] if post.author else [],
        "tags": list(post.tags),
        "language": post.language,
    }
    return {name: value for name, value in item.items() if value}


WRITERS: dict[Format, Callable[[DemoBlog, str], bytes]] = {
    Format.RSS2: _rss2,
    Format.RSS1: _rss1,
    Format.ATOM: _atom,
    Format.JSON: _json,
}


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = text or None
    return child


def _maybe(parent: Element, name: str, text: str) -> None:
    if text:
        _add(parent, name, text)


def _encoded(blog: DemoBlog, root: Element) -> bytes:
    indent(root)
    body: bytes = tostring(root, encoding=blog.charset, xml_declaration=True)
    return b"\xef\xbb\xbf" + body if blog.bom else body


def _link(blog: DemoBlog, post: DemoPost, base: str) -> str:
    if blog.links is Links.RELATIVE:
        return post.slug  # next to the feed and to the home page alike
    return f"{base}/{blog.slug}/{post.slug}"


def _guid(blog: DemoBlog, post: DemoPost, base: str) -> str:
    if blog.guid is Guid.OPAQUE:
        return f"https://{blog.slug}.example/?p={crc32(post.slug.encode())}"
    return f"{base}/{blog.slug}/{post.slug}"


def _html(blog: DemoBlog, post: DemoPost, base: str) -> str:
    html = post.html.strip()
    return html if blog.links is Links.RELATIVE else ROOTED.sub(rf'\1="{base}/', html)


def _written(blog: DemoBlog, post: DemoPost) -> str:
    """Return what the feed says of a post's date, if anything."""
    if post.undated or post.date_text:
        return post.date_text
    match blog.dates:
        case Dates.RFC822:
            return format_datetime(post.date)
        case Dates.ISO:
            return post.date.isoformat()
        case Dates.DAY:
            return post.date.date().isoformat()
        case Dates.NO_ZONE:
            return format_datetime(post.date).rpartition(" ")[0]
