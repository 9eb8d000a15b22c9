"""No blog floods the planet: of many posts of one blog in a row, the first few are shown. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from index.model import Post
from web.words import london

MOST = 3  # posts of one blog in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A post to show, and those of the same blog that follow it and are named only."""

    post: Post
    rest: tuple[Post, ...] = ()


def thinned(posts: Iterable[Post], most: int = MOST) -> list[Item]:
    """Return all of `posts`, in their order, each as an item or in the rest of one."""
    items = []
    for _, members in groupby(posts, key=lambda post: post.feed.id):
        run = tuple(members)
        items += [Item(post=post) for post in run[: most - 1]]
        items += [Item(post=post, rest=run[most:]) for post in run[most - 1 : most]]
    return items


def whole(posts: Iterable[Post]) -> list[Item]:
    """Return every post as an item: where one blog alone is read, it takes no room from others."""
    return [Item(post=post) for post in posts]


def days(items: Sequence[Item]) -> list[tuple[date, list[Item]]]:
    """Group items, newest first, by their day in London."""
    grouped = groupby(items, key=lambda item: london(item.post.sort_at))
    return [(day, list(members)) for day, members in grouped]
