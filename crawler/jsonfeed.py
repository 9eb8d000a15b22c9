"""JSON Feed 1.0 and 1.1, and RSS written as JSON, into a ParsedFeed. Pure.

https://www.jsonfeed.org/version/1.1/ is followed; what a feed leaves out or writes as
another type is missing, never an error.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Never

from crawler.parsed import MAX_ENTRIES, Markup, ParsedEntry, ParsedFeed
from index.errors import ParseError

Object = dict[str, Any]

_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_SEPARATOR = re.compile(r"\s*,\s*")
# What a feed says of itself before its items, where strings hold no quotes.
_KNOWN = re.compile(r'"(version|title|home_page_url|language)"\s*:\s*"([^"\\]*)"')


def parse(text: str, most: int = MAX_ENTRIES) -> ParsedFeed:
    """Return what the JSON in `text` says as a feed, `most` entries of it.

    Raises ParseError("not-a-feed") for other JSON, and "truncated" or "broken" for what is
    none and holds no whole item.
    """
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return _salvaged(text, most) or _refused(text, error)
    if isinstance(found, dict):
        if _is_feed(found):
            return _feed(found, most)
        channel = _object(_object(found, "rss"), "channel")
        if channel:
            return _rss(channel, most)
    raise ParseError("not-a-feed", "There is JSON at this address that is no JSON Feed.")


def _salvaged(text: str, most: int) -> ParsedFeed | None:
    """Read a feed that breaks off, or breaks, as far as its items are whole (rule 36)."""
    start = _ITEMS.search(text)
    items = list(_whole_items(text, start.end(), most)) if start else []
    if not start or not items:
        return None
    head = _KNOWN.findall(text, 0, start.start())
    found = {key: json.loads(f'"{value}"', strict=False) for key, value in head}
    return replace(_feed({**found, "items": items}, most), truncated=True)


def _refused(text: str, fault: Exception) -> Never:
    if isinstance(fault, RecursionError):
        raise ParseError("broken", "The feed is nested too deeply to be read.") from fault
    if not text.rstrip().endswith(("}", "]")):
        raise ParseError(
            "truncated", "The feed breaks off before the end of its first post."
        ) from fault
    raise ParseError(
        "broken", f"The feed is JSON with a fault in it ({fault}). Its author has to mend it."
    ) from fault


def _whole_items(text: str, position: int, most: int) -> Iterator[Object]:
    decoder = json.JSONDecoder(strict=False)
    for _ in range(most):
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        if isinstance(item, dict):
            yield item
        separator = _SEPARATOR.match(text, position)
        if separator is None:
            return
        position = separator.end()


def _is_feed(found: Object) -> bool:
    items = found.get("items")
    if not isinstance(items, list):
        return False
    if "jsonfeed.org/version" in _text(found, "version"):
        return True
    # Some leave the version out; other JSON has "items" too, but not these.
    return any(_text(item, "content_html") or _text(item, "content_text") for item in items)


def _feed(found: Object, most: int) -> ParsedFeed:
    items = [item for item in found["items"] if isinstance(item, dict)]
    return ParsedFeed(
        format="json11" if _text(found, "version").endswith("1.1") else "json1",
        title=_text(found, "title"),
        link=_text(found, "home_page_url"),
        language=_text(found, "language"),
        authors=_authors(found),
        entries=tuple(filter(None, (_entry(item) for item in items[:most]))),
        truncated=len(items) > most,
        next_page=_text(found, "next_url"),
    )


def _entry(item: Object) -> ParsedEntry:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    guid = _text(item, "id")
    return ParsedEntry(
        guid=guid,
        link=_text(item, "url") or (guid if guid.startswith("http") else ""),
        original=_text(item, "external_url") if not _text(item, "url") else "",
        title=Markup(_text(item, "title"), plain=True),
        content=Markup(html) if html.strip() else Markup(text, plain=True),
        summary=Markup(_text(item, "summary"), plain=True),
        authors=_authors(item),
        tags=tuple(_strings(item.get("tags"))),
        published_raw=_text(item, "date_published"),
        updated_raw=_text(item, "date_modified"),
        language=_text(item, "language"),
        enclosures=tuple(_enclosures(item)),
    )


def _rss(channel: Object, most: int) -> ParsedFeed:
    """Read RSS's elements as JSON's keys, as scripting.com has it."""
    items = [item for item in _list(channel.get("item")) if isinstance(item, dict)]
    return ParsedFeed(
        format="rss-json",
        title=_text(channel, "title"),
        link=_text(channel, "link"),
        language=_text(channel, "language"),
        licence=_text(channel, "copyright"),
        updated_raw=_text(channel, "lastBuildDate") or _text(channel, "pubDate"),
        entries=tuple(filter(None, (_rss_entry(item) for item in items[:most]))),
        truncated=len(items) > most,
    )


def _rss_entry(item: Object) -> ParsedEntry:
    return ParsedEntry(
        guid=_text(item, "guid") or _text(_object(item, "guid"), "#value"),
        link=_text(item, "link"),
        title=Markup(_text(item, "title")),
        content=Markup(_text(item, "content:encoded")),
        summary=Markup(_text(item, "description")),
        authors=tuple(filter(None, [_text(item, "dc:creator")])),
        tags=tuple(_strings(item.get("category"))),
        published_raw=_text(item, "pubDate"),
    )


def _text(found: Any, key: str) -> str:
    value = found.get(key) if isinstance(found, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # ids and dates are numbers with some
    return value if isinstance(value, str) else ""


def _object(found: Object, key: str) -> Object:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _strings(value: Any) -> Iterator[str]:
    return (text for text in _list(value) if isinstance(text, str))


def _authors(found: Object) -> tuple[str, ...]:
    """Return 1.1's authors, else 1.0's one author."""
    names = [_text(author, "name") for author in _list(found.get("authors"))]
    if not any(names):
        names = [_text(found.get("author"), "name")]
    return tuple(filter(None, names))


def _enclosures(item: Object) -> Iterator[str]:
    if _text(item, "image"):
        yield "image/*"
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, dict):
            yield _text(attachment, "mime_type") or "application/octet-stream"
