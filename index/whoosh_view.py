"""One commit of a Whoosh index: what is found in its segments, scored and put in order.

Scores are BM25 as Tantivy counts it, so that the weights of `index.weights` mean the same.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache, partial
from heapq import nlargest
from itertools import chain
from math import log
from operator import itemgetter
from typing import Any

from index.answering import tallied
from index.clauses import AnyOf, Between, Clause, Field, Plan, Run, Term
from index.finding import By, Facets
from index.whoosh_segment import Segment
from index.whoosh_terms import SCORED, SEPARATOR, stem, words

K1, B = 1.2, 0.75  # of BM25
COUNTED = 2_000  # clauses whose posts are counted once a commit
FEW = 16  # posts: counts up to this are checked for posts that have gone

Place = tuple[int, int]  # which part, and which post of it
Parts = Sequence[tuple[Segment, frozenset[int]]]  # segments, and the posts of them that have gone


class View:
    """One commit: a `Snapshot`. Threads may share it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.words, self.stem = words, stem
        # It holds the parts, not `self`: nothing keeps a commit once it is not asked any more.
        self.holding = lru_cache(10_000)(partial(_holding, parts))
        self._counted: dict[tuple[tuple[Clause, ...], tuple[Clause, ...]], int] = {}
        whole = _Whole(parts)
        self._scoring = [_Scoring(segment, whole) for segment, _ in parts]

    def posts(self) -> int:
        """Return how many posts there are."""
        return sum(segment.posts - len(gone) for segment, gone in self.parts)

    def count(self, must: tuple[Clause, ...], never: tuple[Clause, ...] = ()) -> int:
        """Return how many posts satisfy all of `must` and nothing of `never`."""
        known = self._counted.get((must, never))
        if known is None:
            known = sum(len(found) for _, found in self._found(Plan(must=must, never=never)))
            if len(self._counted) < COUNTED:
                self._counted[must, never] = known
        return known

    def beginning(self, field: Field, letters: str, most: int) -> list[tuple[str, int]]:
        """Return up to `most` terms that begin so, and how many posts hold each."""
        counts: Counter[str] = Counter()
        for segment, _ in self.parts:
            counts.update(segment.beginning(field, letters, most))
        return sorted(counts.items())[:most]

    def best(
        self, plan: Plan, size: int, *, newest: bool
    ) -> tuple[Sequence[tuple[float, Place]], int]:
        """Return the `size` best hits, or newest, and how many there are."""
        total = 0
        ranked: list[list[tuple[float, Place]]] = []
        for number, found in self._found(plan):
            total += len(found)
            scoring = self._scoring[number]
            worth = scoring.moments(found) if newest else scoring.scores(plan, found)
            hits = nlargest(size, worth, key=itemgetter(0))
            ranked.append([(score, (number, post)) for score, post in hits])
        return nlargest(size, chain.from_iterable(ranked), key=itemgetter(0)), total

    def names(self, places: Sequence[Place]) -> list[str]:
        """Return the ids of the posts at these places."""
        return [self._value(place, Field.ID.value).decode() for place in places]

    def blogs(self, places: Sequence[Place]) -> list[int]:
        """Return which blogs they are from."""
        return [self._value(place, "number") for place in places]

    def tallies(self, plan: Plan, by: Sequence[By], most: int) -> Facets:
        """Return the values that most hits have, and how many have each."""
        counts: dict[By, Counter[str]] = {one: Counter() for one in by}
        for number, found in self._found(plan):
            for one in by:
                column = self.parts[number][0].column(one.value)
                for held, posts in Counter(map(column.__getitem__, found)).items():
                    for value in filter(None, held.decode().split(SEPARATOR)):
                        counts[one][value] += posts
        return tallied(dict(counts), most)

    def places(self, ids: Iterable[str]) -> Iterator[int]:
        """Give where posts with these ids are, as the library counts through all segments."""
        start, wanted = 0, list(ids)
        for segment, gone in self.parts:
            for entry in wanted:
                for post in segment.find(Term(Field.ID, entry)) - gone:
                    yield start + post
            start += segment.posts

    def _found(self, plan: Plan) -> Iterator[tuple[int, Set[int]]]:
        for number, (segment, gone) in enumerate(self.parts):
            yield number, segment.matching(plan) - gone

    def _value(self, place: Place, name: str) -> Any:
        number, post = place
        return self.parts[number][0].column(name)[post]


