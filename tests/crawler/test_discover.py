import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.candidate import Candidate, Format, Scope
from crawler.discover import Lead, Page, feeds_on_page, look, next_address

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
        '<link rel="alternate" type="application/rss+xml" href="FEED://blog.example.org/feed">',
        '<a rel="alternate" type="application/rss+xml" href="/feed">By RSS</a>',
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
        f'<link rel="alternate" type="application/rss+xml" href="/{"x" * 3_000}">',
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
    home, rss, comments = "https://blog.example.org", Format.RSS, Scope.COMMENTS
    assert feeds_on_page(page.encode(), url=URL) == (
        Candidate(f"{home}/feed/", "A » Feed", rss),
        Candidate(f"{home}/atom", "Atom feed", Format.ATOM),
        Candidate(f"{home}/rss.xml", "RSS", declared=False),
        Candidate(f"{home}/?feed=rss2", "feed", declared=False),
        Candidate(f"{home}/c", "A » Comments Feed", rss, comments),
        Candidate(f"{home}/s", "Sylwadau", rss, comments),
        Candidate(f"{home}/post/comments/feed/", "On this", rss, comments),
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


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/blog/", "/blog/"),
        ("0;URL='/blog/'", "/blog/"),
        (' 5.5 , url = "/blog/" ', "/blog/"),
        ("0 /blog/", "/blog/"),
        ("3; ../blog/", "/blog/"),
        ("0; url=", ""),
        ("0 ; url=", ""),
        ("0;", ""),
        ("30", ""),
        ("", ""),
        ("300; url=/logout", ""),
        ("0; url=javascript:alert(1)", ""),
        ("0; url=https://www.blog.example.org/about", ""),  # the page itself
    ],
)
def test_a_page_may_send_its_visitors_elsewhere(content: str, target: str) -> None:
    page = f"<meta http-equiv=refresh content='{content}'>" if '"' in content else ""
    page = page or f'<meta http-equiv=refresh content="{content}">'
    expected = f"https://blog.example.org{target}" if target else ""
    assert look(page.encode(), url=URL).refresh == expected


HOME = Page(
    url="https://blog.example.org/",
    feeds=(
        Candidate("https://blog.example.org/a"),
        Candidate("https://blog.example.org/b", declared=False),
        Candidate("https://blog.example.org/comments", scope=Scope.COMMENTS),
    ),
    platform="Hugo",
)


def test_what_a_page_names_is_tried_before_what_is_guessed_and_comments_never() -> None:
    tried: list[str] = []
    leads = []
    while lead := next_address(HOME, tried):
        leads.append(lead)
        tried.append(lead.url)
    assert leads == [
        Lead("https://blog.example.org/a", guessed=False),
        Lead("https://blog.example.org/b", guessed=True),
        Lead("https://blog.example.org/index.xml", guessed=True),
        Lead("https://blog.example.org/feed.xml", guessed=True),
    ]


def test_who_remembers_only_the_last_guess_comes_to_an_end_too() -> None:
    silent = Page(url=HOME.url)
    leads, last = [], ""
    while lead := next_address(silent, [last]):
        leads.append(lead.url)
        last = lead.url
    assert len(leads) == len(set(leads)) == 6


@given(st.binary(max_size=300), st.text(max_size=100))
def test_any_bytes_may_be_looked_at(body: bytes, link: str) -> None:
    start = b"<html><head><meta http-equiv=refresh content='0;url="
    middle = b"'><base href='"
    end = b"'><link rel=alternate type=application/rss+xml href='"
    page = look(start + body + middle + body + end + body, url=URL, link=link)
    assert next_address(page) is not None


def test_a_tag_without_an_end_is_read_as_far_as_any_goes() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed"'
    page = f"<html>{link} {'x ' * 10_000}title=A><p>{link} title=B>"
    assert [feed.title for feed in feeds_on_page(page.encode(), url=URL)] == [""]
    assert [feed.title for feed in feeds_on_page(f"<html>{link} title=A>".encode(), url=URL)] == [
        "A"
    ]


@pytest.mark.parametrize(
    ("href", "feeds"),
    [
        ("/all posts\N{NO-BREAK SPACE}.rss", ["https://blog.example.org/all%20posts%C2%A0.rss"]),
        ("\n /fe\r\n\ted ", ["https://blog.example.org/feed"]),
        ("feed://b.example/a\n b", ["http://b.example/a%20b"]),
        ("https://a b.example/feed", []),
    ],
)
def test_an_address_holds_no_white_space(href: str, feeds: list[str]) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" href="{href}">'
    assert found(f"<html>{link}") == feeds
