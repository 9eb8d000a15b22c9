"""Answers are compressed where that is safe, and mean the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.database import Database
from index.settings import read_settings
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed

PLAIN, GZIP = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}
PATHS = ("/", "/feed.atom", "/topics", "/api/entries", "/api/entries.csv", "/api/entries.jsonl")


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """A browser before a planet of a few posts."""
    settings = read_settings(home=tmp_path, search_rate=0)
    planet = Planet(database, settings.search)
    planet.publish(feed("parks"), *(entry(f"post {n}", text="Ducks. " * 99) for n in range(9)))
    planet.index()
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_what_is_compressed_is_shorter_and_the_same(client: TestClient, path: str) -> None:
    plain, small = client.get(path, headers=PLAIN), client.get(path, headers=GZIP)
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "Accept-Encoding" in small.headers["vary"]
    assert small.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_is_told_so_in_either_form(client: TestClient, path: str) -> None:
    known = {"If-None-Match": client.get(path, headers=GZIP).headers["etag"]}
    for _ in range(2):  # the second time without a detour
        for how in (PLAIN, GZIP):
            answer = client.get(path, headers=known | how)
            assert (answer.status_code, answer.content) == (304, b"")
            assert "content-encoding" not in answer.headers


def test_a_shortcut_mixes_no_forms_up(client: TestClient) -> None:
    for how in (GZIP, PLAIN, GZIP):
        assert client.get("/", headers=how).text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path", ["/moderate", "/submit", "/submissions/x", "/owners/x", "/api/submissions/x"]
)
def test_pages_with_secrets_are_sent_as_they_are(client: TestClient, path: str) -> None:
    assert "content-encoding" not in client.get(path, headers=GZIP).headers
