"""A repeated question is answered 304 at once, and never when the answer would be another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from api.app import create_app
from api.shortcut import MOST, Shortcut
from index.catalogue import Catalogue
from index.database import Database
from index.settings import Settings
from index.watch import Watch
from tests.api.test_app import settings
from tests.conftest import ENTRY, FEED, NOW
from tests.web.conftest import Planet

__all__ = ["settings"]

TOPIC = "/topics/parking"
PATHS = ["/", "/?before=", "/feed.atom", "/feed.json", TOPIC, f"{TOPIC}.atom", "/topics"]


@dataclass
class Time:
    """The time, as the test tells it."""

    now: datetime = NOW


@pytest.fixture
def time() -> Time:
    """A clock that stands still unless it is moved."""
    return Time()


@pytest.fixture
def planet(database: Database, settings: Settings) -> Planet:
    """A planet with one post."""
    made = Planet(database, settings.search)
    made.publish(FEED, ENTRY)
    made.index()
    return made


@pytest.fixture
def client(planet: Planet, settings: Settings, time: Time) -> Iterator[TestClient]:
    """A visitor."""
    with TestClient(create_app(settings, clock=lambda: time.now)) as client:
        yield client


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests that came as far as a route, of those made meanwhile."""
    came: list[str] = []
    made = Request.__init__

    def noting(self: Request, scope: dict[str, object], *rest: object, **named: object) -> None:
        came.append(str(scope["path"]))
        made(self, scope, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Request, "__init__", noting)
    return came


def _shortcut(client: TestClient) -> Shortcut:
    layer = client.app.middleware_stack  # type: ignore[attr-defined]
    while not isinstance(layer, Shortcut):
        layer = layer.app
    return layer


def _etag(client: TestClient, path: str) -> dict[str, str]:
    return {"If-None-Match": client.get(path).headers["etag"]}


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_already_is_told_so_before_any_route(
    client: TestClient, path: str, routed: list[str]
) -> None:
    known = _etag(client, path)
    routed.clear()
    for method in ("GET", "HEAD"):
        answer = client.request(method, path, headers=known)
        assert answer.status_code == 304
        assert answer.content == b""
    assert routed == []


@pytest.mark.parametrize("path", PATHS)
def test_the_short_way_says_what_the_long_way_says(client: TestClient, path: str) -> None:
    whole = client.get(path)
    short = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert "content-type" not in short.headers
    for name, value in short.headers.items():
        assert whole.headers[name] == value
    assert {"etag", "cache-control", "content-security-policy"} <= {*short.headers}


def test_validators_are_compared_weakly_and_one_by_one(client: TestClient) -> None:
    validator = client.get("/").headers["etag"]
    opaque = validator.removeprefix("W/")
    for offered in (opaque, f'"a", {validator}', f'W/"b",{opaque},"c"'):
        assert client.get("/", headers={"If-None-Match": offered}).status_code == 304
    for offered in ("*", '"a"', "", opaque.strip('"')):
        assert client.get("/", headers={"If-None-Match": offered}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/feed.atom", TOPIC, "/topics"])
def test_a_new_post_is_seen_at_once(client: TestClient, planet: Planet, path: str) -> None:
    known = _etag(client, path)
    later = replace(ENTRY, key="later", url="https://parks.example/later", title="Later")
    planet.publish(FEED, ENTRY, later, at=NOW + timedelta(hours=2))
    assert client.get(path, headers=known).status_code == 200


def test_a_topic_follows_the_index_when_the_catalogue_stays(
    client: TestClient, planet: Planet
) -> None:
    planet.publish(FEED, ENTRY, replace(ENTRY, key="b"), at=NOW + timedelta(hours=2))
    topic, first = _etag(client, TOPIC), _etag(client, "/")
    planet.index()
    assert client.get(TOPIC, headers=topic).status_code == 200
    assert client.get("/", headers=first).status_code == 304


def test_a_new_day_in_london_is_another_page(client: TestClient, time: Time) -> None:
    known = _etag(client, "/")
    time.now = datetime(2026, 5, 1, 23, 1, tzinfo=NOW.tzinfo)  # 00:01 on 2 May there
    assert client.get("/", headers=known).status_code == 200


def test_who_has_filters_of_their_own_goes_the_long_way(
    client: TestClient, routed: list[str]
) -> None:
    known = _etag(client, "/")
    routed.clear()
    client.get("/", headers=known | {"Cookie": "a=b; planet-filters=kind:council"})
    assert "/" in routed
    routed.clear()
    assert client.get("/", headers=known | {"Cookie": "a=b"}).status_code == 304
    assert routed == []


@pytest.mark.parametrize("path", ["/search?q=a", "/nowhere", "/topics/nosuch", "/blogs", "/?a=1"])
def test_what_one_address_is_told_says_nothing_of_another(client: TestClient, path: str) -> None:
    known = _etag(client, "/")
    client.get(path)
    assert client.get(path, headers=known).status_code != 304


def test_nothing_is_remembered_for_longer_than_it_may_be_kept(
    client: TestClient, routed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    known = _etag(client, "/")
    shortcut = _shortcut(client)
    monkeypatch.setattr(shortcut, "clock", lambda: moment[0])
    shortcut._memory.clear()
    client.get("/")
    moment[0] = 59.0
    routed.clear()
    assert client.get("/", headers=known).status_code == 304
    assert routed == []
    moment[0] = 61.0
    assert client.get("/", headers=known).status_code == 304
    assert "/" in routed


def test_what_is_remembered_has_an_end(client: TestClient) -> None:
    shortcut = _shortcut(client)
    kept = shortcut._memory
    client.get("/feed.atom")
    [(key, one)] = kept.items()
    kept.clear()
    kept.update({(f"/{n}", b"", False): one for n in range(MOST)})
    client.get("/feed.atom")
    assert len(kept) == MOST
    assert key in kept
    assert ("/0", b"", False) not in kept


def test_without_an_index_a_topic_goes_the_long_way(
    database: Database, settings: Settings
) -> None:
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        assert client.get(TOPIC).status_code == 503
        known = _etag(client, "/")
        assert client.get("/", headers=known).status_code == 304


def test_the_version_is_told_as_the_catalogue_tells_it(planet: Planet) -> None:
    watch, catalogue = Watch(planet.database), Catalogue(planet.database)
    assert watch.version() == catalogue.version()
    planet.publish(FEED, ENTRY, replace(ENTRY, key="c"), at=NOW + timedelta(hours=2))
    assert watch.version() == catalogue.version()
    watch.close()
    assert watch.version() == catalogue.version()
    watch.close()


def test_a_database_that_cannot_be_read_at_once_is_left_to_others(planet: Planet) -> None:
    watch = Watch(planet.database)
    with planet.database.write() as db:
        db.exec_driver_sql("ALTER TABLE facts RENAME TO elsewhere")
    assert watch.version() is None
    with planet.database.write() as db:
        db.exec_driver_sql("ALTER TABLE elsewhere RENAME TO facts")
    assert watch.version()
    watch.close()
