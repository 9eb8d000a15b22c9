"""The files of the demo's blogs, and the feeds made of them."""

import json
import re
from datetime import datetime
from urllib.parse import urljoin

import feedparser
import pytest

from api.demo.blogs import DemoBlog, Format, parse_blog, read_blogs
from api.demo.feeds import write_feed

BASE = "http://127.0.0.1:8765"
BLOGS = {blog.slug: blog for blog in read_blogs()}
XML = {"content-type": "application/xml"}


def body(slug: str) -> bytes:
    return write_feed(BLOGS[slug], BASE)


# What a file may say


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("title =", "titel =", "titel", id="an unknown word"),
        pytest.param('"rss2"', '"rss3"', "rss3", id="an unknown format"),
        pytest.param('"rss2"', '"rss1"', "demands that posts have ids", id="RSS 1.0 without ids"),
        pytest.param('"rss2"', '"atom"', "no dates written as", id="Atom with other dates"),
        pytest.param('"one"', '"One!"', "is not a slug", id="a bad slug"),
        pytest.param('"two"', '"one"', "two with one slug", id="a slug used twice"),
        pytest.param("T09:30:00+00:00", "", "no date with an offset", id="a bare day"),
        pytest.param("+00:00", "", "no date with an offset", id="a local time"),
        pytest.param("<p>Bins.</p>", "Bins.", "no paragraph", id="no paragraph"),
        pytest.param("Bins", "Biniau ŵ", "can't encode", id="a letter the charset has not"),
        pytest.param('"windows-1252"', '"elvish"', "elvish", id="an unknown charset"),
        pytest.param("bom = false", "bom = true", "byte-order mark", id="a mark without UTF-8"),
        pytest.param("[[post]]", "[[post", "array declaration", id="no TOML"),
    ],
)
def test_a_blog_file_that_cannot_be_meant_is_refused(old: str, new: str, reason: str) -> None:
    blog = """
title = "Bins"
about = "About bins."
kind = "council"
councils = ["framley"]
nation = "england"
format = "rss2"
full_text = true
language = "en-GB"
charset = "windows-1252"
dates = "rfc822"
links = "absolute"
guid = "none"
bom = false
"""
    entry = """
[[post]]
slug = "{}"
date = 2021-03-04T09:30:00+00:00
html = "<p>Bins.</p>"
"""
    text = blog + entry.format("one") + entry.format("two")
    assert len(parse_blog("bins", text).posts) == 2
    with pytest.raises(ValueError, match=rf"^bins\.toml: .*{reason}"):
        parse_blog("bins", text.replace(old, new))


@pytest.mark.parametrize("format_", ["rss1", "atom"])
def test_a_note_without_a_title_needs_a_format_that_allows_it(format_: str) -> None:
    text = f"""
title = "Bins"
about = "About bins."
kind = "council"
councils = []
nation = "england"
format = "{format_}"
full_text = true
language = "en-GB"
charset = "utf-8"
dates = "iso"
links = "absolute"
guid = "permalink"
bom = false
[[post]]
slug = "note"
date = 2021-03-04T09:30:00+00:00
html = "<p>Bins.</p>"
"""
    with pytest.raises(ValueError, match="demands a title"):
        parse_blog("bins", text)
    titled = text + 'title = "Bins"'
    assert parse_blog("bins", titled).posts[0].title == "Bins"
    if format_ == "atom":
        with pytest.raises(ValueError, match="demands a date"):
            parse_blog("bins", titled + "\nundated = true")


# What the feeds are like


def test_every_format_is_there() -> None:
    assert {blog.format for blog in read_blogs()} == set(Format)


@pytest.mark.parametrize("blog", [b for b in BLOGS.values() if b.format is not Format.JSON])
def test_an_xml_feed_reads_back_as_the_posts_that_went_in(blog: DemoBlog) -> None:
    feed = feedparser.parse(write_feed(blog, BASE), response_headers=XML)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.feed.title == blog.title
    assert [urljoin(f"{BASE}/{blog.slug}/", entry.link) for entry in feed.entries] == [
        f"{BASE}/{blog.slug}/{post.slug}" for post in blog.posts
    ]
    assert [entry.title for entry in feed.entries] == [post.title for post in blog.posts]
    assert [len(entry.get("content", ())) for entry in feed.entries] == (
        [int(blog.full_text)] * len(blog.posts)
    )


