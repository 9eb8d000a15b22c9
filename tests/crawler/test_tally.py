"""A crawl tells how it is getting on."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from crawler.tally import Lines, Tally
from index.model import Feed, Outcome, Poll, Recorded, Visit

VISIT = Visit(
    at=datetime(2026, 5, 1, tzinfo=UTC),
    outcome=Outcome.READ,
    feed=Feed(id=1, title="A blog"),
    poll=Poll(),
)
FAILED = replace(VISIT, outcome=Outcome.FAILED, poll=Poll(problem="dns", detail="No such name."))


def test_a_feed_that_is_visited_twice_is_one_blog() -> None:
    tally = Tally(feeds=2)
    tally = tally.plus(VISIT, Recorded(new=3), first=True)
    tally = tally.plus(VISIT, Recorded(), first=False)
    assert tally.sentence() == "1 of 2 blogs visited, 0 failed, 3 new posts"
    assert (tally.visited, tally.document()["met"]) == (2, 1)


def test_failures_are_counted_and_explained() -> None:
    tally = Tally(feeds=1).plus(FAILED, Recorded(new=1), first=True)
    assert tally.sentence() == "1 of 1 blogs visited, 1 failed, 1 new post"
    assert tally.document()["problems"] == [{"blog": "A blog", "problem": "No such name."}]


def test_plain_lines_are_few_and_end_with_the_last_word() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    tally = Tally(feeds=50)
    lines.show(tally)
    for _ in range(40):
        tally = tally.plus(VISIT, Recorded(), first=True)
        lines.show(tally)
    lines.close()
    lines.close()
    assert stream.getvalue().splitlines() == [
        "0 of 50 blogs visited, 0 failed, 0 new posts",
        "40 of 50 blogs visited, 0 failed, 0 new posts",
    ]
