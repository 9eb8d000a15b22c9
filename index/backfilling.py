"""The rows of back catalogues, in the caller's transaction: `index.backfills` has the verbs."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from index.address import normal, slot
from index.backfill import Backfill, End, Listed, Seen, State, Step, Taken, Way, What
from index.database import BATCH
from index.facts import turn
from index.model import Status
from index.rows import JOINED, feed_columns, feed_of
from index.schema import backfill_pages, backfills, feeds, holds, polls

LEASE = timedelta(minutes=15)
POSTS = 5_000  # pages of posts that are asked for, of one blog
LOOKED_AT = 300  # rows in which hosts are sought that nobody asks
TRIES = 6  # of an address whose server is in trouble
FREE: dict[str, Any] = {"leased_until": None, "lease": ""}
OPEN = (State.WANTED.value, State.UNDER_WAY.value)
FIRST = -(10**12)  # the place of sitemaps: before any post


def of_feed(feed_id: int) -> ColumnElement[bool]:
    """Return what the one back catalogue of a feed is known by."""
    return backfills.c.feed_id == feed_id


def backfill_row(db: Connection, feed_id: int) -> Backfill | None:
    """Return how far the back catalogue of a feed has come, if anybody wants it."""
    row = db.execute(select(backfills).where(of_feed(feed_id))).mappings().first()
    if row is None:
        return None
    of_post = backfill_pages.c.what == What.POST.value
    said = ("asked", "found", "due", "began", "ended", "code", "detail")
    return Backfill(
        way=Way(row["way"]),
        state=State(row["state"]),
        left=db.execute(select(func.count()).where(*_left(feed_id), of_post)).scalar_one(),
        **{name: row[name] for name in said},
    )


def begin(db: Connection, feed_id: int, now: datetime, *, automatic: bool) -> None:
    """Note that a back catalogue is wanted."""
    texts = dict.fromkeys(("way", "address", "code", "detail", "lease"), "")
    counts = dict.fromkeys(("asked", "found", "failures", "barren"), 0)
    state = {"state": State.WANTED.value, "what": What.FEED.value, "automatic": automatic}
    url = db.execute(select(feeds.c.url).where(feeds.c.id == feed_id)).scalar_one()
    own = {"feed_id": feed_id, "due": now, "slot": slot(url)}
    db.execute(insert(backfills).values(texts | counts | state | own))


def begin_again(db: Connection, feed_id: int, now: datetime) -> None:
    """Go on with what is stuck: where it was, or from the start if nothing was left to do."""
    row = db.execute(select(backfills).where(of_feed(feed_id))).mappings().one()
    values: dict[str, Any] = {"state": State.UNDER_WAY.value, "ended": None, "due": now}
    values |= {"code": "", "detail": "", "failures": 0, "barren": 0}
    if not row["address"] and not next_page(db, feed_id)[0]:
        values |= {"way": Way.UNKNOWN.value, "what": What.FEED.value}
        db.execute(delete(backfill_pages).where(backfill_pages.c.feed_id == feed_id))
    db.execute(update(backfills).where(of_feed(feed_id)).values(values))


def due_rows(now: datetime, *, only: int | None, automatic: bool) -> Select[Any]:
    """Select what may be asked for now where nobody is at work, what waits longest first."""
    busy = select(backfills.c.slot).where(backfills.c.leased_until > now)
    joined = backfills.join(feeds).join(polls, polls.c.feed_id == feeds.c.id).outerjoin(holds)
    query = (
        select(backfills, *feed_columns(), polls.c.visited, polls.c.older_way, polls.c.older)
        .select_from(joined)
        .where(
            backfills.c.state.in_(OPEN),
            backfills.c.due <= now,
            or_(backfills.c.leased_until.is_(None), backfills.c.leased_until <= now),
            backfills.c.slot.not_in(busy),
            polls.c.not_before <= now,
            feeds.c.status == Status.LIVE.value,
            feeds.c.url != "",
            or_(holds.c.feed_id.is_(None), holds.c.released.is_not(None)),
        )
        .order_by(backfills.c.automatic, backfills.c.due, backfills.c.feed_id)
        .limit(LOOKED_AT)
    )
    if only is not None:
        query = query.where(of_feed(only))
    return query if automatic else query.where(~backfills.c.automatic)


def next_of(db: Connection, row: RowMapping) -> Taken:
    """Return what is to be asked for: where it was left, or where the feed's last visit says."""
    feed, way = feed_of(row, JOINED), Way(row["way"])
    address, what = row["address"], What(row["what"])
    if way is Way.UNKNOWN:
        way = Way(row["older_way"])
        address = row["older"] or (feed.url if way is not Way.SITEMAP else "")
    elif not address:
        address, what = next_page(db, feed.id)
    counts = {name: row[name] for name in ("asked", "failures", "barren")}
    seen = _seen(db, feed.id)
    return Taken(feed=feed, way=way, address=address, what=what, seen=seen, **counts)


