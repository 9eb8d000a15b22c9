"""How a post that was taken down is known again, whatever its feed calls it now.

By its key, by its address without what changes from link to link, or by its title at its
very date, as a blog that moves keeps them. What it is called then is learned, so that a second
move does not bring it back either.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from index.address import normal
from index.model import Entry, Feed, Post, entry_id
from index.schema import entries, removed


def likeness(title: str, published: datetime | None) -> str:
    """Return a digest of a post's title and date, or nothing for one without a date."""
    if published is None:
        return ""
    said = f"{title.casefold()}\n{published.astimezone(UTC).isoformat()}"
    return blake2b(said.encode(), digest_size=16).hexdigest()


def telling_address(db: Connection, post: Post) -> str:
    """Return the comparable address of a post, or nothing if it tells the post from no other."""
    address = normal(post.url, fragment=True)
    others = select(entries.c.url).where(
        entries.c.feed_id == post.feed.id,
        entries.c.address == normal(post.url),
        entries.c.id != post.id,
    )
    shared = (normal(url, fragment=True) == address for url in db.execute(others).scalars())
    return "" if address in _homes(post.feed) or any(shared) else address


def without_removed(db: Connection, feed: Feed, found: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries but for those that were taken down, within the caller's transaction."""
    graves = db.execute(select(removed).where(removed.c.feed_id == feed.id)).mappings().all()
    if not graves:
        return tuple(found)
    by_mark = {mark: grave for grave in graves for mark in _marks_of(grave)}
    addresses = Counter(normal(entry.url, fragment=True) for entry in found)
    kept = []
    for entry in found:
        grave = next((by_mark[mark] for mark in _marks(feed, entry) if mark in by_mark), None)
        if grave is None:
            kept.append(entry)
            continue
        address = normal(entry.url, fragment=True)
        alone = addresses[address] == 1 and address not in _homes(feed)
        _learn(db, grave, entry, address if alone else "")
    return tuple(kept)


def _marks_of(grave: RowMapping) -> Iterator[tuple[str, str]]:
    return ((name, grave[name]) for name in ("key", "id", "address", "likeness") if grave[name])


def _marks(feed: Feed, entry: Entry) -> tuple[tuple[str, str], ...]:
    return (
        ("key", entry.key),
        ("id", entry_id(feed.slug, entry.key)),
        ("address", normal(entry.url, fragment=True)),
        ("likeness", likeness(entry.title, entry.published)),
    )


def _learn(db: Connection, grave: RowMapping, entry: Entry, address: str) -> None:
    now: dict[str, Any] = {
        "key": entry.key,
        "address": address or grave["address"],
        "likeness": likeness(entry.title, entry.published) or grave["likeness"],
    }
    if any(grave[name] != value for name, value in now.items()):
        db.execute(update(removed).where(removed.c.id == grave["id"]).values(now))


def _homes(feed: Feed) -> set[str]:
    return {"", *(normal(url, fragment=True) for url in (feed.site, feed.url))}
