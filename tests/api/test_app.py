"""The application: the JSON API, its description, and errors in the form that was asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.database import Database
from index.model import Outcome, Poll, Visit
from index.outbox import Outbox
from index.refresh import refresh
from index.settings import Settings, read_settings
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

MANY = [
    replace(
        ENTRY,
        key=f"{n}",
        url=f"https://parks.example/{n}",
        title=f"Bandstand {n}",
        published=NOW - timedelta(days=n),
    )
    for n in range(45)
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a planet in a folder of its own, whatever the environment says."""
    return read_settings(home=tmp_path, contact="test@planet.example")


@pytest.fixture
def client(settings: Settings, store: Store, outbox: Outbox) -> Iterator[TestClient]:
    """A visitor to a planet of one blog with 45 posts."""
    store.follow([FEED], NOW)
    [lease] = store.lease(NOW, limit=1)
    poll = Poll(due=NOW + timedelta(hours=1), visited=NOW, succeeded=NOW)
    store.record(
        lease,
        Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=tuple(MANY)),
    )
    refresh(outbox, settings.search)
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        yield client


def test_entries_can_be_paged_through_without_skipping_or_repeating(client: TestClient) -> None:
    seen: list[str] = []
    place = ""
    while True:
        page = client.get("/api/entries", params={"limit": 10, "before": place}).json()
        seen += [entry["title"] for entry in page["entries"]]
        if page["older"] is None:
            break
        place = page["older"]
    assert seen == [f"Bandstand {n}" for n in range(45)]
    back = client.get("/api/entries", params={"limit": 10, "after": page["newer"]}).json()
    assert [entry["title"] for entry in back["entries"]] == seen[30:40]


def test_a_search_answers_with_the_passage_that_matched(client: TestClient) -> None:
    found = client.get("/api/search", params={"q": "saturday bandstands"}).json()
    assert found["total"] == 45
    [first, *_] = found["answers"]
    assert {"text": "Saturday", "marked": True} in first["passage"]
    assert first["entry"]["blog"]["councils"] == ["hackney"]
    assert found["coverage"]["posts"] == 45


@pytest.mark.rule(49)
def test_a_search_says_how_long_it_may_be_kept(client: TestClient) -> None:
    first = client.get("/api/search", params={"q": "bandstand"})
    assert first.headers["cache-control"] == "public, max-age=60"
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/search", params={"q": "bandstand"}, headers=known).status_code == 304
    assert client.get("/api/search", params={"q": "damp"}, headers=known).status_code == 200


def test_feeds_are_listed_with_their_health(client: TestClient) -> None:
    [feed] = client.get("/api/feeds").json()
    assert (feed["blog"]["slug"], feed["health"], feed["posts"]) == ("parks-and-paths", "ok", 45)


def test_a_feed_is_told_with_its_last_visits(client: TestClient) -> None:
    told = client.get("/api/feeds/parks-and-paths").json()
    assert told["feed"]["blog"]["slug"] == "parks-and-paths"
    assert [(visit["outcome"], visit["new"]) for visit in told["visits"]] == [("read", 45)]
    assert client.get("/api/feeds/nobody").status_code == 404


def test_all_is_well(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "well")


def test_a_missing_index_is_said_and_does_no_other_harm(
    settings: Settings, database: Database
) -> None:
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        assert client.get("/healthz").status_code == 503
        answer = client.get("/api/search", params={"q": "bandstand"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert answer.headers["content-type"] == "application/problem+json"
        assert str(settings.home) not in answer.text
        assert client.get("/").status_code == 200


def test_a_missing_database_is_a_page_that_says_try_again(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        assert "Try again soon" in answer.text
        assert client.get("/healthz").json()["status"] == "unwell"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/entries?limit=0", 400),
        ("/api/entries?limit=1000000", 400),
        ("/api/entries?before=nonsense", 400),
        ("/api/search?page=-1", 400),
        ("/api/search?sort=price", 400),
        ("/api/nothing", 404),
    ],
)
def test_bad_questions_are_problem_documents(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_that_is_not_there_is_said_in_the_sites_own_design(client: TestClient) -> None:
    answer = client.get("/posts/none")
    assert answer.status_code == 404
    assert "<nav" in answer.text


def test_nothing_can_be_written(client: TestClient) -> None:
    assert client.post("/api/entries").status_code == 405
    assert client.post("/").status_code == 405


def test_a_fault_of_ours_shows_no_trace(settings: Settings, database: Database) -> None:
    app = create_app(settings, clock=lambda: NOW)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "our fault" in answer.text


def test_the_api_is_described_to_people_without_asking_anybody_else(client: TestClient) -> None:
    page = client.get("/api/docs").text
    for path in client.get("/api/openapi.json").json()["paths"]:
        assert path in page
    assert "<script" not in page
    assert "limit" in page
    assert "One network may search 120 times a minute" in page
