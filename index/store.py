"""The system of record for the crawl: which feeds to visit, and what the visits found.

Each method is one transaction. The crawler alone uses this; pages read through
`index.catalogue`, and the search index is told of changes through `index.outbox`,
whose rows are written here in the very transaction that changes an entry.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from index import following
from index.backfills import want_first
from index.clusters import settle_feed
from index.database import BATCH, Database
from index.errors import NotFound
from index.facts import CRAWLED, keep_fact, turn
from index.keeping import Ahead, keep_entries, read_ahead, unread
from index.model import (
    TOMBSTONES,
    Entry,
    Feed,
    Followings,
    Lease,
    Recorded,
    Robots,
    Visit,
)
from index.rederive import begin
from index.rows import (
    JOINED,
    KEPT_VISITS,
    dialled,
    feed_columns,
    feed_of,
    poll_of,
    poll_row,
)
from index.schema import ACTIVE, Moment, feeds, polls, robots, visits, write_moment

LEASE = timedelta(minutes=15)
REVISIT = timedelta(hours=1)  # nobody's wish to hurry brings us back sooner (rule 6)


class Store:
    """The crawl's verbs."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def follow(
        self,
        outlines: Sequence[Feed],
        now: datetime,
        *,
        spread: timedelta = timedelta(0),
        digest: str = "",
        warnings: Sequence[str] = (),
    ) -> Followings:
        """Bring the feeds into line with the list of blogs (see `index.following`).

        `digest` tells this list from others, and `warnings` are what its reader had to say.
        """
        with self.database.write() as db:
            done = following.follow(db, outlines, now, spread)
            done = replace(done, warnings=(*warnings, *done.warnings))
            following.note(db, digest, done.warnings)
            begin(db)
        return done

    def followed(self, digest: str) -> Followings | None:
        """Return what following a list would come to if it is followed as it is, else None."""
        with self.database.read() as db:
            warnings = following.noted(db, digest)
        return None if warnings is None else Followings(warnings=warnings)

    def withdraw(self, slug: str) -> Feed:
        """Let a blog go, and forget all that it published; raises NotFound."""
        with self.database.write() as db:
            feed = following.withdraw(db, slug)
        if feed is None:
            raise NotFound(f"No blog is called {slug}: `planet feeds --json` tells their names.")
        return feed

    def lease(self, now: datetime, limit: int) -> list[Lease]:
        """Take up to `limit` due feeds, at most one of a host or platform, submissions first.

        Nobody else is given them, nor another feed of their hosts, until they are recorded
        or the lease ends: the feeds of a worker that died fall due again by themselves.
        """
        until, token = now + LEASE, secrets.token_hex(8)
        with self.database.write() as db:
            rows = db.execute(_due(now, limit)).mappings().all()
            leases = [
                Lease(feed=feed_of(row, JOINED), poll=poll_of(row), token=token, until=until)
                for row in rows
            ]
            db.execute(
                update(polls)
                .where(polls.c.feed_id.in_([lease.feed.id for lease in leases]))
                .values(leased_until=until, token=token)
            )
        return leases

    def active(self) -> int:
        """Return how many feeds are visited at all."""
        with self.database.read() as db:
            return db.execute(select(func.count()).where(polls.c.active)).scalar_one()

    def due(self, now: datetime) -> int:
        """Return how many feeds are due."""
        ready = (ACTIVE, polls.c.due <= now, polls.c.not_before <= now)
        with self.database.read() as db:
            return db.execute(select(func.count()).where(*ready)).scalar_one()

    def next_due(self) -> datetime | None:
        """Return when the next visit falls due, leased feeds apart; None if none ever will."""
        when = case((polls.c.due > polls.c.not_before, polls.c.due), else_=polls.c.not_before)
        query = select(func.min(when, type_=Moment)).where(
            polls.c.active, polls.c.leased_until.is_(None)
        )
        with self.database.read() as db:
            return db.execute(query).scalar()

    def release(self, leases: Iterable[Lease]) -> None:
        """Give feeds back unvisited, to be visited when they were due."""
        with self.database.write() as db:
            for lease in leases:
                db.execute(
                    update(polls)
                    .where(polls.c.feed_id == lease.feed.id, polls.c.token == lease.token)
                    .values(leased_until=None, token="")
                )

    def release_all(self) -> None:
        """Give back every lease of a crawler that died. For the only crawler, as it starts."""
        with self.database.write() as db:
            db.execute(
                update(polls)
                .where(polls.c.leased_until.is_not(None))
                .values(leased_until=None, token="")
            )

    def stagger(self, now: datetime, when: Callable[[datetime], datetime]) -> int:
        """Put off what fell due while nobody was there, each to the time that `when` gives.

        `when` is told since when a feed is due. Submissions and feeds that were never
        visited stay as they are. Returns how many were put off (rule 20).
        """
        overdue = (ACTIVE, polls.c.due <= now, polls.c.priority > 0)
        query = select(polls.c.feed_id, polls.c.due).where(*overdue, polls.c.visited.is_not(None))
        with self.database.write() as db:
            rows = [{"feed": row.feed_id, "later": when(row.due)} for row in db.execute(query)]
            if rows:
                late = update(polls).where(polls.c.feed_id == bindparam("feed"))
                db.execute(late.values(due=bindparam("later")), rows)
        return len(rows)

    def hasten(self, now: datetime, *, anyhow: Callable[[str], bool] = lambda url: False) -> int:
        """Make every feed due now; return how many are.

        A server's Retry-After stands, and so does one visit a feed an hour, but for the
        addresses that `anyhow` is true of: the operator's own machines.
        """
        columns = (polls.c.feed_id, polls.c.visited, polls.c.not_before, feeds.c.url)
        query = select(*columns).join(feeds).where(polls.c.active, polls.c.leased_until.is_(None))
        with self.database.write() as db:
            rows = db.execute(query).all()
            ready = [
                row.feed_id
                for row in rows
                if anyhow(row.url)
                or (row.not_before <= now and (not row.visited or row.visited <= now - REVISIT))
            ]
            for start in range(0, len(ready), BATCH):
                db.execute(
                    update(polls)
                    .where(polls.c.feed_id.in_(ready[start : start + BATCH]))
                    .values(due=now, not_before=now)
                )
        return len(ready)

    def record(self, lease: Lease, visit: Visit) -> Recorded:
        """Keep what a visit found, or nothing if the lease has ended meanwhile.

        The feed's status is left alone: it may have been decided on during the visit.
        """
        [recorded] = self.record_all([(lease, visit)])
        return recorded

    def unread(self, feed: Feed, found: Sequence[Entry]) -> list[Entry]:
        """Return those of a feed's entries that seem to be new or changed."""
        with self.database.read() as db:
            return unread(db, feed, found)

    def record_all(
        self, visits: Sequence[tuple[Lease, Visit]], ahead: Mapping[int, Ahead] | None = None
    ) -> list[Recorded]:
        """Keep what several visits found, in one transaction: all of it or nothing.

        What seems to be new is read before, so that nobody who wants to write waits for that;
        what was read already is in `ahead`, by the ids of the feeds.
        """
        read = dict(ahead or {})
        for feed, found in [(lease.feed, v.entries) for lease, v in visits]:
            if feed.id not in read:
                read[feed.id] = read_ahead(feed, self.unread(feed, found))
        with self.database.write() as db:
            held = _held(db, [lease for lease, _ in visits])
            kept = [
                (lease, visit, _keep(db, held[lease.feed.id], lease, visit, read[lease.feed.id]))
                for lease, visit in visits
                if lease.feed.id in held
            ]
            if kept:
                _keep_polls(db, kept)
                keep_fact(db, CRAWLED, write_moment(max(visit.at for _, visit, _ in kept)))
            if any(r.new or r.changed or _told(lease, visit) for lease, visit, r in kept):
                turn(db)
        recorded = {lease.feed.id: result for lease, _, result in kept}
        return [recorded.get(lease.feed.id, Recorded(stale=True)) for lease, _ in visits]

    def feeds(self) -> list[Feed]:
        """Return every feed there is, whatever its status, by title."""
        with self.database.read() as db:
            rows = db.execute(select(feeds).order_by(func.lower(feeds.c.title), feeds.c.id))
            return [feed_of(row) for row in rows.mappings()]

    def robots(self, origins: Iterable[str]) -> dict[str, Robots]:
        """Return what we know of the robots.txt at these origins (scheme, host and port)."""
        wanted = list(origins)
        found: dict[str, Robots] = {}
        with self.database.read() as db:
            for start in range(0, len(wanted), BATCH):
                query = select(robots).where(robots.c.origin.in_(wanted[start : start + BATCH]))
                found |= {row["origin"]: Robots(**row) for row in db.execute(query).mappings()}
        return found

    def keep_robots(self, found: Robots) -> None:
        """Remember a robots.txt."""
        values = {"status": found.status, "body": found.body, "fetched": found.fetched}
        with self.database.write() as db:
            if not db.execute(
                update(robots).where(robots.c.origin == found.origin).values(values)
            ).rowcount:
                db.execute(insert(robots).values(origin=found.origin, **values))

    def tidy(self) -> None:
        """Forget all but the last visits of each feed. Once a day will do."""
        rank = func.row_number().over(partition_by=visits.c.feed_id, order_by=visits.c.id.desc())
        ranked = select(visits.c.id, rank.label("rank")).subquery()
        old = select(ranked.c.id).where(ranked.c.rank > KEPT_VISITS)
        with self.database.write() as db:
            db.execute(delete(visits).where(visits.c.id.in_(old)))


