"""Broken XML, mended as text before a parser sees it (rule 36), and freed of its DTD (rule 48).

Knows what people get wrong, not what feeds mean. Every pattern here takes linear time.
"""

import re
from dataclasses import dataclass
from html.entities import html5

from crawler.charset import without_controls

FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
PAGE_ROOTS = frozenset(
    {"a", "b", "body", "br", "center", "div", "font", "frameset", "h1", "head", "html"}
    | {"iframe", "link", "meta", "p", "pre", "script", "span", "style", "table", "title"}
)
JUNK = 20_000  # characters before a feed that may be something else: a warning of PHP's

# What people forget to declare, and what they mean by it.
PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://purl.org/rss/1.0/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
XML_ENTITIES = frozenset({"amp", "apos", "gt", "lt", "quot"})

_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FEED_ROOT = re.compile(r"<(?:rss|(?:\w+:)?RDF|feed)[\s>]", re.I)
_HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html", re.I)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.S)
_REFERENCE = re.compile(r"&(?:#(\d{1,8}|[xX][0-9a-fA-F]{1,7});|([A-Za-z][A-Za-z0-9]{0,31});)?")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")
_UNQUOTED = re.compile(r"""<[A-Za-z][^<>"'=]*=[^<>"']*>""")
_BARE_VALUE = re.compile(r"(\s[\w:.-]+=)([^\s<>]+?)(?=\s|/?>)")
_PREFIX = re.compile(r"<([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+=[\"']")
_DECLARATION = re.compile(r"\sxmlns:([\w.-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Document:
    """A document from its first element on; `root` is that element's local name, or ""."""

    root: str
    text: str


def document(text: str) -> Document:
    """Return what follows the XML declaration, comments and DOCTYPE of `text`."""
    position, page = 0, False
    while found := _PROLOGUE.match(text, position):
        page = page or bool(_HTML_DOCTYPE.match(found[0]))
        position = found.end()
    root = _ROOT.match(text, position)
    if not root or root[1].lower() not in FEED_ROOTS:
        feed = None if page else _FEED_ROOT.search(text, position, position + JUNK)
        if feed and "<?xml" in text[: feed.start()]:
            position, root = feed.start(), _ROOT.match(text, feed.start())
    if page and not root:
        return Document("html", text)
    return Document(root[1].lower() if root else "", text[position:])


def mended(document: Document) -> str:
    """Return the document with its usual faults put right.

    These are control characters, references to characters that do not exist, HTML's
    entities, bare "&" and "<", values without quotes, prefixes nobody declared, and
    whatever follows the end.
    """
    text = _declared(_ended(without_controls(document.text), document.root))
    pieces = _CDATA.split(text)
    pieces[::2] = [_mended_markup(piece) for piece in pieces[::2]]
    return "".join(pieces)


def is_whole(document: Document) -> bool:
    """Whether the document's first element is closed at all."""
    return bool(_end_of(document.text, document.root))


def _mended_markup(text: str) -> str:
    text = _BARE_LESS.sub("&lt;", _REFERENCE.sub(_reference, text))
    return _UNQUOTED.sub(lambda tag: _BARE_VALUE.sub(r'\1"\2"', tag[0]), text)


def _reference(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return f"&#{code};" if _is_character(code) else ""
    if not name:
        return "&amp;"
    if name in XML_ENTITIES:
        return found[0]
    characters = html5.get(f"{name};")
    return "".join(f"&#{ord(c)};" for c in characters) if characters else f"&amp;{name};"


def _is_character(code: int) -> bool:
    if 0x80 <= code <= 0x9F:  # windows-1252's, which every browser reads as such
        return True
    return code <= 0x10FFFF and bool(without_controls(chr(code)))


def _end_of(text: str, root: str) -> int:
    closing = re.compile(rf"</(?:[\w.-]+:)?{re.escape(root)}\s*>", re.I)
    return max((found.end() for found in closing.finditer(text)), default=0)


def _ended(text: str, root: str) -> str:
    return text[: _end_of(text, root) or None]


def _declared(text: str) -> str:
    used = {first or second for first, second in _PREFIX.findall(_CDATA.sub("", text))}
    missing = sorted(used - set(_DECLARATION.findall(text)) - {"xml", "xmlns"})
    if not missing:
        return text
    declarations = "".join(
        f' xmlns:{name}="{PREFIXES.get(name, "urn:undeclared:" + name)}"' for name in missing[:50]
    )
    name = re.match(r"<[^\s/>]+", text)
    return text[: name.end()] + declarations + text[name.end() :] if name else text
