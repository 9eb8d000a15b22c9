"""The search index in Whoosh: opening, writing and reading its files, all in Python.

It promises what Tantivy does (`index.tantivy`), without a compiled library. What is asked
of the index is decided by `index.answering`.
"""

import errno
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError
from struct import error as StructError
from typing import Any

from filelock import FileLock, Timeout
from whoosh.index import EmptyIndexError, LockError
from whoosh.reading import CorruptIndexError

from index.answering import Answering
from index.derived import MAKE as READ
from index.errors import PlanetError, SearchError
from index.finding import Document, Facets, Fragment, Query, Reading, Results, Sort
from index.generations import Generations, busy, damaged
from index.record import record
from index.whoosh_files import NONE, committed, create, latest, writing
from index.whoosh_segment import Segment
from index.whoosh_terms import LONGEST_WORD, TEXTS, document
from index.whoosh_view import View

MAKE = 2  # raise it when analyzers, or the values of fields (`index.record`), change

# The machine, not the index, is in trouble.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
MACHINE = frozenset(
    {errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOMEM}
)
# What the library raises over files that are not as it wrote them.
BROKEN = (CorruptIndexError, UnpicklingError, EOFError, StructError, zlib.error, ValueError)


class Whoosh:
    """How to make and open an index in a folder."""

    @property
    def fingerprint(self) -> str:
        """Differs when an index made by other code can no longer be used.

        Posts that are read otherwise (`index.derived`) are read again when it is built anew.
        """
        make = (MAKE, READ, TEXTS, LONGEST_WORD, version("whoosh3"), sys.byteorder)
        return sha256(repr(make).encode()).hexdigest()[:16]

    def create(self, folder: Path) -> None:
        """Make an empty index in `folder`."""
        with _wrapped(folder):
            create(folder)

    def open(self, folder: Path, generation: str, *, writable: bool) -> "WhooshSearch":
        """Open the index in `folder`; raises IndexDamaged or AlreadyRunning."""
        return WhooshSearch(folder, generation, writable=writable)


def engine(place: str) -> Generations:
    """Return the engine whose indexes live in the folder `place`."""
    return Generations(Path(place), Whoosh())


