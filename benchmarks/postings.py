"""A thousand made-up blogs over a year: when they post, and how their servers behave.

Nobody has counted how often council blogs post, so the classes below are an assumption:
most post once a week or more seldom, a few are busy, some have ended. What the real posts
that the benchmarks can be given do show is that a blog's usual gap is well below its mean
one (7 days and 20, 8 and 24, 30 and 87): posts come in bursts. So gaps are drawn from a
log-normal distribution, whose mean is twice its median with a spread of 1.2. Half of the
weekly blogs write weeknotes instead: a post on four Fridays of five. Nine posts in ten
appear on a weekday from 9 to 17 o'clock, half of them are missing in August, and nine in
ten from 20 December to 3 January. One time zone, GMT, for all.

The servers are drawn independently of the class: a tenth sends no validators, half have
WordPress's `sy:updatePeriod`, some ask for patience by max-age, ttl, skipHours or skipDays,
one in a hundred by an age of a year, one in twenty is down for one to five days in the year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

SEED = 19
START = datetime(2025, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
HISTORY = timedelta(days=3 * 365)  # of posts before the first visit
SPREAD = 1.2
DAY = timedelta(days=1)
FRIDAY, SATURDAY = 4, 5

# posting class: blogs in a thousand, mean days between posts
CLASSES = {
    "several a day": (20, 0.3),
    "daily": (50, 1.2),
    "twice a week": (100, 3.5),
    "weekly": (230, 7.0),
    "monthly": (300, 30.0),
    "quarterly": (180, 91.0),
    "ended": (120, 20.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """A blog and its server; `posts` are in order, those before START are its past."""

    kind: str
    posts: tuple[datetime, ...]
    headers: dict[str, str]
    ttl: timedelta = timedelta(0)
    period: tuple[str, int] = ("", 1)
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    down: tuple[datetime, datetime] = (END, END)  # from, until

    @property
    def blind(self) -> bool:
        """Whether the server gives no validators, and sends everything each time."""
        return "etag" not in self.headers


def blogs(count: int) -> list[Blog]:
    """Return `count` blogs, the classes in their proportions; the same ones each time."""
    random = Random(SEED)
    return [
        _blog(kind, days, random)
        for kind, (share, days) in CLASSES.items()
        for _ in range(share * count // 1_000)
    ]


def _blog(kind: str, days: float, random: Random) -> Blog:
    end = START - DAY * random.uniform(100, 900) if kind == "ended" else END
    weeknotes = kind == "weekly" and random.random() < 0.5
    posts = _weeknotes(random) if weeknotes else _bursts(days, end, random)
    outage = START + DAY * random.uniform(0, 359)
    down = (outage, outage + DAY * random.uniform(1, 5)) if random.random() < 0.05 else (END, END)
    return Blog(
        kind=kind,
        posts=tuple(sorted(posts)),
        headers=_headers(random),
        ttl=random.choices((timedelta(0), timedelta(hours=1), DAY), (85, 12, 3))[0],
        period=random.choices((("", 1), ("hourly", 1), ("daily", 2)), (48, 50, 2))[0],
        skip_hours=(*range(7), *range(20, 24)) if random.random() < 0.03 else (),
        skip_days=("Saturday", "Sunday") if random.random() < 0.03 else (),
        down=down,
    )


def _headers(random: Random) -> dict[str, str]:
    validators = {"etag": '"a"'} if random.random() < 0.9 else {}
    age = random.choices((0, 300, 3_600, 21_600, 31_536_000), (60, 20, 13, 6, 1))[0]
    return validators | ({"cache-control": f"max-age={age}"} if age else {})


def _bursts(days: float, end: datetime, random: Random) -> Iterator[datetime]:
    moment = START - HISTORY
    while True:
        moment += days * DAY * random.lognormvariate(-(SPREAD**2) / 2, SPREAD)
        post = _at_work(moment, random)
        if post >= end:
            return
        if random.random() < _zeal(post):
            yield post


def _weeknotes(random: Random) -> Iterator[datetime]:
    day = START - HISTORY
    while day < END:
        if day.weekday() == FRIDAY and random.random() < 0.8 * _zeal(day):
            yield day + timedelta(hours=random.uniform(12, 18))
        day += DAY


def _at_work(moment: datetime, random: Random) -> datetime:
    """Move nine in ten posts to office hours, those of a weekend to the Monday."""
    if random.random() < 0.1:
        return moment
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if day.weekday() >= SATURDAY:
        day += DAY * (7 - day.weekday())
    return day + timedelta(hours=random.uniform(9, 17))


def _zeal(moment: datetime) -> float:
    """Return the share of the usual posts that is written at this time of the year."""
    if (moment.month, moment.day) >= (12, 20) or (moment.month, moment.day) <= (1, 3):
        return 0.1
    return 0.5 if moment.month == 8 else 1.0
