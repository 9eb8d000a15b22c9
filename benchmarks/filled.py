"""A store and an index with many posts in them, filled as the crawler fills them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from api.demo.blogs import DemoPost
from benchmarks import corpus
from benchmarks.planet import Planet
from crawler.fetched import Response
from crawler.visit import visit
from index.database import migrate, open_database
from index.model import Feed
from index.outbox import Outbox
from index.refresh import refresh
from index.store import Store

POSTS = 20  # in a blog


@contextmanager
def filled(posts: Sequence[DemoPost]) -> Iterator[Planet]:
    """Give an installation that holds these posts, visited, recorded and indexed."""
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        planet = Planet(Path(folder))
        address = f"sqlite:///{planet.home / 'var' / 'planet.db'}"
        migrate(address)
        database = open_database(address)
        _fill(Store(database), planet, posts)
        refresh(Outbox(database), f"tantivy://{planet.home / 'var' / 'index'}")
        database.close()
        yield planet


def _fill(store: Store, planet: Planet, posts: Sequence[DemoPost]) -> None:
    blogs = corpus.blogs(posts, POSTS)
    feeds = [
        Feed(url=f"https://{blog.slug}.example/feed", title=blog.title, kind=blog.kind)
        for blog in blogs
    ]
    planet.follow(feeds)
    bodies = {feed.url: blog for feed, blog in zip(feeds, blogs, strict=True)}
    now = datetime.now(UTC)
    store.follow(feeds, now)
    while leases := store.lease(now, limit=200):
        for lease in leases:
            served = corpus.feed(bodies[lease.feed.url])
            headers = {"content-type": served.content_type, "etag": '"1"'}
            response = Response(url=lease.feed.url, status=200, headers=headers, body=served.body)
            found = visit(lease, response, now, luck=0.5)
            # Nothing falls due while something else is measured: these blogs do not exist.
            asleep = replace(found.poll, due=now + timedelta(days=30))
            store.record(lease, replace(found, poll=asleep))
