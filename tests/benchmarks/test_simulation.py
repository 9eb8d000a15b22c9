"""What the simulation counts, on blogs small enough to count by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.postings import DAY, END, START, Blog, blogs
from benchmarks.rivals import POLICIES, Policy, hourly
from benchmarks.simulation import SHOWN, follow

ETAG = {"etag": '"a"'}
EVERY_HOUR = Policy("every hour", hourly)


def blog(*days: float, headers: dict[str, str] = ETAG) -> Blog:
    return Blog(kind="made up", posts=tuple(START + day * DAY for day in days), headers=headers)


def test_an_hourly_poll_makes_a_request_an_hour_and_finds_posts_within_it() -> None:
    year = follow(blog(-3, 10, 20), EVERY_HOUR, seed=1)
    assert year.requests == 365 * 24
    assert year.unchanged == year.requests - 3  # the first visit, and two posts
    assert len(year.delays) == 2
    assert all(0 < delay <= 1 for delay in year.delays)


def test_a_server_without_validators_never_says_304() -> None:
    assert follow(blog(-3, 10, headers={}), EVERY_HOUR, seed=1).unchanged == 0


def test_a_post_during_an_outage_is_found_after_it() -> None:
    down = replace(blog(10), down=(START + 9 * DAY, START + 12 * DAY))
    [delay] = follow(down, EVERY_HOUR, seed=1).delays
    assert 48 < delay <= 49


def test_a_post_that_left_the_feed_between_two_visits_is_missed() -> None:
    burst = [10.5 + n * timedelta(minutes=1) / DAY for n in range(SHOWN + 2)]
    daily = Policy("daily", lambda memory: memory.now + DAY)
    year = follow(blog(-3, *burst), daily, seed=1)
    assert (len(year.delays), year.missed) == (SHOWN, 2)


def test_a_post_of_the_last_day_is_waited_for() -> None:
    monthly = Policy("monthly", lambda memory: memory.now + 30 * DAY)
    year = follow(blog(-3, 364.9), monthly, seed=1)
    assert len(year.delays) == 1
    assert year.requests == 13


@pytest.mark.parametrize("policy", [p for p in POLICIES if p.steady], ids=lambda p: p.name)
def test_visits_that_are_alike_need_not_be_acted_out(policy: Policy) -> None:
    acted = replace(policy, steady=False)
    made = [blog for blog in blogs(100) if blog.kind in ("monthly", "ended")][::6]
    assert [follow(b, policy, 1) for b in made] == [follow(b, acted, 1) for b in made]


def test_the_made_up_blogs_are_the_same_each_time_and_post_in_the_year() -> None:
    made = blogs(100)
    assert made == blogs(100)
    assert len(made) == 100
    assert all(post < END for blog in made for post in blog.posts)
    assert not any(post >= START for b in made if b.kind == "ended" for post in b.posts)
