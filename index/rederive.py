"""Reading all posts again, when the list of topics or the way posts are read has changed.

In batches, each a transaction of its own, so that blogs can be visited meanwhile. A post
that comes out otherwise enters the outbox, like any other change. Killed half-way, it
begins again: the mark is written last.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from index.database import Database
from index.derived import Derived, derive, mark
from index.facts import DERIVED, fact, keep_fact, turn
from index.outbox import announce
from index.schema import contents, entries

BATCH = 200  # posts in memory, and in a transaction

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
            changed += _read_again(db, ids)
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


def _read_again(db: Connection, ids: list[str]) -> int:
    columns = (
        entries.c.id,
        entries.c.title,
        entries.c.tags,
        entries.c.topics,
        entries.c.linked,
        contents.c.html,
        contents.c.text,
        contents.c.headings,
    )
    query = select(*columns).select_from(entries.join(contents)).where(entries.c.id.in_(ids))
    made = [(row["id"], _derived(row)) for row in db.execute(query).mappings() if _differs(row)]
    if made:
        db.execute(
            update(entries).where(entries.c.id == bindparam("of")),
            [{"of": id, "topics": one.topics, "linked": one.linked} for id, one in made],
        )
        db.execute(
            update(contents).where(contents.c.entry_id == bindparam("of")),
            [{"of": id, "headings": one.headings} for id, one in made],
        )
        announce(db, [id for id, _ in made])
    return len(made)


def _derived(row: RowMapping) -> Derived:
    return derive(title=row["title"], html=row["html"], text=row["text"], tags=row["tags"])


def _differs(row: RowMapping) -> bool:
    had = Derived(topics=row["topics"], headings=row["headings"], linked=row["linked"])
    return _derived(row) != had
