"""A parsed feed's entries become ours: promises that no single file can show.

What odd feeds become is in tests/feeds.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.normalise import MAX_NAME, normalise, web_address
from crawler.parsed import Markup, ParsedEntry, ParsedFeed
from index.model import DateSource, Entry, Feed

URL = "https://feeds.example.net/blog/feed"
SITE = "https://blog.example.org/"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
POST = ParsedEntry(
    guid="https://blog.example.org/?p=7",
    link="https://blog.example.org/damp",
    title=Markup("Damp"),
    content=Markup("<p>We put sensors into forty homes.</p>"),
    published_raw="Tue, 05 Mar 2024 10:00:00 GMT",
)


def entries(*said: ParsedEntry, **channel: Any) -> tuple[Entry, ...]:
    parsed = ParsedFeed(**{"format": "rss20", "link": SITE} | channel, entries=said)
    return normalise(parsed, Feed(), URL, NOW)


def entry(said: ParsedEntry, **channel: Any) -> Entry:
    (found,) = entries(said, **channel)
    return found


@pytest.mark.rule(25)
@pytest.mark.parametrize(
    "moved",
    [
        replace(POST, title=Markup("Damp and mould")),
        replace(POST, content=Markup("<p>Edited.</p>"), published_raw="yesterday"),
        replace(POST, guid="http://www.blog.example.org/?utm_source=rss&p=7"),
        replace(POST, guid="https://blog.example.org?p=7", link="https://blog.example.org/new"),
    ],
)
def test_an_edit_or_a_move_to_https_keeps_a_posts_key(moved: ParsedEntry) -> None:
    assert entry(moved).key == entry(POST).key


@pytest.mark.rule(25)
def test_a_post_goes_by_its_guid_else_its_link_else_its_words() -> None:
    by_link = replace(POST, guid=" ")
    by_words = replace(by_link, link="")
    assert entry(POST).key == "blog.example.org?p=7"
    assert entry(by_link).key == "blog.example.org/damp"
    assert entry(by_words).key.startswith("hash:")
    assert entry(by_words).key == entry(replace(by_words, published_raw="")).key
    assert entry(by_words).key != entry(replace(by_words, title=Markup("Mould"))).key


@pytest.mark.rule(26)
def test_posts_that_share_a_guid_are_told_apart_by_link_date_and_title() -> None:
    shared = replace(POST, guid="7")
    found = entries(
        shared,
        replace(shared, link="https://blog.example.org/mould"),
        replace(shared, link="https://blog.example.org/mould", published_raw="2024-03-06"),
        replace(shared, link="https://blog.example.org/mould", title=Markup("Mould")),
        replace(POST, guid="8"),
    )
    damp, mould, dated, titled, other = (e.key for e in found)
    assert damp == "7 blog.example.org/damp"
    assert mould == f"7 blog.example.org/mould {POST.published_raw} Damp"
    assert dated == "7 blog.example.org/mould 2024-03-06"
    assert titled == f"7 blog.example.org/mould {POST.published_raw} Mould"
    assert other == "8"


@pytest.mark.rule(26)
def test_a_post_that_is_listed_twice_is_one_and_keeps_its_key() -> None:
    twice = entries(POST, replace(POST, content=Markup("<p>Again.</p>")))
    assert twice == entries(POST)


def test_a_key_is_never_long() -> None:
    long = replace(POST, guid="x" * 5_000)
    assert len(entry(long).key) == 69
    assert entry(long).key != entry(replace(long, guid="y" * 5_000)).key


@pytest.mark.rule(31)
def test_a_date_is_the_entrys_else_its_update_else_the_feeds_else_none() -> None:
    bare = replace(POST, published_raw="1970-01-01", updated_raw="2024-03-06T10:00:00Z")
    assert (entry(POST).published, entry(POST).date_source) == (
        datetime(2024, 3, 5, 10, tzinfo=UTC),
        DateSource.ENTRY,
    )
    updated = entry(bare, updated_raw="2024-03-09")
    assert (updated.published, updated.date_source) == (
        datetime(2024, 3, 6, 10, tzinfo=UTC),
        DateSource.ENTRY,
    )
    assert updated.published_raw == "1970-01-01"
    dateless = replace(bare, updated_raw="")
    of_feed = entry(dateless, updated_raw="2024-03-09T10:00:00Z")
    assert (of_feed.published, of_feed.date_source) == (
        datetime(2024, 3, 9, 10, tzinfo=UTC),
        DateSource.FEED,
    )
    seen = entry(dateless, updated_raw="2026-11-21T10:00:00Z")
    assert (seen.published, seen.date_source) == (None, DateSource.SEEN)


@pytest.mark.rule(32)
def test_a_date_in_the_coming_year_is_kept_as_it_is() -> None:
    assert entry(replace(POST, published_raw="2027-01-05T10:00:00Z")).published == datetime(
        2027, 1, 5, 10, tzinfo=UTC
    )


@pytest.mark.rule(42)
def test_the_page_before_a_feed_service_came_between_is_linked() -> None:
    served = replace(POST, link="https://feeds.example.net/~r/1", original=f"{SITE}damp?utm_id=1")
    assert entry(served).url == f"{SITE}damp"
    assert entry(replace(served, original="javascript:x")).url == "https://feeds.example.net/~r/1"


def test_a_post_without_a_link_is_at_its_guid_or_at_home() -> None:
    linkless = replace(POST, link="", guid="https://blog.example.org/x")
    assert entry(linkless).url == "https://blog.example.org/x"
    assert entry(replace(linkless, guid="/x")).url == "https://blog.example.org/x"
    assert entry(replace(linkless, guid="x")).url == SITE
    assert entry(replace(linkless, guid="x"), link="").url == URL


@pytest.mark.rule(38)
@pytest.mark.parametrize(
    ("link", "base", "absolute"),
    [
        ("", SITE, ""),
        ("  \n", SITE, ""),
        ("/a b", SITE, "https://blog.example.org/a%20b"),
        ("post.html", f"{SITE}2024/", "https://blog.example.org/2024/post.html"),
        ("index.php/2024/damp", SITE, "https://blog.example.org/index.php/2024/damp"),
        ("news.html/1", SITE, "https://blog.example.org/news.html/1"),
        ("www.example.org", SITE, "https://www.example.org"),
        ("blog.example.org/damp", SITE, "https://blog.example.org/damp"),
        ("?a=1&amp;b=2", SITE, "https://blog.example.org/?a=1&b=2"),
        ("https://a.exa\n  mple/", SITE, ""),
        ("https://a\0.example/\x1bx\r\n", SITE, "https://a.example/x"),
        ("mailto:a@example.org", SITE, ""),
        ("data:text/html,x", SITE, ""),
        ("http://[", SITE, ""),
        ("http:///x", SITE, ""),
        ("http://a.example:0/", SITE, ""),
        ("http://a.example:99999/", SITE, ""),
        ("https://council.example@b.example/", SITE, ""),
        ("https://a:b@c.example/", SITE, ""),
        ("https://b.example\\@council.example/", SITE, ""),
        ("https://%62.example/", SITE, ""),
        ("https://a.example/@jo\\%40", SITE, "https://a.example/@jo\\%40"),
        ("/x", "nowhere", ""),
        ("/" + "x" * 2_000, SITE, ""),
    ],
)
def test_a_link_is_a_web_address_or_none(link: str, base: str, absolute: str) -> None:
    assert web_address(link, base) == absolute


def test_the_authors_summary_is_the_excerpt_if_it_is_a_real_one() -> None:
    summary = Markup("<p>What the first winter taught us about <b>batteries</b> and people.</p>")
    assert entry(replace(POST, summary=summary)).excerpt == (
        "What the first winter taught us about batteries and people."
    )
    words = "We put sensors into forty homes."
    assert entry(replace(POST, summary=Markup("Damp."))).excerpt == words
    copied = Markup("<p>" + "A copy of the post. " * 300 + "</p>")
    longer = replace(POST, content=Markup(copied.value + "<p>And more.</p>"), summary=copied)
    assert entry(longer).excerpt.startswith("A copy of the post.")
    title = "A title that is long enough to be taken for a summary"
    post = Markup(POST.content.value * 2)
    said_twice = replace(POST, title=Markup(title), content=post, summary=Markup(title.upper()))
    assert entry(said_twice).excerpt == f"{words} {words}"


def test_whichever_text_says_more_is_the_post() -> None:
    teaser = replace(
        POST, content=Markup("Teaser", plain=True), summary=Markup("<p>The post.</p>")
    )
    assert entry(teaser).text == "The post."
    assert entry(teaser).complete


@pytest.mark.parametrize(
    ("said", "complete"),
    [
        (POST, True),
        (replace(POST, content=Markup("<p>We put sensors […]</p>")), False),
        (replace(POST, content=Markup(), summary=Markup("In short.")), False),
        (replace(POST, content=Markup(), summary=Markup("A sentence. " * 50)), True),
        (replace(POST, content=Markup(), summary=Markup("<ul><li>a<li>b<li>c</ul>")), True),
        (replace(POST, content=Markup(), summary=Markup("A note."), title=Markup()), True),
        (replace(POST, content=Markup()), False),
    ],
)
def test_a_feed_gives_the_whole_post_or_a_summary(said: ParsedEntry, complete: bool) -> None:
    assert entry(said).complete is complete


def test_tags_are_few_short_and_said_once() -> None:
    tags = (" Housing ", "housing", "#Repairs", "R&amp;D", "Uncategorized", "Heb gategori")
    more = ("https://example.org/kind#post", "x" * 61, "", *map(str, range(50)))
    found = entry(replace(POST, tags=tags + more)).tags
    assert found[:4] == ("Housing", "Repairs", "R&D", "0")
    assert len(found) == 30


@pytest.mark.rule(40)
def test_tags_names_and_licences_are_read_as_far_as_any_go() -> None:
    long = "A" + " " * 500 + "B"
    found = entry(replace(POST, tags=(long,), authors=(long,), licence=" " * 2_000 + "B"))
    assert (found.tags, found.authors, found.licence) == (("A",), ("A",), "")
    nested = "<b>" * 300_000
    found = entry(replace(POST, tags=(nested,), authors=(nested,)))
    assert (found.tags, len(found.authors[0])) == ((), MAX_NAME)


def test_authors_are_people_and_no_addresses() -> None:
    names = ("Jo <b>Field</b>", "jo@example.org", "Jo Field", " ", "admin", "Sam Ó Néill")
    assert entry(replace(POST, authors=names)).authors == ("Jo Field", "Sam Ó Néill")
    said = ParsedFeed(format="atom10", authors=("The team",), entries=(POST,))
    assert normalise(said, Feed(), URL, NOW)[0].authors == ("The team",)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("en-GB", "en-gb"),
        ("en_GB", "en-gb"),
        (" cy ", "cy"),
        ("zh-Hant-TW", "zh-hant-tw"),
        ("English", ""),
        ("x-default", ""),
        ("", ""),
    ],
)
def test_a_language_is_written_as_a_browser_wants_it(said: str, language: str) -> None:
    assert entry(replace(POST, language=said)).language == language
    assert entry(POST, language=said).language == language


@pytest.mark.rule(39)
def test_a_post_of_nothing_is_named_after_its_blog() -> None:
    nothing = ParsedEntry(guid="1")
    assert entry(nothing, title="Notes").title == "Post from Notes"
    assert entry(nothing).title == "Post from blog.example.org"
    said = ParsedFeed(format="rss20", title="Notes", entries=(nothing,))
    (named,) = normalise(said, Feed(title="Greta's notes"), URL, NOW)
    assert named.title == "Post from Greta's notes"
    video = replace(nothing, enclosures=("text/vtt", "video/mp4"))
    assert entry(video, title="Notes").title == "Video from Notes"
    picture = replace(video, content=Markup("<IMG src=x>"))
    assert entry(picture, title="Notes").title == "Photo from Notes"


@pytest.mark.rule(7)
@pytest.mark.parametrize("undated", [replace(POST, published_raw=""), ParsedEntry(guid="1")])
def test_a_feed_that_is_stamped_afresh_changes_no_post(undated: ParsedEntry) -> None:
    before = entry(undated, updated_raw="2024-03-09T10:00:00Z")
    after = entry(undated, updated_raw="2024-03-10T10:00:00Z")
    assert before.published != after.published
    assert before.digest == after.digest
    assert entry(POST).digest != entry(replace(POST, published_raw="2024-03-06")).digest


def test_the_same_feed_gives_the_same_digests() -> None:
    again = [e.digest for e in entries(POST, replace(POST, guid="2"))]
    assert again == [e.digest for e in entries(POST, replace(POST, guid="2"))]
    assert len(set(again)) == 1, "a key is not part of what a reader sees"
