"""Posts whose text names a council are found with that council, wherever one looks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.database import Database
from index.mentions import naming_posts
from index.model import Kind
from index.settings import Settings, read_settings
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed

HERS = feed("weeknotes", kind=Kind.PRACTITIONER, councils=("sutton",))
NAMING = entry(
    "naming", title="Sensors again", text="With Hackney Council we tried sensors.", tags=()
)
PATHS = (
    "/councils/hackney",
    "/councils/hackney.atom",
    "/?council=hackney",
    "/feed.atom?council=hackney",
    "/search?q=sensors&council=hackney",
    "/api/search?q=sensors&council=hackney",
    "/api/entries?council=hackney",
    "/api/entries.csv?council=hackney",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(home=tmp_path, search_rate=0)


@pytest.fixture
def planet(database: Database, settings: Settings) -> Planet:
    """A practitioner's blog, which the list gives to a council that employed her once."""
    made = Planet(database, settings.search)
    made.publish(HERS, NAMING)
    made.index()
    return made


@pytest.fixture
def client(planet: Planet, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, clock=lambda: NOW + timedelta(days=1))) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_a_post_is_with_the_council_that_it_names(client: TestClient, path: str) -> None:
    assert NAMING.title in client.get(path).text


@pytest.mark.parametrize("path", PATHS)
def test_a_post_is_not_with_the_former_employer_of_its_author(
    client: TestClient, path: str
) -> None:
    answer = client.get(path.replace("hackney", "sutton"))
    assert answer.status_code == 200
    assert NAMING.title not in answer.text


def test_an_edit_that_no_longer_names_the_council_takes_the_post_away(
    planet: Planet, client: TestClient
) -> None:
    text = "With a council we tried sensors."
    edited = replace(NAMING, text=text, html=f"<p>{text}</p>")
    planet.publish(HERS, edited, at=NOW + timedelta(hours=2))
    planet.index()
    for path in PATHS:
        assert NAMING.title not in client.get(path).text, path


def test_the_directory_counts_the_post_and_not_the_blog(client: TestClient) -> None:
    told = {one["slug"]: one for one in client.get("/api/councils").json()}
    assert (told["hackney"]["posts"], told["hackney"]["blogs"]) == (1, 0)
    assert (told["sutton"]["posts"], told["sutton"]["blogs"]) == (0, 0)
    assert "/councils/hackney" in client.get("/sitemap.xml").text


def test_a_post_says_its_councils(client: TestClient) -> None:
    [one] = client.get("/api/entries").json()["entries"]
    assert one["councils"] == ["hackney"]
    assert "Hackney" in client.get(f"/posts/{one['id']}").text


def test_the_posts_that_name_councils_are_counted_along_an_index(planet: Planet) -> None:
    engine = planet.database.engine
    asked = naming_posts().compile(engine, compile_kwargs={"literal_binds": True})
    with planet.database.read() as db:
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert any("SEARCH entries USING INDEX entries_naming" in step[-1] for step in plan), plan


def test_a_post_that_names_its_blogs_own_council_is_counted_once(
    planet: Planet, client: TestClient
) -> None:
    shared = feed("shared", kind=Kind.SECTOR_BODY, councils=("hackney",))
    planet.publish(shared, replace(NAMING, key="shared", url="https://shared.example/1"))
    told = {one["slug"]: one for one in client.get("/api/councils").json()}
    assert (told["hackney"]["posts"], told["hackney"]["blogs"]) == (2, 1)
