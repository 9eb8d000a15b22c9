"""How a Whoosh index keeps a term's posts: which they are, how often each has it, and where.

The library keeps them as pickles of 128 posts, and handles one post at a time in writing,
merging and reading. Here they are a few arrays of the narrowest numbers that will do, and
handled whole: an index takes less room, and less than half of the time.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import accumulate, groupby
from operator import itemgetter
from struct import Struct
from typing import cast

from whoosh.codec.base import PostingsWriter
from whoosh.codec.base import Segment as Stored
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo
from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage
from whoosh.filedb.structfile import StructFile
from whoosh.formats import Format
from whoosh.index import FileIndex
from whoosh.matching.mcore import ListMatcher
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

HEADER = Struct("=IIccc")  # posts, bytes that follow, and how wide each of three numbers is
ABSENT = b"-"  # in place of a width: each post has it once; no places are kept
WIDTHS = (("B", 2**8), ("H", 2**16), ("I", 2**32))

Key = tuple[str, bytes]  # a field and a term


class Gathered:
    """What is to be written of one term."""

    __slots__ = ("places", "posts", "times")

    def __init__(self) -> None:
        self.posts: array[int] = array("I")
        self.times: array[int] = array("I")
        self.places: array[int] = array("I")


class Pool:
    """The postings of a segment that is being written, by term.

    Those of new posts are gathered in memory, as many as one commit has; those of segments
    that are merged into it stay in their files until they are written.
    """

    def __init__(self) -> None:
        self._terms: dict[Key, Gathered] = {}
        self._merged: list[Iterator[tuple[Key, Gathered]]] = []

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Add what a new post has of a term; posts come in their order."""
        field, term, post, times, places = posting
        gathered = self._terms.get((field, term))
        if gathered is None:
            gathered = self._terms[field, term] = Gathered()
        gathered.posts.append(post)
        gathered.times.append(int(times))
        gathered.places.frombytes(places)

    def add_segment(
        self, reader: SegmentReader, start: int, moved: Mapping[int, int] | None
    ) -> None:
        """Add a segment whose posts come next, from `start` on, or where `moved` says."""
        self._merged.append(_moved(reader, start, moved))

    def iter_postings(self) -> Iterator[tuple[Key, Sequence[Gathered]]]:
        """Give each term in its order, with what is to be written of it, piece after piece."""
        new = ((key, self._terms[key]) for key in sorted(self._terms))
        for key, pieces in groupby(merge(new, *self._merged, key=itemgetter(0)), itemgetter(0)):
            yield key, [piece for _, piece in pieces]

    def cleanup(self) -> None:
        """Let go of it all."""
        self._terms, self._merged = {}, []


def _moved(
    reader: SegmentReader, start: int, moved: Mapping[int, int] | None
) -> Iterator[tuple[Key, Gathered]]:
    """Give the terms of a segment, its posts numbered anew, without those that have gone."""
    reader.deleted_docs_set = frozenset()  # `moved` leaves them out, a term at a time
    for field, term in reader.all_terms():
        old = cast(Postings, reader.postings(field, term))
        gathered = Gathered()
        if moved is None:
            gathered.posts = array("I", (post + start for post in old.posts))
            gathered.times = array("I", old.times)
            gathered.places = array("I", old.places)
        else:
            for post, times in zip(old.posts, old.times, strict=True):
                if post in moved:
                    gathered.posts.append(moved[post])
                    gathered.times.append(times)
                    gathered.places += array("I", old.at(post))
        if gathered.posts:
            yield (field, term), gathered


class Writer(SegmentWriter):
    """The library's own, but for postings."""

    def __init__(self, index: FileIndex) -> None:
        super().__init__(index, codec=Codec())
        self._gathered = Pool()
        self.pool = self._gathered  # type: ignore[assignment]  # all that is asked of one

    def add_postings_to_pool(
        self, reader: SegmentReader, startdoc: int, docmap: Mapping[int, int] | None
    ) -> None:
        """Add a segment, which has to stay open until the commit."""
        self._gathered.add_segment(reader, startdoc, docmap)


