"""Servers misbehave for days and weeks, and no blog is hurt or lost by it.

Every request here is a real one, to a server on loopback; only the clock is ours.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import cycle, pairwise

import pytest

from crawler.pool import Pool
from index import __version__
from index.model import Aim, Feed, Health, Outcome
from tests.crawler.passes import USER_AGENT, Passes
from tests.server import Handler, Page, Server, page, redirect, rss, serve, status

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
HTML = "<!doctype html><html><body>Welcome to our new website</body></html>"
OFFER = '<!doctype html><html><link rel="alternate" type="application/rss+xml" href="/new">'


def blog(server: Server, path: str = "/feed", **changes: object) -> Feed:
    known = Feed(url=server.url(path), title=f"The blog at {path}")
    return replace(known, **changes)  # type: ignore[arg-type]


@pytest.fixture
def hosts() -> Iterator[list[Server]]:
    """Five servers, each at an address of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve(f"127.0.0.{n}")) for n in range(2, 7)]


@pytest.mark.rule(4)
def test_a_server_that_says_304_for_ever_is_found_out_within_eight_days(
    passes: Passes, server: Server
) -> None:
    def stubborn(handler: Handler) -> None:
        asked = "If-None-Match" in handler.headers or "If-Modified-Since" in handler.headers
        handler.send(304 if asked else 200, b"" if asked else bodies[-1], etag='"forever"')

    bodies = [rss("One").encode()]
    server.pages["/feed"] = stubborn
    passes.follow(blog(server))
    passes.pass_()
    bodies.append(rss("One", "Two").encode())
    passes.go_on(8 * DAY)
    assert sorted(passes.titles()) == ["One", "Two"]
    assert {visit.outcome for visit in passes.history()} == {Outcome.READ, Outcome.SAME}


@pytest.mark.rule(5)
@pytest.mark.parametrize("believed", ["If-None-Match", "If-Modified-Since"])
def test_a_server_that_never_says_304_to_both_validators_is_given_one(
    passes: Passes, server: Server, believed: str
) -> None:
    other = {"If-None-Match": "If-Modified-Since", "If-Modified-Since": "If-None-Match"}[believed]

    def muddled(handler: Handler) -> None:
        same = believed in handler.headers and other not in handler.headers
        body = b"" if same else rss("One").encode()
        handler.send(304 if same else 200, body, etag='"a"', last_modified="yesterday")

    server.pages["/feed"] = muddled
    passes.follow(blog(server))
    passes.go_on(21 * DAY)
    latest = passes.history()[:3]
    assert Outcome.SAME in {visit.outcome for visit in latest}


def in_seconds(now: datetime, wait: timedelta) -> str:
    return str(int(wait.total_seconds()))


def as_a_date(now: datetime, wait: timedelta) -> str:
    return format_datetime(now + wait, usegmt=True)


@pytest.mark.rule(12)
@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("form", [in_seconds, as_a_date])
def test_a_wish_to_be_left_alone_is_kept_to(
    passes: Passes, server: Server, code: int, form: object
) -> None:
    wish = form(passes.now, 10 * HOUR)  # type: ignore[operator]
    server.pages["/feed"] = status(code, retry_after=wish)
    passes.follow(blog(server))
    passes.pass_()
    passes.store.hasten(passes.now + 9 * HOUR)
    passes.now += 9 * HOUR
    assert passes.pass_().visited == 0
    server.pages["/feed"] = page(rss("One"))
    passes.go_on(6 * HOUR)
    assert passes.titles() == ["One"]


@pytest.mark.rule(13)
def test_a_wish_to_be_left_alone_counts_for_the_whole_host_and_for_no_other(
    passes: Passes, hosts: list[Server]
) -> None:
    busy, other = hosts[:2]
    for server in (busy, other):
        for n in range(3):
            server.pages[f"/{n}"] = page(rss("One"))
    busy.pages["/0"] = status(429, retry_after="36000")
    passes.follow(*(blog(server, f"/{n}") for server in (busy, other) for n in range(3)))
    # One feed of a host at a time: the first is told off, and the rest of its host must wait.
    passes.pass_()
    assert [len(other.asked(f"/{n}")) for n in range(3)] == [1, 1, 1]
    assert [len(busy.asked(f"/{n}")) for n in range(3)] == [1, 0, 0]
    passes.now += 9 * HOUR
    passes.pass_()
    assert [len(busy.asked(f"/{n}")) for n in range(3)] == [1, 0, 0]
    passes.now += 2 * HOUR
    passes.pass_()
    assert [len(busy.asked(f"/{n}")) for n in range(1, 3)] == [1, 1]