class WhooshSearch:
    """One generation. Threads may share it for reading."""

    def __init__(self, folder: Path, generation: str, *, writable: bool = False) -> None:
        self.generation = generation
        self._folder = folder
        self._turning = threading.Lock()
        self._segments: dict[str, Segment] = {}
        self._read, self._view, self._seen = _nothing()
        # The library's own lock lasts for one commit; this one as long as we may write.
        self._alone = FileLock(folder / "writer.lock", timeout=0, thread_local=False)
        self._writable = writable
        with _opening(folder):
            if writable:
                self._alone.acquire()
            try:
                self._turn()
            except BaseException:
                self._alone.release()
                raise

    @property
    def edition(self) -> str:
        """Differs with every commit, whoever committed it."""
        with _wrapped(self._folder):
            self.view()
        return f"{self.generation} {self._read}"

    def find(
        self, query: Query, *, sort: Sort = Sort.RELEVANCE, limit: int, offset: int = 0
    ) -> Results:
        """Return a page of the posts that answer `query`."""
        with _wrapped(self._folder):
            return self.view().find(query, sort, limit, offset)

    def read(self, query: Query) -> Reading:
        """Return what was made of the query's words."""
        with _wrapped(self._folder):
            return self.view().read(query)

    def facets(self, query: Query, *, most: int = 10) -> Facets:
        """Return what the answers are of, and how many of each."""
        with _wrapped(self._folder):
            return self.view().facets(query, most)

    def highlight(
        self, query: Query, texts: Sequence[str], *, width: int = 240
    ) -> list[tuple[Fragment, ...]]:
        """Return, for each text, the run of it that shows best why it was found."""
        with _wrapped(self._folder):
            return self.view().highlight(query, texts, width)

    def similar(self, document: Document, *, limit: int) -> Results:
        """Return the posts that are most like `document`, itself left out."""
        with _wrapped(self._folder):
            return self.view().similar(document, limit)

    def titles(self, text: str, *, limit: int) -> Results:
        """Return the posts whose titles go on as `text` begins."""
        with _wrapped(self._folder):
            return self.view().titles(text, limit)

    def titled(self, names: Sequence[str], query: Query, *, limit: int) -> Results:
        """Return the posts that the filters of `query` leave, with a name in their titles."""
        with _wrapped(self._folder):
            return self.view().titled(names, query, limit)

    def update(self, documents: Iterable[Document], gone: Iterable[str]) -> None:
        """Put `documents` in the place of what has their ids, and take `gone` away."""
        if not self._writable:
            raise SearchError("This search index was opened for reading only.")
        ready = [document(record(one)) for one in documents]
        fresh = {fields["id"][0]: fields for fields in ready}
        with _wrapped(self._folder):
            self.view()  # which nobody but us can outdate
            former = list(self._view.places({*fresh, *gone}))
            if fresh or former:
                self._write(fresh.values(), former)

    def _write(self, fresh: Iterable[dict[str, Any]], former: Iterable[int]) -> None:
        with writing(self._folder) as writer:
            for place in former:
                writer.delete_document(place)
            for fields in fresh:
                writer.add_document(**fields)

    def count(self) -> int:
        """Return how many posts can be found."""
        with _wrapped(self._folder):
            return self.view().posts()

    def close(self) -> None:
        """Let go of the files and the lock."""
        self._writable = False
        self._alone.release()
        with self._turning:
            self._segments, (self._read, self._view, self._seen) = {}, _nothing()

    def view(self) -> Answering:
        """Return the latest commit as it answers, whoever committed it."""
        if latest(self._folder) not in (self._read, NONE):
            # While the folder is being removed under us, what we have open still answers.
            with self._turning, suppress(Exception):
                self._turn()
        return self._seen

    def _turn(self) -> None:
        """Open the latest commit, with what is open already of its segments."""
        while True:
            before = latest(self._folder)
            try:
                now, stored = committed(self._folder)
                segments = {
                    one.segment_id(): self._segments.get(one.segment_id())
                    or Segment(self._folder, one)
                    for one in stored
                }
                break
            except (OSError, EmptyIndexError):
                if latest(self._folder) == before:
                    raise
                # Another commit came, and took away what we were about to read.
        gone = (frozenset(one.deleted_docs()) for one in stored)
        view = View(list(zip(segments.values(), gone, strict=True)))
        self._segments = segments
        self._read, self._view, self._seen = now, view, Answering(view)


def _nothing() -> tuple[int, View, Answering]:
    empty = View(())
    return NONE, empty, Answering(empty)


@contextmanager
def _opening(folder: Path) -> Iterator[None]:
    try:
        with _wrapped(folder):
            yield
    except PlanetError:
        raise
    except Exception as error:
        # Pickles are read in it, and one that is damaged may raise anything.
        raise damaged(folder.parent, "its files are damaged") from error


@contextmanager
def _wrapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except (LockError, Timeout) as error:
        raise busy(folder.parent) from error
    except OSError as error:
        raise _translated(folder.parent, error) from error
    except BROKEN as error:
        raise damaged(folder.parent, "its files are damaged") from error


def _translated(folder: Path, error: OSError) -> PlanetError:
    if error.errno in FULL:
        return SearchError(
            f"The disk that holds the search index in {folder} is full. Nothing is lost: "
            "free some space and it goes on by itself."
        )
    if error.errno in MACHINE:
        return SearchError(
            f"The search index in {folder} cannot be used for now: {error.strerror}. "
            "Nothing is lost: it goes on when the machine can."
        )
    return damaged(folder, "its files are damaged")
