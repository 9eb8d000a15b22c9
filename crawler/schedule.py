"""When to visit a feed next, decided from what happened and the time. Pure.

    a visit that worked   no sooner than an hour, no later than a day: as the blog posts,
                          as its server and its feed ask, whichever is latest
    skipped hours, days   never then, but in the first hour that is open
    a crawler back from   what fell due meanwhile is spread out, not all at once
      an absence
    a failed visit        twice as long each time, from an hour to a week
    a server's wish       Retry-After is kept to, up to two days
    a feed that is gone   once a month, in case it comes back
    a guessed address     once; then the home page, a day later at the earliest

Every wait is stretched by up to a tenth at random, so that feeds that once met part.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import sqrt

FLOOR = timedelta(hours=1)  # rules 6 and 16
BLIND_FLOOR = timedelta(days=1)  # a feed without validators is sent whole each time (rule 6)
CAP = timedelta(hours=24)  # what a blog's own rhythm may ask for
HINT_CAP = timedelta(days=7)  # what a feed itself may ask for, by its author's wish (rule 17)
HEADER_CAP = timedelta(days=1)  # what max-age or Expires may: often a cache's, a year away
DEFAULT = timedelta(hours=6)
FAILURE_CAP = timedelta(days=7)
RETRY_CAP = timedelta(days=2)  # of a Retry-After: 88 hours has been seen (rule 12)
ANOTHER_DAY = timedelta(days=1)
GONE = timedelta(days=30)
SEASON = timedelta(days=90)
JITTER = 0.1
FAILURE_JITTER = 0.25
RECENT = 10  # entries that tell how often a blog posts
PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def after_success(
    now: datetime, wish: timedelta, headers: Mapping[str, str], *, luck: float
) -> timedelta:
    """Return how long to wait after a visit that worked.

    `wish` is what the blog's rhythm and its feed ask for, `luck` a random number from 0 to 1.
    """
    blind = not (headers.get("etag") or headers.get("last-modified"))
    server = min(freshness(headers, now), HEADER_CAP)
    return jittered(max(BLIND_FLOOR if blind else FLOOR, wish, server), luck)


def after_failure(
    strain: float,
    *,
    luck: float,
    retry_after: timedelta | None = None,
    failing: timedelta = timedelta(0),
    floor: timedelta = FLOOR,
) -> timedelta:
    """Return how long to wait after failures in a row that weigh `strain` together (rule 22).

    Twice as long for each hard failure, from the `floor` to a week; once a month where a
    feed has been `failing` for a season, since some come back.
    """
    backoff = min(FLOOR * 2 ** min(strain, 20), FAILURE_CAP)
    if failing > SEASON:
        backoff = GONE
    asked = min(retry_after or timedelta(0), RETRY_CAP)
    return jittered(max(floor, backoff, asked), luck, FAILURE_JITTER)


def jittered(wait: timedelta, luck: float, share: float = JITTER) -> timedelta:
    """Return `wait`, or up to that `share` of it more; never less."""
    return wait * (1 + share * luck)


def opening(moment: datetime, skip_hours: Collection[int], skip_days: Collection[str]) -> datetime:
    """Return `moment` (in UTC), or the same minute of the first hour that is not skipped.

    Hours are 0 to 23 in GMT, 24 being 0, days are English names in any case (RSS 2.0,
    rule 18). The minute stays, so that feeds that open at eight are not all visited at
    eight sharp. A feed that skips every hour or every day is taken to skip none.
    """
    hours = {hour % 24 for hour in skip_hours if 0 <= hour <= 24}
    days = {DAYS.index(day.lower()) for day in skip_days if day.lower() in DAYS}
    if len(hours) == 24 or len(days) == 7:
        return moment
    while moment.hour in hours or moment.weekday() in days:
        moment += timedelta(hours=1)
    return moment


def resumed(due: datetime, now: datetime, spread: timedelta, *, luck: float) -> datetime:
    """Return when to visit a feed, now that the crawler is back from an absence (rule 20).

    What is overdue is spread over `spread`, but nothing waits longer again than it has
    already waited: after a short absence nobody notices, after a long one no platform
    gets all our visits in a row. What is not due yet stays as it is.
    """
    return due if due > now else now + min(now - due, spread) * luck


def rhythm(dates: Iterable[datetime], now: datetime) -> timedelta:
    """Return how long to wait as the blog posts: the geometric mean of an hour and its gap.

    That makes 5 hours for a daily blog, 13 for a weekly one, and a day, which is the most,
    for one that posts monthly. The gap is the mean of the last few, or the present silence
    if that is longer. Six hours at the least where there is no gap to go by.

    For a given number of visits, waits as the square root of the gap give the shortest mean
    delay. To come hourly for a day after a post (rule 19) takes 1.7 times the visits, which
    is why we do not: `python -m benchmarks --only simulation` tells both.
    """
    latest = sorted((date for date in dates if date <= now), reverse=True)[:RECENT]
    if not latest:
        return DEFAULT
    gap = (latest[0] - latest[-1]) / max(len(latest) - 1, 1)
    wait = FLOOR * sqrt(max(gap, now - latest[0]) / FLOOR)
    return min(max(wait, FLOOR if gap else DEFAULT), CAP)


def period(update_period: str, frequency: int) -> timedelta:
    """Return the wait that `sy:updatePeriod` and `sy:updateFrequency` ask for.

    Like `ttl` it can only make us later: WordPress says hourly whatever the blog does
    (rule 18). A week at the most; zero for what makes no sense.
    """
    if frequency < 1:
        return timedelta(0)
    whole = PERIODS.get(update_period.strip().lower(), timedelta(0))
    return min(whole / frequency, HINT_CAP)


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long the server says its answer stays good (RFC 9111, 4.2.1).

    Expires counts from the server's own Date, whose clock may be wrong.
    """
    control = headers.get("cache-control", "").lower()
    found = re.search(r"(?:^|[,\s])max-age=\"?(\d{1,10})", control)
    if found:
        return timedelta(seconds=min(int(found[1]), 10**9))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return timedelta(0)
    return max(expires - (http_date(headers.get("date", "")) or now), timedelta(0))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read a Retry-After, in seconds or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return timedelta(seconds=min(int(value), 10**9))
    moment = http_date(value)
    return None if moment is None else max(moment - now, timedelta(0))


def http_date(value: str) -> datetime | None:
    """Read an HTTP date, in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