def lease(db: Connection, one: Taken, now: datetime) -> Taken:
    """Write down who asks, so that nobody else does."""
    token = secrets.token_hex(8)
    leased = {
        "lease": token,
        "leased_until": now + LEASE,
        "slot": slot(one.address or one.feed.url),
    }
    mine = update(backfills).where(of_feed(one.feed.id))
    db.execute(mine.values(leased))
    begun = {"began": now, "state": State.UNDER_WAY.value}
    if db.execute(mine.where(backfills.c.began.is_(None)).values(begun)).rowcount:
        turn(db)
    return replace(one, lease=token)


def held_row(db: Connection, taken: Taken) -> RowMapping | None:
    """Return the row of what was taken, if its lease holds; `held_since` if the blog is held."""
    waits = (holds.c.feed_id == backfills.c.feed_id) & holds.c.released.is_(None)
    joined = backfills.join(feeds).outerjoin(holds, waits)
    query = select(backfills, *feed_columns(), holds.c.since.label("held_since"))
    mine = (of_feed(taken.feed.id), backfills.c.lease == taken.lease)
    query = query.select_from(joined).where(*mine, backfills.c.state.in_(OPEN))
    return db.execute(query).mappings().first()


def go_on(db: Connection, taken: Taken, step: Step, row: RowMapping, new: int) -> Taken | None:
    """Write down where to go on after a step; return that, if it is to be at once."""
    asked, found = row["asked"] + 1, row["found"] + new
    values = {"way": step.way.value, "asked": asked, "found": found, "barren": step.barren}
    values |= {"code": step.code, "detail": step.detail, "failures": 0}
    if step.again is not None:
        _later(db, taken, step, values)
        return None
    _note(db, taken, step)
    _queue(db, taken.feed.id, step.queue)
    address, what, end = step.address, step.what, step.end
    if not address and end is None:
        address, what = next_page(db, taken.feed.id)
        begins = step.way is not taken.way  # where the sitemap is, the crawler finds out
        end = None if address or begins else step.last
    values |= {"address": _kept(address, what), "what": what.value}
    values |= {"slot": slot(address or taken.address), "leased_until": step.at + LEASE}
    if end is not None:
        values |= _over(db, taken, step, end)
    db.execute(update(backfills).where(of_feed(taken.feed.id)).values(values))
    if end is not None:
        return None
    seen = Seen(
        taken.seen.addresses | {normal(taken.address)}, taken.seen.keys | frozenset(step.keys)
    )
    on = replace(taken, way=step.way, address=address, what=what, seen=seen)
    return replace(on, asked=asked, failures=0, barren=step.barren)


def next_page(db: Connection, feed_id: int) -> tuple[str, What]:
    """Return the next address in a queue, sitemaps first, then the newest posts."""
    query = select(backfill_pages.c.address, backfill_pages.c.what).where(*_left(feed_id))
    row = db.execute(query.order_by(backfill_pages.c.place, backfill_pages.c.key).limit(1)).first()
    return (row.address, What(row.what)) if row else ("", What.SITEMAP)