def _due(now: datetime, limit: int) -> Any:
    """Select due feeds, the most pressing of each slot, where nobody visits the slot now."""
    busy = select(polls.c.slot).where(polls.c.leased_until > now)
    rank = func.row_number().over(
        partition_by=polls.c.slot, order_by=(polls.c.priority, polls.c.due, polls.c.feed_id)
    )
    ready = (
        select(polls.c.feed_id, rank.label("rank"))
        .where(
            ACTIVE,
            polls.c.due <= now,
            polls.c.not_before <= now,
            or_(polls.c.leased_until.is_(None), polls.c.leased_until <= now),
            polls.c.slot.not_in(busy),
        )
        .subquery()
    )
    return (
        select(polls, *feed_columns())
        .join(ready, and_(ready.c.feed_id == polls.c.feed_id, ready.c.rank == 1))
        .join(feeds, feeds.c.id == polls.c.feed_id)
        .order_by(polls.c.priority, polls.c.due, polls.c.feed_id)
        .limit(limit)
    )


Kept = tuple[Lease, Visit, Recorded]


def _held(db: Connection, leases: Sequence[Lease]) -> dict[int, Feed]:
    """Return, as they are now, the feeds whose lease still holds."""
    tokens = {lease.feed.id: lease.token for lease in leases}
    query = select(feeds, polls.c.token).join(polls).where(feeds.c.id.in_(tokens))
    rows = db.execute(query).mappings()
    return {row["id"]: feed_of(row) for row in rows if row["token"] == tokens[row["id"]]}


