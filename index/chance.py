"""A post by chance: what stands next to a random place among the ids, which are random too."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, true

from index.database import Database
from index.outbox import LISTED
from index.schema import entries, feeds


def old_post(database: Database, before: datetime, place: str) -> str:
    """Return the id of the first published post from before then, from a place among ids on.

    After the last id comes the first. Nothing if no post is so old. The ids are looked
    through in order, so with many old posts few are looked at, however many there are.
    """
    return _first(database, before, entries.c.id >= place) or _first(database, before, true())


def _first(database: Database, before: datetime, where: ColumnElement[bool]) -> str:
    query = (
        select(entries.c.id)
        .join(feeds)
        .where(
            feeds.c.status.in_(LISTED),
            ~entries.c.held,
            entries.c.lead,
            entries.c.sort_at < before,
            where,
        )
        .order_by(entries.c.id)
        .limit(1)
    )
    with database.read() as db:
        return db.execute(query).scalar() or ""
