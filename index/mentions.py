"""How many posts of others' blogs each council has: those whose text names it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from index.model import Kind
from index.named import councils_of
from index.outbox import LISTED
from index.schema import NAMING, entries, feeds


def mentions(db: Connection) -> Mapping[str, int]:
    """Count the published posts that belong to a council by their text, by its slug."""
    found: Counter[str] = Counter()
    for row in db.execute(naming_posts()):
        spoken = councils_of(Kind(row.kind), row.own, ())
        for slug in councils_of(Kind(row.kind), row.own, row.councils or ()):
            found[slug] += 0 if slug in spoken else row.posts
    return found


def naming_posts() -> Select[Any]:
    """Select how many posts of each blog name the same councils.

    An index holds these posts alone, so that the others cost nothing; an outer join keeps
    SQLite to this order, blog by blog and along that index.
    """
    naming = and_(entries.c.feed_id == feeds.c.id, NAMING, ~entries.c.held, entries.c.lead)
    own, posts = feeds.c.councils.label("own"), func.count(entries.c.councils).label("posts")
    return (
        select(feeds.c.kind, own, entries.c.councils, posts)
        .select_from(feeds.outerjoin(entries, naming))
        .where(feeds.c.status.in_(LISTED))
        .group_by(feeds.c.id, entries.c.councils)
    )
