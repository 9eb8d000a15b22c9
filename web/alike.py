"""More like a post: what else to read, from other blogs than its own above all."""

from collections import Counter
from collections.abc import Iterable

from index.errors import SearchError
from index.finding import Document
from index.model import Post
from web.site import Site

MOST = 5
OWN = 2  # of the post's own blog
ASKED = 20  # of the index, so that enough is left of other blogs


def alike(site: Site, post: Post) -> tuple[Post, ...]:
    """Return posts about the same; none while the index cannot be used."""
    try:
        found = site.search().similar(_document(site, post), limit=ASKED)
    except SearchError:
        return ()
    return varied(site.catalogue.posts([hit.id for hit in found.hits]), post.feed.id)


def varied(posts: Iterable[Post], own: int) -> tuple[Post, ...]:
    """Return the first of `posts`, few of them from the blog `own`."""
    taken: Counter[int] = Counter()
    kept = []
    for post in posts:
        if taken[post.feed.id] < (OWN if post.feed.id == own else MOST):
            taken[post.feed.id] += 1
            kept.append(post)
    return tuple(kept[:MOST])


def edition(site: Site) -> str:
    """Return what changes with the index; the same word while it cannot be used."""
    try:
        return site.search().edition
    except SearchError:
        return "none"


def _document(site: Site, post: Post) -> Document:
    return Document(
        id=post.id,
        title=post.title,
        text=site.catalogue.texts([post.id]).get(post.id, post.excerpt),
        feed=post.feed.title,
        slug=post.feed.slug,
        tags=post.tags,
        topics=post.topics,
        language=post.language,
    )
