"""feedparser's dictionaries into a ParsedFeed: which of their keys say what we want to know.

Nothing is cleaned here, and feedparser itself is not known.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from crawler.parsed import Markup, ParsedEntry, ParsedFeed, weight

Found = dict[str, Any]  # a FeedParserDict

PLAIN = "text/plain"
TEXTUAL = ("text/", "application/xhtml+xml", "application/xml")


def translated(
    feed: Found,
    entries: Sequence[Found],
    *,
    format: str,
    url: str,
    skip_hours: Sequence[str] = (),
    skip_days: Sequence[str] = (),
    truncated: bool = False,
) -> ParsedFeed:
    """Return the feed; `url` is where it came from, the base of a relative xml:base."""
    return ParsedFeed(
        format=format,
        title=_text(feed, "title"),
        link=_link(feed),
        language=_text(feed, "language"),
        licence=_licence(feed),
        updated_raw=_text(feed, "updated") or _text(feed, "published"),
        # Atom's authors are those of entries without any (RFC 4287, 4.2.1); RSS knows editors.
        authors=_authors(feed) if format.startswith("atom") else (),
        ttl=_number(_text(feed, "ttl")),
        skip_hours=tuple(_number(hour) % 24 for hour in skip_hours if hour.strip().isdecimal()),
        skip_days=tuple(day.strip() for day in skip_days),
        update_period=_text(feed, "sy_updateperiod"),
        update_frequency=_number(_text(feed, "sy_updatefrequency")) or 1,
        entries=tuple(filter(None, (_entry(entry, url) for entry in entries))),
        truncated=truncated,
        generator=_text(feed, "generator"),
        prev_archive=_related(feed, "prev-archive"),
        next_page=_related(feed, "next"),
        total=_number(_text(feed, "opensearch_totalresults")),
    )


def _entry(entry: Found, url: str) -> ParsedEntry:
    title = _markup(_detail(entry, "title"), url)
    content = _best(_contents(entry, url))
    summary = _markup(_detail(entry, "summary"), url)
    return ParsedEntry(
        guid=_text(entry, "id"),
        link=_link(entry),
        original=_text(entry, "feedburner_origlink"),
        title=title,
        content=content,
        summary=summary,
        authors=_authors(entry),
        tags=tuple(_tags(entry)),
        published_raw=_text(entry, "published") or _text(entry, "created"),
        updated_raw=_text(entry, "updated"),
        language=_text(entry, "language") or _language(entry),
        licence=_licence(entry),
        comments=_text(entry, "comments"),
        enclosures=tuple(_enclosures(entry)),
    )


def joined(base: str, url: str) -> str:
    """Return `url` resolved against `base`, or as it is if that cannot be done."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _text(found: Found, key: str) -> str:
    # dict's own get: feedparser's answers for "updated" with "published", and warns.
    value = dict.get(found, key)
    return value if isinstance(value, str) else ""


def _all(found: Found, key: str) -> Iterator[Found]:
    # An element may be called "links", and then this is its text.
    values = dict.get(found, key)
    return (value for value in values if isinstance(value, dict)) if values else iter(())


def _detail(found: Found, key: str) -> Found:
    value = dict.get(found, f"{key}_detail")
    if value and not isinstance(value, dict):
        return {"value": _text(found, key)}
    return value or {}


def _markup(detail: Found, url: str) -> Markup:
    base = _text(detail, "base")
    return Markup(
        value=_text(detail, "value"),
        plain=_text(detail, "type") == PLAIN,
        base=joined(url, base) if base else "",
    )


def _contents(entry: Found, url: str) -> Iterator[Markup]:
    for detail in _all(entry, "content"):
        if not _text(detail, "src") and _text(detail, "type").startswith(TEXTUAL):
            yield _markup(detail, url)


def _best(texts: Iterator[Markup]) -> Markup:
    """Return the text that says the most: a feed may give a post in several forms."""
    return max(texts, key=weight, default=Markup())


def _link(found: Found) -> str:
    """Return the first link to a page: RSS's own, or Atom's `alternate`."""
    alternates = [
        link
        for link in _all(found, "links")
        if _text(link, "rel") in ("alternate", "") and _text(link, "href")
    ]
    pages = (link for link in alternates if "html" in _text(link, "type"))
    best = next(pages, alternates[0] if alternates else None)
    return (_text(best, "href") if best else "") or _text(found, "link")


def _related(found: Found, relation: str) -> str:
    links = (link for link in _all(found, "links") if _text(link, "rel").lower() == relation)
    return next(filter(None, (_text(link, "href") for link in links)), "")


def _licence(found: Found) -> str:
    for link in _all(found, "links"):
        if _text(link, "rel") == "license" and _text(link, "href"):
            return _text(link, "href")
    return _text(found, "rights")


def _authors(found: Found) -> tuple[str, ...]:
    names = (_text(author, "name") for author in _all(found, "authors"))
    return tuple(name for name in names if name)


def _tags(entry: Found) -> Iterator[str]:
    for tag in _all(entry, "tags"):
        yield _text(tag, "label") or _text(tag, "term")


def _language(entry: Found) -> str:
    details = [*_all(entry, "content"), _detail(entry, "summary")]
    details.append(_detail(entry, "title"))
    return next(filter(None, (_text(detail, "language") for detail in details)), "")


def _enclosures(entry: Found) -> Iterator[str]:
    for link in _all(entry, "links"):
        if _text(link, "rel") == "enclosure":
            yield _text(link, "type") or "application/octet-stream"
    for media in _all(entry, "media_content"):
        yield _text(media, "type") or f"{_text(media, 'medium') or 'application'}/*"


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 9 else 0
