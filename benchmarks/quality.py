"""How good a list of answers is, by judgements: pure.

nDCG@10 (gain 2^grade - 1, discount log2 of the place + 1; Järvelin and Kekäläinen 2002), the
reciprocal rank of the first answer of grade 2 or 3, and how many of those are among 20.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import mean

HELPS = 2  # the grade from which an answer helps


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over queries, each 0 to 1; `empty` is the share of queries without any answer."""

    ndcg: float
    mrr: float
    recall: float
    empty: float
    queries: int


def quality(found: Sequence[Sequence[str]], wanted: Sequence[Mapping[str, int]]) -> Quality:
    """Return how good the lists `found` are for queries with the graded answers `wanted`."""
    pairs = list(zip(found, wanted, strict=True))
    return Quality(
        ndcg=mean(ndcg(answers, grades) for answers, grades in pairs),
        mrr=mean(reciprocal_rank(answers, grades) for answers, grades in pairs),
        recall=mean(recall(answers, grades) for answers, grades in pairs),
        empty=mean(not answers for answers in found),
        queries=len(pairs),
    )


def ndcg(answers: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Return the discounted gain of the first answers, as a share of the best there could be."""
    got = _gain([grades.get(answer, 0) for answer in answers[:depth]])
    return got / _gain(sorted(grades.values(), reverse=True)[:depth])


def reciprocal_rank(answers: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return one over the place of the first answer that helps; 0 without one."""
    places = (i for i, answer in enumerate(answers, 1) if grades.get(answer, 0) >= HELPS)
    return 1 / next(places, float("inf"))


def recall(answers: Sequence[str], grades: Mapping[str, int], depth: int = 20) -> float:
    """Return how many of the answers that help are among the first, as a share."""
    helps = {answer for answer, grade in grades.items() if grade >= HELPS}
    return len(helps & set(answers[:depth])) / min(len(helps), depth)


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1)))
