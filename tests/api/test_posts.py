"""`planet posts` takes one post down, and lets it come back."""

from datetime import UTC, datetime, timedelta

from index.database import migrate, open_database
from index.store import Store
from tests.api.running import Installation
from tests.conftest import ENTRY, FEED
from tests.index.test_store import leased, read

THEN = datetime.now(UTC) - timedelta(days=1)


def published(installation: Installation) -> None:
    """Follow a blog with one post."""
    installation.follow(FEED)
    url = f"sqlite:///{installation.folder / 'var' / 'planet.db'}"
    migrate(url)
    database = open_database(url)
    store = Store(database)
    store.follow([FEED], THEN)
    lease = leased(store, THEN)
    store.record(lease, read(lease, ENTRY, at=THEN))
    database.close()


def test_a_post_is_taken_down_and_let_come_back(installation: Installation) -> None:
    published(installation)
    said = installation.document("posts", "remove", ENTRY.url, "--reason", "Its author asked.")
    assert (said["url"], said["title"]) == (ENTRY.url, ENTRY.title)
    assert installation.catalogue().coverage().posts == 0
    again = installation.planet("posts", "remove", ENTRY.url, status=1)
    assert again.strip() == "No post here has this address."
    assert "brings the post back" in installation.planet(
        "posts", "restore", f"/posts/{said['id']}"
    )
    assert "was taken down" in installation.planet("posts", "restore", ENTRY.url, status=1)
