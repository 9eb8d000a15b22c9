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
    assert after({"cache-control": "max-age=31536000"}) == DAY


@pytest.mark.rule(17)
@pytest.mark.parametrize("control", ["Max-Age=7200", "PUBLIC, MAX-AGE=7200"])
def test_max_age_counts_in_any_case(control: str) -> None:
    # https://www.rfc-editor.org/rfc/rfc9111#section-5.2: names are case-insensitive
    assert after({"cache-control": control}) == 2 * HOUR


@pytest.mark.rule(19)
@pytest.mark.parametrize(
    ("gap", "wish"),
    [
        (timedelta(minutes=10), HOUR),
        (4 * HOUR, 2 * HOUR),
        (16 * HOUR, 4 * HOUR),
        (100 * HOUR, 10 * HOUR),
        (24 * DAY, DAY),
        (300 * DAY, DAY),
    ],
)
def test_four_times_the_gap_makes_twice_the_wait(gap: timedelta, wish: timedelta) -> None:
    assert schedule.rhythm([NOW - n * gap for n in range(10)], NOW) == wish


@pytest.mark.rule(19)
def test_a_busy_blog_that_fell_silent_is_left_in_peace() -> None:
    busy = [NOW - n * HOUR for n in range(10)]
    later = [schedule.rhythm(busy, NOW + silence * HOUR) for silence in (0, 9, 36, 576, 9_999)]
    assert later == [HOUR, 3 * HOUR, 6 * HOUR, DAY, DAY]


@pytest.mark.rule(19)
def test_only_the_last_ten_posts_tell_the_rhythm() -> None:
    recent = [NOW - n * 4 * HOUR for n in range(10)]
    assert schedule.rhythm([*recent, NOW - 900 * DAY], NOW) == 2 * HOUR


@pytest.mark.rule(19)
@pytest.mark.parametrize(
    "dates",
    [
        pytest.param([], id="no post"),
        pytest.param([NOW], id="one post"),
        pytest.param([NOW] * 10, id="all of one moment"),
        pytest.param([NOW + DAY], id="not yet published"),
    ],
)
def test_a_blog_without_a_gap_to_go_by_is_visited_every_six_hours(dates: list[datetime]) -> None:
    assert schedule.rhythm(dates, NOW) == 6 * HOUR


@pytest.mark.rule(19)
def test_a_single_old_post_is_silence_too() -> None:
    assert schedule.rhythm([NOW - 300 * DAY], NOW) == DAY


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@pytest.mark.rule(19)
@given(st.lists(MOMENTS), MOMENTS)
def test_no_rhythm_is_faster_than_an_hour_or_slower_than_a_day(
    dates: list[datetime], now: datetime
) -> None:
    assert HOUR <= schedule.rhythm(dates, now) <= DAY


WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SKIPPED_HOURS = st.sets(st.integers(0, 24))
SKIPPED_DAYS = st.sets(st.sampled_from(WEEK))


def skipped(moment: datetime, hours: set[int], days: set[str]) -> bool:
    return moment.hour in {hour % 24 for hour in hours} or WEEK[moment.weekday()] in days


@pytest.mark.rule(18)
@given(MOMENTS, SKIPPED_HOURS, SKIPPED_DAYS)
def test_a_feed_is_visited_in_the_first_open_hour_at_the_same_minute(
    moment: datetime, hours: set[int], days: set[str]
) -> None:
    opening = schedule.opening(moment, hours, days)
    passed = range((opening - moment) // HOUR)
    closed = len({hour % 24 for hour in hours}) == 24 or len(days) == 7
    assert (opening - moment) % HOUR == timedelta(0)
    assert closed or not skipped(opening, hours, days)
    assert all(skipped(moment + n * HOUR, hours, days) for n in passed)
    assert passed.stop < 7 * 24


@pytest.mark.rule(18)
@given(MOMENTS, SKIPPED_HOURS, SKIPPED_DAYS)
def test_a_feed_that_skips_everything_is_taken_to_skip_nothing(
    moment: datetime, hours: set[int], days: set[str]
) -> None:
    assert schedule.opening(moment, range(24), days) == moment
    assert schedule.opening(moment, hours, WEEK) == moment


@pytest.mark.rule(18)
@pytest.mark.parametrize(
    ("hours", "days", "opens"),
    [
        pytest.param((9, 10), (), "2026-05-01 11:00", id="two hours"),
        pytest.param((*range(9, 24), 24), (), "2026-05-02 01:00", id="24 is midnight"),
        pytest.param((), ("FRIDAY", "saturday"), "2026-05-03 00:00", id="days in any case"),
        pytest.param((0, 1), ("Friday",), "2026-05-02 02:00", id="both"),
        pytest.param((25, -15), ("Freitag",), "2026-05-01 09:00", id="nonsense"),
    ],
)
def test_skipped_hours_and_days_are_read_as_rss_has_them(
    hours: tuple[int, ...], days: tuple[str, ...], opens: str
) -> None:
    # https://www.rssboard.org/rss-specification: skipHours and skipDays; NOW is a Friday
    assert f"{schedule.opening(NOW, hours, days):%Y-%m-%d %H:%M}" == opens


@pytest.mark.rule(18)
@pytest.mark.parametrize(
    ("name", "frequency", "wait"),
    [
        ("hourly", 1, HOUR),
        ("hourly", 4, timedelta(minutes=15)),
        ("\n\tDaily\n", 2, 12 * HOUR),
        ("weekly", 1, 7 * DAY),
        ("monthly", 10, 3 * DAY),
        ("monthly", 1, 7 * DAY),
        ("yearly", 1, 7 * DAY),
        ("", 1, timedelta(0)),
        ("fortnightly", 1, timedelta(0)),
        ("daily", 0, timedelta(0)),
        ("daily", -3, timedelta(0)),
    ],
)
def test_an_update_period_is_a_wait_of_a_week_at_most(
    name: str, frequency: int, wait: timedelta
) -> None:
    assert schedule.period(name, frequency) == wait


@pytest.mark.rule(18)
def test_what_wordpress_says_by_default_changes_nothing() -> None:
    assert schedule.period("hourly", 1) <= schedule.FLOOR


SPREAD = timedelta(minutes=30)
LUCK = st.floats(0, 1)


@pytest.mark.rule(20)
@given(st.timedeltas(timedelta(0), 90 * DAY), LUCK)
def test_after_an_absence_nothing_waits_longer_again_than_it_has(
    late: timedelta, luck: float
) -> None:
    visit = schedule.resumed(NOW - late, NOW, SPREAD, luck=luck)
    assert NOW <= visit <= NOW + min(late, SPREAD)


@pytest.mark.rule(20)
@given(st.timedeltas(timedelta(microseconds=1), 90 * DAY), LUCK)
def test_after_an_absence_nothing_is_visited_before_it_is_due(
    early: timedelta, luck: float
) -> None:
    assert schedule.resumed(NOW + early, NOW, SPREAD, luck=luck) == NOW + early


@pytest.mark.rule(20)
def test_after_a_week_away_visits_are_spread_evenly() -> None:
    visits = [schedule.resumed(NOW - 7 * DAY, NOW, SPREAD, luck=n / 3) for n in range(4)]
    assert [(visit - NOW) / SPREAD for visit in visits] == pytest.approx([0, 1 / 3, 2 / 3, 1])


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
