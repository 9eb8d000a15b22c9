"""How often one network may search, and what it is told that would search more often."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from api.allowance import Bucket, Turnstile, draw
from api.app import create_app
from api.process import trusted
from index.database import Database
from index.outbox import Outbox
from index.refresh import refresh
from index.settings import read_settings
from tests.conftest import NOW
from tests.web.conftest import words
from web.quota import network

HOME, OFFICE = "81.2.69.142", "2a00:1450:4009:80b::200e"
pytestmark = pytest.mark.rule(49)


@pytest.mark.parametrize(
    ("left", "seconds", "after", "wait"),
    [
        pytest.param(60, 0, 59, 0, id="a full bucket"),
        pytest.param(1, 0, 0, 0, id="the last one"),
        pytest.param(0, 0, 0, 1, id="nothing left"),
        pytest.param(0, 0.25, 0.25, 0.75, id="not quite another yet"),
        pytest.param(0, 1, 0, 0, id="another"),
        pytest.param(0, 3_600, 59, 0, id="it holds no more than a minute's"),
        pytest.param(5, -3_600, 4, 0, id="a clock put back takes nothing away"),
    ],
)
def test_a_bucket_gains_a_search_a_second_at_sixty_a_minute(
    left: float, seconds: float, after: float, wait: float
) -> None:
    later = NOW + timedelta(seconds=seconds)
    assert draw(Bucket(left, NOW), 60, later) == (Bucket(after, later), wait)


@given(st.lists(st.floats(0, 90), max_size=200), st.integers(1, 30))
def test_nobody_gets_more_than_a_minutes_worth_and_what_is_gained_since(
    gaps: list[float], rate: int
) -> None:
    bucket, now, granted = Bucket(rate, NOW), NOW, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        bucket, wait = draw(bucket, rate, now)
        granted += not wait
        assert 0 <= wait <= 60 / rate
        assert granted <= rate + (now - NOW).total_seconds() * rate / 60 + 1e-6
        if wait:  # whoever waits as long is let in
            assert draw(bucket, rate, now + timedelta(seconds=wait + 1e-5))[1] == 0


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        (HOME, "81.2.69.0/24"),
        ("::ffff:81.2.69.1", "81.2.69.0/24"),
        (OFFICE, "2a00:1450:4009:800::/56"),
        pytest.param("127.0.0.1", "", id="our own machine"),
        pytest.param("::1", "", id="our own machine, in IPv6"),
        pytest.param("::ffff:127.0.0.1", "", id="our own machine, on a socket for both"),
        pytest.param("172.18.0.5", "", id="a private network, such as a container's"),
        pytest.param("fd00::5", "", id="a private network, in IPv6"),
        pytest.param("fe80::1%eth0", "", id="the neighbour"),
        pytest.param("unknown", "", id="no address"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_network_is_counted_and_not_an_address(client: str, counted: str) -> None:
    assert network(client) == counted


def test_networks_do_not_count_for_one_another() -> None:
    turnstile = Turnstile(rate=2)
    assert [turnstile.wait(HOME, NOW) > 0 for _ in range(3)] == [False, False, True]
    assert turnstile.wait("81.2.69.1", NOW) > 0
    assert turnstile.wait("81.2.70.1", NOW) == turnstile.wait(OFFICE, NOW) == 0


def test_the_networks_remembered_have_an_end() -> None:
    turnstile = Turnstile(rate=1, most=2)
    first, second, third = "81.2.69.1", "81.2.70.1", "81.2.71.1"
    assert [turnstile.wait(client, NOW) for client in (first, second)] == [0, 0]
    assert turnstile.wait(first, NOW) > 0
    assert turnstile.wait(third, NOW) == 0  # the second asked longest ago: it is forgotten
    assert turnstile.wait(first, NOW) > 0
    assert turnstile.wait(second, NOW) == 0


@dataclass
class Site:
    """A site that answers two searches a minute, and a clock to turn."""

    at: Callable[[str], TestClient]
    now: datetime = NOW


@pytest.fixture
def site(database: Database, outbox: Outbox, tmp_path: Path) -> Iterator[Site]:
    """The site, and a way to come to it from an address."""
    settings = read_settings(home=tmp_path, search_rate=2)
    refresh(outbox, settings.search)
    app = create_app(settings, clock=lambda: made.now)
    with ExitStack() as clients:
        made = Site(lambda a: clients.enter_context(TestClient(app, client=(a, 1))))
        yield made


def test_whoever_searches_too_often_is_told_why_and_what_to_do(site: Site) -> None:
    client = site.at(HOME)
    answers = [client.get("/search", params={"q": f"damp {n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "30"
    assert answers[-1].headers["cache-control"] == "no-store"
    said = words(html.document_fromstring(answers[-1].text))
    assert "We answer 2 searches a minute from one network, and yours has asked for more." in said
    assert "Try again in 30 seconds." in said
    site.now += timedelta(seconds=30)
    assert client.get("/search?q=damp").status_code == 200


def test_a_program_is_told_in_a_problem_document(site: Site) -> None:
    client = site.at(OFFICE)
    for _ in range(2):
        assert client.get("/api/search?q=damp").status_code == 200
    answer = client.get("/api/search?q=damp")
    assert (answer.status_code, answer.json()["status"]) == (429, 429)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "30"


def test_everything_else_stays_open(site: Site) -> None:
    client = site.at(HOME)
    while client.get("/search?q=damp").status_code == 200:
        pass
    for path in (
        *(f"/search.{form}?q=damp" for form in ("atom", "rss", "json")),
        *("/", "/blogs", "/about", "/feed.atom", "/api/entries", "/opensearch.xml"),
    ):
        for _ in range(3):
            assert client.get(path).status_code == 200, path
    assert site.at(OFFICE).get("/search?q=damp").status_code == 200


@pytest.mark.parametrize("client", ["127.0.0.1", "testclient"])
def test_our_own_machine_may_search_as_often_as_it_likes(site: Site, client: str) -> None:
    at = site.at(client)
    assert {at.get("/search?q=damp").status_code for _ in range(5)} == {200}


def test_a_rate_of_nothing_is_no_limit(database: Database, tmp_path: Path) -> None:
    app = create_app(read_settings(home=tmp_path, search_rate=0), clock=lambda: NOW)
    with TestClient(app, client=(HOME, 1)) as client:
        assert {client.get("/search").status_code for _ in range(200)} == {200}


def test_a_proxy_is_believed_on_a_socket_for_both_kinds_of_address() -> None:
    settings = read_settings(behind="127.0.0.0/8, ::1, 172.18.0.2")
    assert trusted(settings.behind) == [
        *("127.0.0.0/8", "::ffff:127.0.0.0/104", "::1/128"),
        *("172.18.0.2/32", "::ffff:172.18.0.2/128"),
    ]
