"""A feed that moved is noticed, made sure of, and proposed; never moved behind anybody's back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import moving
from crawler.fetched import Hop
from crawler.trouble import Trouble
from index.model import Aim, Feed, Poll

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = Feed(id=1, url="https://old.example/feed", site="https://old.example/")
NEW = "https://new.example/feed"
GOOD = (Hop(301, NEW),)


def after(*visits: tuple[timedelta, Sequence[Hop]]) -> tuple[Feed, Poll]:
    feed, poll = FEED, Poll()
    for when, hops in visits:
        feed, poll = moving.after_reading(feed, poll, hops, NOW + when)
    return feed, poll


@pytest.mark.rule(10)
@pytest.mark.parametrize(
    ("hops", "target"),
    [
        ((), ""),
        ((Hop(301, "a"),), "a"),
        ((Hop(308, "a"), Hop(301, "b")), "b"),
        ((Hop(301, "a"), Hop(302, "b")), "a"),
        ((Hop(302, "a"), Hop(301, "b")), ""),
        ((Hop(307, "a"),), ""),
    ],
)
def test_only_redirects_for_good_lead_to_where_the_feed_is_now(
    hops: Sequence[Hop], target: str
) -> None:
    assert moving.permanent(hops) == target


@pytest.mark.rule(10)
def test_a_move_is_proposed_after_five_visits_over_a_week() -> None:
    quick = [(n * timedelta(hours=1), GOOD) for n in range(20)]
    assert after(*quick)[1].moving_why == ""
    few = [(n * 3 * DAY, GOOD) for n in range(4)]
    assert after(*few)[1].moving_why == ""
    feed, poll = after(*few, (12 * DAY, GOOD))
    assert (feed, poll.moving_to, poll.moving_why) == (FEED, NEW, "redirect")


@pytest.mark.rule(10)
@pytest.mark.parametrize("interruption", [(), (Hop(302, NEW),), (Hop(301, "https://c.example/"),)])
def test_one_visit_that_disagrees_starts_the_count_anew(interruption: Sequence[Hop]) -> None:
    days: list[tuple[timedelta, Sequence[Hop]]] = [(n * 3 * DAY, GOOD) for n in range(4)]
    _, poll = after(*days, (10 * DAY, interruption), (12 * DAY, GOOD))
    assert (poll.moving_why, poll.moving_seen) == ("", 1)


@pytest.mark.rule(10)
def test_a_proposal_is_dropped_when_the_old_address_works_again() -> None:
    proposed = [(n * 3 * DAY, GOOD) for n in range(6)]
    assert after(*proposed)[1].moving_why == "redirect"
    assert after(*proposed, (20 * DAY, ()))[1] == Poll()


@pytest.mark.rule(10)
def test_https_alone_is_no_move_to_ask_about() -> None:
    plain = replace(FEED, url="http://old.example/feed")
    feed, poll = plain, Poll()
    for n in range(5):
        hops = (Hop(301, "https://www.old.example/feed/"),)
        feed, poll = moving.after_reading(feed, poll, hops, NOW + n * 3 * DAY)
    assert feed.url == "https://www.old.example/feed/"
    assert poll == Poll()


@pytest.mark.rule(41)
def test_a_page_that_offers_the_very_address_it_stands_at_offers_nothing() -> None:
    lost = Trouble("html", "A page.", FEED.url)
    assert moving.after_losing(FEED, Poll(failures=1), lost).aim is Aim.FEED
    elsewhere = Trouble("html", "A page.", NEW)
    poll = moving.after_losing(FEED, Poll(failures=1), elsewhere)
    assert (poll.aim, poll.moving_to) == (Aim.MOVE, NEW)


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    ("code", "failures", "aim"),
    [
        ("http-404", 1, Aim.FEED),
        ("http-404", 3, Aim.HOME),
        ("http-404", 4, Aim.FEED),
        ("gone", 1, Aim.HOME),
        ("gone", 2, Aim.FEED),
        ("timeout", 3, Aim.FEED),
        ("http-500", 3, Aim.FEED),
    ],
)
def test_the_home_page_is_looked_at_when_a_feed_is_lost(
    code: str, failures: int, aim: Aim
) -> None:
    poll = moving.after_losing(FEED, Poll(failures=failures), Trouble(code, "Lost."))
    assert poll.aim is aim


hops = st.lists(
    st.builds(Hop, st.sampled_from([301, 302, 307, 308]), st.sampled_from([NEW, "https://c/"])),
    max_size=3,
)


@given(st.lists(hops, max_size=20))
def test_no_chain_of_redirects_changes_an_address_that_people_would_call_another(
    visits: list[list[Hop]],
) -> None:
    feed, poll = FEED, Poll()
    for day, trail in enumerate(visits):
        feed, poll = moving.after_reading(feed, poll, trail, NOW + day * DAY)
    assert feed == FEED
    assert bool(poll.moving_to) == (poll.moving_seen > 0)
