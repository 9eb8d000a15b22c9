"""What the search index has still to be told.

An outbox row says: this generation of the index does not know this entry as it is
now. It is written in the transaction that changes the entry (`announce`), and taken
away by the very sequence it was read with (`done`), so that a change made while the
index was being told is never lost. A generation is one build of the index; while a
new one is built beside the live one, both have their rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, tuple_

from index.database import BATCH, Database
from index.finding import Change, Document
from index.model import (
    PUBLISHED,
    Excerpt,
    Kind,
)
from index.named import councils_of
from index.schema import (
    CLUSTERED,
    COPIED,
    HELD,
    WHOLE,
    contents,
    entries,
    feeds,
    generations,
    outbox,
    pages,
)
from index.shown import shown

LISTED = tuple(sorted(status.value for status in PUBLISHED))


class Outbox:
    """The changes that each generation of the search index has still to be told."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def generations(self) -> list[str]:
        """Return the generations that are kept up to date."""
        with self.database.read() as db:
            return list(db.execute(select(generations.c.name)).scalars())

    def begin(self, generation: str) -> int:
        """Start a generation that knows nothing yet; return how many entries await it."""
        everything = (
            select(literal(generation), entries.c.id)
            .join(feeds)
            .where(feeds.c.status.in_(LISTED), ~entries.c.held, entries.c.lead)
            .order_by(entries.c.sort_at)
        )
        with self.database.write() as db:
            db.execute(delete(outbox).where(outbox.c.generation == generation))
            db.execute(delete(generations).where(generations.c.name == generation))
            db.execute(insert(generations).values(name=generation))
            columns = [outbox.c.generation, outbox.c.entry_id]
            return db.execute(insert(outbox).from_select(columns, everything)).rowcount

    def end(self, generation: str) -> None:
        """Forget a generation: its index is gone."""
        with self.database.write() as db:
            db.execute(delete(outbox).where(outbox.c.generation == generation))
            db.execute(delete(generations).where(generations.c.name == generation))

    def changes(self, generation: str, limit: int) -> list[Change]:
        """Return up to `limit` changes, oldest first, each entry as it is at this moment."""
        waiting = (
            select(outbox.c.sequence, outbox.c.entry_id, entries.c.late)
            .outerjoin(entries, entries.c.id == outbox.c.entry_id)
            .where(outbox.c.generation == generation)
            .order_by(outbox.c.sequence)
            .limit(limit)
        )
        with self.database.read() as db:
            rows = db.execute(waiting).all()
            known: dict[str, Document] = {}
            ids = [row.entry_id for row in rows]
            for start in range(0, len(ids), BATCH):
                known |= _documents(db, ids[start : start + BATCH])
        return [
            Change(
                id=row.entry_id,
                sequence=row.sequence,
                document=known.get(row.entry_id),
                late=bool(row.late),
            )
            for row in rows
        ]

    def done(self, generation: str, changes: Iterable[Change]) -> None:
        """Take away the very rows that these changes were read from."""
        keys = [change.sequence for change in changes]
        with self.database.write() as db:
            for start in range(0, len(keys), BATCH):
                db.execute(
                    delete(outbox).where(
                        outbox.c.generation == generation,
                        outbox.c.sequence.in_(keys[start : start + BATCH]),
                    )
                )

    def backlog(self, generation: str) -> int:
        """Return how many changes `generation` has still to be told."""
        rows = select(func.count()).where(outbox.c.generation == generation)
        with self.database.read() as db:
            return db.execute(rows).scalar_one()

    def published(self) -> int:
        """Return how many entries should be found by a search."""
        listed = feeds.c.status.in_(LISTED)
        every = select(func.count()).select_from(entries.join(feeds)).where(listed)
        hidden = (every.where(HELD), every.where(COPIED))  # each by an index of its own
        with self.database.read() as db:
            count = db.execute(every).scalar_one()
            return count - sum(db.execute(one).scalar_one() for one in hidden)


def announce(db: Connection, ids: Sequence[str]) -> None:
    """Note, within the caller's transaction, that these entries have changed or gone."""
    names = list(db.execute(select(generations.c.name)).scalars())
    if not names or not ids:
        return
    pairs = [(name, entry) for name in names for entry in ids]
    size = BATCH // 2
    for start in range(0, len(pairs), size):
        batch = pairs[start : start + size]
        db.execute(delete(outbox).where(tuple_(outbox.c.generation, outbox.c.entry_id).in_(batch)))
        db.execute(insert(outbox), [{"generation": g, "entry_id": e} for g, e in batch])


def _documents(db: Connection, ids: Sequence[str]) -> dict[str, Document]:
    columns = (
        entries.c.id,
        entries.c.title,
        WHOLE.label("text"),
        feeds.c.title.label("feed"),
        feeds.c.slug,
        entries.c.authors,
        entries.c.tags,
        entries.c.topics,
        entries.c.licence,
        entries.c.complete,
        entries.c.linked,
        contents.c.headings,
        feeds.c.kind,
        feeds.c.councils.label("own"),
        entries.c.councils.label("named"),
        feeds.c.nation,
        entries.c.language,
        entries.c.sort_at,
        entries.c.cluster,
        entries.c.excerpt,
        feeds.c.excerpt.label("wish"),
        feeds.c.full_text,
    )
    query = (
        select(*columns)
        .select_from(entries.join(feeds).join(contents).outerjoin(pages))
        .where(entries.c.id.in_(ids), feeds.c.status.in_(LISTED), ~entries.c.held, entries.c.lead)
    )
    rows = [dict(row) for row in db.execute(query).mappings()]
    blogs = _blogs(db, {row["cluster"] for row in rows} - {""})
    return {row["id"]: _document(row, blogs) for row in rows}


def _blogs(db: Connection, clusters: set[str]) -> Mapping[str, list[str]]:
    """Return by their slugs which blogs published the one post that each cluster is."""
    listed = (feeds.c.status.in_(LISTED), ~entries.c.held)
    query = select(entries.c.cluster, feeds.c.slug).join(feeds).order_by(feeds.c.slug)
    found: dict[str, list[str]] = defaultdict(list)
    if clusters:
        some = entries.c.cluster.in_(sorted(clusters))
        for cluster, slug in db.execute(query.where(CLUSTERED, some, *listed)):
            found[cluster].append(slug)
    return found


def _document(row: dict[str, Any], blogs: Mapping[str, Sequence[str]]) -> Document:
    own, named = row.pop("own"), row.pop("named")
    also = tuple(one for one in blogs.get(row.pop("cluster"), ()) if one != row["slug"])
    excerpt = shown(row.pop("excerpt"), Excerpt(row.pop("wish")))
    if not row.pop("full_text"):
        row |= {"text": excerpt, "headings": "", "complete": False}
    named = councils_of(Kind(row["kind"]), own, named)
    return Document(**row, also=also, councils=named)