@pytest.mark.rule(10)
def test_a_redirect_for_good_is_proposed_when_it_has_agreed_for_a_week(
    passes: Passes, hosts: list[Server]
) -> None:
    old, new = hosts[:2]
    old.pages["/feed"] = redirect(new.url("/feed"), 301)
    new.pages["/feed"] = page(rss("One"), etag='"1"')
    passes.follow(blog(old))
    passes.go_on(6 * DAY)
    assert passes.blog().health is not Health.MOVED
    passes.go_on(3 * DAY)
    moved = passes.blog()
    assert moved.health is Health.MOVED
    assert (moved.poll.moving_to, moved.poll.moving_why) == (new.url("/feed"), "redirect")
    assert moved.feed.url == old.url("/feed")  # people decide
    # ... by editing the line, and then it is the same blog, with its posts.
    passes.follow(replace(blog(old), url=new.url("/feed"), site=moved.feed.site))
    passes.go_on(DAY)
    assert passes.blog().health is not Health.MOVED
    assert passes.blog().feed.slug == moved.feed.slug
    assert passes.titles() == ["One"]


@pytest.mark.rule(10)
def test_a_redirect_that_only_adds_a_slash_is_kept_without_asking_anybody(
    passes: Passes, server: Server
) -> None:
    server.pages["/feed"] = redirect("/feed/", 308)
    server.pages["/feed/"] = page(rss("One"), etag='"1"')
    passes.follow(blog(server))
    passes.go_on(9 * DAY)
    assert passes.blog().feed.url == server.url("/feed/")
    assert passes.blog().poll.moving_to == ""
    before = len(server.asked("/feed"))
    passes.go_on(2 * DAY)
    assert len(server.asked("/feed")) == before


@pytest.mark.rule(10)
@pytest.mark.parametrize("code", [302, 303, 307])
def test_a_redirect_for_the_moment_is_never_proposed(
    passes: Passes, server: Server, code: int
) -> None:
    server.pages["/feed"] = redirect("/elsewhere", code)
    server.pages["/elsewhere"] = page(rss("One"), etag='"1"')
    passes.follow(blog(server))
    passes.go_on(20 * DAY)
    assert passes.blog().poll.moving_to == ""


@pytest.mark.rule(10)
def test_redirects_that_disagree_are_never_proposed(passes: Passes, server: Server) -> None:
    targets = cycle(["/a", "/b"])

    def undecided(handler: Handler) -> None:
        handler.send(301, location=next(targets))

    server.pages["/feed"] = undecided
    server.pages["/a"] = server.pages["/b"] = page(rss("One"))
    passes.follow(blog(server))
    passes.go_on(30 * DAY)
    assert passes.blog().health is not Health.MOVED
    assert passes.blog().poll.moving_why == ""


@pytest.mark.rule(10)
def test_a_redirect_for_good_to_a_web_page_moves_nothing(passes: Passes, server: Server) -> None:
    server.pages["/feed"] = redirect("/", 308)
    server.pages["/"] = page(HTML, "text/html")
    passes.follow(blog(server))
    passes.go_on(30 * DAY)
    moved = passes.blog()
    assert moved.health is Health.FAILING
    assert (moved.feed.url, moved.poll.moving_to) == (server.url("/feed"), "")


@pytest.mark.rule(41)
def test_a_page_that_says_where_the_feed_is_now_is_believed_once_and_then_people_are_asked(
    passes: Passes, server: Server
) -> None:
    server.pages["/feed"] = page(OFFER, "text/html")
    server.pages["/new"] = page(rss("One"))
    passes.follow(blog(server))
    passes.pass_()
    assert passes.blog().poll.aim is Aim.MOVE
    passes.go_on(2 * DAY)
    moved = passes.blog()
    assert (moved.health, moved.poll.moving_to) == (Health.MOVED, server.url("/new"))
    assert moved.poll.moving_why == "found"
    assert len(server.asked("/new")) == 1
    assert passes.titles() == []  # its posts wait for a person's word
    server.pages["/feed"] = page(rss("Back"))
    passes.go_on(2 * DAY)
    assert passes.blog().poll.moving_to == ""


