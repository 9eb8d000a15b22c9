"""What people are offered, and what they are told where nothing can be."""

import pytest

from crawler.candidate import Candidate, Format, Scope
from crawler.discover import Page
from crawler.fetched import NoResponse
from crawler.offer import COMMENTS, Offer, Source, merged, nothing, offered, plainly
from crawler.sample import Sample

URL = "https://blog.example/"


def offer(path: str, *marks: str, scope: Scope = Scope.BLOG, text: int = 100) -> Offer:
    """Return what is offered for a feed that was read, and carries these posts."""
    sample = Sample(url=URL + path, kind=Format.RSS, marks=marks, text=text)
    return offered(Candidate(URL + path, scope=scope), sample, Source.DECLARED, URL)


def test_each_feed_is_offered_once_the_better_first_and_comments_last() -> None:
    unread = offered(Candidate(URL + "c", scope=Scope.COMMENTS), COMMENTS, Source.DECLARED, URL)
    tag = offer("tag", "2", scope=Scope.PART)
    cut, whole = offer("feed", "1", "2", text=9), offer("rss", "1", "2")
    again = offer("feed.rss", "1")
    found = merged([unread, tag, cut, whole, again])
    assert [one.url for one in found] == [URL + "rss", URL + "tag", URL + "c"]
    assert found[0].also == (URL + "feed", URL + "feed.rss")
    assert found[0].scope is Scope.BLOG


def test_comments_are_no_good_unless_they_were_asked_for() -> None:
    comments = Sample(url=URL, scope=Scope.COMMENTS)
    assert not offered(Candidate(URL), comments, Source.GUESSED).good
    assert offered(Candidate(URL), comments, Source.GIVEN).good
    assert not offered(Candidate(URL), Page(url=URL), Source.GIVEN).good


@pytest.mark.parametrize(
    "code",
    "dns refused timeout failed cut-short tls robots-unavailable empty truncated too-slow"
    " redirects http-429 http-500 http-503".split(),
)
def test_who_waits_is_not_told_that_we_try_again_by_ourselves(code: str) -> None:
    said = plainly(NoResponse(code=code, reason="We try again by ourselves."), URL + "feed")
    assert said.code == code
    assert "blog.example" in said.reason
    assert "ourselves" not in said.reason
    assert said.reason.endswith(".")


def test_what_needs_no_other_words_is_said_as_it_is() -> None:
    refused = NoResponse(code="robots", reason="The robots.txt asks us not to.")
    assert plainly(refused, URL) == refused


BROKEN = NoResponse(code="broken", reason="It is badly formed.")
REFUSED = NoResponse(code="robots", reason="The robots.txt asks us not to.")


@pytest.mark.parametrize(
    ("found", "offers", "code", "said"),
    [
        (
            Page(url=URL),
            [offered(Candidate(URL + "feed"), BROKEN, Source.DECLARED, URL)],
            "feed-unreadable",
            "https://blog.example/ names a feed, https://blog.example/feed. It is badly formed.",
        ),
        (
            Page(url=URL),
            [offered(Candidate(URL + "c", scope=Scope.COMMENTS), COMMENTS, Source.DECLARED, URL)],
            "only-comments",
            "https://blog.example/ has feeds of comments only, and none of posts.",
        ),
        (
            Page(url=URL),
            [offered(Candidate(URL + "feed"), REFUSED, Source.GUESSED, URL)],
            "robots",
            "The robots.txt asks us not to.",
        ),
        (
            NoResponse(code="http-404", reason="Nothing there (404)."),
            [],
            "http-404",
            "Nothing there (404). No feed was found elsewhere on its site.",
        ),
        (NoResponse(code="dns", reason="No such name."), [], "dns", "No such name."),
        (
            Page(url=URL),
            [],
            "no-feed-found",
            "https://blog.example/ names no feed, and there is none where blogs like it have "
            "theirs. Ask its author whether it has one.",
        ),
    ],
)
def test_why_there_is_no_feed_is_one_code_and_plain_words(
    found: Page | NoResponse, offers: list[Offer], code: str, said: str
) -> None:
    assert nothing(URL, found, offers) == (code, said)
