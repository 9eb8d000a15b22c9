"""Keeping the generations of an index in a folder, for engines whose indexes are files.

    <folder>/current                     the name of the live generation
    <folder>/refresh.lock, rebuild.lock  who writes, and who builds
    <folder>/<name>/generation.json      its name, and the fingerprint of its make
    <folder>/<name>/...                  the engine's own files

Going live is one rename of `current`. A reader looks at that file before each search
and opens what it names; what it had open stays readable though its files are removed,
as POSIX promises. Knows no engine.
"""

import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from index.errors import AlreadyRunning, IndexDamaged, SearchError
from index.finding import Document, Facets, Fragment, Query, Reading, Results, Sort
from index.search import Search

Stamp = tuple[int, int, int]

_NAME = re.compile(r"[0-9a-f]{16}")


class Make(Protocol):
    """What an engine brings: how to make and open an index in a folder."""

    @property
    def fingerprint(self) -> str:
        """Differs when an index made by other code can no longer be used."""
        ...

    def create(self, folder: Path) -> None:
        """Make an empty index in `folder`, which exists."""
        ...

    def open(self, folder: Path, generation: str, *, writable: bool) -> Search:
        """Open the index in `folder`; raises IndexDamaged or AlreadyRunning."""
        ...


class Generations:
    """The builds of one index, in one folder: an `Engine`."""

    def __init__(self, folder: Path, make: Make) -> None:
        self.folder = folder
        self.make = make

    def live(self) -> str:
        """Return the live generation's name."""
        try:
            name = (self.folder / "current").read_text(errors="replace").strip()
        except FileNotFoundError as error:
            raise IndexDamaged(
                f"There is no search index in {self.folder} yet. "
                "It is built when blogs are next visited; `planet rebuild` builds it now."
            ) from error
        except OSError as error:
            raise SearchError(
                f"The search index in {self.folder} cannot be read: {error.strerror}."
            ) from error
        if not _NAME.fullmatch(name):
            raise damaged(self.folder, "the file `current` names no index")
        return name

    def generations(self) -> list[str]:
        """Return the names of all builds that are there."""
        return sorted(path.name for path in self.folder.glob("*") if _NAME.fullmatch(path.name))

    def open(self, *, writable: bool = False) -> Search:
        """Open the live generation."""
        if writable:
            return self.open_live(writable=True)
        reader = Reader(self)
        reader.turn()
        return reader

    def open_live(self, *, writable: bool = False) -> Search:
        """Open the generation that is live now, and stay with it."""
        name = self.live()
        folder = self.folder / name
        try:
            label = json.loads((folder / "generation.json").read_bytes())
            make = label["fingerprint"] if label["generation"] == name else None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise damaged(self.folder, "the live index is not all there") from error
        if make != self.make.fingerprint:
            raise damaged(self.folder, "another version of this program made it")
        return self.make.open(folder, name, writable=writable)

    def create(self) -> Search:
        """Make a new, empty generation beside the live one, open for writing."""
        name = secrets.token_hex(8)
        folder = self.folder / name
        with self._writing():
            folder.mkdir(parents=True)
            self.make.create(folder)
            label = {"generation": name, "fingerprint": self.make.fingerprint}
            _write(folder / "generation.json", json.dumps(label))
        return self.make.open(folder, name, writable=True)

    def publish(self, generation: str) -> None:
        """Make a generation the live one."""
        with self._writing():
            _write(self.folder / "current", generation)

    def discard(self, generation: str) -> None:
        """Remove a generation."""
        if _NAME.fullmatch(generation):
            shutil.rmtree(self.folder / generation, ignore_errors=True)

    @contextmanager
    def refreshing(self, wait: float = 0) -> Iterator[None]:
        """Hold the lock of whoever writes the live generation or changes which it is."""
        with self._alone("refresh.lock", wait):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the lock of whoever builds or removes other generations."""
        with self._alone("rebuild.lock", 0):
            yield

    @contextmanager
    def _alone(self, name: str, wait: float) -> Iterator[None]:
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / name)
            try:
                lock.acquire(timeout=wait, poll_interval=0.02)
            except Timeout as error:
                raise busy(self.folder) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SearchError(
                f"The search index in {self.folder} cannot be written: {error.strerror}. "
                "Check that you may write there and that the disk has room."
            ) from error


class Reader:
    """A `Search` that follows the live generation. Threads may share it."""

    def __init__(self, home: Generations) -> None:
        self._home = home
        self._pointer = home.folder / "current"
        self._lock = threading.Lock()
        self._open: tuple[Stamp | None, Search] | None = None

    def turn(self) -> Search:
        """Return the live generation's own `Search`, opening it if it has changed.

        When the one that is live now cannot be opened, the one before goes on answering:
        a rebuild will soon mend it. Raises IndexDamaged if there was none before.
        """
        opened = self._open
        if opened is None or opened[0] != stamp(self._pointer):
            with self._lock:
                opened = self._open = self._reopened()
        return opened[1]

    def _reopened(self) -> tuple[Stamp | None, Search]:
        while True:
            now = stamp(self._pointer)
            if self._open is not None and self._open[0] == now:
                return self._open  # another thread was here before us
            try:
                return now, self._home.open_live()
            except SearchError:
                # It may have been replaced, and removed, since we read its name.
                if stamp(self._pointer) == now:
                    if self._open is None:
                        raise
                    return self._open

    @property
    def generation(self) -> str:
        """The name of the build that is being searched."""
        return self.turn().generation

    @property
    def edition(self) -> str:
        """Differs whenever `find` may answer otherwise than before."""
        return self.turn().edition

    def find(
        self, query: Query, *, sort: Sort = Sort.RELEVANCE, limit: int, offset: int = 0
    ) -> Results:
        """Return a page of the posts that answer `query`."""
        return self.turn().find(query, sort=sort, limit=limit, offset=offset)

    def read(self, query: Query) -> Reading:
        """Return what was made of the query's words."""
        return self.turn().read(query)

    def facets(self, query: Query, *, most: int = 10) -> Facets:
        """Return what the answers are of, and how many of each."""
        return self.turn().facets(query, most=most)

    def similar(self, document: Document, *, limit: int) -> Results:
        """Return the posts that are most like `document`, itself left out."""
        return self.turn().similar(document, limit=limit)

    def titles(self, text: str, *, limit: int) -> Results:
        """Return the posts whose titles go on as `text` begins."""
        return self.turn().titles(text, limit=limit)

    def titled(self, names: Sequence[str], query: Query, *, limit: int) -> Results:
        """Return the posts that the filters of `query` leave, with a name in their titles."""
        return self.turn().titled(names, query, limit=limit)

    def highlight(
        self, query: Query, texts: Sequence[str], *, width: int = 240
    ) -> list[tuple[Fragment, ...]]:
        """Return, for each text, the run of it that shows best why it was found."""
        return self.turn().highlight(query, texts, width=width)

    def update(self, documents: Iterable[Document], gone: Iterable[str]) -> None:
        """Refuse: a reader does not write."""
        raise SearchError("This search index was opened for reading only.")

    def count(self) -> int:
        """Return how many posts can be found."""
        return self.turn().count()

    def close(self) -> None:
        """Let go of the files."""
        opened, self._open = self._open, None
        if opened is not None:
            opened[1].close()


def stamp(path: Path) -> Stamp | None:
    """Return what changes whenever the file at `path` is replaced; None without a file."""
    try:
        status = os.stat(path)  # noqa: PTH116  # a third of the time, and before each search
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def busy(folder: Path) -> AlreadyRunning:
    """Return the error that tells people of a second writer."""
    return AlreadyRunning(
        f"Another process is writing the search index in {folder}. "
        "Nothing is lost: what is new will be searchable soon."
    )


def damaged(folder: Path, how: str) -> IndexDamaged:
    """Return the error that tells people of an index that must be built anew."""
    return IndexDamaged(
        f"The search index in {folder} cannot be used: {how}. No posts are lost: "
        "it is built anew when blogs are next visited, or by `planet rebuild`."
    )


def _write(path: Path, text: str) -> None:
    """Replace a file in one step that a power cut cannot halve."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
