"""The rules of matching, apart from any engine."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.matching import RAREST, enough, page, spread, weight
from index.weights import SHARE, TEN

SHARES = st.sampled_from([0.2, 0.5, 0.7])
WEIGHTS = st.lists(st.floats(0.001, 12), max_size=RAREST)


@given(st.data())
def test_a_post_answers_if_it_holds_enough_of_what_the_words_weigh(data: st.DataObject) -> None:
    weights = data.draw(WEIGHTS)
    needed = data.draw(SHARES)
    held = data.draw(st.sets(st.sampled_from(range(len(weights))))) if weights else set()
    share = sum(weights[i] for i in held) - needed * sum(weights)
    answers = any(held >= set(choice) for choice in enough(weights, needed))
    if abs(share) > 1e-6:
        assert answers == (share > 0)


@given(WEIGHTS, SHARES)
def test_no_combination_holds_another(weights: list[float], share: float) -> None:
    choices = [set(choice) for choice in enough(weights, share)]
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
    assert enough(weights, 0.7) == choices


def test_a_long_query_is_decided_by_its_rarest_words() -> None:
    weights = [1.0] * 10 + [5.0] * RAREST
    assert set().union(*enough(weights, 0.7)) == set(range(10, 10 + RAREST))


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


@given(st.lists(st.integers(0, 4), max_size=60))
def test_no_blog_has_more_than_its_share_of_ten_while_others_answer(blogs: list[int]) -> None:
    order = spread(blogs)
    assert sorted(order) == list(range(len(blogs)))
    for blog in set(blogs):
        own = [i for i in order if blogs[i] == blog]
        assert own == sorted(own)  # those of one blog keep their order
    for start in range(0, len(order), TEN):
        ten, rest = order[start : start + TEN], order[start + TEN :]
        for blog in {blogs[i] for i in ten} - {0}:
            if any(blogs[i] != blog for i in rest):
                assert sum(blogs[i] == blog for i in ten) <= SHARE


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=80), st.integers(0, 70), st.integers(1, 20)
)
def test_pages_of_a_spread_list_neither_overlap_nor_leave_gaps(
    blogs: list[int], start: int, limit: int
) -> None:
    every = [(float(-i), i) for i in range(len(blogs))]

    def pages(first: int, size: int) -> list[tuple[float, str]]:
        return page(
            lambda n: (every[:n], len(every)),
            lambda places: [f"{i:02}" for i in places],
            first,
            size,
            lambda places: [blogs[i] for i in places],
        )[0]

    assert pages(start, limit) == pages(0, 100)[start : start + limit]
