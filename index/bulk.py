"""The whole of what we may pass on, a few hundred posts at a time.

    Slice ─► catalogue.latest(before=…) ─► batch ─► texts of those whose licence is open ─► Copy

Each batch is read in a transaction of its own, so that a slow reader holds nothing. The
order is total and a post's place in it fixed (`Cursor`): what arrives meanwhile is newer
than where the walk began, and nothing is skipped or told twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from index.catalogue import Catalogue
from index.licences import is_open
from index.model import Cursor, Post
from index.slices import Slice

BATCH = 500  # posts at a time, in about 2 MB where all are open


@dataclass(frozen=True, slots=True)
class Copy:
    """A post, with its whole text if its licence lets us pass that on, else ""."""

    post: Post
    text: str


def copies(catalogue: Catalogue, of: Slice, batch: int = BATCH) -> Iterator[list[Copy]]:
    """Yield all posts of a part of the planet, newest first; raises StoreError."""
    place: Cursor | None = None
    while posts := catalogue.latest(batch, before=place, of=of):
        place = Cursor.of(posts[-1])
        texts = catalogue.texts([post.id for post in posts if is_open(post.licence)])
        yield [Copy(post, texts.get(post.id, "")) for post in posts]
        if len(posts) < batch:
            return
