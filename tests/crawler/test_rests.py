"""Work without hurry leaves a host alone before and after; counted at the server, too."""

from collections.abc import Callable
from itertools import pairwise

from crawler.fetched import Ask, Fetched, NoResponse
from crawler.rests import MOST, Rests
from tests.server import Server, page, redirect, rss

GAP = 0.3
Fetches = Callable[..., list[Fetched]]


def test_a_gap_is_kept_before_and_after_the_request_that_asks_for_it() -> None:
    rests = Rests()
    assert rests.wait("a", 5.0, now=100.0) == 0
    rests.note("a", 0.0, now=100.0)
    assert rests.wait("a", 0.0, now=101.0) == 0
    assert rests.wait("a", 5.0, now=101.0) == 4
    rests.note("a", 5.0, now=110.0)
    assert rests.wait("a", 0.0, now=112.0) == 3
    assert rests.wait("b", 5.0, now=112.0) == 0


def test_hosts_that_have_rested_are_forgotten_and_no_others() -> None:
    rests = Rests()
    for n in range(MOST):
        rests.note(f"old-{n}", 5.0, now=0.0)
    rests.note("new", 5.0, now=100.0)
    rests.note("newer", 5.0, now=101.0)
    assert rests.wait("new", 0.0, now=101.0) == 4
    assert rests.wait("old-1", 5.0, now=4.0) == 0


def quiet(server: Server) -> list[float]:
    """Return the seconds between the end of each answer and the beginning of the next request."""
    return [later.at - earlier.ended for earlier, later in pairwise(server.requests)]


def test_the_end_of_an_answer_and_the_next_request_are_a_gap_apart(
    server: Server, spider: Fetches
) -> None:
    for n in range(3):
        server.pages[f"/{n}"] = page(rss("Hello"))
    server.pages["/2"] = redirect("/0")
    spider(*(server.url(f"/{n}") for n in range(3)), gap=GAP)
    assert len(server.requests) == 5  # robots.txt, and where the last one led
    assert min(quiet(server)) > GAP * 0.9  # the two ends’ clocks tick apart a little
    assert set(server.peak.values()) == {1}


def test_a_visit_waits_too_while_its_host_rests(server: Server, spider: Fetches) -> None:
    server.pages["/feed"] = page(rss("Hello"))
    server.pages["/old"] = page(rss("Hello"))
    asks = [Ask(url=server.url(path)) for path in ("/feed", "/feed")]
    spider(asks[0], Ask(url=server.url("/old"), gap=GAP), asks[1])
    assert [seen.path for seen in server.requests] == ["/robots.txt", "/feed", "/old", "/feed"]
    assert min(quiet(server)[1:]) > GAP * 0.9


def test_a_crawl_delay_of_robots_txt_makes_the_gap_longer(server: Server, spider: Fetches) -> None:
    robots = "User-agent: *\nCrawl-delay: 0.5"
    server.pages["/robots.txt"] = page(robots, "text/plain")
    server.pages["/1"] = server.pages["/2"] = page(rss("Hello"))
    spider(server.url("/1"), server.url("/2"), gap=0.01)
    assert quiet(server)[-1] > 0.45


def test_a_crawl_delay_of_more_than_a_minute_is_a_plain_refusal(
    server: Server, spider: Fetches
) -> None:
    server.pages["/robots.txt"] = page("User-agent: *\nCrawl-delay: 3600", "text/plain")
    [found] = spider(server.url("/1"), gap=GAP)
    assert isinstance(found, NoResponse)
    assert found.code == "crawl-delay"
    assert "3,600 seconds" in found.reason
    assert server.asked("/1") == []
