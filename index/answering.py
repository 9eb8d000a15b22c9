"""Answering from one state of an index: what all engines do alike.

An engine brings a `Snapshot`, which finds and counts; what is asked of it, in what order
its hits are shown and what is marked in a text is decided here, once for all engines.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol

from index.clauses import FACETS, Lexicon, Plan
from index.finding import By, Document, Facets, Fragment, Hit, Query, Reading, Results, Sort, Tally
from index.highlight import cut
from index.marking import marks
from index.matching import page
from index.plan import plan
from index.record import plain
from index.similar import likeness
from index.suggest import suggestion
from index.titled import titled

KEPT_PLANS = 64  # of the latest queries: a page asks for its hits, facets and highlights apart

Place = Any  # where an engine has a post: its own business


class Snapshot(Lexicon, Protocol):
    """One state of an engine's index."""

    def best(
        self, plan: Plan, size: int, *, newest: bool
    ) -> tuple[Sequence[tuple[float, Place]], int]:
        """Return the `size` best hits, or newest, with their scores, and how many there are."""
        ...

    def names(self, places: Sequence[Place]) -> list[str]:
        """Return the ids of the posts at these places."""
        ...

    def blogs(self, places: Sequence[Place]) -> list[int]:
        """Return which blogs they are from (`index.record.number`)."""
        ...

    def tallies(self, plan: Plan, by: Sequence[By], most: int) -> Facets:
        """Return the values that most hits have, commonest first, and how many have each."""
        ...


class Answering:
    """What is asked of a snapshot, with what is known of the latest queries."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._plan = lru_cache(KEPT_PLANS)(lambda query: plan(query, snapshot))
        self._stem = lru_cache(10_000)(snapshot.stem)

    def posts(self) -> int:
        """Return how many posts can be found."""
        return self._snapshot.posts()

    def forget(self) -> None:
        """Forget the latest queries: what is measured must not be remembered."""
        self._plan.cache_clear()

    def plan(self, query: Query) -> Plan | None:
        """Return what the engine is asked for; None if nothing can answer."""
        made: Plan | None = self._plan(query)
        return made

    def find(self, query: Query, sort: Sort, limit: int, offset: int) -> Results:
        """Return a page of the posts that answer `query`."""
        made = self._plan(query)
        return Results() if made is None else self._page(made, sort, limit, offset)

    def read(self, query: Query) -> Reading:
        """Return what was made of the query's words."""
        made = self._plan(query)
        if made is None:
            return Reading(unknown=(*query.words, *query.phrases))
        return made.reading

    def facets(self, query: Query, most: int) -> Facets:
        """Return what the answers are of, and how many of each."""
        made = self._plan(query)
        return {} if made is None else self._snapshot.tallies(made, FACETS, most)

    def highlight(
        self, query: Query, texts: Sequence[str], width: int
    ) -> list[tuple[Fragment, ...]]:
        """Return, for each text, the run of it that shows best why it was found."""
        made = self._plan(query)
        cuts = []
        for text in map(plain, texts):
            found = marks(text, made.marked, self._stem) if made is not None else []
            cuts.append(cut(text, found, width))
        return cuts

    def similar(self, document: Document, limit: int) -> Results:
        """Return the posts that are most like `document`, itself left out."""
        made = likeness(document, self._snapshot)
        return Results() if made is None else self._page(made, Sort.RELEVANCE, limit, 0)

    def titles(self, text: str, limit: int) -> Results:
        """Return the posts whose titles go on as `text` begins."""
        made = suggestion(text, self._snapshot)
        return Results() if made is None else self._page(made, Sort.RELEVANCE, limit, 0)

    def titled(self, names: Sequence[str], query: Query, limit: int) -> Results:
        """Return the posts that the filters of `query` leave, with a name in their titles."""
        made = titled(names, query, self._snapshot)
        return Results() if made is None else self._page(made, Sort.RELEVANCE, limit, 0)

    def _page(self, made: Plan, sort: Sort, limit: int, offset: int) -> Results:
        snapshot = self._snapshot
        newest = sort is Sort.NEWEST or not made.wishes
        spread = made.spread and not newest
        asked = replace(made, must=made.wide) if made.wide and not newest else made
        ranked, total = page(
            lambda size: snapshot.best(asked, size, newest=newest),
            snapshot.names,
            offset,
            limit,
            snapshot.blogs if spread else None,
        )
        hits = tuple(Hit(entry, 0.0 if newest else score) for score, entry in ranked)
        counted = total if asked.must == made.must else snapshot.count(made.must, made.never)
        return Results(hits=hits, total=total, counted=counted)


def tallied(counts: dict[By, dict[str, int]], most: int) -> Facets:
    """Return counts as facets: the `most` commonest values of each, equals by name."""
    return {
        by: tuple(
            Tally(value, posts)
            for value, posts in sorted(held.items(), key=lambda one: (-one[1], one[0]))[:most]
        )
        for by, held in counts.items()
    }
