"""The full-text index, whichever engine keeps it: what it can do, and opening it by URL.

An index is derived from the store and can be built anew at any time, so it lives in
generations: each build has a random name, and one of them is live. A further engine is
a module with an `Engine`, a line in `ENGINES`, and a line in the contract tests.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from index.errors import SearchError
from index.finding import Document, Facets, Fragment, Query, Reading, Results, Sort


class Search(Protocol):
    """One generation of the index, or, for readers, whichever is live."""

    @property
    def generation(self) -> str:
        """The name of the build that is being searched."""
        ...

    @property
    def edition(self) -> str:
        """Differs whenever `find` may answer otherwise than before: a commit, a rebuild."""
        ...

    def find(
        self, query: Query, *, sort: Sort = Sort.RELEVANCE, limit: int, offset: int = 0
    ) -> Results:
        """Return the posts that answer `query`, as `index.matching` decides, `limit` at a time.

        The order is total, ties going by id, so that pages neither overlap nor leave gaps.
        """
        ...

    def read(self, query: Query) -> Reading:
        """Return what was made of the query's words: what else was looked for."""
        ...

    def facets(self, query: Query, *, most: int = 10) -> Facets:
        """Return, by topic, council and so on, the values most answers have, commonest first."""
        ...

    def similar(self, document: Document, *, limit: int) -> Results:
        """Return the posts that are most like `document`, itself left out."""
        ...

    def titles(self, text: str, *, limit: int) -> Results:
        """Return the posts whose titles go on as `text` begins."""
        ...

    def titled(self, names: Sequence[str], query: Query, *, limit: int) -> Results:
        """Return the posts that the filters of `query` leave, with a name in their titles."""
        ...

    def highlight(
        self, query: Query, texts: Sequence[str], *, width: int = 240
    ) -> list[tuple[Fragment, ...]]:
        """Return, for each text, the run of it that shows best why it was found.

        Fragments are plain text and join into a run of the text (in Unicode's form NFC);
        where nothing matches, into its start.
        """
        ...

    def update(self, documents: Iterable[Document], gone: Iterable[str]) -> None:
        """Put `documents` in the place of what has their ids, and take `gone` away.

        All of it or nothing; `find` of this object sees it at once, other readers soon.
        """
        ...

    def count(self) -> int:
        """Return how many posts can be found."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...


class Engine(Protocol):
    """Where an engine keeps an index: its generations, and which of them is live."""

    def live(self) -> str:
        """Return the live generation's name; raises IndexDamaged if there is none."""
        ...

    def generations(self) -> list[str]:
        """Return the names of all builds that are there, whole or not."""
        ...

    def open(self, *, writable: bool = False) -> Search:
        """Open the live generation; a reader follows when another goes live.

        Raises IndexDamaged if it cannot be used as it is, and AlreadyRunning if it is
        to be written and someone else does.
        """
        ...

    def create(self) -> Search:
        """Make a new, empty generation beside the live one, open for writing."""
        ...

    def publish(self, generation: str) -> None:
        """Make a generation the live one, in one step."""
        ...

    def discard(self, generation: str) -> None:
        """Remove a generation; those who have it open may go on reading."""
        ...

    def refreshing(self, wait: float = 0) -> AbstractContextManager[object]:
        """Hold the lock of whoever writes the live generation or changes which it is.

        Raises AlreadyRunning after `wait` seconds.
        """
        ...

    def rebuilding(self) -> AbstractContextManager[object]:
        """Hold the lock of whoever builds or removes other generations.

        Raises AlreadyRunning at once.
        """
        ...


def _tantivy(place: str) -> Engine:
    from index.tantivy import engine  # loaded only if chosen

    return engine(place)


def _whoosh(place: str) -> Engine:
    from index.whoosh import engine

    return engine(place)


ENGINES: dict[str, Callable[[str], Engine]] = {"tantivy": _tantivy, "whoosh": _whoosh}


def choose_engine(url: str) -> Engine:
    """Return the engine that `url` names, such as `tantivy://var/index`.

    What follows the two slashes is a path; a third slash makes it absolute. Raises
    SearchError.
    """
    scheme, mark, place = url.partition("://")
    if not mark or scheme not in ENGINES or not place:
        known = " or ".join(f"{name}://var/index" for name in ENGINES)
        raise SearchError(
            f"PLANET_SEARCH_URL cannot be used: no search engine goes by {url!r}. "
            f"Give an address such as {known}."
        )
    return ENGINES[scheme](place)


def open_search(url: str, *, writable: bool = False) -> Search:
    """Open the live index at `url`.

    A reader follows every later commit and rebuild by itself. Raises SearchError for an
    address that names no engine, IndexDamaged for an index that is missing, damaged or of
    another make, and AlreadyRunning if it is to be written and someone else does.
    """
    return choose_engine(url).open(writable=writable)
