"""The search index in Tantivy: opening, writing and reading its files.

Texts are indexed by stems, where words are looked for, and as they stand, where phrases
are: a stemmed phrase is not exact. The texts themselves stay in the store. What is asked
of the index is decided by `index.answering`; `index.tantivy_terms` says it in this
library's words.
"""

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import tantivy

from index.answering import Answering
from index.clauses import Plan
from index.derived import MAKE as READ
from index.errors import PlanetError, SearchError
from index.finding import Document, Facets, Fragment, Query, Reading, Results, Sort
from index.generations import Generations, busy, damaged, stamp
from index.record import record
from index.tantivy_terms import LONGEST_WORD, TEXTS, Terms, View, document, schema

HEAP = 15_000_000  # bytes for what awaits a commit; the library takes no less
MAKE = 3  # raise it when analyzers, or the values of fields (`index.record`), change

# The machine, not the index, is in trouble.
MACHINE = re.compile(
    "File too large|Too many open files|Permission denied|Read-only|allocate memory|was killed"
)


class Tantivy:
    """How to make and open an index in a folder."""

    @property
    def fingerprint(self) -> str:
        """Differs when an index made by other code can no longer be used.

        Posts that are read otherwise (`index.derived`) are read again when it is built anew.
        """
        make = (MAKE, READ, TEXTS, LONGEST_WORD, version("tantivy"))
        return sha256(repr(make).encode()).hexdigest()[:16]

    def create(self, folder: Path) -> None:
        """Make an empty index in `folder`."""
        with _wrapped(folder):
            tantivy.Index(schema(), path=str(folder), reuse=False)

    def open(self, folder: Path, generation: str, *, writable: bool) -> "TantivySearch":
        """Open the index in `folder`; raises IndexDamaged or AlreadyRunning."""
        return TantivySearch(folder, generation, writable=writable)


def engine(place: str) -> Generations:
    """Return the engine whose indexes live in the folder `place`."""
    return Generations(Path(place), Tantivy())


class TantivySearch:
    """One generation. Threads may share it for reading."""

    def __init__(self, folder: Path, generation: str, *, writable: bool = False) -> None:
        self.generation = generation
        self._folder = folder
        self._meta = folder / "meta.json"
        self._writer: tantivy.IndexWriter | None = None
        with _wrapped(folder):
            self._read_at = stamp(self._meta)
            self._index = tantivy.Index.open(str(folder))
            self._terms = Terms(self._index)
            self._index.config_reader("manual")
            self._seen = self._looked()
            if writable:
                self._writer = self._index.writer(heap_size=HEAP, num_threads=1)

    @property
    def edition(self) -> str:
        """Differs with every commit, whoever committed it."""
        with _wrapped(self._folder):
            self.view()
        return f"{self.generation} {self._read_at}"

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

    def searcher(self) -> tantivy.Searcher:
        """Return the library's own view of the latest commit, to be measured beside."""
        return self._index.searcher()

    def built(self, plan: Plan) -> tantivy.Query:
        """Return a plan as the library takes it."""
        return self._terms.query(plan)

    def update(self, documents: Iterable[Document], gone: Iterable[str]) -> None:
        """Put `documents` in the place of what has their ids, and take `gone` away."""
        if self._writer is None:
            raise SearchError("This search index was opened for reading only.")
        ready = [record(one) for one in documents]
        with _wrapped(self._folder):
            try:
                for entry in (*gone, *(one.id for one in ready)):
                    self._writer.delete_documents_by_term("id", entry)
                for one in ready:
                    self._writer.add_document(document(one))
                self._writer.commit()
            except BaseException:
                with suppress(ValueError):  # a writer that died has nothing to take back
                    self._writer.rollback()
                raise

    def count(self) -> int:
        """Return how many posts can be found."""
        with _wrapped(self._folder):
            return self.view().posts()

    def close(self) -> None:
        """Finish what is being written, and let go of the lock."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with _wrapped(self._folder):
                writer.wait_merging_threads()
            _give_back()

    def view(self) -> Answering:
        """Return the latest commit as it answers, whoever committed it."""
        now = stamp(self._meta)
        if now not in (self._read_at, None):
            # While the folder is being removed under us, what we have open still answers.
            with suppress(ValueError):
                self._index.reload()
                self._seen, self._read_at = self._looked(), now
        return self._seen

    def _looked(self) -> Answering:
        return Answering(View(self._index.searcher(), self._terms))


def _give_back() -> None:
    # A writer's threads leave what they used with the C library: sixty refreshes of an
    # index of 20,000 posts kept 100 MB, and 20 MB when it is told to let go.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    if trim is not None:
        trim(0)


@contextmanager
def _wrapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise _translated(folder.parent, str(error)) from error
    except BaseException as error:
        # A panic in the library is no Exception, and has no importable type.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(folder.parent, "the library gave up on it") from error


def _translated(folder: Path, message: str) -> PlanetError:
    if "LockBusy" in message:
        return busy(folder)
    if "No space left" in message:
        return SearchError(
            f"The disk that holds the search index in {folder} is full. Nothing is lost: "
            "free some space and it goes on by itself."
        )
    if MACHINE.search(message):
        return SearchError(
            f"The search index in {folder} cannot be used for now: {message}. "
            "Nothing is lost: it goes on when the machine can."
        )
    return damaged(folder, "its files are damaged")
