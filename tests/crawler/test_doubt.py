"""What waits for judgement is recorded, or given back, and we stay away longer and longer."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.doubt import AWAY, LONGEST_AWAY, Doubt
from crawler.outage import LONGEST, SETTLED
from index.model import Feed, Lease, Outcome, Poll, Visit

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.rule(24)


def visited(number: int, problem: str = "") -> tuple[Lease, Visit]:
    feed = Feed(id=number, url=f"https://blog-{number}.example/feed")
    lease = Lease(feed=feed, poll=Poll(succeeded=NOW), token="t", until=NOW)
    outcome = Outcome.FAILED if problem else Outcome.SAME
    return lease, Visit(at=NOW, outcome=outcome, feed=feed, poll=Poll(problem=problem))


async def fails(doubt: Doubt, count: int, now: datetime = NOW) -> list["asyncio.Task[bool]"]:
    """Let so many visits fail; return their waits."""
    waits = [
        asyncio.create_task(doubt.cleared(*visited(number, "timeout"), now))
        for number in range(count)
    ]
    await asyncio.sleep(0)
    return waits


def test_a_visit_that_went_well_is_recorded_at_once() -> None:
    assert asyncio.run(Doubt().cleared(*visited(1), NOW))


def test_what_we_failed_is_given_back_unrecorded() -> None:
    async def outage() -> None:
        doubt = Doubt()
        waits = await fails(doubt, 4)
        assert len(doubt) == 4
        assert doubt.judge(NOW + SETTLED / 2, over=False) == []
        given_back = doubt.judge(NOW + SETTLED, over=False)
        assert [lease.feed.id for lease in given_back] == [0, 1, 2, 3]
        assert await asyncio.gather(*waits) == [False] * 4
        assert len(doubt) == 0

    asyncio.run(outage())


def test_what_only_seemed_to_be_our_fault_is_recorded_after_all() -> None:
    async def two_failures() -> None:
        doubt = Doubt()
        waits = await fails(doubt, 2)
        assert doubt.judge(NOW + LONGEST, over=False) == []
        assert await asyncio.gather(*waits) == [True, True]

    asyncio.run(two_failures())


def test_we_stay_away_twice_as_long_each_time_until_a_visit_works() -> None:
    async def outages() -> None:
        doubt, away = Doubt(), []
        for _ in range(6):
            await fails(doubt, 3)
            doubt.judge(NOW, over=True)
            away.append(doubt.back - NOW)
        assert away[:3] == [AWAY, 2 * AWAY, 4 * AWAY]
        assert away[-1] == LONGEST_AWAY
        await doubt.cleared(*visited(9), NOW)
        await fails(doubt, 3)
        doubt.judge(NOW, over=True)
        assert doubt.back - NOW == AWAY

    asyncio.run(outages())


def test_who_stops_leaves_nothing_waiting() -> None:
    async def stop() -> None:
        doubt = Doubt()
        waits = await fails(doubt, 2)
        doubt.dismiss()
        assert await asyncio.gather(*waits) == [False, False]

    asyncio.run(stop())
