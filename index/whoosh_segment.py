"""One segment of a Whoosh index: some posts as they were written, and what is found among them.

The library's own queries go from post to post and ask each term's matcher there. Here a
term's posts are read once, into an array that outlives the commit, and sets do the rest.
"""

import threading
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from whoosh.codec.base import Segment as Stored
from whoosh.reading import SegmentReader, TermNotFound

from index.clauses import AnyOf, Between, Clause, Field, Plan, Run, Term
from index.whoosh_files import Files
from index.whoosh_postings import Postings
from index.whoosh_terms import encoded, schema

KEPT = 256  # terms whose postings are remembered
KEPT_LETTERS = 32  # first letters whose terms are
LAST = "\U0010ffff"  # sorts behind every letter


class Segment:
    """Some posts, those that have gone since among them. Threads may share it."""

    def __init__(self, folder: Path, stored: Stored) -> None:
        files = Files(folder)
        try:
            reader = SegmentReader(files, schema(), stored)
        except BaseException:
            files.release()
            raise
        weakref.finalize(self, files.release)
        reader.deleted_docs_set = frozenset()
        self.posts = reader.doc_count_all()
        # None of these holds `self`: files are closed as soon as the last commit lets go of it.
        asked = _Asked(reader)
        self.postings = lru_cache(KEPT)(asked.postings)
        self.begun = lru_cache(KEPT_LETTERS)(asked.begun)
        self.column = cache(asked.column)
        self.lengths = cache(asked.lengths)
        self.holding = asked.holding
        self.words = asked.words

    def matching(self, plan: Plan) -> Set[int]:
        """Return the posts that answer, gone ones among them."""
        demanded = [self.find(clause) for clause in plan.must]
        wished = demanded or [set[int]().union(*(self.find(wish.clause) for wish in plan.wishes))]
        unwanted = (self.find(clause) for clause in plan.never)
        return set.intersection(*wished).difference(*unwanted)

    def find(self, clause: Clause) -> set[int]:
        """Return the posts that satisfy a clause."""
        if isinstance(clause, Term):
            return self.holders(clause.field, clause.text)
        if isinstance(clause, Run):
            return set(self.times(clause))
        if isinstance(clause, Between):
            return set(self._between(clause))
        parts = map(self.find, clause.parts)
        if isinstance(clause, AnyOf):
            return set[int]().union(*parts)
        return set.intersection(*parts) if clause.parts else set(range(self.posts))

    def times(self, run: Run, among: Set[int] | None = None) -> dict[int, int]:
        """Return the posts that hold a run of terms, and how often each does."""
        found = set.intersection(*(self.holders(run.field, term) for _, term in run.terms))
        if among is not None:
            found &= among
        held = [(offset, self.postings(run.field, term)) for offset, term in run.terms]
        times = {}
        for post in found:
            # Each place as that where the run would have to begin.
            begins = [[at - offset for at in one.at(post)] for offset, one in held if one]
            times[post] = _near(begins, run.slop) if run.slop else _together(begins)
        return {post: often for post, often in times.items() if often}

    def holders(self, field: Field, term: str) -> set[int]:
        """Return the posts that hold a term."""
        postings = self.postings(field, term)
        return set(postings.posts) if postings is not None else set()

    def beginning(self, field: Field, letters: str, most: int) -> dict[str, int]:
        """Return up to `most` terms that begin so, and how many posts hold each."""
        terms, held = self.begun(field, letters[:1])
        first = bisect_left(terms, letters)
        last = min(bisect_left(terms, letters + LAST, first), first + most)
        return dict(zip(terms[first:last], held[first:last], strict=True))

    def _between(self, clause: Between) -> Iterator[int]:
        since = clause.since if clause.since is not None else -(2**63)
        until = clause.until if clause.until is not None else 2**63
        for post, moment in enumerate(self.column("sort_at")):
            if since <= moment < until:
                yield post


class _Asked:
    """A segment's files: read by one thread at a time, for a reader has one place in them."""

    def __init__(self, reader: SegmentReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()

    def postings(self, field: Field, term: str) -> Postings | None:
        """Return which posts hold a term, how often each does, and where; None if none does."""
        with self._lock, suppress(TermNotFound):
            found = self._reader.postings(field.value, encoded(term))
            if isinstance(found, Postings):
                return found
        return None

    def holding(self, field: Field, term: str) -> int:
        """Return how many posts hold a term."""
        with self._lock:
            return self._reader.doc_frequency(field.value, encoded(term))

    def begun(self, field: Field, letter: str) -> tuple[list[str], list[int]]:
        """Return the terms that begin with a letter, in order, and how many posts hold each."""
        terms, held = [], []
        with self._lock:
            for term, info in self._reader.iter_prefix(field.value, encoded(letter)):
                terms.append(term.decode())
                held.append(info.doc_frequency())
        return terms, held

    def column(self, name: str) -> list[Any]:
        """Return a value of each post."""
        with self._lock:
            return list(self._reader.column_reader(name, translate=False))

    def lengths(self, field: Field) -> "array[int]":
        """Return how many words of a field each post has, roughly."""
        length = self._reader.doc_field_length
        with self._lock:
            return array("I", (length(post, field.value) or 0 for post in range(self._posts())))

    def words(self, field: Field) -> int:
        """Return how many words of a field all posts have."""
        with self._lock:
            return self._reader.field_length(field.value)

    def _posts(self) -> int:
        return self._reader.doc_count_all()


def _together(begins: Iterable[list[int]]) -> int:
    """Return how often places follow each other at their distances."""
    return len(set.intersection(*map(set, begins)))


def _near(begins: Iterable[list[int]], slop: int) -> int:
    """Return how often places follow each other in their order with up to `slop` words between."""
    first, *others = begins
    return sum(_follow(start, others, slop) for start in first)


def _follow(start: int, others: Iterable[list[int]], slop: int) -> bool:
    at = start
    for places in others:
        near = [place for place in places if at <= place <= start + slop]
        if not near:
            return False
        at = near[0]
    return True
