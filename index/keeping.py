"""Keeping the posts that a visit found, within the caller's transaction.

A post that is new gets a place in the order of posts and keeps it; one that was edited
is edited here too; one that came back under another key is the post it was (rules 27 and 30).
"""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Column, ColumnElement, Connection, insert, select, update

from index.database import BATCH
from index.derived import Derived, derive
from index.model import Entry, Feed, Recorded, Visit, entry_id
from index.outbox import announce
from index.rekeyed import Kept, enough_unknown, rekeyed
from index.rows import entry_row, seen_at
from index.schema import contents, entries


def keep_entries(db: Connection, feed: Feed, visit: Visit, *, first_import: bool) -> Recorded:
    """Keep what a visit found of a feed's posts, and tell the search index of what changed."""
    known = _known(db, feed, visit.entries, first_import=first_import)
    taken = {one.id for one in known.values()}
    new = [
        (place, e)
        for place, e in enumerate(visit.entries)
        if e.key not in known and entry_id(feed.slug, e.key) not in taken
    ]
    changed = [
        (known[e.key], e)
        for e in visit.entries
        if e.key in known and (known[e.key].digest, known[e.key].key) != (e.digest, e.key)
    ]
    made = {e.key: _derived(e) for e in (*(e for _, e in new), *(e for _, e in changed))}
    rows = [
        entry_row(e, feed, made[e.key]) | seen_at(e, visit.at, place, first_import=first_import)
        for place, e in new
    ]
    if new:
        db.execute(insert(entries), rows)
        db.execute(
            insert(contents),
            [_content(row["id"], e, made[e.key]) for row, (_, e) in zip(rows, new, strict=True)],
        )
    for one, entry in changed:
        row = entry_row(entry, feed, made[entry.key]) | {"id": one.id}
        db.execute(update(entries).where(entries.c.id == one.id).values(row))
        content = _content(one.id, entry, made[entry.key])
        db.execute(update(contents).where(contents.c.entry_id == one.id).values(content))
    announce(db, [*(row["id"] for row in rows), *(one.id for one, _ in changed)])
    return Recorded(new=len(new), changed=len(changed))


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
    if not enough_unknown(len(unknown), len(visited)):
        return known
    seen = {one.id for one in known.values()}
    others = [one for one in _kept(db, entries.c.feed_id == feed.id) if one.id not in seen]
    return known | rekeyed(feed, others, unknown)


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


def _derived(entry: Entry) -> Derived:
    return derive(title=entry.title, html=entry.html, text=entry.text, tags=entry.tags)


def _content(id: str, entry: Entry, made: Derived) -> dict[str, str]:
    return {"entry_id": id, "html": entry.html, "text": entry.text, "headings": made.headings}
