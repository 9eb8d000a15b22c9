"""Whoever asks again for what has not changed is told so, and nobody is told wrongly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from time import sleep

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import FEED, NOW
from tests.web.conftest import BASE, Planet, entry, feed, post_id
from web.fresh import Kept
from web.pages import create_pages
from web.site import Site

Look = Callable[[str], html.HtmlElement]
PATHS = (
    "/",
    "/?kind=council",
    "/feed.atom?kind=council",
    "/blogs",
    "/blogs/parks",
    "/about",
    "/search?q=damp",
    "/feed.atom",
    "/feed.rss",
    "/feed.json",
    "/blogs/parks.atom",
    "/search.atom?q=damp",
    "/feeds.opml",
    "/opensearch.xml",
    "/robots.txt",
)
LIVELY = [path for path in PATHS if path not in ("/about", "/opensearch.xml", "/robots.txt")]


@pytest.fixture
def parks(planet: Planet) -> Planet:
    """A planet of one blog."""
    planet.publish(feed("parks"), entry("Damp"))
    planet.index()
    return planet


@pytest.mark.parametrize("path", PATHS)
def test_a_repeated_request_is_answered_304(parks: Planet, client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    for name in ("etag", "cache-control"):  # RFC 9110, section 15.4.5
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize("path", LIVELY)
def test_a_new_post_is_no_304(parks: Planet, client: TestClient, path: str) -> None:
    known = client.get(path).headers["etag"]
    later = NOW + timedelta(hours=2)
    parks.publish(feed("parks"), entry("Damp again"), at=later)
    parks.publish(feed("roads"), entry("Potholes"), at=later)
    parks.index()
    assert client.get(path, headers={"If-None-Match": known}).status_code == 200


def test_a_search_is_fresh_as_soon_as_its_index_is(parks: Planet, client: TestClient) -> None:
    parks.publish(feed("parks"), entry("Damp again"), at=NOW + timedelta(hours=2))
    known = client.get("/search.atom?q=damp").headers["etag"]
    parks.index()  # the catalogue's version stays the same
    answer = client.get("/search.atom?q=damp", headers={"If-None-Match": known})
    assert answer.status_code == 200
    assert "Damp again" in answer.text


@pytest.mark.rule(49)
@pytest.mark.parametrize("path", ["/search?q=damp", "/search.atom?q=damp", "/search.json?q=damp"])
def test_an_answer_that_is_kept_is_dropped_when_it_is_no_longer_true(
    parks: Planet, client: TestClient, path: str
) -> None:
    assert client.get(path).text == client.get(path).text
    parks.publish(feed("roads"), entry("Damp roads"), at=NOW + timedelta(hours=2))
    assert "Damp roads" not in client.get(path).text
    parks.index()
    assert "Damp roads" in client.get(path).text
    parks.withdraw(feed("roads"))
    parks.publish(feed("rivers"), at=NOW + timedelta(hours=4))  # a new version, as in real life
    assert "Damp roads" not in client.get(path).text


@pytest.mark.rule(49)
def test_what_many_ask_for_is_made_once() -> None:
    kept, made = Kept(most=2), list[str]()

    def ask(validator: str, known: str = "") -> Response:
        headers = [(b"if-none-match", known.encode())]
        request = Request({"type": "http", "headers": headers})

        def make() -> Response:
            made.append(validator)
            return Response(validator)

        return kept.conditional(request, validator, 60, make)

    assert b"".join(bytes(ask(v).body) for v in "abaca") == b"abaca"
    assert made == ["a", "b", "c"]
    ask("b")
    assert made == ["a", "b", "c", "b"]  # it was asked for the longest ago
    assert [ask(v, known=v).status_code for v in ("a", "nobody's yet")] == [304, 304]
    assert ask("a").headers["cache-control"] == "public, max-age=60"


def test_today_is_another_word_tomorrow(parks: Planet, site: Site, client: TestClient) -> None:
    known = client.get("/").headers["etag"]
    app = FastAPI()
    app.include_router(create_pages(replace(site, clock=lambda: NOW + timedelta(days=1))))
    with TestClient(app, base_url=BASE) as tomorrow:
        assert tomorrow.get("/", headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize(
    ("offered", "status"),
    [
        pytest.param("{}", 304, id="the same"),
        pytest.param('"other", {}', 304, id="one of several"),
        pytest.param("*", 200, id="anything"),
        pytest.param('"other"', 200, id="another"),
        pytest.param("", 200, id="nothing"),
    ],
)
def test_validators_are_compared_weakly(
    parks: Planet, client: TestClient, offered: str, status: int
) -> None:
    # https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    known = client.get("/").headers["etag"]
    for form in (known, known.removeprefix("W/")):
        answer = client.get("/", headers={"If-None-Match": offered.format(form)})
        assert answer.status_code == status


def test_pages_of_one_list_have_validators_of_their_own(
    planet: Planet, client: TestClient, look: Look
) -> None:
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - timedelta(n)) for n in range(40)))
    older = look("/").cssselect("[rel=next]")[0].get("href")
    tags = {client.get(path).headers["etag"] for path in ("/", older, "/feed.atom", "/feed.rss")}
    assert len(tags) == 4


def test_a_post_is_answered_304_too(parks: Planet, client: TestClient, look: Look) -> None:
    path = f"/posts/{post_id(look('/'), 'Damp')}"
    known = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": known}).status_code == 304


def test_errors_are_kept_by_nobody(client: TestClient) -> None:
    answer = client.get("/posts/nosuch", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert "etag" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/feed.atom", "/robots.txt"])
def test_whoever_asks_for_the_headers_alone_gets_them(
    parks: Planet, client: TestClient, path: str
) -> None:
    assert client.head(path).headers["etag"] == client.get(path).headers["etag"]


def test_what_many_want_at_once_is_made_once() -> None:
    kept, made, asked = Kept(), [], Barrier(8)
    request = Request({"type": "http", "headers": []})

    def make() -> Response:
        made.append(1)
        sleep(0.1)  # long enough for all of them to be here
        return Response("page")

    def ask() -> None:
        asked.wait()
        answers.append(kept.conditional(request, '"1"', 60, make))

    answers: list[Response] = []
    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(answers)) == (1, 8)
    assert not kept._making


def test_what_could_not_be_made_is_tried_by_the_next() -> None:
    kept, request = Kept(), Request({"type": "http", "headers": []})

    def fail() -> Response:
        raise ValueError("not now")

    for _ in range(2):
        with pytest.raises(ValueError, match="not now"):
            kept.conditional(request, '"1"', 60, fail)
    assert kept.conditional(request, '"1"', 60, lambda: Response("page")).body == b"page"
