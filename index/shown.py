"""How much of a post leaves us, as the blog's owner wishes. Pure.

Two places ask: `index.rows.post_of`, through which every post reaches pages, feeds and programs,
and `index.outbox`, through which it reaches the search index. `Catalogue.texts` gives no text of
a blog whose owner wishes for less than the usual.
"""

from index.model import Excerpt

SHORT = 100  # characters


def shown(excerpt: str, wish: Excerpt) -> str:
    """Return as much of an excerpt as the owner wishes."""
    if wish is Excerpt.TITLE:
        return ""
    if wish is Excerpt.USUAL or len(excerpt) <= SHORT:
        return excerpt
    start = excerpt[:SHORT]
    words = start if excerpt[SHORT].isspace() else start.rpartition(" ")[0] or start[:-1]
    return words.rstrip(" ,;:.…–—-") + "…"
