"""Which posts link to which: kept as addresses, and joined when somebody asks.

    entries.address   where a post is, in the form in which addresses are compared (rule 28)
    links.address     where a post links to, in the same form

So it does not matter which of two posts came first, and nothing has to be resolved: "posts that
discuss this post" is one query along two indexes. What one blog says of itself is no discussion.
All of it works within the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    ScalarSelect,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from index.database import BATCH
from index.model import PUBLISHED
from index.rows import feed_columns
from index.schema import entries, feeds, links

LISTED = tuple(sorted(status.value for status in PUBLISHED))


def keep_links(db: Connection, found: Mapping[str, Sequence[str]]) -> None:
    """Write down where posts link to, by their ids, in place of what was known."""
    ids = list(found)
    for start in range(0, len(ids), BATCH):
        db.execute(delete(links).where(links.c.entry_id.in_(ids[start : start + BATCH])))
    rows = [{"entry_id": id, "address": to} for id, every in found.items() for to in every]
    if rows:
        db.execute(insert(links), rows)


@cache  # since making it takes longer than running it
def discussing() -> Select[Any]:
    """Select the published posts of other blogs that link to the post `id`, the newest first."""
    this = entries.alias("this")
    joined = (
        this.join(links, links.c.address == this.c.address)
        .join(entries, entries.c.id == links.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
    )
    return _published(joined, this)


@cache
def answered() -> Select[Any]:
    """Select the published posts of other blogs that the post `id` links to, the newest first."""
    this = entries.alias("this")
    joined = (
        this.join(links, links.c.entry_id == this.c.id)
        .join(entries, entries.c.address == links.c.address)
        .join(feeds, feeds.c.id == entries.c.feed_id)
    )
    return _published(joined, this)


def discussed(target: Any) -> ScalarSelect[int]:
    """Return how many published posts of other blogs link to a post, for a column of its row."""
    other, blog = entries.alias("discussing"), feeds.alias("discussing_blog")
    return (
        select(func.count())
        .select_from(links)
        .join(other, other.c.id == links.c.entry_id)
        .join(blog, blog.c.id == other.c.feed_id)
        .where(
            target.c.address != "",
            links.c.address == target.c.address,
            other.c.feed_id != target.c.feed_id,
            blog.c.status.in_(LISTED),
            ~other.c.held,
        )
        .correlate(target)
        .scalar_subquery()
    )


def _published(joined: Any, this: Any) -> Select[Any]:
    columns: list[Any] = [entries, *feed_columns(), discussed(entries).label("discussed")]
    return (
        select(*columns)
        .select_from(joined)
        .where(
            this.c.id == bindparam("id"),
            entries.c.address != "",
            this.c.address != "",
            entries.c.feed_id != this.c.feed_id,
            feeds.c.status.in_(LISTED),
            ~entries.c.held,
        )
        .order_by(entries.c.sort_at.desc(), entries.c.id.desc())
    )
