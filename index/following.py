"""Bringing the store into line with the list of blogs.

The list decides which blogs there are and what they are called; the store knows what
was learned since. A line finds its feed by any address the feed has or had, and, where
an address was edited by hand, by the home page. So:

    a line we know          its title, kind, councils and nation are taken over
    a line with a new       the same feed, at its new address, visited soon; so is a line
      address                 with the address that its move was proposed to
    a line we do not know   a new feed; first visits are spread out
    a feed without a line   archived: no longer visited, its posts stay
    a line for a blog that  nothing, and a warning: a tombstone beats the list
      left or was refused
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from index.address import host, normal
from index.backfills import forget_backfill
from index.clusters import settle_feed
from index.counted import count_posts
from index.facts import FOLLOWED, fact, keep_fact, turn
from index.known import Known
from index.model import EPOCH, PUBLISHED, TOMBSTONES, Aim, Feed, Followings, Poll, Status
from index.outbox import announce
from index.pages import forget_pages
from index.rows import dialled, feed_of, poll_row
from index.schema import addresses, claims, entries, feeds, holds, polls

STEP = timedelta(seconds=10)  # between two first visits, until `spread` is full


def follow(
    db: Connection, outlines: Sequence[Feed], now: datetime, spread: timedelta
) -> Followings:
    """Bring the feeds into line with `outlines`, within the caller's transaction.

    The first visits to new feeds are spread over at most `spread`, those whose address
    was seen before those whose address is a guess.
    """
    known = Known.read(db)
    known.heed(outlines)
    matched: dict[int, Feed] = {}
    new: list[Feed] = []
    warnings: list[str] = []
    for outline in outlines:
        feed = known.find(outline, matched)
        if feed is None:
            new.append(outline)
        elif feed.status in TOMBSTONES:
            warnings.append(_buried(outline, feed))
            matched[feed.id] = feed
        else:
            matched[feed.id] = outline
    changed = sum(_change(db, known, known.feeds[i], line, now) for i, line in matched.items())
    left = [f for i, f in known.feeds.items() if i not in matched and f.status is Status.LIVE]
    for feed in left:
        _set_status(db, feed, Status.ARCHIVED)
    _add(db, known, new, now, spread)
    if new or changed or left:
        turn(db)
    return Followings(
        added=len(new), changed=changed, archived=len(left), warnings=tuple(warnings)
    )


def withdraw(db: Connection, slug: str) -> Feed | None:
    """Let a blog go as its owner asked, within the caller's transaction; return it.

    All that it published is deleted, here and from the search index; what stays is a
    tombstone, so that no list and nobody brings it back. None if there is no such blog.
    """
    row = db.execute(select(feeds).where(feeds.c.slug == slug)).mappings().first()
    if row is None:
        return None
    feed = feed_of(row)
    announce_all(db, feed)
    _set_status(db, feed, Status.WITHDRAWN)
    keep_fact(db, FOLLOWED, "")
    _forget_posts(db, feed)
    for of_feed in (holds, claims):
        db.execute(delete(of_feed).where(of_feed.c.feed_id == feed.id))
    db.execute(update(feeds).where(feeds.c.id == feed.id).values(description=""))
    forget_backfill(db, feed.id)
    turn(db)
    return feed


def suggest(db: Connection, feed: Feed, now: datetime) -> Feed:
    """Add a feed that is visited at once, before all others, and published nowhere."""
    slugs = set(db.execute(select(feeds.c.slug)).scalars())
    pending = replace(feed, slug=_slug(feed, slugs), status=Status.PENDING)
    return _insert(db, pending, now, priority=0)


def decide(db: Connection, feed: Feed, status: Status) -> None:
    """Give a feed the status that people decided on, within the caller's transaction.

    What it says of itself is written too. A tombstone keeps nothing that it published.
    """
    before = db.execute(select(feeds.c.status).where(feeds.c.id == feed.id)).scalar_one()
    _set_status(db, replace(feed, status=Status(before)), status)
    said = _feed_row(replace(feed, status=status))
    db.execute(update(feeds).where(feeds.c.id == feed.id).values(said))
    db.execute(update(polls).where(polls.c.feed_id == feed.id).values(priority=1))
    if status in TOMBSTONES:
        announce_all(db, feed)
        _forget_posts(db, feed)
        forget_backfill(db, feed.id)
    keep_fact(db, FOLLOWED, "")
    turn(db)


def _forget_posts(db: Connection, feed: Feed) -> None:
    db.execute(delete(entries).where(entries.c.feed_id == feed.id))
    count_posts(db, feed.id)


def move(db: Connection, feed: Feed) -> None:
    """Note an address that was learned as the feed's own, within the caller's transaction."""
    _claim(db, feed)
    keep_fact(db, FOLLOWED, "")


def note(db: Connection, digest: str, warnings: Sequence[str]) -> None:
    """Note which list the feeds are in line with, and what was to be warned of."""
    keep_fact(db, FOLLOWED, json.dumps([digest, *warnings], ensure_ascii=False))


def noted(db: Connection, digest: str) -> tuple[str, ...] | None:
    """Return what to warn of if the feeds are in line with the list of that digest.

    None if they are not, for all that is known: it was another list, or something else has
    changed a feed's address or status since.
    """
    known, *warnings = json.loads(fact(db, FOLLOWED) or '[""]')
    return tuple(warnings) if known and known == digest else None


def _claim(db: Connection, feed: Feed) -> None:
    if not feed.url:
        return
    key = normal(feed.url)
    db.execute(delete(addresses).where(addresses.c.address == key))
    db.execute(insert(addresses).values(address=key, feed_id=feed.id))


def _buried(outline: Feed, feed: Feed) -> str:
    why = "asked to leave" if feed.status is Status.WITHDRAWN else "was refused"
    return f"{outline.title or feed.title} is in the list but {why}: it is not followed."


def _change(db: Connection, known: Known, feed: Feed, line: Feed, now: datetime) -> bool:
    """Take over what the list says of a feed; say whether that changed anything."""
    if feed.status in TOMBSTONES:
        return False
    moved = known.moves(line, feed)
    after = replace(
        feed,
        title=line.title or feed.title,
        site=line.site or feed.site,
        kind=line.kind,
        councils=line.councils,
        nation=line.nation,
        status=Status.LIVE,  # also of what was archived, or only suggested until now
        url=line.url if moved else feed.url,
        guessed=line.guessed if moved else feed.guessed,
        pages=line.pages,
    )
    if after == feed:
        return False
    if feed.pages and not after.pages:
        forget_pages(db, feed.id)
    db.execute(update(feeds).where(feeds.c.id == feed.id).values(_feed_row(after)))
    if feed.status is Status.ARCHIVED:
        db.execute(update(polls).where(polls.c.feed_id == feed.id).values(active=True, due=now))
    if moved:
        _claim(db, after)
        db.execute(update(polls).where(polls.c.feed_id == feed.id).values(_moved(after, now)))
    announce_all(db, feed)
    return True


def _set_status(db: Connection, feed: Feed, status: Status) -> None:
    db.execute(update(feeds).where(feeds.c.id == feed.id).values(status=status.value))
    active = status in (Status.LIVE, Status.PENDING)
    db.execute(
        update(polls)
        .where(polls.c.feed_id == feed.id)
        .values(active=active, leased_until=None, token="")
    )
    if (feed.status in PUBLISHED) != (status in PUBLISHED):
        announce_all(db, feed)


def announce_all(db: Connection, feed: Feed) -> None:
    """Tell the search index, within the caller's transaction, of all posts of a feed."""
    ids = select(entries.c.id).where(entries.c.feed_id == feed.id)
    announce(db, list(db.execute(ids).scalars()))
    settle_feed(db, feed.id)