@pytest.mark.rule(41)
def test_a_lost_feed_is_looked_for_on_the_home_page(passes: Passes, server: Server) -> None:
    server.pages["/feed"] = page(rss("One"), etag='"1"')
    passes.follow(blog(server, site=server.url("/")))
    passes.pass_()
    server.pages["/feed"] = status(404)
    server.pages["/"] = page(OFFER, "text/html")
    server.pages["/new"] = page(rss("One", "Two"))
    passes.go_on(4 * DAY)
    assert passes.blog().health is Health.MOVED
    assert len(server.asked("/")) == 1
    assert "/new" in passes.blog().poll.moving_to
    notes = [visit.detail for visit in passes.history() if visit.outcome is Outcome.FOUND]
    assert any("home page says" in note for note in notes)


@pytest.mark.rule(41)
def test_a_home_page_that_names_the_same_feed_proposes_nothing(
    passes: Passes, server: Server
) -> None:
    server.pages["/"] = page(OFFER.replace("/new", "/feed"), "text/html")
    passes.follow(blog(server, site=server.url("/")))
    passes.go_on(4 * DAY)
    assert passes.blog().health is Health.FAILING
    assert passes.blog().poll.problem == "http-404"


@pytest.mark.rule(9)
def test_a_feed_that_is_gone_keeps_its_posts_and_may_come_back(
    passes: Passes, server: Server
) -> None:
    server.pages["/feed"] = page(rss("One"), etag='"1"')
    passes.follow(blog(server))
    passes.pass_()
    server.pages["/feed"] = status(410)
    passes.go_on(2 * DAY)
    assert passes.blog().health is Health.GONE
    assert passes.titles() == ["One"]
    assert passes.go_on(90 * DAY) <= 4
    server.pages["/feed"] = page(rss("One", "Two"), etag='"2"')
    passes.go_on(40 * DAY)
    assert passes.blog().health in (Health.OK, Health.QUIET)
    assert sorted(passes.titles()) == ["One", "Two"]


@pytest.mark.rule(22)
def test_a_host_that_is_down_for_a_week_is_asked_less_and_less_and_then_welcomed_back(
    passes: Passes, hosts: list[Server]
) -> None:
    with serve("127.0.0.9") as down:
        feed = blog(down)
    well = hosts[:3]
    for server in well:
        server.pages["/feed"] = page(rss("Fine"), etag='"1"')
    passes.follow(feed, *(blog(server) for server in well))
    passes.go_on(7 * DAY)
    [failing] = [one for one in passes.catalogue.blogs() if one.feed.url == feed.url]
    assert failing.health is Health.FAILING
    assert failing.poll.problem == "refused"
    visits = [visit.at for visit in passes.catalogue.visits(failing.feed.slug)][::-1]
    gaps = [later - earlier for earlier, later in pairwise(visits)]
    assert 10 < len(visits) < 30
    assert gaps[0] < 2 * HOUR < 16 * HOUR < gaps[-1]
    port = int(down.base.rpartition(":")[2])
    with serve("127.0.0.9", port) as back:
        back.pages["/feed"] = page(rss("Back", link="https://back.example"))
        passes.go_on(3 * DAY)
    assert "Back" in passes.titles()


@pytest.mark.rule(22)
def test_a_feed_that_has_failed_for_a_season_is_looked_at_once_a_month(
    passes: Passes, server: Server
) -> None:
    passes.follow(blog(server))
    passes.go_on(110 * DAY)
    assert 2 <= passes.go_on(90 * DAY) <= 4


@pytest.mark.rule(21)
def test_a_platform_with_a_hundred_blogs_on_one_host_sees_one_visitor(
    passes: Passes, server: Server
) -> None:
    for n in range(100):
        server.pages[f"/{n}"] = page(rss(f"Post {n}"))
    passes.follow(*(blog(server, f"/{n}") for n in range(100)))
    assert passes.pass_().new == 100
    assert set(server.peak.values()) == {1}
    assert len(server.requests) == 101


