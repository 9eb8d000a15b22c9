"""Blogs that do not seem to be themselves any more: their new posts wait for a moderator.

    visit ─► holds_back ─► posts are kept and published, or kept and held
    moderator ─► `index.held.release` (they are published) or `Decisions.remove` (all is gone)

What was published before a blog is held stays, as it was. A release is taken at its word: the
next posts that come are not judged, and those published count as the blog's own from then on.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select

from index.address import host
from index.councils import council_name
from index.derived import Derived
from index.drift import Brought, Drift, Piece, Profile, doubtful, drift, hosts_of
from index.model import Entry, Feed, Status, Visit
from index.schema import contents, entries, holds

SAMPLE = 50  # posts that tell what a blog is like

New = tuple[Entry, Derived]


def holds_back(db: Connection, feed: Feed, visit: Visit, called: str, new: Sequence[New]) -> bool:
    """Whether what a visit brings is to wait for a moderator, within the caller's transaction.

    `called` is the feed's own title before, `new` what the visit brings for the first time.
    """
    of_feed = holds.c.feed_id == feed.id
    noted = db.execute(select(holds.c.released).where(of_feed)).first()
    if noted is not None:
        if noted.released is not None:
            db.execute(delete(holds).where(of_feed))
        return noted.released is None
    verdict = _verdict(db, feed, visit, called, new)
    if verdict is None:
        return False
    values = {"feed_id": feed.id, "reason": verdict.reason, "sentence": verdict.sentence}
    db.execute(insert(holds).values(values | {"since": visit.at}))
    return True


def _verdict(
    db: Connection, feed: Feed, visit: Visit, called: str, new: Sequence[New]
) -> Drift | None:
    if feed.status is not Status.LIVE:
        return None  # a suggested one is looked at by a person anyway
    own = [host(url) for url in (feed.site, feed.url)]
    pieces = tuple(_piece(entry, made.linked, own) for entry, made in new)
    brought = Brought(visit.poll.called, pieces)
    if not doubtful(brought):
        return None
    known = db.execute(_sample(feed)).mappings().all()
    if not known:
        return None
    count = select(func.count()).where(entries.c.feed_id == feed.id)
    authors = {name for row in known for name in row["authors"]}
    profile = Profile(
        titles=tuple(filter(None, (feed.title, called))),
        names=(*own, *authors, *map(council_name, feed.councils)),
        posts=db.execute(count).scalar_one(),
        newest=known[0]["sort_at"],
        latest=tuple(_known_piece(row, own) for row in known),
    )
    return drift(profile, brought, visit.at)


def _sample(feed: Feed) -> Select[Any]:
    columns = (entries.c.title, entries.c.claimed, entries.c.linked, entries.c.sort_at)
    query = select(*columns, entries.c.authors, contents.c.html, contents.c.text)
    newest = (entries.c.sort_at.desc(), entries.c.id.desc())
    joined = query.select_from(entries.join(contents)).where(entries.c.feed_id == feed.id)
    return joined.order_by(*newest).limit(SAMPLE)


def _piece(entry: Entry, linked: float, own: Sequence[str]) -> Piece:
    hosts = hosts_of(entry.html, own)
    return Piece(entry.title, entry.text, entry.language, hosts, linked)


def _known_piece(row: RowMapping, own: Sequence[str]) -> Piece:
    hosts = hosts_of(row["html"], own)
    return Piece(row["title"], row["text"], row["claimed"], hosts, row["linked"])
