"""Where blogs have their feeds; `tests/pages` has a page of each kind of blog."""

import pytest

from crawler.platforms import PLATFORMS, PROBES, above, platform_of, root_of, well_known

A_POST = "https://blog.example.org/news/2026/05/a-post.html"


def test_each_platform_can_be_known_and_has_few_places_for_a_feed() -> None:
    for platform in PLATFORMS:
        assert platform.generator or platform.hosts or platform.assets
        for url in ("https://a.example/", A_POST, "https://a.example/b/c/d/e/"):
            assert 1 <= len(well_known(url, platform.name)) <= PROBES


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    ("url", "platform", "first"),
    [
        ("https://council.wordpress.com/2026/05/03/a-post/", "WordPress", "/feed/"),
        ("https://council.localgov.blog/", "WordPress", "/feed/"),
        ("https://notes.ghost.io/", "Ghost", "/rss/"),
        ("https://medium.com/@eleanor", "Medium", "https://medium.com/feed/@eleanor"),
        ("https://medium.com/@eleanor/a-post-1c0f", "Medium", "https://medium.com/feed/@eleanor"),
        ("https://medium.com/a-publication", "Medium", "https://medium.com/feed/a-publication"),
        ("https://medium.com/tag/damp", "Medium", "https://medium.com/feed/tag/damp"),
        ("https://eleanor.medium.com/a-post-1c0f", "Medium", "/feed"),
        ("https://letter.substack.com/p/a-post", "Substack", "/feed"),
        ("https://substack.com/@Letter", "Substack", "https://letter.substack.com/feed"),
        ("http://lanes.blogspot.co.uk/2014/", "Blogger", "/feeds/posts/default"),
        ("https://bold-badger.squarespace.com/blog/a-post", "Squarespace", "/blog?format=rss"),
        ("https://someone.wixsite.com/works", "Wix", "/works/blog-feed.xml"),
        ("https://postcards.tumblr.com/post/1", "Tumblr", "/rss"),
        ("https://www.tumblr.com/postcards/1/a", "Tumblr", "https://postcards.tumblr.com/rss"),
        ("https://eleanor.micro.blog/about/", "micro.blog", "/feed.xml"),
        ("https://planning.github.io/weeknotes/", "Jekyll", "/weeknotes/feed.xml"),
    ],
)
def test_a_host_tells_what_a_blog_is_made_with(url: str, platform: str, first: str) -> None:
    assert platform_of(url, "", ()) == platform
    root = url[: url.index("/", 8)] if first.startswith("/") else ""
    assert well_known(url, platform)[0] == root + first


@pytest.mark.parametrize("url", ["https://medium.com/", "https://medium.com/m/signin"])
def test_a_platforms_own_pages_have_no_feed(url: str) -> None:
    assert well_known(url, platform_of(url, "", ())) == ()


def test_what_a_page_says_of_itself_counts_more_than_where_it_is() -> None:
    url, assets = "https://planning.github.io/", ("https://x.example/wp-content/icon.png",)
    assert platform_of(url, "Hugo 0.150.0", assets) == "Hugo"
    assert platform_of(url, "Elementor 3.2; WordPress 6.8", ()) == "WordPress"
    assert platform_of("https://x.example/", "Hugolino 3", assets) == "WordPress"
    assert platform_of("https://notgithub.io/", "", ()) == ""


def test_wordpress_tells_where_it_is_installed() -> None:
    core, api = "https://x.example/wp/wp-includes/a.js", "https://x.example/blog/wp-json/"
    elsewhere = "https://cdn.example/wp-content/a.css"
    assert root_of("https://x.example/blog/", (elsewhere, core, api)) == "https://x.example/blog/"
    assert root_of("https://x.example/blog/", (elsewhere, core)) == "https://x.example/wp/"
    assert root_of("https://x.example/blog/", (elsewhere,)) == ""
    assert well_known(A_POST, "WordPress", "https://x.example/blog/") == (
        "https://x.example/blog/feed/",
        "https://x.example/blog/?feed=rss2",
    )


def test_where_nothing_is_known_six_places_are_tried() -> None:
    assert well_known("https://x.example/") == (
        "https://x.example/feed/",
        "https://x.example/feed.xml",
        "https://x.example/rss.xml",
        "https://x.example/atom.xml",
        "https://x.example/index.xml",
        "https://x.example/rss/",
    )
    assert well_known("https://x.example/news/a-post") == (
        "https://x.example/news/a-post/feed/",
        "https://x.example/news/a-post/rss.xml",
        "https://x.example/feed/",
        "https://x.example/feed.xml",
        "https://x.example/rss.xml",
        "https://x.example/atom.xml",
    )


@pytest.mark.parametrize(
    ("url", "pages"),
    [
        ("https://x.example/", []),
        ("https://x.example/blog", ["/"]),
        ("https://x.example/blog/a-post", ["/blog/", "/"]),
        ("https://x.example/blog/a-post.html", ["/blog/", "/"]),
        ("https://x.example/blog/2026/05/a-post/", ["/blog/", "/"]),
        ("https://x.example/blog/tag/damp/", ["/blog/", "/"]),
        ("https://x.example/a/b/c/d", ["/a/b/c/", "/"]),
        ("https://medium.com/a-publication/a-post", ["/a-publication/"]),
        ("https://medium.com/a-publication", []),
        ("https://eleanor.medium.com/a-post", ["/"]),
    ],
)
def test_a_blog_may_be_above_a_page(url: str, pages: list[str]) -> None:
    root = url[: url.index("/", 8)]
    assert above(url) == tuple(root + page for page in pages)
