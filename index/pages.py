"""The pages of posts whose feed gives only a summary: which are to be read, and what they said.

    a post is kept whose feed says less than all (`want`)   wanted, due now
    Pages.take                                              leased, one of a host or platform
    Pages.keep     the page's text is what is searched; what is shown stays the excerpt
    Pages.failed   a server in trouble is asked again on another day, three times at the most;
                   a page that is of no use is not asked for again

A page is asked for once. Only where the author edits the summary is it asked for again, and not
within a week. Owners whose feed is enough have `/pages/no` among the blog's categories.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from index.address import host, normal, slot
from index.database import BATCH, Database
from index.facts import turn
from index.model import Entry, Feed, Status
from index.outbox import announce
from index.rederive import read_again
from index.schema import contents, entries, feeds, pages, polls

LEASE = timedelta(minutes=10)
TRIES = 3
FRESH = timedelta(days=7)  # an edit within that time brings no second visit
A_DAY = 500  # pages of one host or platform that are asked for in a day
OLDER = "older"  # the code of a page that the feed does not tell of any more
LOOKED_AT = 300  # rows in which a host is sought that nobody visits


class State(StrEnum):
    """How far a page has come."""

    WANTED = "wanted"
    READ = "read"
    USELESS = "useless"


@dataclass(frozen=True, slots=True)
class TakenPage:
    """A page that somebody may ask for until the lease ends, and the summary that it must fit."""

    entry: str
    address: str
    summary: str
    lease: str


@dataclass(frozen=True, slots=True)
class PageText:
    """What the page of a post said: safe HTML, and its plain text."""

    html: str
    text: str


class Pages:
    """The pages in the store. Each method is one transaction; raises StoreError."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self.clock = clock

    def take(self, limit: int, busy: Collection[str] = ()) -> list[TakenPage]:
        """Take up to `limit` due pages, the newest posts first, one of a host or platform.

        None of those in `busy`, nor of those that asked us to stay away (Retry-After).
        """
        now = self.clock()
        taken: list[TakenPage] = []
        with self.database.read() as db:  # which hinders nobody, and mostly there is nothing
            if db.execute(_due(now).limit(1)).first() is None:
                return []
        with self.database.write() as db:
            unfit = {*busy, *_unfit(db, now)}
            for row in db.execute(_due(now)).mappings():
                if len(taken) == limit:
                    break
                if row["slot"] in unfit:
                    continue
                unfit.add(row["slot"])
                token = secrets.token_hex(8)
                held = {"leased_until": now + LEASE, "lease": token, "asked": now}
                db.execute(update(pages).where(pages.c.entry_id == row["entry_id"]).values(held))
                taken.append(TakenPage(row["entry_id"], row["address"], row["text"], token))
        return taken

    def keep(self, taken: TakenPage, found: PageText) -> None:
        """Keep what a page said; from now on the post is found by it."""
        with self.database.write() as db:
            if not _ended(db, taken, state=State.READ.value, html=found.html, text=found.text):
                return
            _say(db, taken.entry, complete=True, text=found.text)
            read_again(db, [taken.entry])
            announce(db, [taken.entry])
            turn(db)

    def failed(
        self, taken: TakenPage, code: str, detail: str, *, again: timedelta | None = None
    ) -> None:
        """Note why a page could not be read.

        With `again`, its server is in trouble: no page of that host is asked for until then, and
        this one three times at the most.
        """
        now = self.clock()
        with self.database.write() as db:
            one = pages.c.entry_id == taken.entry
            tries = (db.execute(select(pages.c.tries).where(one)).scalar() or 0) + 1
            later = again is not None and tries < TRIES
            state = State.WANTED if later else State.USELESS
            said = {"state": state.value, "tries": tries, "code": code, "detail": detail}
            if _ended(db, taken, **said) and again is not None:
                until = now + again
                theirs = (pages.c.slot == slot(taken.address), pages.c.due < until)
                waiting = pages.c.state == State.WANTED.value
                db.execute(update(pages).where(*theirs, waiting).values(due=until))

    def release(self) -> None:
        """Give back what a crawler that died had taken. For the only crawler, as it starts."""
        with self.database.write() as db:
            held = pages.c.leased_until.is_not(None)
            db.execute(update(pages).where(held).values(leased_until=None, lease=""))

    def waiting(self) -> int:
        """Return how many pages are still to be read."""
        with self.database.read() as db:
            query = select(func.count()).where(pages.c.state == State.WANTED.value)
            return db.execute(query).scalar_one()


