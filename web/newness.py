"""What is new to somebody who was here before: marked on each post, and counted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from index.model import Post

LOOKED = 200  # of the newest posts: to count among all would cost more than the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Newness:
    """How many of the newest posts came after a moment; `all` says that there are no others."""

    since: datetime
    posts: int
    of: int
    all: bool

    @property
    def midnight(self) -> bool:
        """Whether a day was named, and no time of it."""
        return (self.since.hour, self.since.minute) == (0, 0)

    def has(self, post: Post) -> bool:
        """Whether we first saw the post after that moment, and it is not an old one."""
        return _is_new(post, self.since)


def newness(since: datetime | None, newest: Sequence[Post]) -> Newness | None:
    """Count what is new among the newest posts, of which at most `LOOKED` are given."""
    if since is None:
        return None
    counted = sum(_is_new(post, since) for post in newest)
    return Newness(since=since, posts=counted, of=len(newest), all=len(newest) < LOOKED)


def _is_new(post: Post, since: datetime) -> bool:
    return post.first_seen > since and not post.late
