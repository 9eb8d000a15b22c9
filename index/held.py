"""What is held of blogs that do not seem to be themselves, and letting it go (`index.holding`)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select, update

from index.clusters import settle_feed
from index.database import Database
from index.errors import NotFound, PlanetError
from index.facts import turn
from index.model import Feed, Held
from index.outbox import announce
from index.rows import feed_of
from index.schema import HELD, entries, feeds, holds, polls
from index.store import REVISIT

SHOWN = 20  # titles of held posts, the newest first
_COLUMNS = (holds.c.reason, holds.c.sentence, holds.c.since)


@dataclass(frozen=True, slots=True)
class HeldBlog:
    """A blog whose new posts wait: why, how many they are, and the titles of the newest."""

    feed: Feed
    held: Held
    posts: int
    titles: tuple[str, ...]


class Holding:
    """What is held, for moderators alone."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[HeldBlog]:
        """Return the blogs that wait for a decision, the one that waits longest at the top."""
        query = (
            select(feeds, *_COLUMNS)
            .join(holds)
            .where(holds.c.released.is_(None))
            .order_by(holds.c.since)
        )
        with self.database.read() as db:
            return [_held_blog(db, row) for row in db.execute(query).mappings().all()]


def release(db: Connection, slug: str, now: datetime) -> Feed:
    """Publish what is held of a blog, within the caller's transaction; return the blog.

    Each post keeps its place in the order of posts; whoever asks for what was first seen since
    then is told of it. What was held back of posts known before comes with the next visit: one
    under way does not count. Raises NotFound and PlanetError.
    """
    feed = _held_feed(db, slug)
    of_feed = entries.c.feed_id == feed.id
    ids = list(db.execute(select(entries.c.id).where(of_feed, HELD)).scalars())
    db.execute(update(entries).where(of_feed, HELD).values(held=False, first_seen=now))
    announce(db, ids)
    settle_feed(db, feed.id)
    read_anew(db, feed.id, now)
    db.execute(update(holds).where(holds.c.feed_id == feed.id).values(released=now))
    turn(db)
    return feed


def read_anew(db: Connection, feed_id: int, now: datetime) -> None:
    """Have the next visit read a feed whole, within the caller's transaction.

    A visit under way does not count.
    """
    whole = {"digest": "", "etag": "", "last_modified": "", "unconditional": None}
    own = polls.c.feed_id == feed_id
    db.execute(update(polls).where(own).values(whole))
    away = {"leased_until": None, "token": "", "due": now + REVISIT}
    db.execute(update(polls).where(own, polls.c.leased_until.is_not(None)).values(away))


def _held_feed(db: Connection, slug: str) -> Feed:
    query = select(feeds, holds.c.since, holds.c.released)
    row = db.execute(query.outerjoin(holds).where(feeds.c.slug == slug)).mappings().first()
    if row is None:
        raise NotFound(f"No blog is called {slug}: `planet feeds --json` tells their names.")
    if row["since"] is None or row["released"] is not None:
        raise PlanetError(f"Nothing is held of {row['title']}.")
    return feed_of(row)


def _held_blog(db: Connection, row: RowMapping) -> HeldBlog:
    own = (entries.c.feed_id == row["id"], HELD)
    titles = select(entries.c.title).where(*own).order_by(entries.c.sort_at.desc()).limit(SHOWN)
    return HeldBlog(
        feed=feed_of(row),
        held=Held(row["reason"], row["sentence"], row["since"]),
        posts=db.execute(select(func.count()).where(*own)).scalar_one(),
        titles=tuple(db.execute(titles).scalars()),
    )
