"""What pages and programs may see: published posts and the blogs they come from.

Only feeds that are followed or archived are ever read here; what is pending, refused
or withdrawn cannot leak, because no query can reach it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, and_, func, or_, select

from index.database import BATCH, Database
from index.errors import NotFound
from index.facts import CRAWLED, VERSION, fact
from index.model import EPOCH, Coverage, Cursor, Feed, Followed, Health, Post, Visited
from index.outbox import LISTED
from index.rows import (
    JOINED,
    KEPT_VISITS,
    feed_columns,
    feed_of,
    health_of,
    poll_of,
    post_of,
    visited_of,
)
from index.schema import contents, entries, feeds, polls, visits

LONGEST_TEXT = 1_000_000  # characters of a post: more than any has

Clock = Callable[[], datetime]
_BY_TITLE = func.lower(feeds.c.title)


class Catalogue:
    """The read side of the store."""

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.database = database
        self._clock = clock
        self._covered: tuple[str, Coverage] | None = None  # and the version it is true of
        self._listed: tuple[str, tuple[Feed, ...]] | None = None

    def latest(
        self,
        limit: int,
        *,
        before: Cursor | None = None,
        after: Cursor | None = None,
        feed: int | None = None,
    ) -> list[Post]:
        """Return up to `limit` posts, newest first, next to the given place in the planet.

        `before` gives the posts that follow it in the list (older), `after` those that
        precede it (newer). The order is total, so paging neither skips nor repeats.
        """
        query = _posts()
        if feed is not None:
            query = query.where(entries.c.feed_id == feed)
        if before is not None:
            query = query.where(_beyond(before, older=True))
        if after is not None:
            query = query.where(_beyond(after, older=False))
            query = query.order_by(entries.c.sort_at, entries.c.id)
        else:
            query = query.order_by(entries.c.sort_at.desc(), entries.c.id.desc())
        with self.database.read() as db:
            rows = [post_of(row) for row in db.execute(query.limit(limit)).mappings()]
        return rows[::-1] if after is not None else rows

    def posts(self, ids: Sequence[str]) -> list[Post]:
        """Return the posts with these ids, in their order; those not published are left out."""
        found: dict[str, Post] = {}
        with self.database.read() as db:
            for start in range(0, len(ids), BATCH):
                query = _posts().where(entries.c.id.in_(ids[start : start + BATCH]))
                found |= {row["id"]: post_of(row) for row in db.execute(query).mappings()}
        return [found[i] for i in ids if i in found]

    def texts(self, ids: Sequence[str], most: int = LONGEST_TEXT) -> dict[str, str]:
        """Return the plain text of the posts with these ids, `most` characters of each."""
        texts: dict[str, str] = {}
        columns = (contents.c.entry_id, func.substr(contents.c.text, 1, most).label("text"))
        joined = select(*columns).select_from(contents.join(entries).join(feeds))
        with self.database.read() as db:
            for start in range(0, len(ids), BATCH):
                query = joined.where(
                    feeds.c.status.in_(LISTED),
                    contents.c.entry_id.in_(ids[start : start + BATCH]),
                )
                texts |= {row.entry_id: row.text for row in db.execute(query)}
        return texts

    def post(self, id: str) -> Post:
        """Return one post; raises NotFound."""
        found = self.posts([id])
        if not found:
            raise NotFound("There is no post at this address.")
        return found[0]

    def blogs(self) -> list[Followed]:
        """Return every published blog and how it is doing, by title."""
        return self._followed(feeds.c.status.in_(LISTED))

    def listed(self) -> tuple[Feed, ...]:
        """Return every published blog, by title; read once for each version."""
        version = self.version()
        known = self._listed
        if known is None or known[0] != version:
            query = select(feeds).where(feeds.c.status.in_(LISTED)).order_by(_BY_TITLE, feeds.c.id)
            with self.database.read() as db:
                rows = db.execute(query).mappings().all()
            known = self._listed = version, tuple(map(feed_of, rows))
        return known[1]

    def blog(self, slug: str) -> Followed:
        """Return one blog; raises NotFound."""
        found = self._followed(and_(feeds.c.slug == slug, feeds.c.status.in_(LISTED)))
        if not found:
            raise NotFound("There is no blog at this address.")
        return found[0]

    def visits(self, slug: str) -> list[Visited]:
        """Return the blog's last visits, newest first; 50 of each feed are remembered."""
        query = (
            select(visits)
            .join(feeds)
            .where(feeds.c.slug == slug, feeds.c.status.in_(LISTED))
            .order_by(visits.c.id.desc())
            .limit(KEPT_VISITS)
        )
        with self.database.read() as db:
            return [visited_of(row) for row in db.execute(query).mappings()]

    def coverage(self) -> Coverage:
        """Return how much of the world our answers are drawn from.

        It is counted once for each version: at 20,000 posts that takes 8 ms, more than a
        search does.
        """
        with self.database.read() as db:
            version, crawled = fact(db, VERSION), fact(db, CRAWLED)
        known = self._covered
        if known is None or known[0] != version:
            known = self._covered = version, self._coverage()
        return replace(known[1], crawled=datetime.fromisoformat(crawled) if crawled else None)

    def _coverage(self) -> Coverage:
        blogs = self.blogs()
        with self.database.read() as db:
            oldest = db.execute(_posts_oldest()).scalar()
        return Coverage(
            blogs=sum(1 for blog in blogs if blog.posts),
            councils=len({c for blog in blogs if blog.posts for c in blog.feed.councils}),
            posts=sum(blog.posts for blog in blogs),
            failing=sum(blog.health is Health.FAILING for blog in blogs),
            oldest=oldest,
        )

    def version(self) -> str:
        """Return a token that changes whenever anything that pages show has changed."""
        with self.database.read() as db:
            return fact(db, VERSION)

    def _followed(self, which: ColumnElement[bool]) -> list[Followed]:
        now = self._clock()
        query = (
            select(polls, *feed_columns(), _count().label("count"), _newest().label("newest"))
            .select_from(feeds.join(polls, polls.c.feed_id == feeds.c.id))
            .where(which)
            .order_by(_BY_TITLE, feeds.c.id)
        )
        with self.database.read() as db:
            rows = db.execute(query).mappings().all()
        posts = {post.id: post for post in self.posts([r["newest"] for r in rows if r["newest"]])}
        return [_followed(row, posts.get(row["newest"] or ""), now) for row in rows]


