"""Reading all posts again, when a list they are read by or the way they are read has changed.

In batches, each a transaction of its own, so that blogs can be visited meanwhile. A post
that comes out otherwise enters the outbox, like any other change. Killed half-way, it
begins again: the mark is written last.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from index.clusters import join_clusters
from index.database import Database
from index.derived import Byline, Derived, derive, mark
from index.facts import DERIVED, fact, keep_fact, turn
from index.links import keep_links
from index.outbox import announce
from index.schema import WHOLE, WHOLE_HTML, contents, entries, feeds, pages

BATCH = 200  # posts in memory, and in a transaction
_COLUMNS = ("topics", "councils", "linked", "language")  # of entries, made of what they say

Progress = Callable[[int, int], None]


def begin(db: Connection) -> None:
    """Note, where there are no posts yet, that all will have been read as they are read now."""
    if not fact(db, DERIVED) and db.execute(select(entries.c.id).limit(1)).first() is None:
        keep_fact(db, DERIVED, mark())


def rederive(database: Database, progress: Progress | None = None) -> int:
    """Read all posts again if need be; return how many came out otherwise.

    `progress` is told how many are done, and of how many.
    """
    with database.read() as db:
        if fact(db, DERIVED) == mark():
            return 0
        total = db.execute(select(func.count()).select_from(entries)).scalar_one()
    changed = done = 0
    for ids in _batches(database):
        with database.write() as db:
            changed += read_again(db, ids)
        done += len(ids)
        if progress:
            progress(done, total)
    with database.write() as db:
        keep_fact(db, DERIVED, mark())
        if changed:
            turn(db)
    return changed


def _batches(database: Database) -> Iterator[list[str]]:
    last = ""
    while True:
        query = select(entries.c.id).where(entries.c.id > last).order_by(entries.c.id)
        with database.read() as db:
            ids = list(db.execute(query.limit(BATCH)).scalars())
        if not ids:
            return
        last = ids[-1]
        yield ids


def read_again(db: Connection, ids: list[str]) -> int:
    """Read posts again within the caller's transaction; return how many came out otherwise."""
    columns = (
        entries.c.id,
        entries.c.title,
        entries.c.tags,
        entries.c.topics,
        entries.c.councils,
        entries.c.linked,
        entries.c.language,
        entries.c.claimed,
        entries.c.authors,
        entries.c.published,
        feeds.c.slug,
        WHOLE_HTML.label("html"),
        WHOLE.label("text"),
        contents.c.headings,
    )
    query = (
        select(*columns)
        .select_from(entries.join(contents).join(feeds).outerjoin(pages))
        .where(entries.c.id.in_(ids))
    )
    every = [(row, _derived(row)) for row in db.execute(query).mappings()]
    keep_links(db, {row["id"]: one.links for row, one in every})
    join_clusters(db, {row["id"]: one.bands for row, one in every})
    made = [(row["id"], one) for row, one in every if _differs(row, one)]
    if made:
        db.execute(
            update(entries).where(entries.c.id == bindparam("of")),
            [{"of": id} | {name: getattr(one, name) for name in _COLUMNS} for id, one in made],
        )
        db.execute(
            update(contents).where(contents.c.entry_id == bindparam("of")),
            [{"of": id, "headings": one.headings} for id, one in made],
        )
        announce(db, [id for id, _ in made])
    return len(made)


def _derived(row: RowMapping) -> Derived:
    by = Byline(row["slug"], row["authors"], row["published"], row["claimed"])
    return derive(title=row["title"], html=row["html"], text=row["text"], tags=row["tags"], by=by)


def _differs(row: RowMapping, made: Derived) -> bool:
    """Whether what is kept of a post, and told to the search index, is not what was made of it."""
    return any(row[name] != getattr(made, name) for name in (*_COLUMNS, "headings"))
