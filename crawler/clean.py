"""Strangers' HTML made safe, and its words.

What comes out of `safe_html` may be shown as it is: it runs nothing, frames nothing and
asks nobody else's server for anything. Pure; knows nothing of feeds.
"""

import re
from contextlib import suppress
from functools import partial
from html import unescape

import nh3

from crawler.charset import without_controls

MAX_TEXT = 900_000  # characters of a post that are searched (rule 40)
MAX_HTML = 1_000_000  # characters of a post
MAX_TAGS = 500  # before anyone asks how deep they are nested
# Elements around elements, all in all. nh3 takes quadratic time for nesting (100,000 levels took
# 36 s), and opens what nobody closed in each paragraph anew (12 GB for 400 kB).
MAX_NESTING = 2_000_000
# How much longer a post may become: each relative link takes on the whole of its base.
MAX_GROWTH = 8
SOME_GROWTH = 20_000  # characters that are always granted
MAX_WORDS = 5_000  # in one tag; nh3 compares each attribute with all before it

_BLOCKS = (
    "address article aside blockquote br caption center dd details dir div dl dt figcaption"
    " figure footer h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section"
    " summary table tbody td tfoot th thead tr ul"
)
_INLINE = (
    "a abbr acronym b bdi bdo big cite code col colgroup del dfn em i img ins kbd mark q rp"
    " rt ruby s samp small span strike strong sub sup time tt u var wbr"
)
_DROPPED = (
    "applet audio button canvas embed head iframe math noembed noframes noscript object script"
    " select style svg template textarea title video xml"
)
_SHALLOW = "area base br col dd dt embed hr img input li link meta p param source td th tr wbr"

BLOCKS = set(_BLOCKS.split())
TAGS = BLOCKS | set(_INLINE.split())
DROPPED = set(_DROPPED.split())  # with all that is in them
SHALLOW = set(_SHALLOW.split())  # hold nothing, or end where the next begins
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"alt"},  # no address: our pages show no image of a third party's (rule 43)
    "ol": {"reversed", "start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SCHEMES = {"http", "https", "mailto", "tel"}

_WEB = re.compile(r"\s*https?:", re.I)  # of another base nh3 makes links that it does not check
_ANY_TAG = re.compile(r"<[^<>]*>")
_LONG = re.compile(r"(?:^|[<>])[^<>]{4000}")
_PIECE = re.compile(r"<[^<>]*>|[^<>]{1,4000}(?:[^<>]{0,40}[\s;])?")
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})(?:\s[^<>]*)?/?>")
_SILENT_IMAGE = re.compile(r"<img(?![^<>]*\salt=\"\s*[^\"\s])[^<>]*>")
_IMAGE = re.compile(r"<img[^<>]*\salt=\"([^\"]*)\"[^<>]*>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ESCAPED_TAGS = re.compile(
    r"&lt;(p|div|ul|ol|a|h[1-6]|blockquote|strong|em)\b.{0,2000}?&lt;/\1&gt;", re.S
)
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{2,31};)")
_SIGNATURE = re.compile(
    r"<p>\s*The post <a [^<>]*>.{0,600}?</a> appeared first on <a [^<>]*>.{0,300}?</a>\.?\s*</p>"
    r"\s*$",
    re.S,
)
# WordPress's page builders leave these behind when they are turned off.
_SHORTCODE = re.compile(
    r"\[/?(?:(?:av|et_pb|fusion|mk|vc)_\w+|caption|embed|gallery)\b[^\[\]<>]{0,2000}\]"
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


def safe_html(html: str, base: str) -> str:
    """Return `html` with nothing but harmless elements, its links absolute by `base` (rule 43).

    Links are for people, not for search engines (`nofollow ugc noopener`); of images
    the words are left. Text without a tag becomes paragraphs.
    """
    html = _once_more(without_controls(html[:MAX_HTML]))
    if "<" not in html:
        html = _paragraphs(html)
    elif _nesting(html) > MAX_NESTING:
        html = _ANY_TAG.sub(" ", html)
    safe = _allowed(html, base)
    if len(safe) > SOME_GROWTH + MAX_GROWTH * len(html):
        safe = _allowed(_ANY_TAG.sub(" ", html), base)
    safe = _SILENT_IMAGE.sub("", without_controls(safe))  # nh3 read more from "&#1;"
    start = max(0, len(safe) - 2_000)
    return (safe[:start] + _SIGNATURE.sub("", safe[start:])).strip()


def as_html(text: str) -> str:
    """Return plain `text` as HTML; entities in it are taken for entities, as authors mean them."""
    text = _BARE_AMPERSAND.sub("&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")


def plain_text(safe: str) -> str:
    """Return the words of what `safe_html` made: a line for each block, an image by its alt.

    At most 900,000 characters.
    """
    text = _IMAGE.sub(r" \1 ", safe.replace("\n", " "))
    text = _SHORTCODE.sub("", text)
    text = unescape(_ANY_TAG.sub("", _BLOCK_TAG.sub("\n", text)))
    lines = (" ".join(line.split()) for line in _visible(text).split("\n"))
    return "\n".join(filter(None, lines))[:MAX_TEXT]


def fold(text: str) -> str:
    """Return `text` on one line, without what cannot be seen."""
    return " ".join(_visible(without_controls(text)).split())


def _visible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def _once_more(html: str) -> str:
    """Decode HTML that was escaped twice: it has no tag, but paired tags in entities."""
    if "<" not in html and _ESCAPED_TAGS.search(html, 0, 100_000):
        return unescape(html)
    return html


def _paragraphs(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    parts = (part.strip() for part in re.split(r"\n[^\S\n]*\n", lines))
    return "".join(f"<p>{part}</p>" for part in parts if part).replace("\n", "<br>")


def _allowed(html: str, base: str) -> str:
    clean = partial(
        nh3.clean,
        _PIECE.sub(_parted, html) if _LONG.search(html) else html,
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        link_rel="nofollow ugc noopener",
        url_schemes=SCHEMES,
    )
    if _WEB.match(base):
        with suppress(ValueError):  # the base is no address
            return clean(url_relative=("rewrite_with_base", base))
    return clean(url_relative="deny")  # relative links lead nowhere


def _parted(piece: re.Match[str]) -> str:
    """Part long text with a comment: nh3 takes quadratic time for the "&" and "£" of a run."""
    text = piece[0]
    if text[0] != "<":
        return text if len(text) < 4_000 else f"{text}<!---->"
    return "" if len(text.split()) > MAX_WORDS else text


def _nesting(html: str) -> int:
    """Return how many elements are around each, all in all; of few tags nobody counts."""
    depth = total = 0
    if html.count("<") <= MAX_TAGS:
        return 0
    for tag in _TAG_NAME.finditer(html):
        if tag[2].lower() not in SHALLOW:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
        total += depth
    return total
