"""What pages and programs may see: published posts and the blogs they come from.

Only feeds that are followed or archived are ever read here; what is pending, refused,
withdrawn or held cannot leak, because no query can reach it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, and_, func, or_, select

from index.backfill import Archive
from index.backfilling import backfill_row
from index.copies import with_copies
from index.database import BATCH, Database
from index.errors import Gone, NotFound
from index.facts import CRAWLED, VERSION, fact
from index.links import answered, discussed, discussing
from index.mentions import mentions
from index.model import (
    EPOCH,
    Coverage,
    Cursor,
    Discussion,
    Excerpt,
    Feed,
    Followed,
    Health,
    Held,
    PageCount,
    Post,
    Visited,
)
from index.outbox import LISTED
from index.pages import OLDER
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
from index.schema import (
    COPIED,
    HELD,
    WHOLE,
    Moment,
    contents,
    entries,
    feeds,
    holds,
    pages,
    polls,
    removed,
    visits,
)
from index.slices import Slice
from index.steady import Steady

LONGEST_TEXT = 1_000_000  # characters of a post: more than any has

Clock = Callable[[], datetime]
_BY_TITLE = func.lower(feeds.c.title)
_WHOLE = Slice()
_HOLD = ("reason", "sentence", "since")
_WAITS = and_(holds.c.feed_id == feeds.c.id, holds.c.released.is_(None))


class Catalogue:
    """The read side of the store."""

    def __init__(
        self,
        database: Database,
        clock: Clock = lambda: datetime.now(UTC),
        steady: Steady | None = None,
    ) -> None:
        self.database = database
        self._clock = clock
        self._steady = steady or Steady()
        self._counting = Lock()
        self._covered: tuple[str, Coverage] | None = None  # and the version it is true of
        self._listed: tuple[str, tuple[Feed, ...]] | None = None
        self._mentions: tuple[str, Mapping[str, int]] | None = None

    def latest(
        self,
        limit: int,
        *,
        before: Cursor | None = None,
        after: Cursor | None = None,
        feed: int | None = None,
        of: Slice = _WHOLE,
    ) -> list[Post]:
        """Return up to `limit` posts, newest first, next to the given place in the planet.

        `before` gives the posts that follow it in the list (older), `after` those that
        precede it (newer). The order is total, so paging neither skips nor repeats.
        """
        query = _posts().where(*of.demands())
        if feed is not None:
            query = query.where(entries.c.feed_id == feed)
        elif not of.blog:  # a blog has all that it published; else each post is shown once
            query = query.where(entries.c.lead)
        if before is not None:
            query = query.where(_beyond(before, older=True))
        if after is not None:
            query = query.where(_beyond(after, older=False))
            query = query.order_by(entries.c.sort_at, entries.c.id)
        else:
            query = query.order_by(entries.c.sort_at.desc(), entries.c.id.desc())
        with self.database.read() as db:
            found = [post_of(row) for row in db.execute(query.limit(limit)).mappings()]
            rows = with_copies(db, found)
        return rows[::-1] if after is not None else rows

    def posts(self, ids: Sequence[str]) -> list[Post]:
        """Return the posts with these ids, in their order; those not published are left out."""
        found: dict[str, Post] = {}
        with self.database.read() as db:
            for start in range(0, len(ids), BATCH):
                query = _posts().where(entries.c.id.in_(ids[start : start + BATCH]))
                some = [post_of(row) for row in db.execute(query).mappings()]
                found |= {post.id: post for post in with_copies(db, some)}
        return [found[i] for i in ids if i in found]

    def texts(self, ids: Sequence[str], most: int = LONGEST_TEXT) -> dict[str, str]:
        """Return the plain text of the posts with these ids, `most` characters of each.

        None of a blog whose owner wishes that less than the usual excerpt be shown, or that
        its posts be not indexed whole.
        """
        texts: dict[str, str] = {}
        columns = (contents.c.entry_id, func.substr(WHOLE, 1, most).label("text"))
        joined = select(*columns).select_from(contents.join(entries).join(feeds).outerjoin(pages))
        with self.database.read() as db:
            for start in range(0, len(ids), BATCH):
                query = joined.where(
                    feeds.c.status.in_(LISTED),
                    ~entries.c.held,
                    feeds.c.full_text,
                    feeds.c.excerpt == Excerpt.USUAL.value,
                    contents.c.entry_id.in_(ids[start : start + BATCH]),
                )
                texts |= {row.entry_id: row.text for row in db.execute(query)}
        return texts

    def post(self, id: str) -> Post:
        """Return one post; raises NotFound, and Gone if it was taken down."""
        found = self.posts([id])
        if found:
            return found[0]
        with self.database.read() as db:
            if db.execute(select(removed.c.id).where(removed.c.id == id)).first():
                raise Gone("The post that was here has been taken down.")
        raise NotFound("There is no post at this address.")

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

    def mentions(self) -> Mapping[str, int]:
        """Return how many posts of others' blogs name each council; read once a version."""
        version = self.version()
        known = self._mentions
        if known is None or known[0] != version:
            with self.database.read() as db:
                known = self._mentions = version, mentions(db)
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

    def discussion(self, id: str, limit: int = 20) -> Discussion:
        """Return the posts of other blogs that link to a post, and those that it links to."""
        with self.database.read() as db:
            by, answers = (
                tuple(map(post_of, db.execute(query.limit(limit), {"id": id}).mappings()))
                for query in (discussing(), answered())
            )
        return Discussion(by=by, answers=answers)

    def discussed(self, ids: Sequence[str]) -> dict[str, int]:
        """Return how many posts of other blogs discuss each of these."""
        found: dict[str, int] = {}
        with self.database.read() as db:
            for start in range(0, len(ids), BATCH):
                some = entries.c.id.in_(ids[start : start + BATCH])
                rows = db.execute(select(entries.c.id, discussed(entries)).where(some))
                found |= {row[0]: row[1] for row in rows}
        return found

    def archive(self, slug: str) -> Archive:
        """Return how far back the record of a blog goes, and how its back catalogue is doing."""
        which = (feeds.c.slug == slug, feeds.c.status.in_(LISTED))
        oldest = select(func.min(entries.c.sort_at, type_=Moment)).join(feeds)
        with self.database.read() as db:
            id = db.execute(select(feeds.c.id).where(*which)).scalar()
            return Archive(
                oldest=db.execute(oldest.where(*which, ~entries.c.held)).scalar(),
                backfill=backfill_row(db, id) if id else None,
            )

    def pages(self, slug: str) -> PageCount:
        """Return how many pages of a blog's posts were read, where its feed gives only a part."""
        query = (
            select(pages.c.state, func.count())
            .join(entries, entries.c.id == pages.c.entry_id)
            .join(feeds)
            .where(feeds.c.slug == slug, feeds.c.status.in_(LISTED), ~entries.c.held)
            .where(pages.c.code != OLDER)
            .group_by(pages.c.state)
        )
        with self.database.read() as db:
            counts = {row[0]: row[1] for row in db.execute(query)}
        return PageCount(
            read=counts.get("read", 0),
            waiting=counts.get("wanted", 0),
            useless=counts.get("useless", 0),
        )

    def coverage(self) -> Coverage:
        """Return how much of the world our answers are drawn from.

        It is counted once for each version: at 20,000 posts that takes 8 ms, more than a
        search does.
        """
        version = self.version()
        with self.database.read() as db:
            crawled = fact(db, CRAWLED)
        with self._counting:  # of those who ask at once one counts
            known = self._covered
            if known is None or known[0] != version:
                known = self._covered = version, self._coverage()
        return replace(known[1], crawled=datetime.fromisoformat(crawled) if crawled else None)

    def _coverage(self) -> Coverage:
        blogs = self.blogs()
        with self.database.read() as db:
            oldest = db.execute(_posts_oldest()).scalar()
            copied = db.execute(_copied()).scalar_one()
        return Coverage(
            blogs=sum(1 for blog in blogs if blog.posts),
            councils=len({c for blog in blogs if blog.posts for c in blog.feed.councils}),
            posts=sum(blog.posts for blog in blogs) - copied,
            failing=sum(blog.health is Health.FAILING for blog in blogs),
            oldest=oldest,
        )

    def version(self) -> str:
        """Return a token that changes whenever anything that pages show has changed."""
        if (held := self._steady.held()) is not None:
            return held
        with self.database.read() as db:
            return self._steady.seen(fact(db, VERSION))

    def _followed(self, which: ColumnElement[bool]) -> list[Followed]:
        now = self._clock()
        query = (
            select(polls, *feed_columns(), _count().label("count"), _newest().label("newest"))
            .add_columns(*(holds.c[name].label(f"held_{name}") for name in _HOLD))
            .select_from(feeds.join(polls, polls.c.feed_id == feeds.c.id).outerjoin(holds, _WAITS))
            .where(which)
            .order_by(_BY_TITLE, feeds.c.id)
        )
        with self.database.read() as db:
            rows = db.execute(query).mappings().all()
        posts = {post.id: post for post in self.posts([r["newest"] for r in rows if r["newest"]])}
        return [_followed(row, posts.get(row["newest"] or ""), now) for row in rows]


