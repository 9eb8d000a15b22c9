"""Which posts answer a query, and which of them a page shows: rules every engine keeps.

A reader who types four words wants the posts that hold all four, and would rather see
those with three than nothing. So a post answers if it holds all the words, or enough of
what they weigh: rare words weigh much, common ones little (their inverse document
frequency). Knows no engine: an engine counts, this decides.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import log
from typing import TypeVar

Place = TypeVar("Place")

ENOUGH = 0.7  # of the summed weight of the words that occur anywhere
SPARE = 10  # hits taken beyond a page, to see whether equals go on: few do for longer
RAREST = 6  # words that decide: of six, no more than 20 combinations are enough


def weight(posts: int, holding: int) -> float:
    """Return what a word weighs that `holding` of all `posts` hold."""
    # An engine may still count posts that have gone, so more can hold it than there are.
    return log(1 + (max(posts - holding, 0) + 0.5) / (holding + 0.5))


def enough(weights: Sequence[float]) -> list[tuple[int, ...]]:
    """Return the smallest combinations of words, by index, that a post must hold one of.

    Only the `RAREST` words decide; the others count in ranking alone.
    """
    rarest = sorted(range(len(weights)), key=lambda i: (-weights[i], i))[:RAREST]
    need = ENOUGH * sum(weights[i] for i in rarest) - 1e-9
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
) -> tuple[list[tuple[float, str]], int]:
    """Return (score, id) of the hits from `start` on, highest first, and how many there are.

    Equal scores go by id, as in the store's own lists, whatever order the engine has them
    in: it may change with any commit. `best(n)` gives the n best, somehow; `names` is asked
    for the ids of those alone that need one.
    """
    size = start + limit + SPARE
    while True:
        hits, total = best(size)
        end = min(start + limit, total)
        if start >= end:
            return [], total
        if len(hits) == total or hits[-1][0] != hits[end - 1][0]:
            break
        size *= 4  # the page's end cuts through equals: all of them have to be seen
    low, high = start, end
    while low and hits[low - 1][0] == hits[start][0]:
        low -= 1
    while high < len(hits) and hits[high][0] == hits[end - 1][0]:
        high += 1
    scores, places = zip(*hits[low:high], strict=True)
    ranked = sorted(zip(scores, names(places), strict=True), reverse=True)
    return ranked[start - low : end - low], total
