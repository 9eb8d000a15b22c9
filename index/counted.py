"""How many posts each blog has, kept beside it: whoever makes or takes away some counts again.

Pages that say how many posts there are then cost what the blogs do, whatever these wrote.
"""

from sqlalchemy import Connection, func, select, update

from index.schema import entries, feeds


def count_posts(db: Connection, feed_id: int) -> None:
    """Count the posts of a feed, within the caller's transaction."""
    own = select(func.count()).where(entries.c.feed_id == feed_id).scalar_subquery()
    db.execute(update(feeds).where(feeds.c.id == feed_id).values(posts=own))
