"""Taking down one post, and letting it come back.

remove    the post and its text are deleted here, and leave the search with the next refresh;
          a tombstone keeps its feed, its back catalogue or an import from bringing it again
restore   the tombstone goes; the next visit brings the post, if its feed still has it
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    delete,
    insert,
    select,
)

from index.address import normal
from index.clusters import settle
from index.counted import count_posts
from index.database import Database
from index.errors import NotFound, PlanetError
from index.facts import turn
from index.held import read_anew
from index.model import Feed, Post
from index.outbox import announce
from index.rows import JOINED, feed_columns, feed_of, post_of
from index.schema import entries, feeds, removed
from index.tombstones import likeness, telling_address

NAMED = 10  # posts of one address that are told apart
_OUR_PAGE = re.compile(r"(?:^|/)posts/([0-9a-f]{16})/?$")


@dataclass(frozen=True, slots=True)
class Removal:
    """A post that was taken down: its id here, its blog, its comparable address, when and why."""

    id: str
    feed: Feed
    address: str
    at: datetime
    reason: str


class Removed:
    """Posts and tombstones by address, for moderators alone."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def posts(self, where: str) -> list[Post]:
        """Return the posts at an address: their own, or our page's. Held ones are among them."""
        with self.database.read() as db:
            return _posts_at(db, where)

    def removals(self, where: str) -> list[Removal]:
        """Return what was taken down at an address."""
        with self.database.read() as db:
            return _removals_at(db, where)


def remove(db: Connection, where: str, now: datetime, reason: str) -> Post:
    """Take down the one post at an address, within the caller's transaction; return it.

    Raises NotFound, and PlanetError if several posts are there.
    """
    found = _posts_at(db, where)
    if len(found) > 1:
        each = ", ".join(f"/posts/{one.id} ({one.feed.title})" for one in found)
        raise PlanetError(f"Several posts have this address. Name one by its page here: {each}.")
    if not found:
        raise NotFound("No post here has this address.")
    [post] = found
    one = entries.c.id == post.id
    key = db.execute(select(entries.c.key).where(one)).scalar_one()
    address = telling_address(db, post)
    said = {"id": post.id, "feed_id": post.feed.id, "key": key, "address": address}
    like = likeness(post.title, post.published)
    db.execute(insert(removed).values(said | {"likeness": like, "reason": reason, "at": now}))
    announce(db, [post.id])
    db.execute(delete(entries).where(one))
    count_posts(db, post.feed.id)
    settle(db, [post.cluster])
    turn(db)
    return post


def restore(db: Connection, where: str, now: datetime) -> Removal:
    """Take the tombstone at an address away, within the caller's transaction; return it.

    Its feed is read whole by the next visit. Raises NotFound, and PlanetError for several.
    """
    found = _removals_at(db, where)
    if len(found) > 1:
        each = ", ".join(f"/posts/{one.id}" for one in found)
        raise PlanetError(
            f"Several posts were taken down there. Name one by its page here: {each}."
        )
    if not found:
        raise NotFound("No post with this address was taken down.")
    [removal] = found
    db.execute(delete(removed).where(removed.c.id == removal.id))
    read_anew(db, removal.feed.id, now)
    turn(db)
    return removal


def _posts_at(db: Connection, where: str) -> list[Post]:
    """Return the posts at an address; where they share a page, those at that place of it."""
    query = select(entries, *feed_columns()).join(feeds)
    here = and_(entries.c.address == normal(where), entries.c.address != "")
    found = [post_of(row) for row in _either(db, query, entries.c.id, where, here)]
    place = normal(where, fragment=True)
    return [post for post in found if normal(post.url, fragment=True) == place] or found


def _removals_at(db: Connection, where: str) -> list[Removal]:
    query = select(removed, *feed_columns()).join(feeds)
    here = removed.c.address.in_({normal(where, fragment=True), normal(where)} - {""})
    return [
        Removal(row["id"], feed_of(row, JOINED), row["address"], row["at"], row["reason"])
        for row in _either(db, query, removed.c.id, where, here)
    ]


def _either(
    db: Connection, query: Select[Any], id: Column[str], where: str, here: ColumnElement[bool]
) -> Sequence[RowMapping]:
    """Return the row whose page here `where` is, or else those that are `here`."""
    page = _OUR_PAGE.search(where.strip())
    if page and (row := db.execute(query.where(id == page[1])).mappings().first()):
        return [row]
    return db.execute(query.where(here).limit(NAMED)).mappings().all()
