"""Where else a post was published, for those who read of it; within the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from index.address import host
from index.database import BATCH
from index.model import PUBLISHED, Copy, Post
from index.schema import CLUSTERED, entries, feeds

LISTED = tuple(sorted(status.value for status in PUBLISHED))


def with_copies(db: Connection, posts: Sequence[Post]) -> list[Post]:
    """Return the posts with the other places where each was published, as far as we list them."""
    wanted = sorted({post.cluster for post in posts if post.cluster})
    if not wanted:
        return list(posts)
    places: dict[str, list[Copy]] = defaultdict(list)
    for start in range(0, len(wanted), BATCH):
        query = (
            select(entries.c.id, entries.c.url, entries.c.cluster, feeds.c.title, feeds.c.slug)
            .add_columns(feeds.c.url.label("feed"))
            .join(feeds)
            .where(
                CLUSTERED,
                entries.c.cluster.in_(wanted[start : start + BATCH]),
                feeds.c.status.in_(LISTED),
                ~entries.c.held,
            )
            .order_by(entries.c.lead.desc(), entries.c.sort_at, entries.c.id)
        )
        for row in db.execute(query):
            name = row.title or host(row.feed)
            places[row.cluster].append(Copy(id=row.id, url=row.url, blog=name, slug=row.slug))
    return [
        replace(post, also=tuple(one for one in places[post.cluster] if one.id != post.id))
        if post.cluster
        else post
        for post in posts
    ]
