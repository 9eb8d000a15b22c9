"""Keeping the posts that a visit found, within the caller's transaction.

A post that is new gets a place in the order of posts and keeps it; one that was edited
is edited here too; one that came back under another key is the post it was (rules 27 and 30).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, insert, select, update

from index.address import normal
from index.backfill import Way
from index.clusters import join_clusters
from index.counted import count_posts
from index.database import BATCH
from index.derived import Derived, derive_entry, read_entries
from index.holding import holds_back
from index.links import keep_links
from index.model import Entry, Feed, Recorded, Visit, entry_id
from index.outbox import announce
from index.pages import PageText, note_read, page_texts, want
from index.rekeyed import Kept, enough_unknown, rekeyed, same_address
from index.rows import archived_at, entry_row, seen_at
from index.schema import Moment, backfills, contents, entries
from index.tombstones import without_removed

Ahead = Mapping[Entry, Derived]
NOTHING: Ahead = MappingProxyType({})


def keep_archive(
    db: Connection, feed: Feed, found: Sequence[Entry], now: datetime, *, from_pages: bool
) -> int:
    """Keep the posts of an archive that are new, each at its own date; return how many are.

    What we have stays as its feed gave it. Nothing is held: the posts come from where those came
    that are published. Posts that were read `from_pages` of theirs are kept as if their feed had
    given the excerpt, so that an owner may have the page's text forgotten.
    """
    found = without_removed(db, feed, found)
    known = _known(db, feed, found, first_import=False)
    unknown = [e for e in found if e.key not in known]
    if unknown:  # the page of a post has no id, and its feed may have given one
        known |= same_address(feed, _kept(db, entries.c.feed_id == feed.id), unknown)
    taken = {one.id for one in known.values()}
    new = [e for e in unknown if e.key not in known and entry_id(feed.slug, e.key) not in taken]
    made = {e.key: _derived(feed, e) for e in new}
    below = _oldest(db, feed, new, now)
    rows = [
        entry_row(e, feed, made[e.key]) | archived_at(e, now, place, below) | {"held": False}
        for place, e in enumerate(new)
    ]
    _insert(db, rows, [_as_excerpt(e) for e in new] if from_pages else new, made)
    keep_links(db, {row["id"]: made[e.key].links for row, e in zip(rows, new, strict=True)})
    ids = [(row["id"], e) for row, e in zip(rows, new, strict=True)]
    (note_read if from_pages else want)(db, feed, ids, now)
    announce(db, [row["id"] for row in rows])
    join_clusters(db, {row["id"]: made[e.key].bands for row, e in zip(rows, new, strict=True)})
    return len(new)


def _as_excerpt(entry: Entry) -> Entry:
    return replace(entry, html=f"<p>{escape(entry.excerpt)}</p>", text=entry.excerpt)


def _oldest(db: Connection, feed: Feed, new: Sequence[Entry], now: datetime) -> datetime:
    """Return the date of the oldest of these posts, or else of all that the feed has."""
    dated = [e.published for e in new if e.published and e.published < now]
    oldest = select(func.min(entries.c.sort_at, type_=Moment)).where(entries.c.feed_id == feed.id)
    return min(dated, default=None) or db.execute(oldest).scalar() or now


def unread(db: Connection, feed: Feed, found: Sequence[Entry]) -> list[Entry]:
    """Return the entries that seem to be new or changed."""
    ids = {entry_id(feed.slug, entry.key): entry for entry in found}
    known: dict[str, str] = {}
    for start in range(0, len(ids), BATCH):
        some = entries.c.id.in_([*ids][start : start + BATCH])
        rows = db.execute(select(entries.c.id, entries.c.digest).where(some))
        known |= {row.id: row.digest for row in rows}
    return [entry for id, entry in ids.items() if known.get(id) != entry.digest]


def read_ahead(feed: Feed, found: Sequence[Entry]) -> Ahead:
    """Read entries: it takes milliseconds each, in which nothing shall be locked."""
    return dict(zip(found, read_entries(feed, found), strict=True))


def keep_entries(
    db: Connection,
    feed: Feed,
    visit: Visit,
    *,
    first_import: bool,
    called: str = "",
    ahead: Ahead = NOTHING,
) -> Recorded:
    """Keep what a visit found of a feed's posts, and tell the search index of what changed.

    `called` is the feed's own title before; what was read `ahead` is not read again. Posts that
    do not seem to be the blog's are held, and what was published then stays as it was. Posts
    that were taken down are passed over.
    """
    visit = replace(visit, entries=without_removed(db, feed, visit.entries))
    known = _known(db, feed, visit.entries, first_import=first_import)
    new, changed = _parted(feed, visit.entries, known)
    whole = page_texts(db, [one.id for one, _ in changed])
    made = {e.key: ahead.get(e) or _derived(feed, e) for _, e in new}
    for one, e in changed:
        page = whole.get(one.id)
        made[e.key] = (None if page else ahead.get(e)) or _derived(feed, e, page)
    brought = [*(e for _, e in new), *(e for one, e in changed if one.title != e.title)]
    if first_import:
        brought = []  # there is nothing that they could differ from
    held = holds_back(db, feed, visit, called, [(e, made[e.key]) for e in brought])
    if held:
        changed = [(one, e) for one, e in changed if one.held]
    rows = [
        entry_row(e, feed, made[e.key])
        | seen_at(e, visit.at, place, first_import=first_import)
        | {"held": held}
        for place, e in new
    ]
    _insert(db, rows, [e for _, e in new], made)
    for one, entry in changed:
        _edit(db, one, entry, feed, made[entry.key], whole.get(one.id))
    both = [(row["id"], e) for row, (_, e) in zip(rows, new, strict=True)]
    both += [(one.id, e) for one, e in changed]
    want(db, feed, both, visit.at)
    keep_links(db, {id: made[e.key].links for id, e in both})
    announce(db, [id for id, _ in both])
    join_clusters(db, {id: made[e.key].bands for id, e in both})
    return Recorded(new=len(new), changed=len(changed))


def _parted(
    feed: Feed, found: Sequence[Entry], known: Mapping[str, Kept]
) -> tuple[list[tuple[int, Entry]], list[tuple[Kept, Entry]]]:
    """Return the entries that are new, with their places, and those that were edited."""
    taken = {one.id for one in known.values()}
    new = [
        (place, e)
        for place, e in enumerate(found)
        if e.key not in known and entry_id(feed.slug, e.key) not in taken
    ]
    changed = [
        (known[e.key], e)
        for e in found
        if e.key in known and (known[e.key].digest, known[e.key].key) != (e.digest, e.key)
    ]
    return new, changed


def _insert(
    db: Connection, rows: Sequence[dict[str, Any]], new: Sequence[Entry], made: dict[str, Derived]
) -> None:
    if not new:
        return
    db.execute(insert(entries), rows)
    found = [_content(row["id"], e, made[e.key]) for row, e in zip(rows, new, strict=True)]
    db.execute(insert(contents), found)
    count_posts(db, rows[0]["feed_id"])


def _edit(
    db: Connection, one: Kept, entry: Entry, feed: Feed, made: Derived, whole: PageText | None
) -> None:
    row = entry_row(entry, feed, made) | {"id": one.id}
    if whole and not entry.complete:
        row |= {"complete": True, "words": len(whole.text.split())}
    db.execute(update(entries).where(entries.c.id == one.id).values(row))
    content = _content(one.id, entry, made)
    db.execute(update(contents).where(contents.c.entry_id == one.id).values(content))


def _known(
    db: Connection, feed: Feed, visited: Sequence[Entry], *, first_import: bool
) -> dict[str, Kept]:
    """Return what we have of these entries, by the keys that they have now."""
    if first_import and not _kept(db, entries.c.feed_id == feed.id, limit=1):
        return {}
    keys = {entry.key for entry in visited}
    ids = {entry_id(feed.slug, key): key for key in keys}
    known: dict[str, Kept] = {}
    for one in _kept_in(db, entries.c.id, list(ids)):
        # Under another key: it was changed once (rule 27), and now the old one is back.
        known[one.key if one.key in keys else ids[one.id]] = one
    missing = [key for key in keys if key not in known]
    for one in _kept_in(db, entries.c.key, missing, entries.c.feed_id == feed.id):
        known[one.key] = one
    unknown = [entry for entry in visited if entry.key not in known]
    if unknown and _pages_read(db, feed):
        by_page = [one for one in _kept(db, entries.c.feed_id == feed.id) if _of_a_page(one)]
        known |= same_address(feed, by_page, unknown)
        unknown = [entry for entry in unknown if entry.key not in known]
    if not enough_unknown(len(unknown), len(visited)):
        return known
    seen = {one.id for one in known.values()}
    others = [one for one in _kept(db, entries.c.feed_id == feed.id) if one.id not in seen]
    return known | rekeyed(feed, others, unknown)


def _pages_read(db: Connection, feed: Feed) -> bool:
    """Whether some of the feed's posts may come from their own pages."""
    ways = select(backfills.c.way).where(backfills.c.feed_id == feed.id)
    return db.execute(ways).scalar() == Way.SITEMAP


def _of_a_page(one: Kept) -> bool:
    """Whether a post may come from its own page: it goes by its address."""
    return one.key == normal(one.url, fragment=True)


KEPT = tuple(entries.c[field.name] for field in fields(Kept))


def _kept(db: Connection, *which: ColumnElement[bool], limit: int | None = None) -> list[Kept]:
    rows = db.execute(select(*KEPT).where(*which).limit(limit)).mappings()
    return [Kept(**row) for row in rows]


def _kept_in(
    db: Connection, column: Column[str], values: Sequence[str], *which: ColumnElement[bool]
) -> list[Kept]:
    found: list[Kept] = []
    for start in range(0, len(values), BATCH):
        found += _kept(db, column.in_(values[start : start + BATCH]), *which)
    return found


def _derived(feed: Feed, entry: Entry, whole: PageText | None = None) -> Derived:
    """Return what we make of an entry: by its page, if that was read and the feed has less."""
    said = entry if entry.complete or whole is None else whole
    return derive_entry(feed, entry, said.html, said.text)


def _content(id: str, entry: Entry, made: Derived) -> dict[str, str]:
    return {"entry_id": id, "html": entry.html, "text": entry.text, "headings": made.headings}
