import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover import Candidate, feeds_on_page

URL = "https://blog.example.org/about/"


def found(page: str, url: str = URL) -> list[str]:
    return [candidate.url for candidate in feeds_on_page(page.encode(), url=url)]


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/rss+xml" href="/feed">',
        "<LINK HREF=/feed TYPE=APPLICATION/RSS+XML REL=ALTERNATE>",
        '<link type="application/atom+xml; charset=utf-8" rel="home alternate" href="../feed"/>',
        '<link rel="alternate" type="application/feed+json" href="https://blog.example.org/feed">',
        '<link rel="alternate" type="application/json" href="/feed">',
        '<link rel="alternate" type="text/xml" href="/feed#top">',
        '<link rel="feed" href=" /feed ">',
        '<link rel="alternate" type="application/rss+xml" href="feed://blog.example.org/feed">',
        '<link rel="alternate" type="application/rss+xml" href="feed:https://blog.example.org/feed">',
        '<p><a href="/feed">Subscribe</a></p>',
    ],
)
def test_a_page_says_where_its_feed_is(link: str) -> None:
    assert [url.replace("http:", "https:") for url in found(f"<html><head>{link}")] == [
        "https://blog.example.org/feed"
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" href="/feed">',
        '<link rel="alternate stylesheet" type="text/xml" href="/feed.xml">',
        '<link rel="alternate" hreflang="cy" href="/cy/">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?format=json">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">',
        '<link rel="alternate" type="application/rss+xml" href="http://[">',
        '<link rel="alternate" type="application/rss+xml" href="http:///x">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->',
        '<a href="https://elsewhere.example/feed">Another blog</a>',
        '<a href="/feedback">Tell us</a>',
        "<a>No address</a>",
    ],
)
def test_other_links_are_no_feeds(link: str) -> None:
    assert found(f"<html><head>{link}<p>Text") == []


def test_the_blogs_own_feed_comes_first_and_comments_last() -> None:
    page = """
      <a href="/rss.xml" title="RSS">feed</a> <a href="/?feed=rss2">feed</a>
      <link rel="alternate" type="application/rss+xml" title="A &raquo; Comments Feed" href="/c">
      <link rel="alternate" type="application/rss+xml" title="Sylwadau" href="/s">
      <link rel="alternate" type="application/rss+xml" title="A &raquo; Feed" href="/feed/">
      <link rel="alternate" type="application/rss+xml" title="On this" href="/post/comments/feed/">
      <link rel="alternate" type="application/atom+xml" title=" Atom
        feed " href="/atom">
      <link rel="alternate" type="application/rss+xml" href="https://www.blog.example.org/feed">
    """
    assert feeds_on_page(page.encode(), url=URL) == (
        Candidate("https://blog.example.org/feed/", "A » Feed"),
        Candidate("https://blog.example.org/atom", "Atom feed"),
        Candidate("https://blog.example.org/rss.xml", "RSS", declared=False),
        Candidate("https://blog.example.org/?feed=rss2", "feed", declared=False),
        Candidate("https://blog.example.org/c", "A » Comments Feed"),
        Candidate("https://blog.example.org/s", "Sylwadau"),
        Candidate("https://blog.example.org/post/comments/feed/", "On this"),
    )


def test_links_count_from_the_pages_base_if_it_names_one() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="feed">'
    assert found(f'<base target="_top"><base href="/news/">{link}') == [
        "https://blog.example.org/news/feed"
    ]
    assert found(f'<base href="http://[">{link}') == ["https://blog.example.org/about/feed"]


def test_a_page_may_be_in_any_charset() -> None:
    page = '<link rel=alternate type=application/rss+xml href=/feed title="Tŷ">'
    for body, content_type in (
        (page.encode("utf-16"), "text/html"),
        (page.replace("ŷ", "é").encode("latin-1"), "text/html; charset=iso-8859-1"),
    ):
        (candidate,) = feeds_on_page(body, content_type=content_type, url=URL)
        assert candidate.title in ("Tŷ", "Té")


@pytest.mark.parametrize("body", [b"", b" \n", b"\0\0", b"<!-- -->", b"\xff\xfe", b"{}", b"<"])
def test_what_is_no_page_offers_nothing(body: bytes) -> None:
    assert feeds_on_page(body, url=URL) == ()


def test_a_page_of_ten_thousand_feeds_offers_twenty() -> None:
    links = "".join(f'<link rel="feed" href="/{n}/feed">' for n in range(10_000))
    assert len(found(links)) == 20


@given(st.binary(max_size=300))
def test_any_bytes_may_be_looked_at(body: bytes) -> None:
    start = b"<html><head><link rel=alternate type=application/rss+xml href='"
    assert isinstance(feeds_on_page(start + body, url=URL), tuple)
