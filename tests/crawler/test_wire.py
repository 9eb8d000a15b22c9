"""What comes over the wire is bounded, and what cannot be unpacked is said plainly."""

import gzip
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest

from crawler.fetched import Fetched, NoResponse, Response
from crawler.robots import LIMIT, Rules
from crawler.wire import MAX_HEADERS
from index.errors import FetchError
from index.model import Robots
from tests.server import Handler, Page, Server, page, rss

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Fetch = Callable[..., list[Fetched]]

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
FEED = rss("Hello").encode()


def failed(fetched: list[Fetched]) -> NoResponse:
    [lost] = fetched
    assert isinstance(lost, NoResponse), lost
    return lost


def answered(fetched: list[Fetched]) -> Response:
    [found] = fetched
    assert isinstance(found, Response), found
    return found


def packed(body: bytes, *codings: str) -> Page:
    for coding in codings:
        body = PACKERS[coding](body)
    return page(body, content_encoding=", ".join(codings))


def headers(size: int) -> Page:
    """Send a feed behind `size` bytes of headers, or fewer by less than one header."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(size // 1024):
            handler.wfile.write(f"X-{n:06}: ".encode() + b"x" * (1024 - 12) + b"\r\n")
        handler.wfile.write(b"Content-Length: %d\r\n\r\n" % len(FEED) + FEED)

    return answer


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-Again: and again\r\n" * 100)


def endless_statuses(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


def endless_line(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        handler.wfile.write(b"x" * 10_000)


@pytest.mark.rule(40)
@pytest.mark.parametrize("endless", [endless_headers, endless_statuses, headers(MAX_HEADERS * 2)])
def test_more_headers_than_we_read_are_refused(
    server: Server, spider: Fetch, endless: Page
) -> None:
    server.pages["/feed"] = endless
    lost = failed(spider(server.url("/feed"), timeout=600))
    assert lost.code == "too-large"
    assert "256 kB of headers" in lost.reason


@pytest.mark.rule(40)
def test_a_header_line_without_an_end_is_refused(server: Server, spider: Fetch) -> None:
    server.pages["/feed"] = endless_line
    assert failed(spider(server.url("/feed"), timeout=600)).code in ("too-large", "failed")


@pytest.mark.rule(40)
def test_endless_headers_of_a_robots_txt_are_refused(server: Server, spider: Fetch) -> None:
    server.pages["/robots.txt"] = endless_headers
    server.pages["/feed"] = page(FEED)
    assert failed(spider(server.url("/feed"), timeout=600)).code == "too-large"
    assert server.asked("/feed") == []


def test_headers_that_fit_are_read_on_each_request_of_a_connection(
    server: Server, spider: Fetch
) -> None:
    for n in range(3):
        server.pages[f"/{n}"] = headers(MAX_HEADERS - 10_000)
    fetched = spider(*(server.url(f"/{n}") for n in range(3)))
    assert [answered([answer]).body for answer in fetched] == [FEED] * 3
    assert server.connections == 1


@pytest.mark.parametrize("second", PACKERS)
@pytest.mark.parametrize("first", ["", *PACKERS])
def test_what_is_packed_once_or_twice_is_read(
    server: Server, spider: Fetch, first: str, second: str
) -> None:
    server.pages["/feed"] = packed(FEED, *filter(None, (first, second)))
    assert answered(spider(server.url("/feed"))).body == FEED


@pytest.mark.rule(40)
def test_what_is_packed_again_and_again_is_refused(server: Server, spider: Fetch) -> None:
    server.pages["/three"] = packed(FEED, *["gzip"] * 3)
    server.pages["/four"] = packed(FEED, *["gzip"] * 4)
    assert answered(spider(server.url("/three"))).body == FEED
    assert failed(spider(server.url("/four"))).code == "garbled"


def damaged(body: bytes) -> bytes:
    return body[:12] + bytes(byte ^ 0xFF for byte in body[12:])


@pytest.mark.rule(36)
@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("garbage", [b"<rss>" * 10, b"\xff" * 50])
def test_what_cannot_be_unpacked_is_said_plainly(
    server: Server, spider: Fetch, coding: str, garbage: bytes
) -> None:
    server.pages["/feed"] = page(garbage, content_encoding=coding)
    lost = failed(spider(server.url("/feed")))
    assert lost.code == "garbled"
    assert lost.reason == (
        "127.0.0.1 sent an answer that cannot be unpacked. Its owner has to mend that."
    )


@pytest.mark.rule(36)
@pytest.mark.parametrize("coding", PACKERS)
def test_what_was_damaged_on_the_way_is_never_taken_for_the_whole(
    server: Server, spider: Fetch, coding: str
) -> None:
    server.pages["/feed"] = page(damaged(PACKERS[coding](FEED)), content_encoding=coding)
    [found] = spider(server.url("/feed"))
    assert isinstance(found, Response) or found.code == "garbled"
    assert not isinstance(found, Response) or found.body != FEED


@pytest.mark.rule(40)
@pytest.mark.parametrize("coding", PACKERS)
def test_a_bomb_of_any_coding_is_not_unpacked(server: Server, spider: Fetch, coding: str) -> None:
    server.pages["/feed"] = packed(b" " * 30_000_000, coding)
    assert failed(spider(server.url("/feed"), largest=100_000)).code == "too-large"


@pytest.mark.rule(40)
@pytest.mark.parametrize("coding", PACKERS)
def test_a_bomb_within_a_bomb_is_not_unpacked(server: Server, spider: Fetch, coding: str) -> None:
    server.pages["/feed"] = packed(b" " * 30_000_000, coding, "gzip")
    assert failed(spider(server.url("/feed"), largest=100_000)).code == "too-large"


@pytest.mark.rule(44)
@pytest.mark.parametrize(
    "rule",
    [
        "/" + "*a" * 500 + "*b",
        "/" + "a*" * 1_800 + "b$",
        "/" + "*" * 100_000 + "b",
        "/a*" * 5_000,
        "/" + "%" * 100_000,
        "*$" * 900,
    ],
    ids=["stars", "stars to the end", "one long star", "many parts", "percents", "ends"],
)
def test_no_wildcard_of_a_robots_txt_keeps_us_busy(rule: str) -> None:
    body = f"User-agent: *\nDisallow: {rule}\nDisallow: /no\n"
    assert len(body) < LIMIT
    robots = Robots(
        origin="https://a.example", status=200, body=body, fetched=datetime(2026, 1, 1, tzinfo=UTC)
    )
    before = time.process_time()
    Rules().check(robots, "https://a.example/" + "a" * 1_900)
    with pytest.raises(FetchError, match="asks us not to read"):
        Rules().check(robots, "https://a.example/no")
    assert time.process_time() - before < 60  # of our own processor: noise does not count