@pytest.mark.parametrize("blog", [b for b in BLOGS.values() if b.format is Format.JSON])
def test_a_json_feed_reads_back_as_the_posts_that_went_in(blog: DemoBlog) -> None:
    feed = json.loads(write_feed(blog, BASE))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["url"] for item in feed["items"]] == [
        f"{BASE}/{blog.slug}/{post.slug}" for post in blog.posts
    ]
    assert [item.get("title", "") for item in feed["items"]] == [p.title for p in blog.posts]
    assert [datetime.fromisoformat(item["date_published"]) for item in feed["items"]] == [
        post.date for post in blog.posts
    ]
    assert all(item["content_html"] for item in feed["items"])


def test_one_feed_is_written_in_windows_1252() -> None:
    assert body("framley").startswith(b"<?xml version='1.0' encoding='windows-1252'?>")
    assert "“Making Framley Work”" in body("framley").decode("windows-1252")
    with pytest.raises(UnicodeDecodeError):
        body("framley").decode("utf-8")


def test_one_feed_begins_with_a_byte_order_mark() -> None:
    assert body("hogglestock-civic").startswith(b"\xef\xbb\xbf<?xml")


def test_two_feeds_carry_summaries_alone() -> None:
    assert {b.slug for b in read_blogs() if not b.full_text} == {"framley", "de-courcy-systems"}
    whole = next(p for p in BLOGS["framley"].posts if p.slug == "damp-sensors-second-attempt")
    assert whole.summary in body("framley").decode("windows-1252")
    assert "tea towel" in whole.html
    assert b"tea towel" not in body("framley")


def test_an_atom_feed_has_links_that_lean_on_xml_base() -> None:
    text = body("barsetshire-county").decode()
    assert f'xml:base="{BASE}/barsetshire-county/"' in text
    assert '<link rel="alternate" href="the-call-we-kept" />' in text
    assert 'href="/barchester-digital/one-form-for-school-admissions"' in text


def test_an_rss_feed_has_links_that_lean_on_nothing() -> None:
    assert b"<link>smart-homes-smarter-councils</link>" in body("de-courcy-systems")


def test_links_are_absolute_where_the_blog_says_so() -> None:
    for slug in set(BLOGS) - {"barsetshire-county"}:
        assert not re.search(rb'(href|src|cite)=\\?"/', body(slug)), slug


def test_dates_are_written_in_the_ways_of_the_world() -> None:
    assert b"<dc:date>2019-01-11</dc:date>" in body("plumstead-episcopi")
    assert b"<pubDate>Mon, 04 Jun 2018 08:30:00</pubDate>" in body("eleanor-harding")
    assert b"<pubDate>14/06/2019 09:30</pubDate>" in body("eleanor-harding")
    assert b"<pubDate>Tue, 31 Sept 2020 10:00:00 GMT</pubDate>" in body("eleanor-harding")
    assert b"<pubDate>Mon, 16 Apr 2018 10:00:00 +0100</pubDate>" in body("barchester-digital")
    assert b"<published>2018-06-05T12:00:00+01:00</published>" in body("barsetshire-county")


def test_two_posts_have_no_date() -> None:
    for slug in ("eleanor-harding", "hogglestock-civic"):
        entries = feedparser.parse(body(slug), response_headers=XML).entries
        assert sum("published" not in entry for entry in entries) == 1


def test_ids_are_permanent_links_or_opaque_or_missing() -> None:
    permanent = f'<guid isPermaLink="true">{BASE}/framley/taxi-licences</guid>'
    assert permanent.encode() in body("framley")
    opaque = re.findall(rb'isPermaLink="false">(.*?)<', body("barchester-digital"))
    assert len(set(opaque)) == len(BLOGS["barchester-digital"].posts)
    assert not any(BASE.encode() in guid for guid in opaque)
    assert b"<guid" not in body("eleanor-harding")


def test_notes_go_without_a_title() -> None:
    items = json.loads(body("greshamsbury-notes"))["items"]
    assert sum("title" not in item for item in items) > 10


def test_a_welsh_post_says_so_in_an_english_feed() -> None:
    text = body("llanbarset").decode()
    assert 'xml:lang="en-GB"' in text
    assert text.count('<entry xml:lang="cy">') == 8
    assert "dŵr" in text


@pytest.mark.parametrize("slug", ["framley", "plumstead-episcopi"])
def test_rss_of_either_kind_names_its_language(slug: str) -> None:
    assert feedparser.parse(body(slug), response_headers=XML).feed.language == "en-GB"


def test_a_title_may_look_like_markup() -> None:
    assert b"<title>R&amp;D, &lt;form&gt;s and us</title>" in body("barchester-digital")