def _followed(row: RowMapping, newest: Post | None, now: datetime) -> Followed:
    feed, poll = feed_of(row, JOINED), poll_of(row)
    return Followed(
        feed=feed,
        poll=poll,
        health=health_of(feed, poll, newest.sort_at if newest else None, now),
        posts=row["count"] or 0,
        newest=newest,
    )


def _posts() -> Select[Any]:
    """Select posts with the columns of their feeds."""
    return select(entries, *feed_columns()).join(feeds).where(feeds.c.status.in_(LISTED))


def _posts_oldest() -> Select[Any]:
    return (
        select(entries.c.sort_at)
        .join(feeds)
        .where(feeds.c.status.in_(LISTED))
        .order_by(entries.c.sort_at)
        .limit(1)
    )


def _beyond(place: Cursor, *, older: bool) -> ColumnElement[bool]:
    moment = EPOCH + timedelta(microseconds=place.sort_at)
    at, id = entries.c.sort_at, entries.c.id
    if older:
        return or_(at < moment, and_(at == moment, id < place.id))
    return or_(at > moment, and_(at == moment, id > place.id))


def _count() -> ScalarSelect[int]:
    """Count the posts of the feed at hand."""
    of_feed = entries.c.feed_id == feeds.c.id
    return select(func.count()).where(of_feed).correlate(feeds).scalar_subquery()


def _newest() -> ScalarSelect[str]:
    """Name the newest post of the feed at hand: one step along an index.

    A window over all entries took 79 ms at 20,000 posts; this takes 1.
    """
    return (
        select(entries.c.id)
        .where(entries.c.feed_id == feeds.c.id)
        .order_by(entries.c.sort_at.desc(), entries.c.id.desc())
        .limit(1)
        .correlate(feeds)
        .scalar_subquery()
    )
