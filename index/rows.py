"""Between the store's rows and the values they hold, both ways; nothing here runs a query."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Label, RowMapping

from index.address import host, slot
from index.derived import Derived
from index.model import (
    Aim,
    Entry,
    Excerpt,
    Feed,
    Health,
    Kind,
    Outcome,
    Poll,
    Post,
    Status,
    Visited,
    entry_id,
)
from index.named import councils_of
from index.outbound import own_address
from index.schema import feeds
from index.shown import shown

QUIET = timedelta(days=365)  # alive, but with nothing new for as long

JOINED = "blog_"  # the feed's columns beside those of another table
FEED_COLUMNS = tuple(f.name for f in fields(Feed))
POLL_COLUMNS = tuple(f.name for f in fields(Poll))
VISIT_COLUMNS = tuple(f.name for f in fields(Visited))
KEPT_VISITS = 50  # of each feed
LATE = timedelta(days=30)  # a post that turns up so long after its date was added later (rule 34)


def feed_of(row: RowMapping, prefix: str = "") -> Feed:
    """Read a feed from its own row, or from another one that it is `JOINED` to."""
    values = {name: row[prefix + name] for name in FEED_COLUMNS}
    values["kind"], values["status"] = Kind(values["kind"]), Status(values["status"])
    values["excerpt"] = Excerpt(values["excerpt"])
    return Feed(**values)


def feed_columns() -> list[Label[Any]]:
    """Return the columns of a feed, to be read beside those of another table."""
    return [feeds.c[name].label(JOINED + name) for name in FEED_COLUMNS]


def poll_of(row: RowMapping) -> Poll:
    """Read the crawler's memory of a feed."""
    values = {name: row[name] for name in POLL_COLUMNS}
    values["aim"] = Aim(values["aim"])
    return Poll(**values)


def poll_row(poll: Poll) -> dict[str, Any]:
    """Write the crawler's memory of a feed down."""
    return {name: getattr(poll, name) for name in POLL_COLUMNS}


def dialled(address: str) -> dict[str, str]:
    """Write down whose servers a visit to `address` will dial."""
    return {"slot": slot(address), "host": host(address)}


def visited_of(row: RowMapping) -> Visited:
    """Read a visit that was remembered."""
    values = {name: row[name] for name in VISIT_COLUMNS}
    values["outcome"] = Outcome(values["outcome"])
    return Visited(**values)


def post_of(row: RowMapping) -> Post:
    """Read a post from a row of entries joined with the columns of its feed (`feed_columns`)."""
    feed = feed_of(row, JOINED)
    return Post(
        id=row["id"],
        feed=feed,
        councils=councils_of(feed.kind, feed.councils, row["councils"]),
        url=row["url"],
        title=row["title"],
        titled=row["titled"],
        excerpt=shown(row["excerpt"], feed.excerpt),
        complete=row["complete"],
        words=row["words"],
        authors=row["authors"],
        tags=row["tags"],
        topics=row["topics"],
        language=row["language"],
        licence=row["licence"],
        published=row["published"],
        updated=row["updated"],
        first_seen=row["first_seen"],
        sort_at=row["sort_at"],
        late=row["late"],
        discussed=row.get("discussed", 0),
        cluster=row["cluster"],
        lead=row["lead"],
    )


def entry_row(entry: Entry, feed: Feed, derived: Derived) -> dict[str, Any]:
    """Write down what a visit may change of an entry: all but when it was first seen."""
    return {
        "id": entry_id(feed.slug, entry.key),
        "feed_id": feed.id,
        "key": entry.key,
        "url": entry.url,
        "address": own_address(entry.url, feed),
        "title": entry.title,
        "titled": entry.titled,
        "excerpt": entry.excerpt,
        "complete": entry.complete,
        "words": len(entry.text.split()),
        "authors": entry.authors,
        "tags": entry.tags,
        "topics": derived.topics,
        "councils": derived.councils,
        "linked": derived.linked,
        "language": derived.language,
        "claimed": entry.language,
        "licence": entry.licence,
        "published": entry.published,
        "published_raw": entry.published_raw,
        "date_source": entry.date_source.value,
        "updated": entry.updated,
        "digest": entry.digest,
    }


def seen_at(entry: Entry, now: datetime, position: int, *, first_import: bool) -> dict[str, Any]:
    """Decide what is fixed when an entry is first seen: its place in the order of posts.

    A post never sorts later than the moment we saw it (rule 32: a future date pins
    nothing to the top), and an edit never moves it. Posts of one visit without a date
    keep the order of their feed: `position` counts from its top.
    """
    date = min(entry.published or now, now)
    if date == now:
        date -= timedelta(milliseconds=position)
    return {
        "first_seen": now,
        "sort_at": date,
        "late": not first_import and now - date > LATE,
    }


def archived_at(entry: Entry, now: datetime, position: int, below: datetime) -> dict[str, Any]:
    """Decide the same for an entry of an archive: by its own date, whenever we saw it.

    One without a date sorts below everything dated on its page, which `below` is the oldest of;
    nothing from an archive is ever as new as the moment that we saw it.
    """
    date = entry.published if entry.published and entry.published < now else None
    date = date or min(below, now - LATE) - timedelta(milliseconds=1 + position)
    return {"first_seen": now, "sort_at": date, "late": now - date > LATE}


def health_of(feed: Feed, poll: Poll, newest: datetime | None, now: datetime) -> Health:
    """Tell how a feed is doing."""
    followed = feed.status in (Status.LIVE, Status.PENDING)
    if followed and poll.moving_why:
        return Health.MOVED
    if not followed or poll.problem == "gone":
        return Health.GONE if poll.problem == "gone" else Health.QUIET
    if not feed.url or poll.problem == "wrong-guess" or (feed.guessed and poll.aim is Aim.HOME):
        return Health.SEARCHING
    if poll.problem:
        return Health.FAILING
    if poll.visited is None:
        return Health.NEW
    if newest is None or now - newest > QUIET:
        return Health.QUIET
    return Health.OK
