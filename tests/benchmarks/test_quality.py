"""What the evaluation of search measures, and that its judgements can be trusted to be whole."""

import json

import pytest

from benchmarks.judged import DEMO, JUDGEMENTS, REAL, documents, queries
from benchmarks.quality import ndcg, quality, recall, reciprocal_rank
from benchmarks.searchers import indexed, ours
from index.search import ENGINES
from index.vocabulary import vocabulary

GRADES = {"best": 3, "good": 2, "fair": 1}


def test_the_ideal_order_has_the_whole_gain() -> None:
    assert ndcg(["best", "good", "fair"], GRADES) == 1
    assert 0 < ndcg(["fair", "good", "best"], GRADES) < 1
    assert ndcg(["other"] * 10 + ["best"], GRADES) == 0
    assert ndcg([], GRADES) == 0


def test_gain_is_discounted_by_place() -> None:
    # (2² - 1) / log2(3) of (2³ - 1) + (2² - 1) / log2(3) + (2¹ - 1) / log2(4)
    assert ndcg(["other", "good"], GRADES) == pytest.approx(0.2015, abs=0.0001)


def test_the_first_answer_that_helps_counts() -> None:
    assert reciprocal_rank(["fair", "other", "good", "best"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(["fair"], GRADES) == 0


def test_recall_is_of_the_answers_that_help() -> None:
    assert recall(["good", "fair"], GRADES) == 0.5
    assert recall(["other"] * 20 + ["best", "good"], GRADES) == 0


def test_the_mean_is_taken_over_all_queries() -> None:
    made = quality([["best", "good", "fair"], []], [GRADES, GRADES])
    assert (made.ndcg, made.mrr, made.recall, made.empty, made.queries) == (0.5, 0.5, 0.5, 0.5, 2)


def test_there_are_enough_queries_and_many_are_held_out() -> None:
    real = queries(REAL)
    assert len(real) >= 80
    assert sum(one.held_out for one in real) >= 30
    assert len({one.query for one in real}) == len(real)


@pytest.mark.parametrize("one", queries((*REAL, *DEMO)), ids=lambda one: one.query)
def test_each_query_has_an_answer_that_helps(one: object) -> None:
    answers = one.answers  # type: ignore[attr-defined]
    assert max(answers.values()) >= 2
    assert set(answers.values()) <= {1, 2, 3}


def test_the_answers_of_the_demo_are_its_posts() -> None:
    posts = {post.id for post in documents(None)}
    assert {answer for one in queries(DEMO) for answer in one.answers} <= posts


@pytest.mark.parametrize("name", ["topics", "demo-topics"])
def test_labels_are_topics(name: str) -> None:
    rows = [json.loads(line) for line in (JUDGEMENTS / f"{name}.jsonl").read_text().splitlines()]
    assert sum(row["held_out"] for row in rows) * 3 >= len(rows) - 3
    for row in rows:
        assert {*row["topics"], *row["unsure"]} <= set(vocabulary().topics)
        assert all(row["topics"].values())  # each has its reason


@pytest.mark.parametrize("engine", ENGINES)
def test_the_demos_queries_are_answered_well_by_every_engine(engine: str) -> None:
    judged = queries(DEMO)
    with indexed(engine, documents(None)) as search:
        answer = ours(search)
        found = quality([answer(one.query) for one in judged], [one.answers for one in judged])
    assert found.empty == 0
    assert found.ndcg > 0.78
    assert found.recall > 0.8
