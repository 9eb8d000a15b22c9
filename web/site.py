"""What the pages are given to work with: the seam between `web` and whoever starts it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from index.catalogue import Catalogue
from index.search import Search
from index.settings import Settings
from web.fresh import Kept


def _forget(text: str) -> None:
    """Note nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site in use.

    `search` gives the search index, or raises SearchError (IndexDamaged while it is
    being built anew). `indexed` tells how much of what is published the index holds,
    from 0 to 1. `agent` is the crawler's User-Agent, for the page that explains us to
    the owners of blogs. `kept` holds the answers to the latest searches. `missed` is told
    of every search that found nothing, and must take no time.
    """

    settings: Settings
    catalogue: Catalogue
    search: Callable[[], Search]
    clock: Callable[[], datetime]
    agent: str
    indexed: Callable[[], float]
    kept: Kept = field(default_factory=Kept)
    missed: Callable[[str], None] = _forget
