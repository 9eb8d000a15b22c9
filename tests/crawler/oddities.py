"""Feeds, pages and lists as nobody should write them: of odd pieces, or real ones mutated."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

RUN = 1_000
STARTS = '< </ <! <? [ & &# &#x &amp; ]]> <![CDATA[ <!-- <b> </b> <a href=x> <p x= [vc_row " \\ £'
RUNS = (*(start * (RUN // len(start)) for start in STARTS.split()), "<b>" * 3_000, "&" * 10_000)

WORDS = (
    *("", " ", "words", "Untitled", "…", "Read more »", "a\r\nb\tc", "x" * RUN, "é" * RUN),
    *("\0", "\x1b[0m", "\x85", "\ufffe", "\u202e", "\u2028", "😀", "e\u0301" * 200, "\ufeff"),
    *("&#xD800;", "&#0;", "&#x80;", "&#9999999999;", "&#xFFFE;", "&nbsp;", "&hellip", "&bogus;"),
    *("&lt;script&gt;", "&amp;lt;p&amp;gt;x&amp;lt;/p&amp;gt;", "&lt;p&gt;x&lt;/p&gt;", "&x;"),
    *("<![CDATA[<p>x</p><script>y</script>]]>", "<![CDATA[", "]]>", "<!-- x -->", "<!--", "-->"),
    *("<b>x</b>", "<p>never closed", "</p></p>", "<img alt='a>b' src=x>", "<svg><p></svg>", "<"),
    *("<br>", "<plaintext>", "<a href='//x' href=\"javascript:y\">z</a>", "<!DOCTYPE x [<!ENTITY"),
    *(
        "<table><tr><td>1",
        "<math><mi//xlink:href='data:x'>",
        "<style>@import",
        "\N{NO-BREAK SPACE}",
    ),
)
DATES = (
    *("1970-01-01", "2041-12-18T09:00:00Z", "yesterday", "0000-00-00", "31 February 2020", "²"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1614850200", "99/99/9999"),
    *("Mon, 04 Mar 2021 24:60:61 +9999", "2021-03-04T", "4 Mawrth 2021", "1:2:3 am 2021", "٢٠٢١"),
    *("Tue, 05 Mar 2024 10:00:00 GMT", "2024-W10-2", "1" * RUN, "1 jan " * 500, "12:" * RUN),
)
ADDRESSES = (
    *("/a", "?a=1", "#b", "//x", "http://[", "http://]/", "http://a:0/", "http://a:b/", "http://"),
    *("https://a@b.example/", "https://b.example\\@c/", "https://%61.example/", "javascript:x"),
    *("https://b.example/x", "HTTPS://B.EXAMPLE:443", "http://\ud800/", "http://ŷ.example/", "::"),
    *("http://a.example/" + "x" * RUN, "http://[::1]:80/", "http://[v1.x]/", "http://ⓐ.example"),
    *(
        "http://x.example/℀",
        "http://a\u2100b/",
        "a b c",
        "data:text/html,x",
        "http:///x",
        "feed:x",
    ),
    *("http://a.example:99999/", "https://a..example/", "../" * 500, "www.", "http://xn--/"),
)
NAMES = (
    "title link guid id description summary content:encoded content pubDate updated dc:date"
    " author name email dc:creator category tags item entry channel rss feed rdf:RDF image"
    " textInput media:content media:credit media:group enclosure source language comments ttl"
    " skipHours hour skipDays day itunes:author itunes:image cc:license rights georss:point"
    " sy:updateFrequency sy:updatePeriod feedburner:origLink xhtml:div div p bogus bogus:x x"
    " media:thumbnail media:player psc:chapters psc:chapter gml:pos creativeCommons:license"
).split()
ATTRIBUTES = (
    *("href", "rel", "type", "xml:base", "xml:lang", "isPermaLink", "rdf:about", "xmlns", "src"),
    *(
        "mode",
        "term",
        "label",
        "domain",
        "url",
        "length",
        "srsName",
        "start",
        "xmlns:x",
        "version",
    ),
)
VALUES = (
    *("alternate", "self", "enclosure", "xhtml", "html", "text", "base64", "text/plain", "en_GB"),
    *("application/octet-stream", "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"),
    *("true", "escaped", "2.0", "http://purl.org/rss/1.0/", "", "\0", "&", "&#xD800;", "x>y"),
)
ROOTS = (
    ('<rss version="2.0"><channel>', "</channel></rss>"),
    (
        '<rss version="0.91" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>',
        "</channel></rss>",
    ),
    ('<feed xmlns="http://www.w3.org/2005/Atom">', "</feed>"),
    ('<rdf:RDF xmlns="http://purl.org/rss/1.0/">', "</rdf:RDF>"),
    ("<channel>", "</channel>"),
    ("<feed>", "</rss>"),
    ('<?php x ?> Warning: <br/><?xml version="1.0"?><rss>', ""),
)
CHARSETS = ("utf-8", "utf-16", "utf-16-be", "cp1252", "latin-1", "utf-7", "shift_jis", "hex", "x")
CONTENT_TYPES = ("", "text/html", "text/xml; charset=iso-8859-1", "text/xml; charset=utf-16")
KEYS = (
    "version title items id url external_url content_html content_text summary image"
    " date_published date_modified authors author name tags language attachments mime_type"
    " home_page_url rss channel item guid #value link description pubDate category"
).split()


def _element(name: str, attributes: dict[str, str], inside: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>"


def _any_of(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return one of `values`; unlike sampled_from, without all of them in its repr."""
    return st.integers(0, len(values) - 1).map(lambda number: values[number])


