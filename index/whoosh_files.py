"""The files of a Whoosh index: none stays open unawares, and segments are merged by their size.

_MAIN_<number>.toc     the latest commit: which segments there are, and what is gone of them
MAIN_<name>.seg        a segment: the terms and columns of some posts, never changed
MAIN_WRITELOCK         the library's lock while it writes
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from math import log
from pathlib import Path
from typing import IO, Any

from whoosh.codec.base import Segment as Stored
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.reading import SegmentReader

from index.whoosh_postings import Writer
from index.whoosh_terms import schema

NAME = "MAIN"
NONE = -1  # in place of a commit's number
TIER = 6  # segments of about one size are merged when there are so many,
SMALLEST = 64  # ... all that have fewer posts counting as one size
GONE = 0.4  # of a segment's posts: when more have gone it is written anew


class Files(FileStorage):
    """A folder whose files can all be closed, those too that the library lost sight of.

    They are read, not mapped: what the library maps it copies into memory as well.
    """

    def __init__(self, folder: Path | str, opened: list[IO[bytes]] | None = None) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self.opened: list[IO[bytes]] = [] if opened is None else opened

    def create_file(
        self, name: str, excl: bool = False, mode: str = "wb", **options: Any
    ) -> StructFile:
        """Open a file for writing."""
        return self._noted(super().create_file(name, excl, mode, **options))

    def open_file(self, name: str, **options: Any) -> StructFile:
        """Open a file for reading."""
        return self._noted(super().open_file(name, **options))

    def temp_storage(self, name: str | None = None) -> "Files":
        """Return a folder within for a while, whose files are closed with ours."""
        return Files(Path(self.folder) / (name or "tmp"), self.opened).create()  # type: ignore[no-any-return]

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Put a commit in place once all of it is on the disk, which the library leaves out."""
        folder = Path(self.folder)
        for path in (folder / oldname, *folder.glob("*.seg"), folder):
            _sync(path)
        super().rename_file(oldname, newname, safe=safe)
        _sync(folder)

    def release(self) -> None:
        """Close whatever is open. Not by the name of `close`: each of our readers calls that."""
        for file in self.opened:
            with suppress(OSError):  # a full disk: what was not written is given up
                file.close()
        self.opened.clear()

    def _noted(self, file: StructFile) -> StructFile:
        self.opened.append(file.file)
        return file


def create(folder: Path) -> None:
    """Make an empty index."""
    files = Files(folder)
    try:
        TOC.create(files, schema(), NAME)
    finally:
        files.release()


def latest(folder: Path) -> int:
    """Return the number of the latest commit, or NONE."""
    number: int = TOC._latest_generation(FileStorage(str(folder)), NAME)
    return number


def committed(folder: Path) -> tuple[int, list[Stored]]:
    """Return the latest commit's number and its segments."""
    files = Files(folder)
    try:
        toc = TOC.read(files, NAME, schema=schema())
        return toc.generation, toc.segments
    finally:
        files.release()


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """Give a writer, and commit all that was written with it, or nothing."""
    files = Files(folder)
    try:
        writer = _writer(files)
        try:
            yield writer
            writer.commit(mergetype=merged)
        except BaseException:
            with suppress(
                Exception
            ):  # on a full disk, what is taken back cannot be written either
                writer.cancel()
            with suppress(Exception):
                _tidy(files)
            raise
    finally:
        files.release()


def _writer(files: Files) -> Writer:
    _tidy(files)
    return Writer(FileIndex(files, schema(), NAME))


def _tidy(files: Files) -> None:
    """Remove what a writer that was interrupted left."""
    toc = TOC.read(files, NAME, schema=schema())
    clean_files(files, NAME, toc.generation, toc.segments)
    for path in Path(files.folder).glob("*.toc.*"):
        path.unlink()


def merged(writer: Writer, segments: Iterable[Stored]) -> list[Stored]:
    """Write segments of a kind into the new one; return those that stay.

    Each post is so written again as often as the index grows sixfold, and no more.
    """
    tiers: dict[int, list[Stored]] = defaultdict(list)
    for one in segments:
        tiers[int(log(max(one.doc_count_all(), SMALLEST) / SMALLEST, TIER))].append(one)
    stay = []
    for tier in tiers.values():
        for one in tier:
            if len(tier) >= TIER or one.deleted_count() > GONE * one.doc_count_all():
                _copy(one, writer)
            else:
                stay.append(one)
    return stay


def _copy(segment: Stored, writer: Writer) -> None:
    if segment.deleted_count() < segment.doc_count_all():
        writer.add_reader(SegmentReader(writer.storage, writer.schema, segment))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
