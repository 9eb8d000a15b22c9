"""`planet feeds` tells of blogs whose new posts are held, and releases them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from index.database import migrate, open_database
from index.model import Feed
from index.store import Store
from tests.api.running import Installation
from tests.conftest import ENTRY, FEED
from tests.index.test_store import leased, read

THEN = datetime.now(UTC) - timedelta(days=400)
LATER = datetime.now(UTC) - timedelta(days=1)
CASINO = replace(ENTRY, key="win", url="https://parks.example/win", title="Online casino bonus")


def bought(installation: Installation) -> Feed:
    """Follow a blog that was given up and bought for its name."""
    installation.follow(FEED)
    url = f"sqlite:///{installation.folder / 'var' / 'planet.db'}"
    migrate(url)
    database = open_database(url)
    store = Store(database)
    store.follow([FEED], THEN)
    for moment, entry in ((THEN, replace(ENTRY, published=THEN)), (LATER, CASINO)):
        lease = leased(store, moment)
        store.record(lease, read(lease, entry, at=moment))
    database.close()
    return lease.feed


def test_a_held_blog_is_listed_explained_and_released(installation: Installation) -> None:
    slug = bought(installation).slug
    assert "words of adverts" in installation.planet("feeds", "--status", "held")
    details = installation.planet("feeds", slug)
    assert f"planet feeds release {slug}" in details
    assert CASINO.title not in details
    assert "is released" in installation.planet("feeds", "release", slug)
    assert installation.planet("feeds", "--status", "held").startswith("No blog is doing")
    assert "Nothing is held" in installation.planet("feeds", "release", slug, status=1)
    assert "No blog is called x" in installation.planet("feeds", "release", "x", status=1)
    assert installation.catalogue().coverage().posts == 2