@pytest.mark.rule(44)
def test_a_robots_txt_that_changes_is_kept_to_within_a_day(passes: Passes, server: Server) -> None:
    server.pages["/feed"] = page(rss("One"), etag='"1"')
    passes.follow(blog(server))
    passes.pass_()
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /feed", "text/plain")
    passes.go_on(2 * DAY)
    assert passes.blog().poll.problem == "robots"
    asked = len(server.asked("/feed"))
    passes.go_on(7 * DAY)
    assert len(server.asked("/feed")) == asked
    server.pages["/robots.txt"] = page("User-agent: *\nAllow: /", "text/plain")
    passes.go_on(7 * DAY)
    assert passes.blog().poll.problem == ""


def challenge(body: str = "<html><title>Just a moment...</title>", **headers: str) -> Page:
    code = 403 if headers else 200
    return lambda handler: handler.send(code, body.encode(), content_type="text/html", **headers)


@pytest.mark.rule(15)
@pytest.mark.parametrize(
    "wall",
    [
        challenge(cf_mitigated="challenge"),
        challenge("<html><script>window._cf_chl_opt={}</script>"),
        challenge('<html><script id="anubis_challenge" type="application/json">{}</script>'),
    ],
    ids=["by a header", "by a page of status 200", "by Anubis"],
)
def test_a_check_for_browsers_is_named_and_not_worked_around(
    passes: Passes, server: Server, wall: Page
) -> None:
    server.pages["/feed"] = wall
    passes.follow(blog(server))
    passes.pass_()
    assert passes.blog().poll.problem == "challenge"
    assert "let us in by our User-Agent" in passes.blog().poll.detail
    assert len(server.asked("/feed")) == 1
    assert server.asked("/feed")[0].headers["user-agent"] == USER_AGENT


@pytest.mark.rule(14)
def test_a_server_that_takes_our_contact_amiss_is_asked_once_without_it(
    passes: Passes, server: Server
) -> None:
    def picky(handler: Handler) -> None:
        amiss = "(+" in handler.headers["User-Agent"]
        handler.send(403 if amiss else 200, b"" if amiss else rss("One").encode(), etag='"1"')

    server.pages["/feed"] = picky
    passes.follow(blog(server))
    passes.pass_()
    assert passes.titles() == ["One"]
    assert len(server.asked("/feed")) == 2
    passes.go_on(2 * DAY)  # and from then on by the name that it takes
    later = {seen.headers["user-agent"] for seen in server.asked("/feed")[2:]}
    assert later == {f"council-planet/{__version__}"}


@pytest.mark.rule(14)
def test_a_server_that_refuses_both_our_names_is_not_asked_again_by_the_second(
    passes: Passes, server: Server
) -> None:
    server.pages["/feed"] = status(403)
    passes.follow(blog(server))
    visits = 1 + passes.go_on(5 * DAY)
    assert len(server.asked("/feed")) == visits
    assert passes.blog().health is Health.FAILING


@pytest.mark.rule(24)
def test_when_most_blogs_fail_at_once_nothing_is_recorded_against_them(
    passes: Passes, hosts: list[Server]
) -> None:
    for server in hosts:
        server.pages["/feed"] = page(rss("One"), etag='"1"')
    passes.follow(*(blog(server) for server in hosts))
    passes.pass_()
    for server in hosts[1:]:
        server.pages["/feed"] = status(502)  # as a broken proxy of our own would say
    passes.now += 2 * DAY
    tally = passes.pass_()
    assert (tally.excused, tally.failed) == (4, 0)
    assert "the fault is likely our own" in passes.told.sentences[-1]
    assert {one.health for one in passes.catalogue.blogs()} == {Health.QUIET}
    assert {one.poll.failures for one in passes.catalogue.blogs()} == {0}
    assert passes.store.due(passes.now) == 4  # to be visited as soon as we can again


