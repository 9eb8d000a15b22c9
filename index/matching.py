"""Which posts answer a query, and which of them a page shows: rules every engine keeps.

A reader who types four words wants the posts that hold all four, and would rather see
those with three than nothing. So a post answers if it holds all the words, or enough of
what they weigh: rare words weigh much, common ones little (their inverse document
frequency). Knows no engine: an engine counts, this decides.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, groupby
from math import log
from typing import TypeVar

from index.weights import SHARE, TEN, WINDOW

Place = TypeVar("Place")

SPARE = 10  # hits taken beyond a page, to see whether equals go on: few do for longer
RAREST = 6  # words that decide: of six, no more than 20 combinations are enough


def weight(posts: int, holding: int) -> float:
    """Return what a word weighs that `holding` of all `posts` hold."""
    # An engine may still count posts that have gone, so more can hold it than there are.
    return log(1 + (max(posts - holding, 0) + 0.5) / (holding + 0.5))


def enough(weights: Sequence[float], share: float) -> list[tuple[int, ...]]:
    """Return the smallest combinations of words, by index, that a post must hold one of.

    Each has at least `share` of what the words weigh. Only the `RAREST` words
    decide; the others count in ranking alone.
    """
    rarest = sorted(range(len(weights)), key=lambda i: (-weights[i], i))[:RAREST]
    need = share * sum(weights[i] for i in rarest) - 1e-9
    return [
        chosen
        for size in range(1, len(rarest) + 1)
        for chosen in combinations(sorted(rarest), size)
        # Enough, and no longer so without the lightest word.
        if 0 <= sum(weights[i] for i in chosen) - need < min(weights[i] for i in chosen)
    ]


def page(
    best: Callable[[int], tuple[Sequence[tuple[float, Place]], int]],
    names: Callable[[Sequence[Place]], Sequence[str]],
    start: int,
    limit: int,
    blogs: Callable[[Sequence[Place]], Sequence[int]] | None = None,
) -> tuple[list[tuple[float, str]], int]:
    """Return (score, id) of the hits from `start` on, highest first, and how many there are.

    Equal scores go by id, as in the store's own lists, whatever order the engine has them
    in: it may change with any commit. `best(n)` gives the n best, somehow; `names` is asked
    for the ids of those alone that need one. If `blogs` tells which blog each is from (0 for
    none), those of one blog are spread out among the `WINDOW` best.
    """
    end = start + limit
    window = WINDOW if blogs and start < WINDOW else 0
    hits, total = _seen(best, max(end, window))
    if start >= min(end, total):
        return [], total
    ranked = _settled(hits[: _whole(hits, max(end, window))], names, 0 if window else start)
    if blogs and window:
        first = ranked[:window]
        order = spread(blogs([place for _, place, _ in first]))
        ranked[:window] = [first[i] for i in order]
    shown = ranked[start:end]
    unnamed = [place for _, place, name in shown if not name]
    missing = iter(names(unnamed) if unnamed else ())
    return [(score, name or next(missing)) for score, _, name in shown], total


def spread(blogs: Sequence[int]) -> list[int]:
    """Return the places of hits in an order that has at most `SHARE` of one blog in each ten.

    As long as others answer; those of a blog keep their order. 0 is no blog.
    """
    order: list[int] = []
    left = list(range(len(blogs)))
    while left:
        held: Counter[int] = Counter()
        ten: list[int] = []
        for i in left:
            if len(ten) < TEN and (not blogs[i] or held[blogs[i]] < SHARE):
                ten.append(i)
                held[blogs[i]] += 1
        chosen = set(ten)
        spare = [i for i in left if i not in chosen][: TEN - len(ten)]
        order += ten + spare
        left = [i for i in left if i not in chosen and i not in spare]
    return order


def _seen(
    best: Callable[[int], tuple[Sequence[tuple[float, Place]], int]], reach: int
) -> tuple[Sequence[tuple[float, Place]], int]:
    """Return hits as far as `reach`, and all that are equal to the last of those."""
    size = reach + SPARE
    while True:
        hits, total = best(size)
        end = min(reach, total)
        if not end or len(hits) == total or hits[-1][0] != hits[end - 1][0]:
            return hits, total
        size *= 4  # the end cuts through equals: all of them have to be seen


def _whole(hits: Sequence[tuple[float, Place]], reach: int) -> int:
    """Return where the equals end among which `reach` falls."""
    end = min(reach, len(hits))
    while 0 < end < len(hits) and hits[end][0] == hits[end - 1][0]:
        end += 1
    return end


def _settled(
    hits: Sequence[tuple[float, Place]],
    names: Callable[[Sequence[Place]], Sequence[str]],
    start: int,
) -> list[tuple[float, Place, str]]:
    """Return the hits with equals in the order of their ids, named only where that decides."""
    settled: list[tuple[float, Place, str]] = []
    for score, group in groupby(hits, key=lambda hit: hit[0]):
        places = [place for _, place in group]
        after = len(settled) + len(places) > start  # before, their order is nobody's business
        if len(places) == 1 or not after:
            settled += [(score, place, "") for place in places]
        else:
            named = sorted(
                zip(names(places), places, strict=True), key=lambda n: n[0], reverse=True
            )
            settled += [(score, place, name) for name, place in named]
    return settled
