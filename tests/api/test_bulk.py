"""All posts in one file: whole, narrowed, harmless, and only as much as licences let us."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.bulk import copies
from index.catalogue import Catalogue
from index.database import Database
from index.model import Kind
from index.settings import Settings, read_settings
from index.slices import Slice
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed

OPEN = "https://creativecommons.org/licenses/by/4.0/"
COUNCIL, SUPPLIER = feed("parks"), feed("makers", kind=Kind.SUPPLIER, councils=())
STRANGER = "81.2.69.142"
HOSTILE = '=HYPERLINK("https://bad.example","Win")'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a planet in a folder of its own, of which strangers may ask 50 a minute."""
    return read_settings(home=tmp_path, contact="test@planet.example", search_rate=50)


@pytest.fixture
def planet(database: Database, settings: Settings) -> Planet:
    """A council's blog with five posts, one of them open, and a supplier's with a hostile one."""
    made = Planet(database, settings.search)
    made.publish(
        COUNCIL,
        entry("open", title="Open", text="The whole story.", licence=OPEN),
        *(
            entry(f"closed-{n}", title=f"Closed, {n}", published=NOW - timedelta(days=n + 1))
            for n in range(4)
        ),
    )
    made.publish(SUPPLIER, entry("sum", title=HOSTILE, excerpt="Two\r\nlines, “quoted”"))
    return made


@pytest.fixture
def client(planet: Planet, settings: Settings) -> Iterator[TestClient]:
    """A program on our own machine."""
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        yield client


def _lines(client: TestClient, query: str = "") -> list[dict[str, object]]:
    answer = client.get(f"/api/entries.jsonl{query}")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.split("\n") if line]


def _rows(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/api/entries.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_both_files_hold_every_post_as_the_list_tells_it(client: TestClient) -> None:
    listed = client.get("/api/entries?limit=100").json()["entries"]
    assert [line["entry"] for line in _lines(client)] == listed
    assert [row["id"] for row in _rows(client)] == [one["id"] for one in listed]
    assert len(listed) == 6


def test_a_text_is_passed_on_only_where_its_licence_is_open(client: TestClient) -> None:
    for texts in (
        [str(line["text"]) for line in _lines(client)],
        [row["text"] for row in _rows(client)],
    ):
        assert [text for text in texts if text] == ["The whole story."]


def test_the_files_are_narrowed_as_the_list_is(client: TestClient) -> None:
    assert len(_lines(client, "?blog=parks")) == 5
    assert len(_rows(client, "?kind=supplier")) == 1
    assert _rows(client, "?council=nowhere") == []
    assert client.get("/api/entries.csv?since=soon").status_code == 400


def test_a_spreadsheet_takes_no_title_for_a_formula_and_json_keeps_it(client: TestClient) -> None:
    [row] = _rows(client, "?kind=supplier")
    assert row["title"] == f"'{HOSTILE}"
    assert row["excerpt"] == "Two\r\nlines, “quoted”"
    [line] = _lines(client, "?kind=supplier")
    assert line["entry"]["title"] == HOSTILE  # type: ignore[index]


@pytest.mark.parametrize("extension", ["jsonl", "csv"])
def test_who_has_the_file_is_told_so_and_head_sends_no_body(
    client: TestClient, extension: str
) -> None:
    path = f"/api/entries.{extension}"
    answer = client.get(path)
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]
    assert f"posts.{extension}" in head.headers["content-disposition"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_download_counts_as_a_score_of_searches(planet: Planet, settings: Settings) -> None:
    with TestClient(create_app(settings, clock=lambda: NOW), client=(STRANGER, 1)) as client:
        answers = [client.get("/api/entries.csv") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[1].headers["ratelimit"].startswith('"search";r=10;')
        assert answers[2].headers["retry-after"]
        assert client.get("/api/search?q=open").status_code in (200, 503)


def test_a_database_that_cannot_be_read_is_said_before_a_file_is_begun(
    planet: Planet, settings: Settings
) -> None:
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        with planet.database.write() as db:
            db.exec_driver_sql("ALTER TABLE entries RENAME TO away")
        answer = client.get("/api/entries.jsonl")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("batch", [1, 2, 5, 6, 7])
def test_posts_that_arrive_during_a_walk_move_none_of_it(planet: Planet, batch: int) -> None:
    catalogue = Catalogue(planet.database, lambda: NOW)
    before = [post.id for post in catalogue.latest(99)]
    walk, told = copies(catalogue, Slice(), batch), []
    for number, held in enumerate(walk):
        told += [one.post.id for one in held]
        planet.publish(
            feed(f"later-{number}"), entry(f"late-{number}", published=NOW + timedelta(hours=1))
        )
    assert [id for id in told if id in before] == before
    assert len(told) == len({*told})


def test_a_blog_that_has_left_is_in_no_file(client: TestClient, planet: Planet) -> None:
    planet.withdraw(COUNCIL)
    assert [row["blog"] for row in _rows(client)] == ["makers"]