@pytest.mark.rule(24)
def test_a_new_planet_without_a_network_holds_nothing_against_anybody(passes: Passes) -> None:
    passes.follow(*(Feed(url=f"http://blog-{n}.invalid/feed", title=f"{n}") for n in range(5)))
    tally = passes.pass_()
    assert (tally.excused, tally.failed) == (5, 0)
    assert {one.health for one in passes.catalogue.blogs()} == {Health.NEW}


@pytest.mark.rule(24)
def test_a_few_failures_among_many_visits_are_the_blogs_own(
    passes: Passes, hosts: list[Server]
) -> None:
    for server in hosts[:3]:
        server.pages["/feed"] = page(rss("One"))
    with serve("127.0.0.9") as gone:
        feed = blog(gone)
    passes.follow(feed, *(blog(server) for server in hosts[:3]))
    tally = passes.pass_()
    assert (tally.excused, tally.failed, tally.new) == (0, 1, 3)


@pytest.mark.rule(27)
def test_a_blog_that_moves_and_numbers_its_posts_anew_floods_nobody(
    passes: Passes, server: Server
) -> None:
    names = [f"Week {n}" for n in range(10)]
    before = rss(*names, link="http://old.example")
    after = rss(*names, "Week 10", link="https://www.old.example").replace("<guid>", "<guid>urn:")
    server.pages["/feed"] = page(before, etag='"1"')
    passes.follow(blog(server))
    passes.pass_()
    order = [(post.id, post.title) for post in passes.catalogue.latest(100)]
    server.pages["/feed"] = page(after, etag='"2"')
    passes.go_on(2 * DAY)
    assert passes.history()[0].new in (0, 1)
    now = [(p.id, p.title) for p in passes.catalogue.latest(100) if p.title != "Week 10"]
    assert now == order
    assert len(passes.titles()) == 11


@pytest.mark.rule(6)
def test_a_feed_without_validators_is_fetched_once_a_day_at_most(
    passes: Passes, server: Server
) -> None:
    server.pages["/feed"] = page(rss("One"))
    passes.follow(blog(server))
    assert passes.go_on(10 * DAY) <= 10


@pytest.mark.rule(18)
def test_a_feed_is_left_alone_at_the_hours_it_asks_for(passes: Passes, server: Server) -> None:
    hours = "".join(f"<hour>{n}</hour>" for n in range(7, 24))
    days = "<skipDays><day>Sunday</day></skipDays>"
    body = rss("One").replace("</channel>", f"<skipHours>{hours}</skipHours>{days}</channel>")
    server.pages["/feed"] = page(body, etag='"1"')
    passes.follow(blog(server))
    passes.pass_()
    passes.go_on(30 * DAY)
    times = [visit.at for visit in passes.history()[:-1]]
    assert len(times) > 10
    assert all(at.hour < 7 and at.weekday() != 6 for at in times)


def test_what_came_of_each_visit_can_be_looked_up(passes: Passes, server: Server) -> None:
    server.pages["/feed"] = page(rss("One", "Two"), etag='"1"')
    passes.follow(blog(server))
    passes.go_on(2 * DAY)
    server.pages["/feed"] = status(500)
    passes.go_on(2 * DAY)
    history = passes.history()
    assert history == sorted(history, key=lambda visit: visit.at, reverse=True)
    assert (history[-1].outcome, history[-1].status, history[-1].new) == (Outcome.READ, 200, 2)
    assert (history[-2].outcome, history[-2].status) == (Outcome.SAME, 304)
    assert (history[0].outcome, history[0].problem) == (Outcome.FAILED, "http-500")
    assert "has a fault of its own (500)" in history[0].detail


def test_a_fault_of_our_own_brings_the_blog_no_more_visits(
    passes: Passes, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Pool):
        async def run(self, *_: object) -> object:  # type: ignore[override]
            raise ZeroDivisionError

    server.pages["/feed"] = page(rss("One"))
    passes.follow(blog(server))
    working, passes.pool = passes.pool, Faulty(1)
    assert 1 + passes.go_on(2 * DAY) < 8
    passes.pool.close()
    assert passes.blog().poll.problem == "fault"
    assert "a fault of our program" in passes.blog().poll.detail
    assert "ZeroDivisionError" in caplog.text
    passes.pool = working
    passes.go_on(3 * DAY)
    assert passes.titles() == ["One"]
