"""A visit remembers what it should, and is never stopped by what came back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetched import Fetched, NoResponse, Response
from crawler.visit import conditional_headers, visit
from index.model import Aim, Feed, Hold, Lease, Outcome, Poll, Visit
from tests.server import rss

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://blog.example/feed"
FEED = Feed(id=1, slug="a-blog", url=URL, title="A blog")
LEASE = Lease(feed=FEED, poll=Poll(), token="t", until=NOW + HOUR)
HOME = b'<html><link rel="alternate" type="application/rss+xml" href="/atom.xml"><body>Hello'


def response(
    body: str | bytes = b"", status: int = 200, url: str = URL, **headers: str
) -> Response:
    whole = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(url=url, status=status, headers=named, body=whole)


def visited(fetched: Fetched, lease: Lease = LEASE) -> Visit:
    return visit(lease, fetched, NOW, luck=0)


def again(found: Visit) -> Lease:
    """Return the lease of the next visit."""
    return replace(LEASE, feed=found.feed, poll=found.poll)


def test_a_feed_is_read() -> None:
    found = visited(response(rss("One", "Two"), etag='"1"'))
    assert found.outcome is Outcome.READ
    assert [entry.title for entry in found.entries] == ["One", "Two"]
    assert (found.poll.problem, found.poll.failures, found.poll.succeeded) == ("", 0, NOW)


@pytest.mark.rule(1)
def test_validators_are_kept_as_they_came() -> None:
    poll = visited(response(rss("One"), etag='W/"1"', last_modified="Tue, 1 Foo 2026")).poll
    assert (poll.etag, poll.last_modified) == ('W/"1"', "Tue, 1 Foo 2026")
    assert conditional_headers(poll, NOW) == {
        "If-None-Match": 'W/"1"',
        "If-Modified-Since": "Tue, 1 Foo 2026",
    }


@pytest.mark.rule(2)
def test_new_validators_are_kept_even_when_nothing_else_is_new() -> None:
    first = visited(response(rss("One"), etag='"1"'))
    second = visited(response(rss("One"), etag='"2"'), again(first))
    assert second.poll.etag == '"2"'
    assert second.entries == ()
    third = visited(response(status=304, etag='"3"'), again(second))
    assert third.poll.etag == '"3"'


@pytest.mark.rule(2)
def test_a_304_that_says_nothing_of_validators_leaves_them() -> None:
    first = visited(response(rss("One"), etag='"1"', last_modified="then"))
    same = visited(response(status=304), again(first))
    assert same.outcome is Outcome.SAME
    assert (same.poll.etag, same.poll.last_modified) == ('"1"', "then")


@pytest.mark.rule(3)
def test_validators_belong_to_the_address_that_gave_them() -> None:
    elsewhere = "https://cdn.example/feed"
    assert visited(response(rss("One"), url=elsewhere, etag='"1"')).poll.validated == elsewhere


@pytest.mark.rule(4)
def test_a_304_is_believed_for_a_week() -> None:
    poll = visited(response(rss("One"), etag='"1"')).poll
    assert conditional_headers(poll, NOW + timedelta(days=7)) != {}
    assert conditional_headers(poll, NOW + timedelta(days=7, seconds=1)) == {}
    same = visited(response(status=304), replace(LEASE, poll=poll)).poll
    assert same.unconditional == NOW


@pytest.mark.rule(7)
def test_a_page_that_replaces_a_feed_is_a_failure_and_not_news() -> None:
    first = visited(response(rss("One"), etag='"1"'))
    lost = visited(response("<!doctype html><html><body>Sorry", etag='"2"'), again(first))
    assert (lost.outcome, lost.poll.problem) == (Outcome.FAILED, "html")
    assert (lost.poll.etag, lost.poll.digest) == ('"1"', first.poll.digest)


@pytest.mark.rule(9)
def test_a_feed_that_is_gone_is_looked_at_once_a_month() -> None:
    gone = visited(response(status=410))
    assert (gone.poll.problem, gone.poll.due) == ("gone", NOW + timedelta(days=30))
    back = visited(response(rss("One")), again(gone))
    assert (back.outcome, back.poll.problem) == (Outcome.READ, "")


@pytest.mark.rule(10)
def test_a_redirect_does_not_rewrite_the_address() -> None:
    assert visited(response(rss("One"), url="https://new.example/feed")).feed.url == URL


@pytest.mark.rule(12)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_whoever_is_in_a_hurry(status: int) -> None:
    poll = visited(response(status=status, retry_after="7200")).poll
    assert (poll.due, poll.not_before) == (NOW + 2 * HOUR, NOW + 2 * HOUR)


@pytest.mark.rule(22)
def test_failures_are_counted_until_a_visit_works() -> None:
    lease = LEASE
    for count in range(1, 4):
        failed = visit(lease, NoResponse(code="dns", reason="No."), NOW + count * DAY, 0)
        lease = again(failed)
        assert (failed.poll.failures, failed.poll.failing_since) == (count, NOW + DAY)
    healed = visited(response(rss("One")), lease)
    assert (healed.poll.failures, healed.poll.failing_since) == (0, None)


@pytest.mark.rule(15)
def test_a_check_for_browsers_is_named_for_what_it_is() -> None:
    assert (
        "only browsers pass" in visited(response(status=403, cf_mitigated="challenge")).poll.detail
    )


def test_a_304_to_a_first_visit_is_not_a_success() -> None:
    assert visited(response(status=304)).outcome is Outcome.FAILED


@pytest.mark.parametrize("body", [b"<!doctype html><html><body>404", b"", b"{}", b"\xff\xfe"])
def test_a_wrong_guess_turns_to_the_home_page_another_day(body: bytes) -> None:
    guess = replace(LEASE, feed=replace(FEED, guessed=True, site="https://blog.example/"))
    wrong = visited(response(body), guess)
    assert wrong.poll.aim is Aim.HOME
    assert wrong.poll.due >= NOW + DAY
    assert wrong.poll.not_before >= NOW + DAY


def test_a_guess_that_could_not_be_tried_is_tried_again() -> None:
    guess = replace(LEASE, feed=replace(FEED, guessed=True))
    assert visited(response(status=503), guess).poll.aim is Aim.FEED


def test_a_home_page_says_where_the_feed_is() -> None:
    home = replace(LEASE, feed=replace(FEED, url="", site="https://blog.example/"))
    home = replace(home, poll=Poll(aim=Aim.HOME, failures=2, problem="wrong-guess"))
    found = visited(response(HOME, url="https://blog.example/", content_type="text/html"), home)
    assert (found.outcome, found.feed.url) == (Outcome.FOUND, "https://blog.example/atom.xml")
    assert (found.poll.aim, found.poll.due, found.poll.failures) == (Aim.FEED, NOW, 0)


@pytest.mark.rule(41)
def test_a_home_page_that_names_no_feed_leads_to_a_few_guesses_a_day_apart() -> None:
    lease = replace(LEASE, feed=replace(FEED, url="", site="https://blog.example/"))
    lease = replace(lease, poll=Poll(aim=Aim.HOME))
    now, guesses = NOW, []
    page = response(b"<html><body>Hello", url="https://blog.example/", content_type="text/html")
    while True:
        home = visit(lease, page, now, 0)
        if home.outcome is not Outcome.FOUND:
            break
        assert (home.feed.guessed, home.poll.aim) == (True, Aim.FEED)
        assert home.poll.due == now + DAY
        guesses.append(home.feed.url)
        lost = visit(again(home), response(status=404), home.poll.due, 0)
        assert (lost.poll.aim, lost.poll.due) == (Aim.HOME, home.poll.due + DAY)
        lease, now = again(lost), lost.poll.due
    assert 2 < len(guesses) <= 6
    assert len(set(guesses)) == len(guesses)
    assert (home.poll.problem, home.poll.aim) == ("no-feed-found", Aim.HOME)
    assert home.poll.due > now


@pytest.mark.rule(41)
def test_what_was_read_is_no_guess_any_more() -> None:
    guess = replace(LEASE, feed=replace(FEED, guessed=True))
    assert not visited(response(rss("One")), guess).feed.guessed


@pytest.mark.rule(41)
def test_a_feed_in_a_link_header_is_found() -> None:
    home = replace(LEASE, feed=replace(FEED, url=""), poll=Poll(aim=Aim.HOME))
    link = '</atom.xml>; rel="alternate"; type="application/atom+xml"'
    page = response(b"<html><body>", url="https://blog.example/", link=link)
    assert visited(page, home).feed.url == "https://blog.example/atom.xml"


def test_a_feed_names_a_blog_that_the_list_left_nameless() -> None:
    nameless = replace(LEASE, feed=replace(FEED, title=""))
    assert visited(response(rss("One")), nameless).feed.title == "A blog"
    assert visited(response(rss("One"))).feed.title == FEED.title


@pytest.mark.rule(5)
def test_a_server_that_ignores_both_validators_is_given_one_and_then_the_other() -> None:
    poll = visited(response(rss("One"), etag='"1"', last_modified="then")).poll
    said = []
    for _ in range(12):
        said.append(tuple(conditional_headers(poll, NOW)))
        again_whole = response(rss("One"), etag='"1"', last_modified="then")
        poll = visited(again_whole, replace(LEASE, poll=poll)).poll
    both, etag, date = said[0], said[3], said[6]
    assert (both, etag, date) == (
        ("If-None-Match", "If-Modified-Since"),
        ("If-None-Match",),
        ("If-Modified-Since",),
    )
    assert said == [both] * 3 + [etag] * 3 + [date] * 3 + [both] * 3


@pytest.mark.rule(5)
def test_news_is_no_sign_that_validators_are_ignored() -> None:
    poll = visited(response(rss("One"), etag='"1"')).poll
    news = visited(response(rss("One", "Two"), etag='"2"'), replace(LEASE, poll=poll))
    assert news.poll.ignored == 0


@pytest.mark.rule(13)
def test_a_wish_to_wait_is_of_the_host_that_said_so() -> None:
    elsewhere = response(status=429, url="https://cdn.example/feed", retry_after="7200")
    hold = visited(elsewhere).hold
    assert hold == Hold("cdn.example", NOW + 2 * HOUR)
    assert visited(response(status=500)).hold is None


def test_a_look_elsewhere_in_vain_changes_nothing_that_is_said_of_the_feed() -> None:
    problem = Poll(failures=3, strain=1.5, problem="http-404", detail="Lost.", failing_since=NOW)
    for aim in (Aim.HOME, Aim.MOVE):
        lease = replace(LEASE, poll=replace(problem, aim=aim, moving_to="https://new.example/"))
        vain = visited(response(status=500), lease).poll
        assert (vain.aim, vain.moving_to, vain.failures, vain.strain) == (Aim.FEED, "", 3, 1.5)
        assert (vain.problem, vain.detail) == ("http-404", "Lost.")
        assert vain.due > NOW


@pytest.mark.rule(43)
def test_what_a_feed_says_of_itself_is_cleaned_like_a_post() -> None:
    nameless = replace(LEASE, feed=replace(FEED, title="", site=""))
    body = rss("One", link="javascript:alert(1)")
    body = body.replace("<title>A blog</title>", "<title>&lt;b&gt;A\u200b blog&lt;/b&gt;</title>")
    feed = visited(response(body), nameless).feed
    assert (feed.title, feed.site) == ("A blog", "")
    relative = visited(response(rss("One", link="/home")), nameless).feed
    assert relative.site == "https://blog.example/home"


def test_what_a_feed_calls_itself_is_remembered_while_it_brings_something() -> None:
    named = rss("One").replace("<title>A blog<", "<title>Parks &amp;amp; paths<")
    first = visited(response(named))
    assert first.poll.called == "Parks & paths"
    same = visited(response(named), again(first))
    assert same.poll.called == "Parks & paths"
    assert visited(response(status=304), again(same)).poll.called == "Parks & paths"
    empty = rss().replace("<title>A blog<", "<title>For sale<")
    assert visited(response(empty), again(same)).poll.called == "Parks & paths"
