"""When most feeds fail at once, the fault is our own, and that is told in time (rule 24)."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.outage import LONGEST, SETTLED, Fault, Outage
from index.model import Feed, Lease, Outcome, Poll, Visit

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.rule(24)


def lease(number: int, **poll: object) -> Lease:
    well = {"succeeded": NOW - timedelta(days=1)}
    return Lease(
        feed=Feed(id=number, url=f"https://blog-{number}.example/feed"),
        poll=Poll(**(well | poll)),  # type: ignore[arg-type]
        token="t",
        until=NOW,
    )


def met(outage: Outage, number: int, problem: str = "", **poll: object) -> bool:
    outcome = Outcome.FAILED if problem else Outcome.SAME
    found = lease(number, **poll)
    visit = Visit(at=NOW, outcome=outcome, feed=found.feed, poll=Poll(problem=problem))
    return outage.meet(found, visit, NOW)


def test_visits_that_went_well_need_no_judgement() -> None:
    outage = Outage()
    assert not met(outage, 1)
    assert outage.verdict(NOW, over=True) is None


@pytest.mark.parametrize(
    ("poll", "problem", "awaits"),
    [
        ({}, "http-502", True),  # it was well
        ({}, "timeout", True),
        ({"failures": 3}, "timeout", True),  # it was not, but nobody answered
        ({"failures": 3}, "http-502", False),
        ({"succeeded": None}, "http-404", False),  # a first visit to a wrong guess
        ({"succeeded": None}, "dns", True),
    ],
)
def test_a_failure_that_nobody_expected_awaits_judgement(
    poll: dict[str, object], problem: str, awaits: bool
) -> None:
    assert met(Outage(), 1, problem, **poll) is awaits


def test_most_of_three_hosts_are_enough_when_the_pass_is_over() -> None:
    outage = Outage()
    for number in range(2):
        met(outage, number, "dns")
    assert outage.verdict(NOW, over=True) is Fault.THEIRS
    met(outage, 2, "http-502")
    assert outage.verdict(NOW, over=True) is Fault.OURS
    for number in range(3, 6):
        met(outage, number)
    assert outage.verdict(NOW, over=True) is Fault.THEIRS


def test_failures_are_quicker_than_answers_so_that_blaming_ourselves_waits() -> None:
    outage = Outage()
    for number in range(9):
        met(outage, number, "dns")
    assert outage.verdict(NOW + SETTLED / 2, over=False) is None
    assert outage.verdict(NOW + SETTLED, over=False) is Fault.OURS


def test_many_blogs_of_one_host_are_one_voice() -> None:
    outage = Outage()
    for number in range(9):
        same = Lease(
            feed=Feed(id=number, url=f"https://blog-{number}.wordpress.com/feed"),
            poll=Poll(succeeded=NOW),
            token="t",
            until=NOW,
        )
        failed = Visit(
            at=NOW, outcome=Outcome.FAILED, feed=same.feed, poll=Poll(problem="timeout")
        )
        outage.meet(same, failed, NOW)
    assert outage.verdict(NOW, over=True) is Fault.THEIRS


def test_a_failure_among_blogs_that_answer_is_judged_at_once() -> None:
    outage = Outage()
    met(outage, 1, "timeout")
    for number in range(2, 5):
        assert outage.verdict(NOW, over=False) is None
        met(outage, number)
    assert outage.verdict(NOW, over=False) is Fault.THEIRS


def test_a_failure_with_nobody_to_compare_it_with_is_not_held_back_for_ever() -> None:
    outage = Outage()
    met(outage, 1, "timeout")
    assert outage.verdict(NOW + LONGEST / 2, over=False) is None
    assert outage.verdict(NOW + LONGEST, over=False) is Fault.THEIRS


def test_what_happened_before_the_first_failure_says_nothing_of_the_network_now() -> None:
    outage = Outage()
    for number in range(20):
        met(outage, number)
    for number in range(20, 24):
        met(outage, number, "timeout")
    assert outage.verdict(NOW, over=True) is Fault.OURS


def test_dead_feeds_do_not_count_against_our_network() -> None:
    outage = Outage()
    for number in range(5):
        met(outage, number, "dns", failures=9)
    assert outage.verdict(NOW, over=True) is Fault.THEIRS
