"""The server that hands out the demo's blogs."""

import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from protego import Protego

from api.demo.blogs import DemoBlog, read_blogs
from api.demo.feeds import feed_path, write_feed
from api.demo.publish import publish
from api.demo.server import DemoServer, serve_demo
from index.errors import PortTaken

EVERY = pytest.mark.parametrize("blog", read_blogs(), ids=[blog.slug for blog in read_blogs()])


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serve_demo() as address:
        yield address


def ask(base: str, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(urlsplit(base).netloc)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_the_server_is_on_loopback_alone(base: str) -> None:
    assert urlsplit(base).hostname == "127.0.0.1"
    with DemoServer(0) as server:
        assert server.socket.getsockname()[0] == "127.0.0.1"


@EVERY
def test_a_feed_is_served_with_its_type_and_validators(blog: DemoBlog, base: str) -> None:
    response, found = ask(base, feed_path(blog))
    assert response.status == 200
    assert found == write_feed(blog, base)
    kinds = {"rss2": "rss+xml", "rss1": "rdf+xml", "atom": "atom+xml", "json": "feed+json"}
    assert response.headers["Content-Type"] == f"application/{kinds[blog.format]}"
    assert re.fullmatch(r'"[0-9a-f]+"', response.headers["ETag"])
    assert response.headers["Last-Modified"].endswith(" GMT")


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_who_has_the_feed_already_is_told_so(base: str, validator: str) -> None:
    first, _ = ask(base, "/llanbarset/feed.xml")
    asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    again, found = ask(base, "/llanbarset/feed.xml", **{asked: first.headers[validator]})
    assert (again.status, found) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"If_None_Match": "*"}, 304, id="any tag"),
        pytest.param({"If_None_Match": '"old"'}, 200, id="another tag"),
        pytest.param(
            {"If_None_Match": '"old"', "If_Modified_Since": "Mon, 23 Nov 2026 00:00:00 GMT"},
            200,
            id="a tag counts for more than a date",
        ),
        pytest.param(
            {"If_Modified_Since": "Mon, 23 Nov 2026 00:00:00 -0000"}, 304, id="a date of no zone"
        ),
        pytest.param({"If_Modified_Since": "Tue, 01 Jan 2019 00:00:00 GMT"}, 200, id="long ago"),
        pytest.param({"If_Modified_Since": "yesterday"}, 200, id="no date"),
    ],
)
def test_a_condition_is_read_as_rfc_9110_says(
    base: str, headers: dict[str, str], status: int
) -> None:
    response, _ = ask(base, "/framley/", **headers)
    assert response.status == status


def test_a_tag_is_found_among_others_and_though_weakened(base: str) -> None:
    first, _ = ask(base, "/framley/")
    named = f'"old", W/{first.headers["ETag"]}'
    assert ask(base, "/framley/", If_None_Match=named)[0].status == 304


def test_head_says_what_get_would_without_the_page(base: str) -> None:
    got, found = ask(base, "/framley/feed.xml?utm_source=x")
    headed, _ = ask(base, "/framley/feed.xml", "HEAD")
    assert int(headed.headers["Content-Length"]) == len(found)
    assert headed.headers["ETag"] == got.headers["ETag"]


def test_nothing_follows_the_head_where_the_head_is_all(base: str) -> None:
    address = urlsplit(base)
    request = b"HEAD /framley/ HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(request)
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


def test_robots_may_visit_every_feed_and_page(base: str) -> None:
    response, found = ask(base, "/robots.txt")
    assert response.status == 200
    robots = Protego.parse(found.decode())
    assert all(robots.can_fetch(base + path, "Planet") for path in publish(base))
    assert not robots.can_fetch(f"{base}/drafts/", "Planet")


def test_a_page_that_is_not_there_is_a_404(base: str) -> None:
    assert ask(base, "/framley/no-such-post")[0].status == 404


def test_the_server_says_nothing_on_the_terminal(
    base: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ask(base, "/framley/")
    ask(base, "/nowhere")
    assert capfd.readouterr() == ("", "")


def test_a_client_that_goes_away_is_no_news_but_a_bug_is(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with DemoServer(0) as server, socket.socket() as client:
        for problem in (ConnectionResetError(), RuntimeError("a bug")):
            try:
                raise problem
            except Exception:
                server.handle_error(client, ("127.0.0.1", 1))
    told = capfd.readouterr().err
    assert "a bug" in told
    assert "ConnectionResetError" not in told


def test_a_port_that_is_taken_is_named(base: str) -> None:
    port = urlsplit(base).port or 0
    with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}"), serve_demo(port):
        pass


def test_other_trouble_with_an_address_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # https://www.rfc-editor.org/rfc/rfc5737: an address that no machine has
    monkeypatch.setattr("api.demo.server.HOST", "192.0.2.1")
    with pytest.raises(OSError, match="address"), serve_demo():
        pass


def test_the_server_stops_with_the_block() -> None:
    with serve_demo() as address:
        assert ask(address, "/robots.txt")[0].status == 200
    with pytest.raises(ConnectionRefusedError):
        ask(address, "/robots.txt")