def _add(
    db: Connection, known: Known, new: Sequence[Feed], now: datetime, spread: timedelta
) -> None:
    slugs = {feed.slug for feed in known.feeds.values()}
    step = min(STEP, spread / len(new)) if new else STEP
    for place, feed in enumerate(sorted(new, key=_by_evidence)):
        slug = _slug(feed, slugs)
        slugs.add(slug)
        live = replace(feed, slug=slug, status=Status.LIVE)
        _insert(db, live, now + place * step, priority=1)


def _insert(db: Connection, feed: Feed, due: datetime, *, priority: int) -> Feed:
    key = db.execute(insert(feeds).values(_feed_row(feed))).inserted_primary_key
    added = replace(feed, id=key[0] if key else 0)
    _claim(db, added)
    poll = {"feed_id": added.id, "active": True, "priority": priority, "token": ""}
    db.execute(insert(polls).values(_fresh(added, due) | poll))
    return added


def _by_evidence(feed: Feed) -> int:
    """Sort what is surest first: a seen address, a guess, then a home page to look at."""
    return 2 if not feed.url else int(feed.guessed)


def _fresh(feed: Feed, due: datetime) -> dict[str, Any]:
    """Return the poll of a feed at an address that was never visited."""
    poll = Poll(aim=Aim.FEED if feed.url else Aim.HOME, due=due, not_before=EPOCH)
    return poll_row(poll) | dialled(feed.url or feed.site) | {"leased_until": None}


def _moved(feed: Feed, now: datetime) -> dict[str, Any]:
    """Return the poll of a feed at its new address; a visit to the old one counts no more."""
    return _fresh(feed, now) | {"token": ""}


def _feed_row(feed: Feed) -> dict[str, Any]:
    return {
        "slug": feed.slug,
        "url": feed.url,
        "site": feed.site,
        "title": feed.title,
        "kind": feed.kind.value,
        "councils": feed.councils,
        "nation": feed.nation,
        "guessed": feed.guessed,
        "status": feed.status.value,
        "pages": feed.pages,
    }


def _slug(feed: Feed, taken: set[str]) -> str:
    """Return a short name for the feed's page: from its title, else its host; without dots."""
    plain = unicodedata.normalize("NFKD", feed.title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    if not words:
        words = re.sub(r"[^a-z0-9]+", "-", host(feed.url or feed.site).lower()).strip("-")
    stem = words[:60].strip("-") or "blog"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug
