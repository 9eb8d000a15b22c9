"""What a feed says, whatever its format, and what is said of what is none.

The odd feeds of tests/feeds are tried in test_odd_feeds; here are limits and whole feeds.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.normalise import normalise
from crawler.parse import MAX_ENTRIES, Markup, parse_feed
from index.errors import ParseError
from index.model import Feed
from tests.crawler.promises import read

URL = "https://blog.example.org/feed"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = Path(__file__).parent.parent / "feeds"


def rss(inside: str) -> bytes:
    return f'<rss version="2.0"><channel><title>A</title>{inside}</channel></rss>'.encode()


def items(count: int) -> str:
    return "".join(f"<item><title>{n}</title></item>" for n in range(count))


def code_of(body: bytes) -> str:
    with pytest.raises(ParseError) as caught:
        parse_feed(body, url=URL)
    return caught.value.code


def test_a_feed_is_told_in_its_own_words() -> None:
    parsed = parse_feed((FEEDS / "wordpress.rss").read_bytes(), url=URL)
    assert (parsed.format, parsed.title, parsed.link, parsed.language) == (
        "rss20",
        "Barchester Digital",
        "https://barchester.example",
        "en-GB",
    )
    assert parsed.updated_raw == "Thu, 04 Mar 2021 09:30:00 +0000"
    assert (parsed.update_period, parsed.update_frequency) == ("hourly", 1)
    first = parsed.entries[0]
    assert first.guid == "https://barchester.example/?p=512"
    assert first.comments == "https://barchester.example/2021/03/damp/#respond"
    assert first.tags == ("Housing", "Uncategorized", "R&#038;D")
    assert "<script" not in first.content.value
    assert first.summary.value.startswith("<p>We put sensors")


@pytest.mark.rule(18)
def test_a_feed_may_say_when_not_to_come() -> None:
    parsed = parse_feed(
        rss(
            "<ttl>90</ttl><skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour>"
            "<hour>x</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        )
    )
    assert parsed.ttl == 90
    assert parsed.skip_hours == (0, 23, 0)
    assert parsed.skip_days == ("Sunday",)


@pytest.mark.parametrize("ttl", ["soon", "-5", "1" * 30, "²", ""])
def test_a_lifetime_that_is_no_number_is_none(ttl: str) -> None:
    assert parse_feed(rss(f"<ttl>{ttl}</ttl>")).ttl == 0


@pytest.mark.rule(40)
@pytest.mark.parametrize("end", ["</channel></rss>", "</channel>", "</b></channel></rss>"])
def test_a_huge_feed_is_read_as_far_as_its_newest_posts(end: str) -> None:
    start = '<rss version="2.0"><channel><title>A</title>'
    parsed = parse_feed(f"{start}{items(MAX_ENTRIES + 100)}{end}".encode())
    assert [entry.title.value for entry in parsed.entries] == [str(n) for n in range(MAX_ENTRIES)]
    assert parsed.truncated
    whole = parse_feed(f"{start}{items(MAX_ENTRIES)}{end}".encode())
    assert len(whole.entries) == MAX_ENTRIES


@pytest.mark.rule(40)
def test_a_huge_json_feed_is_read_as_far_as_its_newest_posts() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": n} for n in range(300)],
    }
    parsed = parse_feed(json.dumps(feed).encode())
    assert (len(parsed.entries), parsed.truncated) == (MAX_ENTRIES, True)
    broken = parse_feed(json.dumps(feed).encode()[:-2])
    assert (len(broken.entries), broken.truncated) == (MAX_ENTRIES, True)


def test_fifty_thousand_attributes_are_not_looked_at() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(50_000))
    link = f'<atom:link href="https://a.example/x" {attributes}/>'
    feed = rss(f"<item {attributes}><title>B</title>{link}</item>")
    feed = feed.replace(b"<rss", b'<rss xmlns:atom="http://www.w3.org/2005/Atom"')
    (entry,) = parse_feed(feed).entries
    assert (entry.title.value, entry.link) == ("B", "")


def test_twenty_thousand_namespaces_are_not_remembered() -> None:
    declarations = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000))
    parsed = parse_feed(rss(f"<item {declarations}><title>B</title></item>{items(150)}"))
    assert len(parsed.entries) == 151


def test_elements_deeper_than_any_feed_are_ignored_and_the_rest_is_read() -> None:
    deep = "<b>" * 5_000 + "deep" + "</b>" * 5_000
    parsed = parse_feed(rss(f"<item><title>B</title>{deep}</item><item><title>C</title></item>"))
    assert [entry.title.value for entry in parsed.entries] == ["B", "C"]
    xhtml = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><content type="xhtml">'
        f'<div xmlns="http://www.w3.org/1999/xhtml">{deep}</div></content></entry></feed>'
    )
    content = parse_feed(xhtml.encode()).entries[0].content.value
    assert content.count("<b>") == content.count("</b>") < 200
    assert "deep" in content


def test_a_post_of_endless_elements_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.parse.MAX_ELEMENTS", 1_000)
    endless = "<br/>" * 1_001
    assert code_of(rss(f"<item><title>B</title>{endless}</item>")) == "too-large"
    parsed = parse_feed(rss(f"<item><title>B</title></item><item>{endless}</item>"))
    assert [entry.title.value for entry in parsed.entries] == ["B"]
    assert parsed.truncated


def test_ends_of_what_never_began_count_as_elements_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.parse.MAX_ELEMENTS", 1_000)
    ends = "</b>" * 1_001
    parsed = parse_feed(rss(f"{items(1)}{ends}<item><title>B</title></item>"))
    assert [entry.title.value for entry in parsed.entries] == ["0"]
    assert parsed.truncated


def test_a_thousand_tags_and_an_endless_author_cost_nothing() -> None:
    tags = "".join(f"<category>{n}</category>" for n in range(5_000))
    author = "a." * 100_000 + "@"
    parsed = parse_feed(rss(f"<item><title>B</title><author>{author}</author>{tags}</item>"))
    assert parsed.entries[0].authors == ()
    assert len(parsed.entries[0].tags) == 100


@pytest.mark.rule(48)
def test_entities_are_never_expanded_nor_files_read() -> None:
    secret = FEEDS / "plain-text.txt"
    body = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "yes">]>'.encode()
    parsed = parse_feed(body + rss("<item><title>&x; &y;</title></item>"))
    assert parsed.entries[0].title.value in ("&x; &y;", "&amp;x; &amp;y;")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><title>A</title>", "html"),
        (b"<!DOCTYPE html>Not found", "html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "html"),
        (b"<opml/>", "opml"),
        (b"Not found", "not-a-feed"),
        (b"<error>No</error>", "not-a-feed"),
        (b"<feed/>", "not-a-feed"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "not-a-feed"),
        (b"\x1f\x8b\x08\x00\x00", "not-a-feed"),
        (b"[]", "not-a-feed"),
        (b'"text"', "not-a-feed"),
        (b'{"items": {}}', "not-a-feed"),
        (b'{"items": [{"name": 1}, 2]}', "not-a-feed"),
        (b'{"rss": {"channel": []}}', "not-a-feed"),
        (b"{]", "broken"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id"', "truncated"),
        (b'{"version": "https://jsonfeed.org/version/1", "title": "A', "truncated"),
        (b'{"items": ' + b"[" * 100_000, "broken"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "broken"),
        (b"<rss><channel><item><title>A</title>", "truncated"),
        (b"<rss><channel></item></rss>", "broken"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, code: str) -> None:
    assert code_of(body) == code


@pytest.mark.rule(41)
def test_a_page_that_names_its_feed_is_quoted() -> None:
    page = b'<html><link rel="alternate" type="application/atom+xml" href="/atom.xml">'
    with pytest.raises(ParseError, match=r"https://blog\.example\.org/atom\.xml\.$"):
        parse_feed(page, url=URL)


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(rss("")).entries == ()
    assert parse_feed(b'<feed xmlns="http://www.w3.org/2005/Atom"/>').format == "atom10"
    assert parse_feed(b"<channel><title>A</title></channel>").format == "rss"


@pytest.mark.rule(36)
def test_items_that_nobody_closes_are_read_but_for_the_last() -> None:
    parsed = parse_feed(
        b"<rss><channel><item><title>A</title><item><title>B</title><item><title>C</channel></rss>"
    )
    assert [entry.title.value for entry in parsed.entries] == ["A", "B"]


@pytest.mark.rule(36)
def test_elements_where_none_may_be_are_skipped_and_the_rest_is_read() -> None:
    odd = "<textInput><name>x</name><title>y</title></textInput><media:credit/></media:credit>"
    for end in ("</channel></rss>", "</b></channel></rss>"):
        body = f"<rss><channel><item>{odd}<title>A</title></item>{items(2)}{end}"
        titles = [entry.title.value for entry in parse_feed(body.encode()).entries]
        assert titles == ["A", "0", "1"]


@pytest.mark.rule(36)
@pytest.mark.parametrize("number", ["xD800", "x110000", "9" * 12, "9" * 5_000])
def test_what_the_parser_trips_over_costs_no_post_before_it(number: str) -> None:
    start = f'<rss x="<![CDATA["><channel>{items(2)}'  # what looks like CDATA is not mended
    parsed = parse_feed(f"{start}<item><title>&#{number};</title></item></channel></rss>".encode())
    assert [entry.title.value for entry in parsed.entries] == ["0", "1"]
    assert parsed.truncated


def test_a_bare_line_break_in_json_is_no_fault() -> None:
    feed = (
        b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "A\nB"}]}'
    )
    parsed = parse_feed(feed)
    assert parsed.entries[0].title.value == "A\nB"
    assert not parsed.truncated


@pytest.mark.rule(36)
def test_broken_json_is_read_as_far_as_its_items_are_whole() -> None:
    feed = b'{"version": "https://jsonfeed.org/version/1", "items": [7, {"id": "1"} {"id": "2"}]}'
    parsed = parse_feed(feed)
    assert [entry.guid for entry in parsed.entries] == ["1"]
    assert parsed.truncated


@pytest.mark.rule(36)
def test_json_that_is_nested_too_deeply_costs_no_post_before_it() -> None:
    start = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1"}, '
    for deep in (b'{"id": ' + b"[" * 100_000, b'{"id": "2", "x": ' + b'{"x":' * 100_000):
        parsed = parse_feed(start + deep)
        assert [entry.guid for entry in parsed.entries] == ["1"]
        assert parsed.truncated


def test_the_longest_form_of_a_post_is_taken() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>B</title>'
        '<content type="html">&lt;p&gt;As HTML.&lt;/p&gt;</content>'
        '<content type="text">As plain text.</content>'
        '<content type="text/html" src="https://blog.example.org/x"/>'
        '<content type="image/png">AAAA</content></entry></feed>'
    )
    assert parse_feed(atom.encode()).entries[0].content == Markup("<p>As HTML.</p>")


def test_a_link_to_a_page_comes_before_other_links() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>B</title>'
        '<link rel="self" href="https://a.example/self"/><link href="https://a.example/x.json"'
        ' type="application/json"/>'
        '<link rel="enclosure" href="https://a.example/x.mp3" type="audio/mpeg"/>'
        '<link href="https://a.example/page"/><link href="https://a.example/other"/></entry></feed>'
    )
    entry = parse_feed(atom.encode()).entries[0]
    assert entry.link == "https://a.example/page"
    assert entry.enclosures == ("audio/mpeg",)


@pytest.mark.rule(38)
def test_the_base_of_one_entry_is_not_the_next_ones() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry xml:base="/2024/">'
        '<title>B</title><link href="b"/></entry><entry><title>C</title><link href="c"/>'
        '<content type="html">&lt;p&gt;C&lt;/p&gt;</content></entry></feed>'
    )
    first, second = parse_feed(atom.encode(), url=URL).entries
    assert first.link == "https://blog.example.org/2024/b"
    assert (second.link, second.content.base) == ("c", "")


@pytest.mark.rule(38)
def test_a_base_that_is_no_address_harms_nobody() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://["><title>A</title>'
        '<entry xml:base="javascript:x"><title>B</title><link href="b"/>'
        '<content type="html">&lt;a href="c"&gt;C&lt;/a&gt;</content></entry></feed>'
    )
    (entry,) = normalise(parse_feed(atom.encode(), url=URL), Feed(), URL, NOW)
    assert entry.url == "https://blog.example.org/b" or entry.url == URL
    assert "javascript" not in entry.html


@pytest.mark.rule(36)
@pytest.mark.parametrize(
    "body",
    [
        b"<rss><item><title>&#xD800;</title></item><p>",
        b"<feed><entry></title><content type='xhtml'></entry></x>",
    ],
)
def test_what_once_raised_an_error_of_another_kind_keeps_every_promise(body: bytes) -> None:
    read(body)
