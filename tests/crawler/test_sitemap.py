"""Sitemaps of any size and make, and which of the pages they name may be posts."""

import gzip
from datetime import timedelta

import pytest

from benchmarks.archives import NEWEST, sitemap
from crawler.sitemap import (
    ADDRESSES,
    POSTS,
    Blog,
    candidates,
    home_of,
    is_below,
    places,
    read_sitemap,
    shaped_like,
)
from index.backfill import What
from index.errors import ParseError
from tests.conftest import NOW

BASE = "https://parks.example"
MAP = f"{BASE}/sitemap.xml"
BLOG = Blog(site=f"{BASE}/")


def test_of_fifty_thousand_addresses_the_newest_are_worth_asking_for() -> None:
    named = [(f"{BASE}/post-{n}/", NEWEST - timedelta(minutes=n)) for n in range(ADDRESSES + 10)]
    found = read_sitemap(gzip.compress(sitemap(named)), MAP, NOW)
    assert len(found.pages) == ADDRESSES
    worth = candidates(found, MAP, BLOG)
    assert [one.address for one in worth] == [address for address, _ in named[:POSTS]]


def test_what_we_have_and_what_is_elsewhere_is_not_asked_for() -> None:
    own = (f"{BASE}/a/", "http://www.parks.example/b", f"{BASE}/c?utm_source=x")
    addresses = (*own, "https://else.example/d", "ftp://parks.example/e", "http://[/f", "mailto:g")
    found = read_sitemap(sitemap((one, NEWEST) for one in addresses), MAP, NOW)
    blog = Blog(site=BLOG.site, known=("https://www.parks.example/a",))
    assert [one.address for one in candidates(found, MAP, blog)] == [
        "http://www.parks.example/b",
        f"{BASE}/c",
    ]


def test_of_an_index_the_sitemaps_of_posts_are_enough() -> None:
    names = ("post-sitemap.xml", "page-sitemap.xml", "category-sitemap.xml")
    body = "".join(f"<sitemap><loc>{BASE}/{name}</loc></sitemap>" for name in names)
    found = read_sitemap(f"<sitemapindex>{body}</sitemapindex>".encode(), MAP, NOW)
    assert [one.address for one in candidates(found, MAP, BLOG)] == [f"{BASE}/{names[0]}"]
    assert {one.what for one in found.sitemaps} == {What.SITEMAP}


def test_pictures_of_a_page_are_no_pages_and_odd_dates_are_none() -> None:
    body = (
        '<urlset xmlns:image="i" xmlns:s="s"><s:url><s:loc> /damp/ </s:loc>'
        "<image:image><image:loc>https://parks.example/damp.jpg</image:loc></image:image>"
        "<s:lastmod>soon</s:lastmod></s:url></urlset>"
    )
    [one] = read_sitemap(body.encode(), MAP, NOW).pages
    assert (one.address, one.changed) == (f"{BASE}/damp/", None)


def test_a_list_of_lines_is_a_sitemap_too() -> None:
    found = read_sitemap(f"{BASE}/a\r\nnot one\n{BASE}/b".encode(), MAP, NOW)
    assert [one.address for one in found.pages] == [f"{BASE}/a", f"{BASE}/b"]


def test_a_sitemap_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    whole = sitemap((f"{BASE}/{n}/x", NEWEST) for n in range(10))
    assert len(read_sitemap(whole[: len(whole) * 2 // 3], MAP, NOW).pages) == 6


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "no-sitemap"),
        (b"<!doctype html><html><body>Not found", "no-sitemap"),
        (b"<rss><channel/></rss>", "no-sitemap"),
        (b"\x1f\x8b\x08 no gzip", "no-sitemap"),
        (b"nothing at all", "no-sitemap"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_000), "too-large"),
    ],
)
def test_what_is_no_sitemap_says_so(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as raised:
        read_sitemap(body, MAP, NOW)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/2024/05/damp/", True),
        ("/archives/2008/05/damp.html", True),
        ("/damp", True),
        ("/2024/05/1234", False),
        ("/", False),
        ("/about/", False),
        ("/archive/", False),
        ("/page/2/", False),
        ("/2024/05/", False),
        ("/tag/damp/", False),
        ("/blog/category/housing", False),
        ("/damp.jpg", False),
        ("/damp.pdf", False),
    ],
)
def test_lists_pictures_and_pages_of_the_site_are_no_posts(path: str, is_one: bool) -> None:
    assert is_below(BASE + path, BLOG) is is_one


def test_a_blog_in_a_folder_of_a_large_site_is_that_folder_alone() -> None:
    blog = Blog(site=f"{BASE}/digital/blog", known=(f"{BASE}/digital/blog/first",))
    assert is_below(f"{BASE}/digital/blog/second", blog)
    assert not is_below(f"{BASE}/council-tax/pay", blog)
    elsewhere = Blog(site=f"{BASE}/digital/blog", known=(f"{BASE}/posts/first",))
    assert is_below(f"{BASE}/posts/second", elsewhere)


def test_the_sitemap_is_that_of_the_site_where_the_posts_are() -> None:
    known = ("https://blog.parks.example/a", "https://blog.parks.example/b")
    assert home_of(BASE, f"{BASE}/feed", known) == "https://blog.parks.example/"
    assert home_of(BASE, f"{BASE}/feed", ()) == BASE
    assert home_of("", f"{BASE}/feed", ()) == f"{BASE}/feed"


def test_robots_txt_tells_where_a_sitemap_is_but_not_that_of_another_site() -> None:
    assert places(BASE, [f"{BASE}/map.gz", "https://else.example/map"]) == (f"{BASE}/map.gz",)
    assert places(BASE, ["https://else.example/map"])[0] == MAP


def test_addresses_are_alike_if_they_are_in_like_folders() -> None:
    known = (f"{BASE}/2024/05/damp", f"{BASE}/posts/bins")
    assert shaped_like(f"{BASE}/2019/11/mould", known)
    assert shaped_like(f"{BASE}/posts/damp", known)
    assert not shaped_like(f"{BASE}/services/damp", known)
    assert not shaped_like(f"{BASE}/damp", known)
