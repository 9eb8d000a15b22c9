"""A store and an index with very many posts in them, put there without feeds being parsed."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.planet import Planet
from index.database import migrate, open_database
from index.finding import Document
from index.model import Entry, Feed, Kind, Outcome, Poll, Visit
from index.outbox import Outbox
from index.refresh import refresh
from index.store import Store

LATER = timedelta(days=30)  # nothing falls due while something else is measured
AT_ONCE = 100  # entries of a visit


@contextmanager
def stocked(posts: Iterable[Document], kept: Path | None = None) -> Iterator[Planet]:
    """Give an installation that holds these posts, recorded and indexed.

    With `kept` it is a copy of the one in that folder, which is filled if it is not there yet.
    """
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        planet = Planet(Path(folder) / "planet")
        if kept is None:
            planet.home.mkdir()
            stock(planet, posts)
        else:
            _keep(kept, posts)
            shutil.copytree(kept, planet.home)
        yield planet


def _keep(kept: Path, posts: Iterable[Document]) -> None:
    """Fill a folder, which has its name only when it is full."""
    if kept.exists():
        return
    half = kept.with_name(f"{kept.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    stock(Planet(half), posts)
    half.rename(kept)


def stock(planet: Planet, posts: Iterable[Document]) -> None:
    """Record posts in their blogs, and index them."""
    blogs: dict[str, list[Document]] = defaultdict(list)
    for post in posts:
        blogs[post.slug].append(post)
    feeds = [feed_of(slug, members[0]) for slug, members in blogs.items()]
    planet.follow(feeds)
    migrate(planet.database)
    database = open_database(planet.database)
    store, now = Store(database), datetime.now(UTC)
    store.follow(feeds, now)
    members = {f"https://{slug}.example/feed": own for slug, own in blogs.items()}
    record(store, members, now)
    refresh(Outbox(database), planet.index)
    database.close()


def record(store: Store, posts: dict[str, list[Document]], now: datetime) -> None:
    """Record these posts of the feeds at these addresses, which are due."""
    left = {url: [*own] for url, own in posts.items()}
    while leases := store.lease(now, limit=500):
        for lease in leases:
            own = left.get(lease.feed.url, [])
            batch, left[lease.feed.url] = own[:AT_ONCE], own[AT_ONCE:]
            due = now if left[lease.feed.url] else now + LATER
            poll = Poll(due=due, visited=now, succeeded=now)
            entries = tuple(map(entry_of, batch))
            found = Visit(
                at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=entries
            )
            store.record(lease, found)


def feed_of(slug: str, post: Document) -> Feed:
    """Return the blog that a post is from."""
    return Feed(
        url=f"https://{slug}.example/feed",
        site=f"https://{slug}.example/",
        title=post.feed,
        kind=Kind(post.kind),
        councils=post.councils,
        nation=post.nation,
    )


def entry_of(post: Document) -> Entry:
    """Return a post as a visit brings it."""
    return Entry(
        key=post.id,
        url=f"https://{post.slug}.example/{post.id}",
        title=post.title,
        html=f"<p>{post.text}</p>",
        text=post.text,
        excerpt=post.text[:300],
        authors=post.authors,
        tags=post.tags,
        language=post.language,
        published=post.sort_at,
    )
