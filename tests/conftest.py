"""What many tests start from: an empty store, a moment, a feed and an entry."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.catalogue import Catalogue
from index.database import Database, migrate, open_database
from index.model import Entry, Feed, Kind
from index.outbox import Outbox
from index.store import Store
from tests.reacting import pool, reactor

__all__ = ["pool", "reactor"]

# On a busy machine all that takes a time is slow: that is no failure. And the examples are the
# same in every run, so that what a run says is about the change: `--hypothesis-seed=N` has others.
settings.register_profile(
    "planet",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("planet")

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
FEED = Feed(
    url="https://parks.example/feed",
    site="https://parks.example/",
    title="Parks and paths",
    kind=Kind.COUNCIL,
    councils=("hackney",),
    nation="england",
)
ENTRY = Entry(
    key="parks.example/bandstand",
    url="https://parks.example/2026/04/bandstand",
    title="The bandstand reopens",
    html="<p>On Saturday the bandstand reopens.</p>",
    text="On Saturday the bandstand reopens.",
    excerpt="On Saturday the bandstand reopens.",
    authors=("Parks team",),
    tags=("parks",),
    language="en",
    published=datetime(2026, 4, 20, 12, tzinfo=UTC),
    published_raw="Mon, 20 Apr 2026 12:00:00 GMT",
)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the present schema, to be copied: migrating takes far longer."""
    path = tmp_path_factory.mktemp("migrated") / "planet.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Database]:
    """An empty database, once on each engine that we promise to run on."""
    path = shutil.copyfile(migrated, tmp_path / "planet.db")
    database = open_database(f"{request.param}:///{path}")
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    """The crawl's side of an empty store."""
    return Store(database)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    """The search index's side of the same store."""
    return Outbox(database)


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    """The pages' side of the same store."""
    return Catalogue(database, clock=lambda: NOW)


@dataclass
class Clock:
    """A clock that tests set by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()