def _left(feed_id: int) -> tuple[ColumnElement[bool], ...]:
    return backfill_pages.c.feed_id == feed_id, ~backfill_pages.c.done


def _kept(address: str, what: What) -> str:
    """Return what is to be written down: pages of a queue are found there again."""
    return address if what is What.FEED else ""


def _later(db: Connection, taken: Taken, step: Step, values: dict[str, Any]) -> None:
    """Leave a server in trouble alone for a while, and for good after some tries."""
    again, failures = step.again or timedelta(0), taken.failures + 1
    values |= FREE | {"failures": failures, "due": step.at + again}
    values |= {"address": _kept(taken.address, taken.what), "what": taken.what.value}
    if step.hold is not None:
        theirs = (polls.c.host == step.hold.host, polls.c.not_before < step.hold.until)
        db.execute(update(polls).where(*theirs).values(not_before=step.hold.until))
    if failures >= TRIES:
        values |= _over(db, taken, step, End(State.STUCK, step.code, step.detail))
    db.execute(update(backfills).where(of_feed(taken.feed.id)).values(values))


def _over(db: Connection, taken: Taken, step: Step, end: End) -> dict[str, Any]:
    """Return what is written of the end; forget the pages that nobody will ask for."""
    if end.state is State.DONE:
        own = backfill_pages.c.feed_id == taken.feed.id
        db.execute(delete(backfill_pages).where(own))
    turn(db)
    said = {"state": end.state.value, "code": end.code, "detail": end.detail}
    return FREE | said | {"ended": step.at}


def _seen(db: Connection, feed_id: int) -> Seen:
    own = (backfill_pages.c.feed_id == feed_id, backfill_pages.c.done)
    rows = db.execute(select(backfill_pages.c.key, backfill_pages.c.brought).where(*own)).all()
    return Seen(
        addresses=frozenset(row.key for row in rows),
        keys=frozenset(key for row in rows for key in row.brought),
    )


def _note(db: Connection, taken: Taken, step: Step) -> None:
    """Write down that an address was asked for, and what it brought."""
    key = normal(taken.address)
    one = (backfill_pages.c.feed_id == taken.feed.id, backfill_pages.c.key == key)
    done = {"done": True, "brought": step.keys}
    if not db.execute(update(backfill_pages).where(*one).values(done)).rowcount:
        row = _page(taken.feed.id, Listed(taken.address, taken.what))
        db.execute(insert(backfill_pages).values(row | done))


def _queue(db: Connection, feed_id: int, found: Sequence[Listed]) -> None:
    """Add what a sitemap named, each address once; of posts the newest, up to `POSTS`."""
    rows = {row["key"]: row for row in (_page(feed_id, one) for one in found)}
    own = backfill_pages.c.feed_id == feed_id
    for some in _batches(list(rows)):
        known = select(backfill_pages.c.key).where(own, backfill_pages.c.key.in_(some))
        for key in db.execute(known).scalars():
            del rows[key]
    if not rows:
        return
    db.execute(insert(backfill_pages), list(rows.values()))
    posts = (own, backfill_pages.c.what == What.POST.value)
    ranked = select(backfill_pages.c.key).where(*posts)
    ranked = ranked.order_by(~backfill_pages.c.done, backfill_pages.c.place, backfill_pages.c.key)
    for some in _batches(list(db.execute(ranked.offset(POSTS)).scalars())):
        db.execute(delete(backfill_pages).where(own, backfill_pages.c.key.in_(some)))


def _page(feed_id: int, one: Listed) -> dict[str, Any]:
    newness = int(one.changed.timestamp()) if one.changed else 0
    return {
        "feed_id": feed_id,
        "key": normal(one.address),
        "address": one.address,
        "what": one.what.value,
        "place": -newness if one.what is What.POST else FIRST,
        "done": False,
        "brought": (),
    }


def _batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