def want(db: Connection, feed: Feed, found: Iterable[tuple[str, Entry]], now: datetime) -> None:
    """Note that the pages of posts are to be read, within the caller's transaction.

    `found` are ids and entries that are new or edited. Of a post without a page of its own, or
    whose feed gives it whole, there is nothing to read.
    """
    every = dict(found)
    for ids in _batches([id for id, entry in every.items() if entry.complete]):
        db.execute(delete(pages).where(pages.c.entry_id.in_(ids)))
    wanted = {id: e for id, e in every.items() if may_read(feed) and _has_page(feed, e)}
    known: set[str] = set()
    for ids in _batches(list(wanted)):
        of_these = pages.c.entry_id.in_(ids)
        known |= set(db.execute(select(pages.c.entry_id).where(of_these)).scalars())
        stale = or_(pages.c.asked.is_(None), pages.c.asked < now - FRESH)
        again = {"state": State.WANTED.value, "due": now, "tries": 0}
        db.execute(update(pages).where(of_these, stale).values(again))
    rows = [page_row(id, entry.url, now) for id, entry in wanted.items() if id not in known]
    if rows:
        db.execute(insert(pages), rows)


def may_read(feed: Feed) -> bool:
    """Whether the pages of a blog's posts may be read, by its line in the list and its owner."""
    return feed.pages and feed.full_text


def note_read(
    db: Connection, feed: Feed, found: Iterable[tuple[str, Entry]], now: datetime
) -> None:
    """Note what the pages of new posts said, by which a back catalogue found them."""
    read = {"state": State.READ.value, "asked": now, "code": OLDER}
    rows = [
        page_row(id, entry.url, now) | read | {"html": entry.html, "text": entry.text}
        for id, entry in found
    ]
    if rows:
        db.execute(insert(pages), rows)


def forget_pages(db: Connection, feed_id: int) -> None:
    """Forget the pages of a blog's posts, within the caller's transaction: it asks us to."""
    joined = entries.join(pages).join(contents)
    query = select(entries.c.id, contents.c.text).select_from(joined)
    query = query.where(entries.c.feed_id == feed_id, pages.c.text != "")
    rows = db.execute(query).all()
    own = select(entries.c.id).where(entries.c.feed_id == feed_id)
    db.execute(delete(pages).where(pages.c.entry_id.in_(own)))
    for row in rows:
        _say(db, row.id, complete=False, text=row.text)
    for ids in _batches([row.id for row in rows]):
        read_again(db, list(ids))


def _say(db: Connection, id: str, *, complete: bool, text: str) -> None:
    values = {"complete": complete, "words": len(text.split())}
    db.execute(update(entries).where(entries.c.id == id).values(values))


def page_row(id: str, address: str, now: datetime) -> dict[str, Any]:
    """Return the row of a page that is wanted."""
    empty = dict.fromkeys(("code", "detail", "html", "text", "lease"), "")
    return empty | {
        "entry_id": id,
        "address": address,
        "slot": slot(address),
        "state": State.WANTED.value,
        "due": now,
        "tries": 0,
    }


def page_texts(db: Connection, ids: Sequence[str]) -> dict[str, PageText]:
    """Return what the pages of these posts said, as far as they were read."""
    found: dict[str, PageText] = {}
    for some in _batches(ids):
        query = select(pages.c.entry_id, pages.c.html, pages.c.text).where(
            pages.c.entry_id.in_(some), pages.c.text != ""
        )
        found |= {row.entry_id: PageText(row.html, row.text) for row in db.execute(query)}
    return found


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _has_page(feed: Feed, entry: Entry) -> bool:
    """Whether a post that the feed gives in part has a page of its own."""
    others = {normal(address) for address in (feed.site, feed.url) if address}
    return not entry.complete and bool(host(entry.url)) and normal(entry.url) not in others


def _due(now: datetime) -> Select[Any]:
    """Select pages that are due of posts that are published, the newest posts first."""
    free = or_(pages.c.leased_until.is_(None), pages.c.leased_until <= now)
    return (
        select(pages.c.entry_id, pages.c.address, pages.c.slot, contents.c.text)
        .join(entries, entries.c.id == pages.c.entry_id)
        .join(contents, contents.c.entry_id == pages.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(
            pages.c.state == State.WANTED.value,
            pages.c.due <= now,
            free,
            feeds.c.status == Status.LIVE.value,
            feeds.c.pages,
            feeds.c.full_text,
            ~entries.c.held,
        )
        .order_by(pages.c.due.desc(), entries.c.sort_at.desc())
        .limit(LOOKED_AT)
    )


def _unfit(db: Connection, now: datetime) -> set[str]:
    """Return the hosts that were asked for enough pages, or want nobody of ours now."""
    enough = select(pages.c.slot).where(pages.c.asked > now - timedelta(days=1))
    queries = (
        select(pages.c.slot).where(pages.c.leased_until > now),
        enough.group_by(pages.c.slot).having(func.count() >= A_DAY),
        select(polls.c.slot).where(polls.c.not_before > now),
    )
    return {where for query in queries for where in db.execute(query).scalars()}


def _ended(db: Connection, taken: TakenPage, **values: Any) -> bool:
    """Write down what came of a page, if the lease still holds; say whether it does."""
    held = (pages.c.entry_id == taken.entry, pages.c.lease == taken.lease)
    free = {"leased_until": None, "lease": ""}
    return bool(db.execute(update(pages).where(*held).values(free | values)).rowcount)
