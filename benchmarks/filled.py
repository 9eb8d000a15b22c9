"""A store and an index with many posts in them, filled as the crawler fills them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from api.demo.blogs import DemoBlog, DemoPost
from benchmarks import corpus
from benchmarks.planet import Planet
from crawler.fetched import Response
from crawler.visit import visit
from index.database import migrate, open_database
from index.model import Feed, Visit
from index.outbox import Outbox
from index.refresh import refresh
from index.store import Store

POSTS = 20  # in a blog
LATER = timedelta(days=30)  # nothing falls due while something else is measured


@contextmanager
def filled(posts: Sequence[DemoPost]) -> Iterator[Planet]:
    """Give an installation that holds these posts, visited, recorded and indexed."""
    blogs = corpus.blogs(posts, POSTS)
    feeds = [
        Feed(url=f"https://{blog.slug}.example/feed", title=blog.title, kind=blog.kind)
        for blog in blogs
    ]
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        planet = Planet(Path(folder))
        fill(planet, feeds, blogs)
        yield planet


def fill(
    planet: Planet, feeds: Sequence[Feed], blogs: Sequence[DemoBlog], *, times: int = 1
) -> int:
    """Follow feeds, put all that is in them into the store and the index; return how many posts.

    Each post can be put there several `times`, under another key: as if it had been in the
    feed before.
    """
    planet.follow(feeds)
    migrate(planet.database)
    database = open_database(planet.database)
    store, now = Store(database), datetime.now(UTC)
    store.follow(feeds, now)
    bodies = {feed.url: blog for feed, blog in zip(feeds, blogs, strict=True)}
    while leases := store.lease(now, limit=200):
        for lease in leases:
            served = corpus.feed(bodies[lease.feed.url])
            headers = {"content-type": served.content_type, "etag": served.etag}
            response = Response(url=lease.feed.url, status=200, headers=headers, body=served.body)
            found = visit(lease, response, now, luck=0.5)
            store.record(lease, _asleep(found, now, times))
    told = refresh(Outbox(database), planet.index)
    database.close()
    return told.updated


def _asleep(found: Visit, now: datetime, times: int) -> Visit:
    """Return the visit with its posts so many times, and the next one far away."""
    again = (
        replace(entry, key=f"{entry.key} {number}" if number else entry.key)
        for number in range(times)
        for entry in found.entries
    )
    return replace(found, poll=replace(found.poll, due=now + LATER), entries=tuple(again))
