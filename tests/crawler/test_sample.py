"""What an answer is: a feed, a page, or nothing of use."""

import pickle
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.candidate import Format, Scope
from crawler.discover import Page
from crawler.fetched import Hop, NoResponse, Response
from crawler.sample import Reading, Sample, better, read, same_feed
from tests.server import rss

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
URL = "https://blog.example/feed"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title>
<entry><title>Late</title><id>b</id><link href="https://blog.example/1"/>
<published>2024-01-02T10:00:00Z</published><content>In full.</content></entry>
<entry><title>Early</title><id>a</id><link href="https://blog.example/0"/></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "A blog",
"items": [{"id": "1", "content_text": "A note without a title."}]}"""


def reading(
    body: str | bytes, content_type: str = "", *, hops: tuple[Hop, ...] = (), **headers: str
) -> Reading:
    response = Response(
        url=hops[-1].url if hops else URL,
        status=200,
        headers={"content-type": content_type, **headers},
        body=body.encode() if isinstance(body, str) else body,
        hops=hops,
    )
    return read(response, URL, NOW)


def sample(body: str, *hops: Hop) -> Sample:
    found = reading(body, hops=hops)
    assert isinstance(found, Sample)
    return found


def test_a_sample_shows_the_newest_posts_first_and_undated_ones_last() -> None:
    found = sample(ATOM)
    assert (found.title, found.kind, found.posts) == ("A blog", Format.ATOM, 2)
    assert [(post.title, post.published) for post in found.latest] == [
        ("Late", datetime(2024, 1, 2, 10, tzinfo=UTC)),
        ("Early", None),
    ]
    assert found.newest == datetime(2024, 1, 2, 10, tzinfo=UTC)


def test_a_sample_shows_five_posts_and_counts_them_all() -> None:
    found = sample(rss(*(f"Post {n}" for n in range(9))))
    assert (found.posts, len(found.latest), found.kind) == (9, 5, Format.RSS)
    assert found.latest[0].title == "Post 8"
    assert found.site == "https://blog.example"


def test_a_feed_may_be_json_and_its_posts_without_titles() -> None:
    found = sample(JSON)
    assert (found.kind, found.latest[0].title) == (Format.JSON, "A note without a title.")
    assert (found.newest, found.site) == (None, "")


@pytest.mark.parametrize("title", ["Comments for A blog", "Comments on: A post", "Sylwadau ar A"])
def test_a_feed_of_comments_says_so(title: str) -> None:
    assert sample(rss("One").replace("A blog", title)).scope is Scope.COMMENTS


@pytest.mark.rule(10)
def test_only_a_lasting_redirect_gives_a_feed_another_address() -> None:
    moved, for_now = Hop(301, "https://new.example/feed"), Hop(302, "https://now.example/feed")
    assert sample(rss("One"), moved, for_now).url == "https://new.example/feed"
    assert sample(rss("One"), for_now, moved).url == URL


def test_a_page_is_a_page_and_its_server_may_name_a_feed() -> None:
    for body in ("<!doctype html><p>Hello", "Only words"):
        found = reading(
            body, "text/html", link='</rss>; rel=alternate; type="application/rss+xml"'
        )
        assert isinstance(found, Page)
        assert [candidate.url for candidate in found.feeds] == ["https://blog.example/rss"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        ("<opml><body/></opml>", "opml"),
        ('{"items": 1}', "not-a-feed"),
        (rss("One")[:90], "truncated"),
    ],
)
def test_what_is_neither_is_said_plainly(body: str, code: str) -> None:
    found = reading(body, "application/xml")
    assert isinstance(found, NoResponse)
    assert (found.code, found.reason[-1]) == (code, ".")


def test_an_error_is_no_feed_whatever_its_body() -> None:
    response = Response(url=URL, status=404, body=rss("One").encode())
    found = read(response, URL, NOW)
    assert isinstance(found, NoResponse)
    assert found.code == "http-404"
    assert "blog.example has nothing at this address" in found.reason


ELSEWHERE = Hop(301, "https://blog.example/rss")


def test_two_feeds_with_the_same_posts_are_one() -> None:
    atom = sample(ATOM)
    assert same_feed(atom, sample(rss("Early", "Late"), ELSEWHERE))  # in another order
    assert same_feed(atom, sample(rss("Early", "Late").replace("https:", "http:"), ELSEWHERE))
    one_of_them = sample(rss("Late").replace("example/0", "example/1"), ELSEWHERE)
    assert same_feed(atom, one_of_them)
    assert not same_feed(atom, sample(rss("Early"), ELSEWHERE))  # not the newest
    assert not same_feed(atom, sample(rss("Early", "Late", "Last"), ELSEWHERE))


def test_posts_without_addresses_are_known_by_their_titles() -> None:
    def nowhere(*titles: str) -> str:
        return re.sub("<link>.*?</link>|<guid>.*?</guid>", "", rss(*titles))

    assert same_feed(sample(nowhere("One")), sample(nowhere("One"), ELSEWHERE))
    assert not same_feed(sample(nowhere("One")), sample(nowhere("Two"), ELSEWHERE))


def test_feeds_without_posts_are_one_only_at_one_address() -> None:
    empty = sample(rss())
    assert same_feed(empty, sample(rss(), Hop(301, "http://www.blog.example/feed/")))
    assert not same_feed(empty, sample(rss(), Hop(301, "https://blog.example/other")))


def test_whole_posts_are_better_than_summaries_and_else_atom_is() -> None:
    atom = sample(ATOM)
    whole = sample(rss("Late").replace("About Late.", "All of it. " * 20))
    assert better(whole, atom)
    assert not better(atom, whole)
    alike = sample(rss("Late").replace("About Late.", "In all."))
    assert better(atom, alike)
    assert not better(alike, atom)


@given(st.binary(max_size=400), st.sampled_from(["", "text/html", "application/json"]))
def test_any_answer_can_be_read_and_travels(body: bytes, content_type: str) -> None:
    found = reading(body, content_type)
    assert pickle.loads(pickle.dumps(found)) == found
