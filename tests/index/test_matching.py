"""The rules of matching, apart from any engine."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.matching import RAREST, enough, page, weight
from index.weights import ENOUGH

WEIGHTS = st.lists(st.floats(0.001, 12), max_size=RAREST)


@given(st.data())
def test_a_post_answers_if_it_holds_enough_of_what_the_words_weigh(data: st.DataObject) -> None:
    weights = data.draw(WEIGHTS)
    held = data.draw(st.sets(st.sampled_from(range(len(weights))))) if weights else set()
    share = sum(weights[i] for i in held) - ENOUGH * sum(weights)
    answers = any(held >= set(choice) for choice in enough(weights))
    if abs(share) > 1e-6:
        assert answers == (share > 0)


@given(WEIGHTS)
def test_no_combination_holds_another(weights: list[float]) -> None:
    choices = [set(choice) for choice in enough(weights)]
    assert all(not one < other for one in choices for other in choices)
    assert len(choices) <= 20


@pytest.mark.parametrize(
    ("weights", "choices"),
    [
        ([], []),
        ([1], [(0,)]),
        ([1, 1], [(0, 1)]),
        ([1, 1, 1], [(0, 1, 2)]),
        ([1, 1, 1, 1], [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)]),
        ([1, 9, 1], [(1,)]),
        ([5, 4, 1], [(0, 1)]),
        ([0.1] * 20 + [9], [(20,)]),
    ],
)
def test_rare_words_decide(weights: list[float], choices: list[tuple[int, ...]]) -> None:
    assert enough(weights) == choices


def test_a_long_query_is_decided_by_its_rarest_words() -> None:
    weights = [1.0] * 10 + [5.0] * RAREST
    assert set().union(*enough(weights)) == set(range(10, 10 + RAREST))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_rarer_words_weigh_more(posts: int, holding: int) -> None:
    assert weight(posts, holding) >= weight(posts, holding + 1) > 0


@given(
    st.lists(st.integers(1, 4), max_size=40),
    st.integers(0, 45),
    st.integers(0, 12),
    st.randoms(use_true_random=False),
)
def test_a_page_is_a_slice_of_one_total_order(
    scores: list[int], start: int, limit: int, chance: Random
) -> None:
    every = [(float(score), f"{i:02}") for i, score in enumerate(scores)]
    asked: Counter[str] = Counter()

    def best(size: int) -> tuple[Sequence[tuple[float, str]], int]:
        shuffled = chance.sample(every, len(every))  # equals come in any order
        return sorted(shuffled, key=lambda hit: -hit[0])[:size], len(every)

    def names(places: Sequence[str]) -> Sequence[str]:
        asked.update(places)
        return places

    ranked = sorted(every, reverse=True)
    assert page(best, names, start, limit) == (ranked[start : start + limit], len(every))
    assert set(asked.values()) <= {1}
