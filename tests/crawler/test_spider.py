"""The spider is polite to every server, and hurt by none. Each test dials a real one."""

import asyncio
import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from scrapy.settings import Settings

from crawler.fetched import Fetched, NoResponse, Response
from crawler.spider import USED, Manners, _noticed, scrapy_settings
from index import __version__
from index.errors import FetchError
from index.model import Robots
from tests.reacting import GUARDED
from tests.server import (
    Server,
    bomb,
    cut_short,
    drip,
    page,
    raw,
    redirect,
    rss,
    serve,
    silence,
    status,
    too_long,
)

Fetch = Callable[..., list[Fetched]]


def answered(fetched: Fetched) -> Response:
    assert isinstance(fetched, Response), fetched
    return fetched


def failed(fetched: Fetched) -> NoResponse:
    assert isinstance(fetched, NoResponse), fetched
    return fetched


def test_a_feed_is_fetched_whole_under_our_own_name(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = page(rss("Hello"), etag='"a"')
    response = answered(*spider(server.url("/feed")))
    assert response.body == rss("Hello").encode()
    assert (response.status, response.headers["etag"]) == (200, '"a"')
    [seen] = server.asked("/feed")
    assert seen.headers["user-agent"] == "council-planet/test"


def test_nothing_of_scrapys_runs_that_we_do_not_name() -> None:
    async def never(_: object) -> None: ...

    manners = Manners(user_agent="test", delay=1, concurrency=1, recall=never, keep=never)
    settings = Settings(scrapy_settings(manners))
    named = settings.get_component_priority_dict_with_base
    assert named("EXTENSIONS") == named("SPIDER_MIDDLEWARES") == {}  # one would open a port
    assert len(named("DOWNLOADER_MIDDLEWARES")) == len(USED) + 2  # Courtesy and Codings


@pytest.mark.rule(8)
def test_a_server_may_send_only_what_is_new(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = page(rss("Hello"))
    spider(server.url("/feed"))
    assert server.asked("/feed")[0].headers["a-im"] == "feed"


@pytest.mark.rule(1)
def test_validators_are_sent_back_as_they_came(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = page(rss("Hello"), etag='W/"odd ""tag"')
    headers = {"If-None-Match": 'W/"odd ""tag"', "If-Modified-Since": "yesterday, about noon"}
    url = server.url("/feed")
    assert answered(*spider(url, headers=headers, validated=url)).status == 304
    [seen] = server.asked("/feed")
    assert seen.headers["if-modified-since"] == "yesterday, about noon"


@pytest.mark.rule(3)
def test_validators_do_not_travel_along_a_redirect(server: Server, spider: Fetch) -> None:
    server.pages["/old"] = redirect("/new", 301)
    server.pages["/new"] = page(rss("Hello"))
    url = server.url("/old")
    spider(url, headers={"If-None-Match": '"a"'}, validated=url)
    assert "if-none-match" in server.asked("/old")[0].headers
    assert "if-none-match" not in server.asked("/new")[0].headers


@pytest.mark.rule(3)
def test_validators_that_came_from_behind_a_redirect_are_said_there(
    server: Server, spider: Fetch
) -> None:
    server.pages["/old"] = redirect("/new", 301)
    server.pages["/new"] = page(rss("Hello"), etag='"b"')
    fetched = spider(
        server.url("/old"), headers={"If-None-Match": '"b"'}, validated=server.url("/new")
    )
    assert answered(*fetched).status == 304
    assert "if-none-match" not in server.asked("/old")[0].headers


@pytest.mark.rule(14)
def test_the_plain_name_is_ours_without_the_contact(server: Server, spider: Fetch) -> None:
    server.pages["/old"] = redirect("/feed")
    server.pages["/feed"] = page(rss("Hello"))
    spider(server.url("/old"), plain=True)
    names = {seen.headers["user-agent"] for seen in server.requests if "robots" not in seen.path}
    assert names == {f"council-planet/{__version__}"}


@pytest.mark.rule(41)
def test_a_guessed_address_that_leads_elsewhere_is_not_followed(
    server: Server, spider: Fetch
) -> None:
    server.pages["/guess"] = redirect("/feed")
    assert answered(*spider(server.url("/guess"), follow=False)).status == 302
    assert server.asked("/feed") == []


@pytest.mark.rule(21)
def test_a_host_never_sees_two_requests_at_once(server: Server, spider: Fetch) -> None:
    for n in range(20):
        server.pages[f"/{n}"] = page(rss("Hello")) if n % 3 else redirect(f"/to/{n}")
        server.pages[f"/to/{n}"] = page(rss("Hello"))
    spider(*(server.url(f"/{n}") for n in range(20)))
    assert len(server.requests) == 1 + 20 + 7  # robots.txt, the feeds, and where some led
    assert set(server.peak.values()) == {1}


@pytest.mark.rule(21)
def test_requests_to_one_host_keep_their_distance(server: Server, spider: Fetch) -> None:
    delay = 0.2
    for n in range(4):
        server.pages[f"/{n}"] = page(rss("Hello"))
    spider(*(server.url(f"/{n}") for n in range(4)), delay=delay)
    times = [seen.at for seen in server.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > delay * 0.9  # the two ends' clocks tick apart a little


@pytest.mark.rule(44)
def test_what_robots_txt_forbids_is_not_asked_for(server: Server, spider: Fetch) -> None:
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /private", "text/plain")
    server.pages["/private/feed"] = page(rss("Hello"))
    refused = failed(*spider(server.url("/private/feed")))
    assert refused.code == "robots"
    assert "robots.txt" in refused.reason
    assert server.asked("/private/feed") == []


@pytest.mark.rule(44)
def test_robots_txt_counts_behind_a_redirect_too(server: Server, spider: Fetch) -> None:
    with serve("127.0.0.2") as other:
        other.pages["/robots.txt"] = page("User-agent: council-planet\nDisallow: /", "text/plain")
        server.pages["/feed"] = redirect(other.url("/feed"))
        assert failed(*spider(server.url("/feed"))).code == "robots"
        assert other.asked("/feed") == []


def test_robots_txt_is_asked_for_once_a_day(
    server: Server, spider: Fetch, robots: dict[str, Robots]
) -> None:
    server.pages["/feed"] = page(rss("Hello"))
    spider(server.url("/feed"), server.url("/feed"))
    spider(server.url("/feed"))
    assert len(server.asked("/robots.txt")) == 1
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    spider(server.url("/feed"), clock=lambda: tomorrow)
    assert len(server.asked("/robots.txt")) == 2


def test_a_server_that_cannot_give_its_robots_txt_is_left_alone(
    server: Server, spider: Fetch
) -> None:
    server.pages["/robots.txt"] = status(503)
    server.pages["/feed"] = page(rss("Hello"))
    assert failed(*spider(server.url("/feed"))).code == "robots-unavailable"
    assert server.asked("/feed") == []


@pytest.mark.rule(11)
def test_a_redirect_to_itself_is_noticed_at_once(server: Server, spider: Fetch) -> None:
    server.pages["/loop"] = redirect("/loop", 301)
    assert failed(*spider(server.url("/loop"))).code == "redirects"
    assert len(server.asked("/loop")) == 1


@pytest.mark.rule(11)
def test_redirects_end_after_ten(server: Server, spider: Fetch) -> None:
    for n in range(20):
        server.pages[f"/{n}"] = redirect(f"/{n + 1}")
    lost = failed(*spider(server.url("/0")))
    assert lost.code == "redirects"
    assert len(server.requests) == 1 + 11


@pytest.mark.rule(11)
def test_redirects_are_reported_in_order(server: Server, spider: Fetch) -> None:
    server.pages["/a"] = redirect("/b", 301)
    server.pages["/b"] = redirect("/c", 307)
    server.pages["/c"] = page(rss("Hello"))
    response = answered(*spider(server.url("/a")))
    assert [(hop.status, hop.url) for hop in response.hops] == [
        (301, server.url("/b")),
        (307, server.url("/c")),
    ]


@pytest.mark.rule(23)
@pytest.mark.parametrize("misbehaviour", [silence, drip])
def test_a_server_that_does_not_finish_is_given_up(
    server: Server, spider: Fetch, misbehaviour: object
) -> None:
    server.pages["/feed"] = misbehaviour  # type: ignore[assignment]
    lost = failed(*spider(server.url("/feed"), timeout=0.5))
    assert lost.code == "timeout"
    assert "did not answer within 0.5 seconds" in lost.reason


def test_an_answer_that_breaks_off_is_not_taken_for_a_feed(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = cut_short
    assert failed(*spider(server.url("/feed"))).code == "cut-short"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.rule(36)
@pytest.mark.parametrize(
    "answer",
    [
        CHUNKED + b"5\r\n<rss>\r\n",  # the last chunk never comes
        CHUNKED + b"9\r\n<rss>",
        CHUNKED + b"five\r\n<rss>\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n<rss>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n<rss>",
        b"HTTP/9.9 two hundred\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"",
    ],
    ids=[
        "no last chunk",
        "half a chunk",
        "a chunk of no size",
        "a length in words",
        "two lengths",
        "no status",
        "no HTTP",
        "nothing",
    ],
)
def test_an_answer_that_is_no_proper_http_is_a_failure_like_any_other(
    server: Server, spider: Fetch, answer: bytes
) -> None:
    server.pages["/feed"] = raw(answer)
    lost = failed(*spider(server.url("/feed")))
    assert lost.code in ("cut-short", "failed")
    assert "127.0.0.1" in lost.reason


def test_bytes_after_the_end_of_an_answer_are_not_taken_for_the_next(
    server: Server, spider: Fetch
) -> None:
    server.pages["/long"] = too_long
    server.pages["/feed"] = page(rss("Hello"))
    long, other = spider(server.url("/long"), server.url("/feed"))
    assert answered(long).body == b"<rss>"
    assert answered(other).body == rss("Hello").encode()


def test_what_is_not_the_gzip_it_says_is_a_failure_or_read_as_it_is(
    server: Server, spider: Fetch
) -> None:
    server.pages["/feed"] = raw(GZIPPED + b"<rss")
    [fetched] = spider(server.url("/feed"))
    assert isinstance(fetched, NoResponse) or fetched.body in (b"", b"<rss")


@pytest.mark.rule(40)
def test_a_large_body_is_not_read(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = page(b"x" * 200_000)
    assert failed(*spider(server.url("/feed"), largest=100_000)).code == "too-large"


@pytest.mark.rule(40)
def test_a_bomb_is_not_unpacked(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = bomb(5_000_000)
    assert failed(*spider(server.url("/feed"), largest=100_000)).code == "too-large"


@pytest.mark.rule(46)
def test_a_private_address_is_not_dialled(server: Server, spider: Fetch) -> None:
    GUARDED.allowed.clear()
    refused = failed(*spider(server.url("/feed"), allowed=()))
    assert refused.code == "address"  # its port gives it away before it is dialled
    assert server.requests == []


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]"]
)
def test_no_spelling_of_a_private_address_is_dialled(spider: Fetch, host: str) -> None:
    GUARDED.allowed.clear()
    refused = failed(*spider(f"http://{host}/feed", allowed=()))
    assert refused.code in ("private", "address")


@pytest.mark.rule(46)
def test_a_redirect_to_a_private_address_is_not_followed(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = redirect("http://169.254.169.254/latest/meta-data/")
    assert failed(*spider(server.url("/feed"))).code == "private"


@pytest.mark.rule(46)
def test_a_proxy_in_the_environment_is_not_used(
    server: Server, spider: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.pages["/feed"] = page(rss("Hello"))
    assert answered(*spider(server.url("/feed"))).status == 200


def test_nobody_at_home_is_said_plainly(spider: Fetch) -> None:
    with serve() as gone:
        url = gone.url("/feed")
    assert failed(*spider(url)).code == "refused"


def test_a_name_that_does_not_exist_is_said_plainly(spider: Fetch) -> None:
    lost = failed(*spider("http://no-such-blog.invalid/feed"))
    assert lost.code == "dns"
    assert "no-such-blog.invalid" in lost.reason


@pytest.mark.parametrize("url", ["ftp://blog.example/", "file:///etc/passwd", "http://", "feed"])
def test_only_web_addresses_are_fetched(spider: Fetch, url: str) -> None:
    assert failed(*spider(url)).code in ("address", "failed")


@pytest.mark.parametrize("noticed", [True, False])
def test_a_robots_txt_that_nobody_waits_for_any_more_is_no_stack_trace(noticed: bool) -> None:
    told: list[object] = []

    async def lost() -> Robots:
        raise FetchError("dns", "There is no such host.")

    async def abandon() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: told.append(said))
        task = asyncio.ensure_future(lost())
        if noticed:
            task.add_done_callback(_noticed)
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(abandon())
    assert bool(told) is not noticed
