"""A year of visits to a thousand made-up blogs, by a clock that costs no time.

Ours is decided by the code that runs in earnest, the others by their published rules, and
all meet the same posts, servers and failures. Told are the requests, how many of them
brought nothing but a 304, how long posts waited to be found, and how many had left the feed
before a visit saw them. A post of the year is waited for until it is found, if need be
after the year's end; requests count until then. Nothing is known here of how much a
crawler can do at once: each visit happens when it is due.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import median, quantiles

from benchmarks.postings import CLASSES, DAY, END, START, Blog, blogs
from benchmarks.rivals import POLICIES, Memory, Policy
from benchmarks.table import Line, at_most, told
from crawler import schedule
from index.model import Outcome

DAYS = (END - START).days
HOUR = timedelta(hours=1)
FIRST = timedelta(minutes=30)  # over which the first visits are spread
MOMENT = timedelta(microseconds=1)
SHOWN = 10  # entries in a feed, as WordPress has it


@dataclass(frozen=True, slots=True)
class Year:
    """What a crawler did to a blog in a year; `delays` are hours from a post to its index."""

    blog: Blog
    requests: int
    unchanged: int  # of them, answered with a 304
    delays: tuple[float, ...]
    missed: int  # posts that had left the feed before a visit


def measure(count: int) -> Iterator[Line]:
    """Follow `count` blogs for a year by each policy."""
    made = blogs(count)
    years = {policy.name: _years(policy, made) for policy in POLICIES}
    ours, hourly = years["ours"], years["every hour"]
    yield told("feeds, posts in the year", f"{count:,}, {_posts(ours):,}")
    yield told("each below", "requests a day, 304s; median, 95 % delay; missed")
    for name, by_policy in years.items():
        yield told(name, _told(by_policy))
    for kind in CLASSES:
        yield told(f"ours: {kind}", _told([year for year in ours if year.blog.kind == kind]))
    for name, chosen in _kinds_of_server(ours).items():
        yield told(f"ours: {name}", _told(chosen))
    yield at_most("requests, ours / every hour", _requests(ours) / _requests(hourly), 0.1)
    yield at_most("whole feeds, ours / every hour", _wholes(ours) / _wholes(hourly), 0.2)
    yield at_most("median delay", median(_delays(ours)), 6, " h")
    plain = _delays(_kinds_of_server(ours)["server asks for nothing"])
    yield at_most("95th percentile where the server asks for nothing", _last(plain), 24, " h")
    yield at_most("longest delay there", max(plain), 26.4, " h")


def follow(blog: Blog, policy: Policy, seed: int) -> Year:
    """Visit `blog` for a year, and longer if a post of the year is still to be found."""
    random = Random(seed)
    memory = Memory(blog=blog, random=random, now=START + FIRST * random.random())
    requests = unchanged = missed = found = 0
    delays: list[float] = []
    while memory.now < END or found < len(blog.posts):
        there = _there(blog, found, memory.now)
        memory.outcome = outcome = _answer(memory, policy, there > found)
        memory.failures = memory.failures + 1 if outcome is Outcome.FAILED else 0
        if outcome is Outcome.READ:
            missed += max(there - found - SHOWN, 0) if memory.read else 0
            new = blog.posts[max(found, there - SHOWN) : there]
            delays += [(memory.now - post) / HOUR for post in new if post >= START]
            _read(memory, there)
        due = policy.due(memory)
        alike = 1 + (_alike(memory, policy, found, due) if there == found else 0)
        if memory.now < END:
            requests += alike
            unchanged += alike if outcome is Outcome.SAME else 0
        found = there if outcome is Outcome.READ else found
        memory.now += alike * (due - memory.now)
    return Year(blog, requests, unchanged, tuple(delays), missed)


def _read(memory: Memory, there: int) -> None:
    memory.dates = memory.blog.posts[max(0, there - SHOWN) : there]
    memory.read = memory.now
    memory.rhythm = schedule.rhythm(memory.dates, memory.now)


def _alike(memory: Memory, policy: Policy, found: int, due: datetime) -> int:
    """Return how many visits more will be like this one, so that they need no acting out."""
    now, blog = memory.now, memory.blog
    if not policy.steady or now >= END or memory.outcome is Outcome.FAILED or not memory.dates:
        return 0
    newest = memory.dates[-1]
    another_day = newest + ((now - newest).days + 1) * DAY
    events = (another_day, END, blog.down[0], *blog.posts[found : found + 1])
    return (min(at for at in events if at > now) - MOMENT - now) // (due - now)


def _years(policy: Policy, made: Sequence[Blog]) -> list[Year]:
    return [follow(blog, policy, seed) for seed, blog in enumerate(made)]


def _there(blog: Blog, found: int, now: datetime) -> int:
    """Return how many posts are published, `found` of them known."""
    while found < len(blog.posts) and blog.posts[found] <= now:
        found += 1
    return found


def _answer(memory: Memory, policy: Policy, news: bool) -> Outcome:
    """Return what the blog's server says to a conditional request, or to a plain one."""
    down, up = memory.blog.down
    if down <= memory.now < up:
        return Outcome.FAILED
    if news or memory.blog.blind or memory.read is None:
        return Outcome.READ
    asks_for_all = policy.trusting is not None and memory.now - memory.read > policy.trusting
    return Outcome.READ if asks_for_all else Outcome.SAME


def _kinds_of_server(years: Sequence[Year]) -> dict[str, list[Year]]:
    found: dict[str, list[Year]] = {}
    for year in years:
        found.setdefault(_kind_of_server(year.blog), []).append(year)
    return found


def _kind_of_server(blog: Blog) -> str:
    if blog.down != (END, END):
        return "server down for days"
    if blog.blind:
        return "server without validators"
    asked = max(blog.ttl, schedule.period(*blog.period), schedule.freshness(blog.headers, START))
    patience = asked > schedule.FLOOR or blog.skip_hours or blog.skip_days
    return "server asks for patience" if patience else "server asks for nothing"


def _told(years: Sequence[Year]) -> str:
    requests, delays = _requests(years), _delays(years)
    unchanged = sum(year.unchanged for year in years) / requests
    a_day = f"{requests / len(years) / DAYS:.2f}, {unchanged:.0%}"
    if not delays:
        return a_day
    missed = sum(year.missed for year in years) / _posts(years)
    return f"{a_day}; {median(delays):.1f} h, {_last(delays):.1f} h; {missed:.1%}"


def _requests(years: Sequence[Year]) -> int:
    return sum(year.requests for year in years)


def _wholes(years: Sequence[Year]) -> int:
    return _requests(years) - sum(year.unchanged for year in years)


def _posts(years: Sequence[Year]) -> int:
    return sum(len(year.delays) + year.missed for year in years)


def _delays(years: Sequence[Year]) -> list[float]:
    return [delay for year in years for delay in year.delays]


def _last(delays: Sequence[float]) -> float:
    return quantiles(delays, n=20)[-1]
