"""When each crawler would call again: ours, by its own code, and others by their rules.

A rule is a function from what a crawler remembers of a blog to the moment of its next
visit. The others' rules are told from their published sources, in our words, with their
default settings, and kindly: each visit happens when it is due (Miniflux takes a hundred
feeds an hour by default), and a feed that Miniflux stops visiting after three failures is
switched on again by somebody at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from random import Random

from benchmarks.postings import DAY, Blog
from crawler import schedule
from crawler.trouble import TEMPORARY
from crawler.visit import SPEAKS_FOR_ITSELF
from index.model import Outcome

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
SOON, LATE = timedelta(minutes=5), timedelta(hours=4)
NOTHING = timedelta(0)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What a crawler knows of a blog when it decides; `dates` rise."""

    blog: Blog
    random: Random
    now: datetime
    outcome: Outcome = Outcome.READ
    dates: tuple[datetime, ...] = ()  # of the feed's entries, as last read
    read: datetime | None = None  # when that was
    rhythm: timedelta = NOTHING  # as ours, seen then
    failures: int = 0  # in a row


@dataclass(frozen=True, slots=True)
class Policy:
    """A crawler: when it calls again, and how long it believes a 304.

    A steady one waits the same time all day long while nothing happens.
    """

    name: str
    due: Callable[[Memory], datetime]
    trusting: timedelta | None = None  # for ever
    steady: bool = False


def ours(memory: Memory) -> datetime:
    """Decide as `crawler.visit` does, by `crawler.schedule`."""
    return _in_our_way(memory, memory.rhythm)


def back_to_the_floor(memory: Memory) -> datetime:
    """Decide as ours, but come hourly for a day after a post, as rule 19 has it."""
    new = bool(memory.dates) and memory.now - memory.dates[-1] < DAY
    return _in_our_way(memory, schedule.FLOOR if new else memory.rhythm)


def ladder(memory: Memory) -> datetime:
    """Decide as ours, but by CommaFeed's rhythm between our floor and cap (rule 19)."""
    return _in_our_way(memory, _rung(memory, schedule.FLOOR, schedule.CAP))


def hourly(memory: Memory) -> datetime:
    """Come every hour, as a planet run by cron does."""
    return memory.now + HOUR


def miniflux(memory: Memory) -> datetime:
    """Decide as Miniflux does by default: "round_robin".

    miniflux/v2, internal/model/feed.go, `ScheduleNextCheck`; internal/config/options.go.
    """
    return memory.now + min(max(HOUR, _hints(memory)), DAY)


def miniflux_by_frequency(memory: Memory) -> datetime:
    """Decide as Miniflux does with "entry_frequency", by the posts of the last week.

    miniflux/v2, internal/model/feed.go; internal/storage/feed.go, `WeeklyFeedEntryCount`.
    """
    recent = [date for date in memory.dates if date >= memory.now - WEEK]
    gap = (recent[-1] - recent[0]) / (len(recent) - 1) if len(recent) > 1 else NOTHING
    wait = max(WEEK / ceil(WEEK / gap), SOON) if gap else DAY
    return memory.now + min(max(wait, _hints(memory)), DAY)


def commafeed(memory: Memory) -> datetime:
    """Decide as CommaFeed does by default, with max-age after a 200, not after a 304.

    Athou/commafeed, backend/feed/FeedRefreshIntervalCalculator.java; the defaults are in
    CommaFeedConfiguration.java.
    """
    if memory.failures:
        wait = SOON if memory.failures < 3 else (memory.failures - 2) * HOUR
    else:
        wait = _rung(memory, SOON, LATE)
    if memory.outcome is Outcome.READ:
        wait = max(wait, schedule.freshness(memory.blog.headers, memory.now))
    return memory.now + min(wait, LATE)


POLICIES = (
    Policy("ours", ours, SPEAKS_FOR_ITSELF),
    Policy("ours, but hourly for a day after a post", back_to_the_floor, SPEAKS_FOR_ITSELF),
    Policy("ours, but by CommaFeed's ladder", ladder, SPEAKS_FOR_ITSELF),
    Policy("CommaFeed", commafeed, steady=True),
    Policy("Miniflux, entry_frequency", miniflux_by_frequency),
    Policy("Miniflux", miniflux, steady=True),
    Policy("every hour", hourly, steady=True),
)


def _in_our_way(memory: Memory, rhythm: timedelta) -> datetime:
    blog, luck = memory.blog, memory.random.random()
    if memory.failures:
        wait = schedule.after_failure(memory.failures * TEMPORARY, luck=luck)
    else:
        hints = min(blog.ttl, schedule.HINT_CAP), schedule.period(*blog.period)
        wish = max(rhythm, *hints)
        wait = schedule.after_success(memory.now, wish, blog.headers, luck=luck)
    return schedule.opening(memory.now + wait, blog.skip_hours, blog.skip_days)


def _hints(memory: Memory) -> timedelta:
    """Return what Miniflux keeps to after it has read a feed (internal/reader/handler)."""
    if memory.outcome is not Outcome.READ:
        return NOTHING
    return max(memory.blog.ttl, schedule.freshness(memory.blog.headers, memory.now))


def _rung(memory: Memory, least: timedelta, most: timedelta) -> timedelta:
    """Return CommaFeed's wait: a part of the longest, else half the mean gap."""
    dates = memory.dates
    silence = (memory.now - dates[-1]).days if dates else 0
    if silence >= 30 or len(dates) < 2:
        return most
    if silence >= 7:
        return most / 2 if silence >= 14 else most / 4
    return min(max((dates[-1] - dates[0]) / (2 * len(dates) - 2), least), most / 4)