class _Whole:
    """What scores need to know of all segments together, gone posts counted."""

    def __init__(self, parts: Parts) -> None:
        self._segments = [segment for segment, _ in parts]
        self._posts = sum(segment.posts for segment in self._segments)
        self.idf = lru_cache(10_000)(partial(_idf, self._segments, self._posts))

    def average(self, field: Field) -> float:
        """Return how many words of a field a post has."""
        return sum(segment.words(field) for segment in self._segments) / self._posts or 1.0


class _Scoring:
    """What the posts of one segment are worth."""

    def __init__(self, segment: Segment, whole: _Whole) -> None:
        self._segment = segment
        self._whole = whole
        self._norms: dict[Field, array[float]] = {}

    def moments(self, found: Set[int]) -> Iterator[tuple[int, int]]:
        """Give when each post was published, in place of a score."""
        moments = self._segment.column("sort_at")
        return ((moments[post], post) for post in found)

    def scores(self, plan: Plan, found: Set[int]) -> Iterator[tuple[float, int]]:
        """Give what each post is worth: the sum of the wishes, times what it is worth itself."""
        totals = dict.fromkeys(found, 0.0)
        for wish in plan.wishes:
            if wish.constant:
                for post in self._segment.find(wish.clause) & found:
                    totals[post] += wish.boost
            else:
                for post, score in self._scored(wish.clause, found).items():
                    totals[post] += score * wish.boost
        prior = self._segment.column("prior")
        return ((total * prior[post], post) for post, total in totals.items())

    def _scored(self, clause: Clause, found: Set[int]) -> Mapping[int, float]:
        """Return the scores of those of `found` that satisfy a clause."""
        if isinstance(clause, Term):
            weight = self._whole.idf(clause.field, clause.text)
            postings = self._segment.postings(clause.field, clause.text)
            held = zip(postings.posts, postings.times, strict=True) if postings else ()
            return self._bm25(clause.field, weight, held, found)
        if isinstance(clause, Run):
            weight = sum(self._whole.idf(clause.field, term) for _, term in clause.terms)
            return self._bm25(
                clause.field, weight, self._segment.times(clause, found).items(), found
            )
        if isinstance(clause, Between):
            return dict.fromkeys(self._segment.find(clause) & found, 1.0)
        if not isinstance(clause, AnyOf):
            found = self._segment.find(clause) & found
        totals: dict[int, float] = {}
        for part in clause.parts:
            for post, score in self._scored(part, found).items():
                totals[post] = totals.get(post, 0.0) + score
        return totals

    def _bm25(
        self, field: Field, weight: float, held: Iterable[tuple[int, int]], found: Set[int]
    ) -> Mapping[int, float]:
        if field not in SCORED:
            return {post: weight for post, _ in held if post in found}
        norms, most = self._norm(field), weight * (K1 + 1)
        return {
            post: most * times / (times + norms[post]) for post, times in held if post in found
        }

    def _norm(self, field: Field) -> "array[float]":
        """Return what tempers a term's occurrences in each post: more where the post is long."""
        norms = self._norms.get(field)
        if norms is None:
            share = B / self._whole.average(field)
            lengths = self._segment.lengths(field)
            norms = array("d", (K1 * (1 - B + share * length) for length in lengths))
            self._norms[field] = norms
        return norms


def _idf(segments: Sequence[Segment], posts: int, field: Field, term: str) -> float:
    """Return what a term weighs."""
    held = sum(segment.holding(field, term) for segment in segments)
    return log(1 + (posts - held + 0.5) / (held + 0.5))


def _holding(parts: Parts, field: Field, term: str) -> int:
    held = sum(segment.holding(field, term) for segment, _ in parts)
    if 0 < held <= FEW:
        return sum(len(segment.find(Term(field, term)) - gone) for segment, gone in parts)
    return held