texts = _any_of((*WORDS, *DATES, *ADDRESSES, *RUNS)) | st.text(max_size=20)
_names = st.sampled_from(NAMES)
_attributes = st.dictionaries(
    st.sampled_from(ATTRIBUTES), _any_of((*VALUES, *ADDRESSES)), max_size=3
)
_elements: st.SearchStrategy[str] = st.recursive(
    st.builds(_element, _names, _attributes, texts) | texts,
    lambda inside: st.builds(
        _element, _names, _attributes, st.lists(inside, max_size=6).map("".join)
    ),
    max_leaves=15,
)


def _items(name: str, items: list[list[str]]) -> str:
    return "".join(f"<{name}>{''.join(parts)}</{name}>" for parts in items)


_entries = st.builds(
    _items,
    st.sampled_from(("item", "entry")),
    st.lists(st.lists(_elements, max_size=6), max_size=3),
)


@st.composite
def xml_feeds(draw: st.DrawFn) -> bytes:
    """Return RSS, Atom or RDF of odd elements, in one charset or two."""
    start, end = draw(st.sampled_from(ROOTS))
    inside = "".join(draw(st.lists(_entries | _elements, max_size=4)))
    declared = draw(st.sampled_from(("", *CHARSETS)))
    prologue = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    charset = draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "cp1252")))
    errors = "surrogatepass" if charset.startswith("utf") else "xmlcharrefreplace"
    return (prologue + start + inside + end).encode(charset, errors)


_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**400),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inside, max_size=6)
    ),
    max_leaves=15,
)
_json_items = st.dictionaries(st.sampled_from(KEYS), texts | _values, max_size=8)


@st.composite
def json_feeds(draw: st.DrawFn) -> bytes:
    """Return a JSON Feed of odd values, with lone surrogates, and perhaps cut off."""
    feed = draw(st.dictionaries(st.sampled_from(KEYS), _values, max_size=4))
    feed["version"] = "https://jsonfeed.org/version/1.1"
    feed["items"] = draw(st.lists(_json_items | _values, max_size=4))
    if draw(st.booleans()):
        feed = {"rss": {"channel": {**feed, "item": feed.pop("items")}}}
    said = json.dumps(feed, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return said[: draw(st.integers(0, len(said)))] if draw(st.booleans()) else said


STRANGE = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *(f"<{name}>" for name in NAMES),
        *(f"</{name}>" for name in NAMES),
        *WORDS,
        *RUNS,
    )
)
Change = Callable[[bytes, bytes, Random], bytes]


def _span(body: bytes, dice: Random) -> tuple[int, int]:
    start = dice.randrange(len(body) + 1)
    return start, min(len(body), start + dice.choice((1, 20, 400, 10_000)))


def _flipped(body: bytes, _: bytes, dice: Random) -> bytes:
    bits = bytearray(body)
    for _bit in range(dice.randint(1, 20) if bits else 0):
        bits[dice.randrange(len(bits))] ^= 1 << dice.randrange(8)
    return bytes(bits)


def _left_out(body: bytes, _: bytes, dice: Random) -> bytes:
    start, end = _span(body, dice)
    return body[:start] + body[end:]


def _doubled(body: bytes, _: bytes, dice: Random) -> bytes:
    start, end = _span(body, dice)
    place = dice.randrange(len(body) + 1)
    return body[:place] + body[start:end] * dice.choice((1, 1, 3)) + body[place:]


def _cut_off(body: bytes, _: bytes, dice: Random) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def _made_strange(body: bytes, _: bytes, dice: Random) -> bytes:
    start, end = _span(body, dice)
    return body[:start] + dice.choice(STRANGE) + body[dice.choice((start, end)) :]


def _called_another(body: bytes, _: bytes, dice: Random) -> bytes:
    said = [charset.encode() for charset in CHARSETS if charset.encode() in body.lower()[:400]]
    wrong = dice.choice(CHARSETS).encode()
    if said:
        return body.replace(said[0], wrong).replace(said[0].upper(), wrong)
    return b'<?xml version="1.0" encoding="' + wrong + b'"?>' + body


def _joined(body: bytes, other: bytes, dice: Random) -> bytes:
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other) + 1) :]


CHANGES: tuple[Change, ...] = (
    *(_flipped, _left_out, _doubled, _cut_off, _made_strange, _made_strange, _called_another),
    _joined,
)


def mutated(files: tuple[bytes, ...], seed: int) -> bytes:
    """Return one of `files` after one to five changes; the same for the same seed."""
    dice = Random(seed)
    body, other = dice.choice(files), dice.choice(files)
    for _ in range(dice.randint(1, 5)):
        body = dice.choice(CHANGES)(body, other, dice)
    return body
