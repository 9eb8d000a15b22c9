"""Visits are recorded together, but never so many that whoever wants to write waits long."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from crawler.recorder import TOGETHER, Recorder
from index.catalogue import Catalogue
from index.errors import ParseError
from index.model import Feed, Lease, Outcome, Poll, Visit
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

POSTS = 80


def blog(number: int) -> Feed:
    host = f"https://blog{number}.example"
    return replace(FEED, url=f"{host}/feed", site=f"{host}/", title=f"Blog {number}")


def visits(store: Store, count: int, posts: int) -> list[tuple[Lease, Visit]]:
    """Return visits to as many blogs, each of which brings posts."""
    store.follow([blog(number) for number in range(count)], NOW)
    poll = Poll(due=NOW + timedelta(hours=1), visited=NOW, succeeded=NOW)
    return [
        (
            lease,
            Visit(
                at=NOW,
                outcome=Outcome.READ,
                feed=lease.feed,
                poll=poll,
                entries=tuple(
                    replace(ENTRY, key=f"{lease.feed.slug}/{n}", url=f"{lease.feed.site}{n}")
                    for n in range(posts)
                ),
            ),
        )
        for lease in store.lease(NOW, count)
    ]


async def elsewhere(function: Callable[..., Any], *args: Any) -> Any:
    """Stand for another process."""
    return function(*args)


async def nowhere(function: Callable[..., Any], *args: Any) -> Any:
    """Stand for a process that was killed."""
    raise ParseError("too-slow", "It took too long.")


def recorded(
    store: Store,
    found: Sequence[tuple[Lease, Visit]],
    reading: Callable[..., Awaitable[Any]] = elsewhere,
) -> list[int]:
    """Record these visits all at once; return how many posts each transaction had."""
    sizes: list[int] = []

    async def apart(function: Callable[..., Any], *args: Any) -> Any:
        if function != store.unread:
            sizes.append(sum(len(visit.entries) for _, visit, _ in args[0]))
        return function(*args)

    async def together() -> None:
        recorder = Recorder(store=store, apart=apart, elsewhere=reading)
        results = await asyncio.gather(*(recorder.record(*one) for one in found))
        assert [one.new for one in results] == [len(visit.entries) for _, visit in found]

    asyncio.run(together())
    return sizes


def test_what_waits_is_recorded_together_up_to_a_limit(store: Store) -> None:
    assert recorded(store, visits(store, 5, POSTS)) == [240, 160]
    assert 240 - POSTS < TOGETHER <= 240


def test_visits_that_bring_nothing_are_recorded_in_one_transaction(store: Store) -> None:
    assert recorded(store, visits(store, 30, 0)) == [0]


def test_a_visit_that_brings_more_than_that_is_recorded_whole(store: Store) -> None:
    assert recorded(store, visits(store, 2, TOGETHER + 1)) == [TOGETHER + 1, TOGETHER + 1]


def test_what_cannot_be_read_ahead_is_read_by_the_store(
    store: Store, catalogue: Catalogue
) -> None:
    assert recorded(store, visits(store, 1, 3), reading=nowhere) == [3]
    assert [post.language for post in catalogue.latest(9)] == ["en"] * 3
