"""What is remembered of a visit that failed: how patient to be, and where to look next. Pure.

the feed itself failed         counted, weighed, explained; the next visit comes later
a guessed address was wrong    the home page, on another day
the feed is lost               where a page says it is, or what the home page says
a look elsewhere was in vain   nothing is counted: back to the feed
"""

from dataclasses import replace
from datetime import datetime, timedelta

from crawler import moving, schedule
from crawler.fetched import Fetched, Response
from crawler.trouble import LOST, Trouble, weight
from index.address import host
from index.model import Aim, Hold, Lease, Outcome, Poll, Visit

WRONG_GUESS = "The feed is not where blogs of its kind usually have it."
GUESS = (
    "The blog's home page does not say where its feed is. "
    "Another day we look where blogs of its kind usually have it."
)


def failed(lease: Lease, fetched: Fetched, trouble: Trouble, now: datetime, luck: float) -> Visit:
    """Return what to remember of a failed visit."""
    response = fetched if isinstance(fetched, Response) else None
    asked = schedule.retry_after(response.headers, now) if response else None
    until = now + min(asked or timedelta(0), schedule.RETRY_CAP)
    elsewhere = lease.poll.aim is not Aim.FEED and lease.feed.url and not lease.feed.guessed
    if elsewhere:
        poll = _in_vain(lease.poll, asked, now, luck)
    else:
        poll = _counted(lease, trouble, asked, now, luck)
    return Visit(
        at=now,
        outcome=Outcome.FAILED,
        feed=lease.feed,
        poll=replace(poll, not_before=max(poll.not_before, until)),
        status=response.status if response else 0,
        seconds=fetched.seconds,
        size=len(response.body) if response else 0,
        hold=Hold(host(response.url), until) if response and until > now else None,
        note=trouble.reason,
    )


def _counted(
    lease: Lease, trouble: Trouble, asked: timedelta | None, now: datetime, luck: float
) -> Poll:
    before, code = lease.poll, trouble.code
    poll = replace(
        before,
        not_before=now,
        visited=now,
        failures=before.failures + 1,
        strain=before.strain + weight(code),
        failing_since=before.failing_since or now,
        problem=code,
        detail=trouble.reason,
    )
    poll = replace(poll, due=_later(poll, asked, now, luck))
    if lease.feed.guessed and before.aim is Aim.FEED and code in LOST - {"dns"}:
        return _looking(poll, Aim.HOME, WRONG_GUESS, now, luck)
    if before.aim is Aim.FEED:
        poll = moving.after_losing(lease.feed, poll, trouble)
    return poll if poll.aim is before.aim else _another_day(poll, now, luck)


def guessing(poll: Poll, now: datetime, luck: float) -> Poll:
    """Return the poll of an address that is a new guess, to be tried on another day."""
    return _looking(poll, Aim.FEED, GUESS, now, luck)


def _looking(poll: Poll, aim: Aim, detail: str, now: datetime, luck: float) -> Poll:
    """Look for the feed elsewhere, on another day: never at two places on the same."""
    fresh = Poll(
        aim=aim,
        visited=now,
        failures=poll.failures,
        strain=poll.strain,
        failing_since=poll.failing_since,
        problem="wrong-guess",
        detail=detail,
    )
    return _another_day(fresh, now, luck)


def _another_day(poll: Poll, now: datetime, luck: float) -> Poll:
    due = now + schedule.jittered(schedule.ANOTHER_DAY, luck)
    return replace(poll, due=due, not_before=due)


def _in_vain(poll: Poll, asked: timedelta | None, now: datetime, luck: float) -> Poll:
    """Return to the feed's own address; what we think of it has not changed."""
    return replace(
        moving.forgotten(poll), due=_later(poll, asked, now, luck), not_before=now, visited=now
    )


def _later(poll: Poll, asked: timedelta | None, now: datetime, luck: float) -> datetime:
    if poll.problem == "gone":
        return now + schedule.jittered(schedule.GONE, luck)
    blind = poll.succeeded is not None and not (poll.etag or poll.last_modified)
    wait = schedule.after_failure(
        poll.strain,
        luck=luck,
        retry_after=asked,
        failing=now - (poll.failing_since or now),
        floor=schedule.BLIND_FLOOR if blind else schedule.FLOOR,
    )
    return schedule.opening(now + wait, poll.skip_hours, poll.skip_days)