def _keep(db: Connection, now: Feed, lease: Lease, visit: Visit, ahead: Ahead) -> Recorded:
    """Keep what a visit learned of its feed, and the entries it found."""
    if now.status in TOMBSTONES:
        return Recorded()
    _keep_feed(db, now, visit.feed)
    if visit.poll.succeeded and not lease.poll.succeeded:  # not begun with before it is live
        want_first(db, now.id, visit.at)
    if not visit.entries:
        return Recorded()
    first, called = lease.poll.succeeded is None, lease.poll.called
    return keep_entries(db, now, visit, first_import=first, called=called, ahead=ahead)


def _keep_feed(db: Connection, now: Feed, seen: Feed) -> None:
    """Take over what a visit may learn: the feed's address, its site, a title where none was."""
    learned = replace(
        now,
        url=seen.url,
        guessed=seen.guessed,
        site=now.site or seen.site,
        title=now.title or seen.title,
    )
    if learned == now:
        return
    db.execute(
        update(feeds)
        .where(feeds.c.id == now.id)
        .values(url=learned.url, guessed=learned.guessed, site=learned.site, title=learned.title)
    )
    following.move(db, learned)
    if learned.site != now.site:  # by which it is told whose a post is
        settle_feed(db, now.id)


def _keep_polls(db: Connection, kept: Sequence[Kept]) -> None:
    """Remember each visit, when the next one is due, and whose servers it will dial."""
    db.execute(
        update(polls).where(polls.c.feed_id == bindparam("of_feed")),
        [
            poll_row(visit.poll)
            | {
                "of_feed": lease.feed.id,
                "leased_until": None,
                "token": "",
            }
            | dialled(replace(lease, feed=visit.feed, poll=visit.poll).address)
            for lease, visit, _ in kept
        ],
    )
    for hold in {visit.hold for _, visit, _ in kept if visit.hold}:
        db.execute(
            update(polls)
            .where(polls.c.host == hold.host, polls.c.not_before < hold.until)
            .values(not_before=hold.until)
        )
    db.execute(
        insert(visits),
        [
            {
                "feed_id": lease.feed.id,
                "at": visit.at,
                "outcome": visit.outcome.value,
                "status": visit.status,
                "seconds": round(visit.seconds, 3),
                "size": visit.size,
                "new": recorded.new,
                "problem": visit.poll.problem,
                "detail": visit.note or visit.poll.detail,
            }
            for lease, visit, recorded in kept
        ],
    )


def _told(lease: Lease, visit: Visit) -> bool:
    """Whether what the directory says of the feed has changed."""
    before, after = lease.poll, visit.poll
    told = attrgetter("problem", "detail", "aim", "moving_why", "moving_to")
    return bool(told(before) != told(after))
