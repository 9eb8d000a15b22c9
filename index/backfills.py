"""Fetching back catalogues, as far as it has come: each answer, and where to go on from it.

    a new blog was read (`want_first`), or somebody asks (`want`)      wanted
    Backfills.take     leased: one of a host or platform
    Backfills.keep     its posts and the next address in one transaction, so that a crawler
                       killed at any moment loses no more than the answer under way
                       ... until all is done, or nothing more can be had

Entries come in at their own dates (`index.keeping.keep_archive`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from index.address import normal
from index.backfill import NO_PAGES, Backfill, State, Step, Taken, What
from index.backfilling import (
    FREE,
    backfill_row,
    begin,
    begin_again,
    due_rows,
    go_on,
    held_row,
    lease,
    next_of,
    of_feed,
)
from index.database import Database
from index.errors import NotFound, PlanetError
from index.facts import turn
from index.keeping import keep_archive
from index.model import Feed, Status
from index.pages import may_read
from index.rows import JOINED, feed_of
from index.schema import addresses, backfills, entries, feeds, holds

REVISIT = timedelta(hours=1)  # a feed is not read twice within that time (rule 6)


class Backfills:
    """The back catalogues in the store. Each method is one transaction; raises StoreError."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self.clock = clock

    def want(self, blog: str) -> tuple[Feed, Backfill]:
        """Ask for a blog's back catalogue, named by its slug or an address of it.

        One that is done stays as it is; one that is stuck goes on where it was. Raises NotFound,
        and PlanetError for a blog whose back catalogue is not fetched.
        """
        now = self.clock()
        with self.database.write() as db:
            feed = _named(db, blog)
            _check(db, feed)
            known = backfill_row(db, feed.id)
            if known is None:
                begin(db, feed.id, now, automatic=False)
            elif known.state is State.STUCK:
                begin_again(db, feed.id, now)
            mine = update(backfills).where(of_feed(feed.id))
            db.execute(mine.values(automatic=False))
            return feed, backfill_row(db, feed.id) or Backfill(due=now)

    def of(self, feed_id: int) -> Backfill | None:
        """Return how far the back catalogue of a feed has come, if anybody wants it."""
        with self.database.read() as db:
            return backfill_row(db, feed_id)

    def take(
        self,
        limit: int,
        *,
        only: int | None = None,
        automatic: bool = True,
        anyhow: Callable[[str], bool] = lambda url: False,
    ) -> list[Taken]:
        """Take up to `limit` that are due, one of a host or platform; or the `only` one.

        Those that nobody asked for only if `automatic`. A feed that has to be read once more is
        not within an hour, unless `anyhow` is true of its address.
        """
        now = self.clock()
        query = due_rows(now, only=only, automatic=automatic)
        with self.database.read() as db:  # which hinders nobody, and mostly there is nothing
            if db.execute(query.limit(1)).first() is None:
                return []
        taken: list[Taken] = []
        with self.database.write() as db:
            busy: set[str] = set()
            for row in db.execute(query).mappings().all():
                if len(taken) == limit or row["slot"] in busy:
                    continue
                one, rested = next_of(db, row), (row["visited"] or now - REVISIT) + REVISIT
                if one.address == one.feed.url and rested > now and not anyhow(one.address):
                    mine = update(backfills).where(of_feed(one.feed.id))
                    db.execute(mine.values(due=rested))
                    continue
                busy.add(row["slot"])
                taken.append(lease(db, one, now))
        return taken

    def keep(self, taken: Taken, step: Step) -> Taken | None:
        """Keep what a step brought; return what follows it, or None if that is for later, or over.

        Nothing is kept if the lease has ended, or the blog has left or is held meanwhile.
        """
        with self.database.write() as db:
            row = held_row(db, taken)
            if row is None:
                return None
            feed = feed_of(row, JOINED)
            if feed.status is not Status.LIVE or row["held_since"]:
                db.execute(update(backfills).where(of_feed(feed.id)).values(FREE))
                return None
            of_post = taken.what is What.POST
            if of_post and not may_read(feed):
                step = replace(step, entries=(), end=NO_PAGES)
            new = 0
            if step.entries:
                new = keep_archive(db, feed, step.entries, step.at, from_pages=of_post)
            if new:
                turn(db)
            return go_on(db, taken, step, row, new)

    def leave(self, taken: Taken) -> None:
        """Give back what goes on, so that others have their turn."""
        mine = (of_feed(taken.feed.id), backfills.c.lease == taken.lease)
        with self.database.write() as db:
            values = FREE | {"due": self.clock()}
            db.execute(update(backfills).where(*mine).values(values))

    def addresses(self, feed_id: int) -> list[str]:
        """Return the addresses of the posts that we have of a feed, the newest first."""
        own = select(entries.c.url).where(entries.c.feed_id == feed_id)
        with self.database.read() as db:
            return list(db.execute(own.order_by(entries.c.sort_at.desc())).scalars())

    def release(self, rest: timedelta) -> None:
        """Give back what a crawler that died had taken; its host rests first.

        For the only crawler, as it starts.
        """
        held = backfills.c.leased_until.is_not(None)
        with self.database.write() as db:
            values = FREE | {"due": self.clock() + rest}
            db.execute(update(backfills).where(held).values(values))


def want_first(db: Connection, feed_id: int, now: datetime) -> None:
    """Note that a new blog's back catalogue is wanted, within the caller's transaction; once."""
    if db.execute(select(backfills.c.feed_id).where(of_feed(feed_id))).first() is None:
        begin(db, feed_id, now, automatic=True)


def forget_backfill(db: Connection, feed_id: int) -> None:
    """Forget the back catalogue of a blog that left, within the caller's transaction."""
    db.execute(delete(backfills).where(of_feed(feed_id)))


def _check(db: Connection, feed: Feed) -> None:
    if feed.status is not Status.LIVE:
        raise PlanetError(f"{feed.title} is {feed.status}: only live blogs are read further back.")
    if not feed.url:
        raise PlanetError(f"We do not know yet where the feed of {feed.title} is.")
    held = select(holds.c.since).where(holds.c.feed_id == feed.id, holds.c.released.is_(None))
    if db.execute(held).first():
        raise PlanetError(f"{feed.title} is held: a moderator has to decide on its posts first.")


def _named(db: Connection, blog: str) -> Feed:
    """Return the feed with that slug, or the one whose feed or home page is or was there."""
    by_slug = select(feeds).where(feeds.c.slug == blog)
    by_address = select(feeds).join(addresses).where(addresses.c.address == normal(blog))
    for query in (by_slug, by_address):
        if row := db.execute(query).mappings().first():
            return feed_of(row)
    sites = db.execute(select(feeds).where(feeds.c.site != "")).mappings()
    at_home = [row for row in sites if normal(row["site"]) == normal(blog)]
    if len(at_home) != 1:
        raise NotFound(f"No blog is called {blog}: `planet feeds --json` tells their names.")
    return feed_of(at_home[0])
