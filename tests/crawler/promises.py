"""What the store, the index, the pages and our own feeds rely on, whatever a stranger sent."""

import json
import pickle
import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from crawler import clean, normalise, wording
from crawler.dates import AHEAD, EARLIEST
from crawler.identity import LONGEST
from crawler.normalise import normalise as entries_of
from crawler.parse import parse_feed
from crawler.parsed import MAX_ENTRIES, ParsedFeed
from index.errors import ParseError
from index.model import DateSource, Entry, Feed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://feeds.example.net/blog/feed"
CODES = {"empty", "html", "opml", "not-a-feed", "truncated", "too-large", "broken"}

_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def read(body: bytes, content_type: str = "", url: str = URL) -> tuple[Entry, ...]:
    """Read a feed as a visit does, and hold what comes out against every promise."""
    parsed = _parsed(body, content_type, url)
    if isinstance(parsed, ParseError):
        assert parsed.code in CODES
        assert "\n" not in str(parsed)
        return ()
    _check_feed(parsed)
    entries = entries_of(parsed, Feed(), url, NOW)
    assert entries == entries_of(parsed, Feed(), url, NOW)
    assert pickle.loads(pickle.dumps((parsed, entries))) == (parsed, entries)
    assert len(entries) <= MAX_ENTRIES
    assert len({entry.key for entry in entries}) == len(entries)
    for entry in entries:
        _check_entry(entry)
    return entries


def _parsed(body: bytes, content_type: str, url: str) -> ParsedFeed | ParseError:
    try:
        return parse_feed(body, content_type=content_type, url=url)
    except ParseError as error:
        return error


def _check_feed(parsed: ParsedFeed) -> None:
    assert parsed.format
    assert 0 <= parsed.ttl < 10**9
    assert 0 < parsed.update_frequency < 10**9
    assert set(parsed.skip_hours) <= set(range(24))
    assert len(parsed.entries) <= MAX_ENTRIES


def _check_entry(entry: Entry) -> None:
    for text in _texts(entry):
        assert not _FORBIDDEN.search(text)
        text.encode()
    assert 0 < len(entry.key) <= LONGEST
    _check_address(entry.url)
    _check_words(entry)
    _check_dates(entry)
    _check_html(entry.html)
    _check_output(entry)
    assert len(entry.digest) == 64


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert "@" not in parts.netloc
    assert parts.port != 0
    assert len(url) <= normalise.MAX_ADDRESS
    assert not any(character.isspace() for character in url)


def _check_words(entry: Entry) -> None:
    for text in (entry.title, entry.excerpt, entry.licence, *entry.authors, *entry.tags):
        assert text == " ".join(text.split())
    assert 0 < len(entry.title) <= wording.MAX_TITLE
    assert len(entry.excerpt) <= wording.MAX_EXCERPT
    assert len(entry.text) <= clean.MAX_TEXT
    assert len(entry.html) <= clean.SOME_GROWTH + clean.MAX_GROWTH * clean.MAX_HTML
    assert len(entry.licence) <= normalise.MAX_LICENCE
    assert len(entry.published_raw) <= normalise.MAX_RAW_DATE
    assert len(entry.authors) <= normalise.MAX_AUTHORS
    assert all(0 < len(name) <= normalise.MAX_NAME for name in entry.authors)
    assert len(entry.tags) <= normalise.MAX_TAGS
    assert all(0 < len(tag) <= normalise.MAX_TAG for tag in entry.tags)
    assert re.fullmatch(r"(?:[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})?", entry.language)


def _check_dates(entry: Entry) -> None:
    for moment in (entry.published, entry.updated):
        if moment is not None:
            assert moment.utcoffset() == timedelta(0)
            assert EARLIEST <= moment <= NOW + AHEAD
    assert (entry.published is None) == (entry.date_source is DateSource.SEEN)


class _Reader(HTMLParser):
    """Notes what HTML holds, as a browser would see it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def _check_html(html: str) -> None:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for tag, attributes in reader.tags:
        allowed = {"rel"} | clean.ATTRIBUTES["*"] | clean.ATTRIBUTES.get(tag, set())
        assert tag in clean.TAGS
        assert {name for name, _ in attributes} <= allowed
        for name, value in attributes:
            if name == "href":
                assert (value or "").strip().partition(":")[0].lower() in clean.SCHEMES


def _check_output(entry: Entry) -> None:
    """What we send on can be read: XML by its strictest reader, and JSON."""
    element = ElementTree.Element("entry")
    for number, text in enumerate(_texts(entry)):
        ElementTree.SubElement(element, "text", {"n": str(number), "t": text}).text = text
    again = ElementTree.fromstring(ElementTree.tostring(element, encoding="utf-8"))
    assert [child.text or "" for child in again] == [
        re.sub("\r\n?", "\n", text) for text in _texts(entry)
    ]
    json.loads(json.dumps(_texts(entry)).encode())


def _texts(entry: Entry) -> list[str]:
    values: list[Any] = [getattr(entry, field.name) for field in fields(entry)]
    texts = [value for value in values if isinstance(value, str)]
    return [*texts, *entry.authors, *entry.tags]
