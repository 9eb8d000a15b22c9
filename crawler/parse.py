"""Bytes into a ParsedFeed: RSS, RDF and Atom by feedparser, JSON Feed by `jsonfeed`. Pure.

The only module that knows feedparser. It is given bytes that we fetched, never an
address; its sanitiser and link resolver stay off, since `normalise` does both better and
faster. What it cannot be trusted with is bounded here: depth, attributes, elements, entries.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.sax import SAXException
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.expatreader import create_parser  # type: ignore[import-untyped]  # has no types
from feedparser.api import LooseFeedParser, StrictFeedParser

from crawler import jsonfeed
from crawler.charset import decode
from crawler.discover import feeds_on_page
from crawler.parsed import MAX_ENTRIES, Markup, ParsedEntry, ParsedFeed
from crawler.repair import FEED_ROOTS, PAGE_ROOTS, Document, document, is_whole, mended
from crawler.translate import Found, joined, translated
from index.errors import ParseError

__all__ = ["MAX_ENTRIES", "Markup", "ParsedEntry", "ParsedFeed", "parse_feed"]

MAX_ELEMENTS = 200_000  # of one feed; of 190 real ones, the largest has 3,000
MAX_DEPTH = 200
MAX_ATTRIBUTES = 100  # of one element: 50,000 kept feedparser busy for 21 s
MAX_NAMESPACES = 200
MAX_TAGS = 100  # of one entry
MAX_NAME = 500  # characters of an author
# What strange input finds in 20 years of code: KeyError and IndexError where elements are
# out of place, ValueError and UnicodeEncodeError for character references. Not MemoryError.
FAULTS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(RuntimeError, TypeError, ValueError),
)
NO_ATTRIBUTES = AttributesNSImpl({}, {})

_WINDOWS = re.compile("[\x80-\x9f]")  # what feedparser takes for windows-1252


def parse_feed(
    body: bytes, *, content_type: str = "", url: str = "", most: int = MAX_ENTRIES
) -> ParsedFeed:
    """Return what the feed in `body` says; `url` is where it came from.

    At most 200 entries, or `most`, the first ones (rule 40). A broken feed is read as far as it
    can be (rule 36). Raises ParseError with one of the codes "empty", "html", "opml",
    "not-a-feed", "truncated", "too-large" and "broken", and nothing else.
    """
    text = decode(body, content_type).lstrip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError("empty", "The server sent an empty answer, no feed.")
    if text[0] in "{[":
        return jsonfeed.parse(text, most)
    found = document(text)
    if found.root not in FEED_ROOTS:
        raise _no_feed(found, body, content_type, url)
    parsed = _read(found, url, most)
    known = parsed.format not in ("", "atom")  # "atom": a <feed> in no namespace of Atom's
    if not (known or parsed.entries or parsed.title or parsed.link):
        raise _another_kind(found)
    return parsed if parsed.format else replace(parsed, format="rss")  # a bare <channel>


def _no_feed(found: Document, body: bytes, content_type: str, url: str) -> ParseError:
    if found.root in PAGE_ROOTS:
        offered = feeds_on_page(body, content_type=content_type, url=url)
        advice = (
            f"It says that its feed is at {offered[0].url}."
            if offered
            else "It does not say where its feed is."
        )
        where = offered[0].url if offered else ""
        said = f"There is a web page at this address, not a feed. {advice}"
        return ParseError("html", said, where)
    if found.root == "opml":
        return ParseError(
            "opml", "There is a list of blogs (OPML) at this address, not the feed of one."
        )
    return _another_kind(found)


def _another_kind(found: Document) -> ParseError:
    what = f"XML of another kind (<{found.root[:40]}>)" if found.root else "something else"
    return ParseError("not-a-feed", f"There is no feed at this address, but {what}.")


class _Enough(Exception):
    """A limit is reached; what was read so far is good."""


class _Unreadable(Exception):
    """A parser gave up."""


class _Plain(str):
    """Text without the control characters that windows-1252 has letters for.

    feedparser looks for them letter by letter, and spent a quarter of its time on it.
    """

    __slots__ = ()

    def translate(self, table: Any, /) -> str:
        """Return the text as it is: there is nothing to translate."""
        return str(self)


_Mixed: Any = object  # what _Bounded is mixed into is not typed


class _Bounded(_Mixed):  # type: ignore[misc]  # so that each of feedparser's two can come after
    """What both of feedparser's parsers do, and do not do, for us; mixed into each of them."""

    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self, url: str, most: int) -> None:
        self.url = url
        self.most = most
        self.elements = 0
        self.ends = 0
        self.complete = 0  # entries that were read to their end
        self.hours: list[str] = []
        self.days: list[str] = []
        super().__init__("", None, "utf-8")

    def unknown_starttag(self, tag: str, attrs: Sequence[tuple[str, str]]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _Enough
        with suppress(*FAULTS):  # its handlers trip over elements in odd places
            super().unknown_starttag(tag, attrs[:MAX_ATTRIBUTES])

    def unknown_endtag(self, tag: str) -> None:
        self.ends += 1  # of what never began, too
        if self.ends > MAX_ELEMENTS:
            raise _Enough
        try:
            super().unknown_endtag(tag)
        except FAULTS:
            self.depth -= 1
            del self.basestack[-1:], self.langstack[-1:]
        # feedparser would keep the last xml:base for the rest of the feed.
        self.baseuri = self.basestack[-1] if self.basestack else ""

    def resolve_uri(self, uri: str) -> str:
        # Against an xml:base alone: without one, `normalise` knows better (rule 38).
        return joined(joined(self.url, self.baseuri), uri) if self.baseuri else uri

    def decode_entities(self, element: str, text: str) -> str:
        text = super().decode_entities(element, text)
        return text if _WINDOWS.search(text) else _Plain(text)

    def _start_item(self, attrs: Found) -> None:
        if len(self.entries) >= self.most:
            raise _Enough
        self.complete = len(self.entries)  # the one before, if nobody closed it
        super()._start_item(attrs)

    def _end_item(self) -> None:
        super()._end_item()
        self.complete = len(self.entries)

    def _end_guid(self) -> None:
        # An id is kept as it was written: resolved, it would change with the feed's address.
        self.guidislink = 0
        super()._end_guid()

    def _sync_author_detail(self, key: str = "author") -> None:
        # Its pattern for e-mail addresses takes quadratic time.
        if len(dict.get(self._get_context(), key) or "") <= MAX_NAME:
            super()._sync_author_detail(key)

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        # Each new tag is compared with all before it.
        if len(dict.get(self._get_context(), "tags") or ()) < MAX_TAGS:
            super()._add_tag(term, scheme, label)

    def _start_hour(self, attrs: Found) -> None:
        self.push("hour", 0)

    def _end_hour(self) -> None:
        self.hours.append(self.pop("hour") or "")

    def _start_day(self, attrs: Found) -> None:
        self.push("day", 0)

    def _end_day(self) -> None:
        self.days.append(self.pop("day") or "")

    _start_entry, _end_entry, _end_id = _start_item, _end_item, _end_guid


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads well-formed XML, and ignores what is nested deeper than any feed."""

    def __init__(self, url: str, most: int) -> None:
        self.level = 0
        self.prefixes: set[tuple[str | None, str]] = set()
        self.words: list[str] = []
        # expat gives every line and entity by itself: 1.3 million pieces for 28 MB.
        self.characters = self.words.append
        super().__init__(url, most)

    def _speak(self) -> None:
        if self.words:
            self.handle_data("".join(self.words))
            self.words.clear()

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:
        if len(self.prefixes) < MAX_NAMESPACES or (prefix, uri) in self.prefixes:
            self.prefixes.add((prefix, uri))
            super().startPrefixMapping(prefix, uri)

    def startElementNS(self, name: Any, qname: Any, attrs: AttributesNSImpl) -> None:
        self._speak()
        self.level += 1
        if self.level <= MAX_DEPTH:
            few = attrs if len(attrs) <= MAX_ATTRIBUTES else NO_ATTRIBUTES
            super().startElementNS(name, qname, few)

    def endElementNS(self, name: Any, qname: Any) -> None:
        self._speak()
        if self.level <= MAX_DEPTH:
            super().endElementNS(name, qname)
        self.level -= 1


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads what is no XML, as browsers read HTML."""


def _read(found: Document, url: str, most: int) -> ParsedFeed:
    """Read strictly; if that fails, mend and try again; if that fails, loosely (rule 36)."""
    try:
        return _strictly(found.text, url, most)
    except _Unreadable:
        repaired = mended(found)
    try:
        return _strictly(repaired, url, most)
    except _Unreadable as fault:
        return _loosely(repaired, _Loose(url, most), is_whole(found), str(fault))


def _strictly(text: str, url: str, most: int = MAX_ENTRIES) -> ParsedFeed:
    parser, reader = _Strict(url, most), create_parser(namespaceHandling=1, forbid_dtd=True)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    truncated = False
    try:
        reader.parse(BytesIO(text.encode("utf-8", "replace")))
    except _Enough:
        truncated = True
    except SAXException as error:
        raise _Unreadable(error.getMessage()) from error
    except FAULTS as error:  # a namespace with spaces in it, for one
        raise _Unreadable("a name that is none") from error
    if truncated and not parser.complete:
        raise ParseError(
            "too-large", "The feed's first post is larger than any we read. Its author can cut it."
        )
    return _result(parser, truncated)


def _loosely(text: str, parser: "_Loose", whole: bool, fault: str) -> ParsedFeed:
    truncated = not whole
    try:
        parser.feed(text)
    except (_Enough, *FAULTS):
        truncated = True
    if not parser.complete:
        raise _broken(whole, fault)
    return _result(parser, truncated)


def _result(parser: Any, truncated: bool) -> ParsedFeed:
    return translated(
        parser.feeddata,
        parser.entries[: parser.complete],
        format=parser.version,
        url=parser.url,
        skip_hours=parser.hours,
        skip_days=parser.days,
        truncated=truncated,
    )


def _broken(whole: bool, fault: str) -> ParseError:
    if not whole:
        return ParseError("truncated", "The feed breaks off before the end of its first post.")
    return ParseError(
        "broken",
        f"The feed is so badly formed that no post can be read ({fault}). "
        "Its author can have it checked at https://validator.w3.org/feed/.",
    )
