import pytest

from crawler.candidate import Scope, looks_like_a_feed, scope_of

HERE = "https://x.example"


@pytest.mark.parametrize(
    "path",
    "/feed /feed/ /rss /RSS2/ /blog/atom /feed.xml /index.xml /index.json /blog-feed.xml"
    " /newsfeed.xml /rss_all.xml /atom-en.json /news.rss /news.atom /index.rdf /?feed=rss2"
    " /feeds/posts/default /feeds/posts/default?alt=rss /blog?format=rss"
    " /index.php?option=com_content&format=feed".split(),
)
def test_an_address_may_look_like_a_feeds(path: str) -> None:
    assert looks_like_a_feed(HERE + path)


@pytest.mark.parametrize(
    "path",
    "/ /feedback /feeds /feed/help /sitemap.xml /sitemap-index.xml /manifest.json /stress.xml"
    " /rss.html /?format=csv /?feedback=1 /atomic /wp-json/wp/v2/pages/2".split(),
)
def test_an_address_may_look_like_none(path: str) -> None:
    assert not looks_like_a_feed(HERE + path)


@pytest.mark.parametrize(
    ("path", "title", "scope"),
    [
        ("/feed/", "", Scope.BLOG),
        ("/feed/", "No comment", Scope.BLOG),
        ("/no-comment/feed/", "", Scope.BLOG),
        ("/feed/", "The blog » Comments Feed", Scope.COMMENTS),
        ("/feed/", "Sylwadau", Scope.COMMENTS),
        ("/comments/feed/", "", Scope.COMMENTS),
        ("/comments.xml", "", Scope.COMMENTS),
        ("/comment-rss/", "", Scope.COMMENTS),
        ("/feeds/123/comments/default", "", Scope.COMMENTS),
        ("/?feed=comments-rss2", "", Scope.COMMENTS),
        ("/?feed=rss2&p=12", "", Scope.COMMENTS),
        ("/category/digital/feed/", "", Scope.PART),
        ("/blog/tagged/damp/rss", "", Scope.PART),
        ("/?feed=rss2&cat=3", "", Scope.PART),
        ("/feeds/posts/default/-/lanes", "", Scope.PART),
        ("/category/digital/comments/feed/", "", Scope.COMMENTS),
    ],
)
@pytest.mark.rule(41)
def test_a_feed_may_carry_a_part_of_a_blog_or_comments(
    path: str, title: str, scope: Scope
) -> None:
    assert scope_of(HERE + path, title) is scope


def test_the_feed_of_a_part_is_what_that_parts_page_is_for() -> None:
    feed = f"{HERE}/category/digital/feed/"
    assert scope_of(feed, page=f"{HERE}/category/digital/") is Scope.BLOG
    assert scope_of(feed, page=f"{HERE}/category/parks/") is Scope.PART
    assert scope_of(feed, page=f"{HERE}/") is Scope.PART
