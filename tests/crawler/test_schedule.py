"""The next visit comes when the blog, its server and our own manners agree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import schedule

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VALIDATED = {"etag": '"a"'}


def after(headers: dict[str, str], wish: timedelta = HOUR) -> timedelta:
    return schedule.after_success(NOW, wish, VALIDATED | headers, luck=0)


@pytest.mark.rule(16)
def test_no_feed_is_visited_twice_an_hour() -> None:
    assert after({}, wish=timedelta(0)) == HOUR


@pytest.mark.rule(6)
def test_a_feed_without_validators_is_visited_once_a_day_at_most() -> None:
    assert schedule.after_success(NOW, HOUR, {}, luck=0) == DAY


@pytest.mark.rule(16)
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"cache-control": "public, max-age=7200"}, 2 * HOUR),
        ({"cache-control": 'max-age="10800"'}, 3 * HOUR),
        ({"cache-control": "s-maxage=99999"}, HOUR),
        (
            {
                "expires": "Fri, 01 May 2026 05:00:00 GMT",
                "date": "Fri, 01 May 2026 01:00:00 GMT",
            },
            4 * HOUR,
        ),
        ({"expires": "0"}, HOUR),
        ({"cache-control": "max-age=nonsense"}, HOUR),
    ],
)
def test_a_server_may_ask_us_to_wait_longer(headers: dict[str, str], wait: timedelta) -> None:
    assert after(headers) == wait


@pytest.mark.rule(17)
def test_a_server_may_not_ask_us_to_wait_for_ever() -> None:
    assert after({"cache-control": "max-age=31536000"}) == timedelta(days=7)


@pytest.mark.rule(19)
@pytest.mark.parametrize(
    ("gap", "wish"),
    [
        (timedelta(minutes=10), HOUR),
        (8 * HOUR, 4 * HOUR),
        (timedelta(days=7), DAY),
        (timedelta(days=300), DAY),
    ],
)
def test_a_blog_is_visited_twice_as_often_as_it_posts(gap: timedelta, wish: timedelta) -> None:
    assert schedule.rhythm([NOW - n * gap for n in range(10)], NOW) == wish


def test_a_blog_of_one_post_has_no_rhythm_yet() -> None:
    assert schedule.rhythm([NOW], NOW) == schedule.DEFAULT


@pytest.mark.rule(22)
def test_failures_are_answered_with_patience() -> None:
    hard = [schedule.after_failure(n, luck=0) for n in range(1, 40)]
    assert hard[:4] == [2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR]
    assert hard[-1] == timedelta(days=7)
    temporary = [schedule.after_failure(n / 4, luck=0) for n in range(1, 9)]
    assert temporary[3] == hard[0]
    assert temporary[7] == hard[1]
    assert schedule.after_failure(0.25, luck=0, floor=DAY) == DAY


@pytest.mark.rule(22)
def test_what_has_failed_for_a_season_is_looked_at_once_a_month() -> None:
    assert schedule.after_failure(9, luck=0, failing=timedelta(days=90)) == timedelta(days=7)
    assert schedule.after_failure(9, luck=0, failing=timedelta(days=91)) == timedelta(days=30)


@pytest.mark.rule(22)
def test_failing_feeds_part_by_up_to_a_quarter() -> None:
    assert schedule.after_failure(1, luck=1) == 2.5 * HOUR


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7200", 2 * HOUR),
        ("Fri, 01 May 2026 12:00:00 GMT", 3 * HOUR),
        ("Fri, 01 May 2020 12:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(value: str, wait: timedelta | None) -> None:
    assert schedule.retry_after({"retry-after": value}, NOW) == wait


@pytest.mark.rule(12)
def test_the_longer_of_backoff_and_retry_after_counts_up_to_two_days() -> None:
    assert schedule.after_failure(1, luck=0, retry_after=3 * HOUR) == 3 * HOUR
    assert schedule.after_failure(3, luck=0, retry_after=3 * HOUR) == 8 * HOUR
    assert schedule.after_failure(1, luck=0, retry_after=timedelta(hours=88)) == 2 * DAY


@given(st.floats(0, 1))
def test_luck_only_ever_makes_us_later(luck: float) -> None:
    assert HOUR <= schedule.jittered(HOUR, luck) <= 1.1 * HOUR
