"""The planet's posts a page at a time, and grouped by year. Knows nothing of HTTP or HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.catalogue import Catalogue
from index.errors import NotFound
from index.model import Cursor, Post
from web.words import london

SIZE = 20  # posts a page: with 30 the first page is heavier than 60 kB
FED = 30  # posts of a feed, whose readers may come once a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Posts next to one another, newest first, and the places where more of them begin.

    `newer` and `older` are None where the list ends.
    """

    posts: tuple[Post, ...]
    newer: Cursor | None
    older: Cursor | None


def stretch(
    catalogue: Catalogue,
    *,
    before: str = "",
    after: str = "",
    feed: int | None = None,
    size: int = SIZE,
) -> Stretch:
    """Return the page of `size` posts before or after a place, or else the newest.

    Raises NotFound if the place cannot be read.
    """
    if after and not before:
        rows = catalogue.latest(size + 1, after=_place(after), feed=feed)
        posts = tuple(rows[-size:])
        newer = Cursor.of(posts[0]) if len(rows) > size else None
        return Stretch(posts=posts, newer=newer, older=Cursor.of(posts[-1]) if posts else None)
    rows = catalogue.latest(size + 1, before=_place(before) if before else None, feed=feed)
    posts = tuple(rows[:size])
    older = Cursor.of(posts[-1]) if len(rows) > size else None
    return Stretch(
        posts=posts, newer=Cursor.of(posts[0]) if before and posts else None, older=older
    )


def years(posts: Sequence[Post]) -> list[tuple[int, list[Post]]]:
    """Group posts, newest first, by their year in London."""
    grouped = groupby(posts, key=lambda post: london(post.sort_at).year)
    return [(year, list(posts)) for year, posts in grouped]


def _place(text: str) -> Cursor:
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise NotFound(
            "This address names no place in the list of posts. Start again from the newest."
        ) from error