class Codec(W3Codec):
    """Likewise."""

    length_stats = False  # of no use to our scores

    def field_writer(self, storage: Storage, segment: Stored) -> "FieldWriter":
        """Return what writes the terms of one field after another."""
        return FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: StructFile, byteids: bool = False) -> "TermWriter":
        """Return what writes the postings of one term after another."""
        return TermWriter(dbfile)

    def postings_reader(
        self,
        dbfile: StructFile,
        terminfo: W3TermInfo,
        format_: Format,
        term: Key | None = None,
        scorer: object = None,
    ) -> "Postings":
        """Return the postings of a term."""
        offset, _ = terminfo.extent()
        return Postings(dbfile, offset)


class FieldWriter(W3FieldWriter):
    """Writes the terms of one field after another."""

    def add_postings(
        self, schema: Schema, lengths: None, items: Iterable[tuple[Key, Sequence[Gathered]]]
    ) -> None:
        """Write what a pool gives."""
        for field, terms in groupby(items, lambda item: item[0][0]):
            self.start_field(field, schema[field])
            for (_, term), pieces in terms:
                self.start_term(term)
                for piece in pieces:
                    cast(TermWriter, self._postwriter).add_piece(piece)
                self.finish_term()
            self.finish_field()


class TermWriter(PostingsWriter):
    """Writes the postings of one term after another."""

    def __init__(self, file: StructFile) -> None:
        self._file = file
        self._all = Gathered()

    def written(self) -> bool:
        """Whether a part of this term is written already: never, for terms are written whole."""
        return False

    def start_postings(self, format_: Format, terminfo: W3TermInfo) -> None:
        """Start a term."""
        self._all = Gathered()

    def add_posting(
        self, id_: int, weight: float, vbytes: bytes, length: int | None = None
    ) -> None:
        """Refuse: whole pieces are added."""
        raise NotImplementedError

    def add_piece(self, piece: Gathered) -> None:
        """Add posts that come after those that were added."""
        self._all.posts += piece.posts
        self._all.times += piece.times
        self._all.places += piece.places

    def finish_postings(self) -> W3TermInfo:
        """Write what was added, and return where it is."""
        posts, times = self._all.posts, self._all.times
        often = sum(times)
        info = W3TermInfo(often, len(posts), None, 0, max(times), posts[0], posts[-1])
        parts = [
            _narrowed(posts),
            _narrowed(times) if often > len(posts) else (ABSENT, b""),
            _narrowed(self._all.places),
        ]
        body = b"".join(packed for _, packed in parts)
        start = self._file.tell()
        self._file.write(HEADER.pack(len(posts), len(body), *(width for width, _ in parts)) + body)
        info.set_extent(start, HEADER.size + len(body))
        return info


class Postings(ListMatcher):
    """The posts that hold a term, in their order, and how often each does."""

    def __init__(self, file: StructFile, offset: int) -> None:
        count, size, *widths = HEADER.unpack(file.get(offset, HEADER.size))
        body = file.get(offset + HEADER.size, size)
        wide, often, placed = (width.decode() for width in widths)
        self.posts = array(wide, body[: count * array(wide).itemsize])
        start = count * self.posts.itemsize
        self.times = array("B", b"\1" * count)
        if often != ABSENT.decode():
            end = start + count * array(often).itemsize
            self.times = array(often, body[start:end])
            start = end
        self.places = array("I" if placed == ABSENT.decode() else placed, body[start:])
        self._starts = array("I", accumulate(self.times, initial=0))
        super().__init__(self.posts, self.times)

    def at(self, post: int) -> Sequence[int]:
        """Return the places of the term in a post that holds it."""
        number = bisect_left(self.posts, post)
        return self.places[self._starts[number] : self._starts[number + 1]]


def _narrowed(numbers: "array[int]") -> tuple[bytes, bytes]:
    """Return numbers in as few bytes as will do, and how wide each is."""
    if not numbers:
        return ABSENT, b""
    most = max(numbers)
    width = next(width for width, limit in WIDTHS if most < limit)
    return width.encode(), array(width, numbers).tobytes()
