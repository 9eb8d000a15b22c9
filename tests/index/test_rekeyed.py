"""Posts that come back under new keys are the posts they were (rule 27)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Entry, Feed
from index.rekeyed import Kept, rekeyed

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
FEED = Feed(id=1, url="https://blog.example/feed", site="https://blog.example/")
pytestmark = pytest.mark.rule(27)


def kept(number: int, **changes: object) -> Kept:
    known = Kept(
        id=f"id-{number}",
        key=f"old-{number}",
        url=f"https://blog.example/{number}",
        title=f"Post {number}",
        published=NOW - timedelta(days=number),
        digest="",
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def entry(number: int, **changes: object) -> Entry:
    known = Entry(
        key=f"new-{number}",
        url=f"https://blog.example/{number}",
        title=f"Post {number}",
        published=NOW - timedelta(days=number),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def matched(known: list[Kept], unknown: list[Entry]) -> dict[str, str]:
    return {key: one.id for key, one in rekeyed(FEED, known, unknown).items()}


def test_a_post_is_known_by_its_link() -> None:
    again = entry(1, url="http://www.blog.example/1/", title="Another title", published=None)
    assert matched([kept(1)], [again]) == {"new-1": "id-1"}


def test_a_post_is_known_by_title_and_day_when_the_blog_has_moved() -> None:
    moved = entry(1, url="https://new.example/p/abc", title="POST 1")
    assert matched([kept(1)], [moved]) == {"new-1": "id-1"}


@pytest.mark.parametrize("apart", [timedelta(days=7), timedelta(days=1), -timedelta(days=30)])
def test_weeknotes_that_are_all_called_the_same_stay_apart(apart: timedelta) -> None:
    known = [kept(1, title="Weeknotes")]
    news = entry(2, title="Weeknotes", published=NOW - timedelta(days=1) + apart)
    assert matched(known, [news]) == {}


def test_most_of_what_is_new_must_be_known() -> None:
    known = [kept(n) for n in range(3)]
    assert len(matched(known, [entry(n) for n in range(6)])) == 3
    assert matched(known, [entry(n) for n in range(7)]) == {}


def test_a_link_that_all_posts_share_says_nothing() -> None:
    home = [kept(n, url=FEED.site, title=f"Was {n}", published=None) for n in range(1, 3)]
    news = [entry(n, url=FEED.site, published=None) for n in range(1, 3)]
    assert matched(home, news) == {}
    assert matched(home[:1], news[:1]) == {}


def test_links_that_differ_by_their_fragment_alone_are_two() -> None:
    known = [kept(1, url="https://blog.example/day#a", published=None, title="A")]
    news = entry(2, url="https://blog.example/day#b", published=None, title="B")
    assert matched(known, [news]) == {}


numbers = st.lists(st.integers(0, 8), unique=True, max_size=8)


@given(numbers, numbers, st.booleans())
def test_no_post_becomes_two_and_no_two_become_one(
    had: list[int], came: list[int], linked: bool
) -> None:
    url = {} if linked else {"url": "https://elsewhere.example/"}
    found = matched([kept(n) for n in had], [entry(n, **url) for n in came])
    assert len(set(found.values())) == len(found)
    assert all(key.removeprefix("new-") == i.removeprefix("id-") for key, i in found.items())