def _followed(row: RowMapping, newest: Post | None, now: datetime) -> Followed:
    feed, poll = feed_of(row, JOINED), poll_of(row)
    held = Held(*(row[f"held_{name}"] for name in _HOLD)) if row["held_since"] else None
    health = health_of(feed, poll, newest.sort_at if newest else None, now)
    return Followed(
        feed=feed,
        poll=poll,
        health=Health.HELD if held else health,
        posts=row["count"] or 0,
        newest=newest,
        held=held,
    )


@cache
def _posts() -> Select[Any]:
    """Select posts with the columns of their feeds; made once, since it takes a millisecond."""
    published = (feeds.c.status.in_(LISTED), ~entries.c.held)
    columns: list[Any] = [entries, *feed_columns(), discussed(entries).label("discussed")]
    return select(*columns).join(feeds).where(*published)


def _copied() -> Select[Any]:
    """Count the published posts that another is shown for: of each blog, by an index of them."""
    of_one = select(func.count()).where(entries.c.feed_id == feeds.c.id, COPIED).correlate(feeds)
    return select(func.coalesce(func.sum(of_one.scalar_subquery()), 0)).where(
        feeds.c.status.in_(LISTED)
    )


def _posts_oldest() -> Select[Any]:
    return (
        select(entries.c.sort_at)
        .join(feeds)
        .where(feeds.c.status.in_(LISTED), ~entries.c.held)
        .order_by(entries.c.sort_at)
        .limit(1)
    )


def _beyond(place: Cursor, *, older: bool) -> ColumnElement[bool]:
    moment = EPOCH + timedelta(microseconds=place.sort_at)
    at, id = entries.c.sort_at, entries.c.id
    if older:
        return or_(at < moment, and_(at == moment, id < place.id))
    return or_(at > moment, and_(at == moment, id > place.id))


def _count() -> ColumnElement[int]:
    """Count the published posts of the feed at hand: all but those held, which an index has."""
    held = select(func.count()).where(entries.c.feed_id == feeds.c.id, HELD).correlate(feeds)
    return feeds.c.posts - held.scalar_subquery()


def _newest() -> ScalarSelect[str]:
    """Name the newest post of the feed at hand: one step along an index.

    A window over all entries took 79 ms at 20,000 posts; this takes 1.
    """
    return (
        select(entries.c.id)
        .where(entries.c.feed_id == feeds.c.id, ~entries.c.held)
        .order_by(entries.c.sort_at.desc(), entries.c.id.desc())
        .limit(1)
        .correlate(feeds)
        .scalar_subquery()
    )
