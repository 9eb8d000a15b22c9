"""The planet's drawings: a sign for every blog, and the chart of the past week.

Every blog has a bearing of its own, made from its slug. In its sign, that is where its
moon stands; on the chart, its posts stand in the same direction, the newest nearest.
Pure: numbers for the templates to draw with, in units of their viewBox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from math import cos, pi, sin

from index.model import Kind, Post
from web.words import london

DAYS = 7  # rings of the chart
INNER, STEP = 34.0, 27.0  # radius of today's ring, and from a day to the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    r: float
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A blog's sign, in a box of 32 by 32: a planet, its ring and its moon."""

    planet: float
    ring: float
    moon: Dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The past week, about a centre at 0, 0: a ring a day and a moon a post."""

    rings: tuple[float, ...]
    moons: tuple[Dot, ...]
    blogs: int


def sign(slug: str, kind: Kind) -> Sign:
    """Draw the sign of the blog with this slug."""
    seed = _seed(slug)
    ring = (11.2, 11.9, 12.6)[seed[2] % 3]
    x, y = _at(ring, _bearing(slug))
    moon = Dot(x=round(16 + x, 1), y=round(16 + y, 1), r=(2.2, 2.8, 3.2)[seed[3] % 3], kind=kind)
    return Sign(planet=(3.4, 4.4, 5.4)[seed[4] % 3], ring=ring, moon=moon)


def chart(posts: Sequence[Post], today: date) -> Chart:
    """Draw the posts of the seven London days that end with `today`."""
    recent = [(post, (today - london(post.sort_at)).days) for post in posts]
    recent = [(post, age) for post, age in recent if 0 <= age < DAYS]
    rings = tuple(INNER + STEP * age for age in range(DAYS))
    moons = tuple(_moon(post, rings[age]) for post, age in recent)
    return Chart(rings=rings, moons=moons, blogs=len({post.feed.slug for post, _ in recent}))


def _moon(post: Post, ring: float) -> Dot:
    # Two posts of a blog on one day would hide each other: each strays a little.
    stray = (_seed(post.id)[0] / 255 - 0.5) * 12 / ring
    x, y = _at(ring, _bearing(post.feed.slug) + stray)
    # Whole units are finer than a pixel: the drawing is 420 of them wide, on 304 pixels.
    return Dot(x=round(x), y=round(y), r=4.5, kind=post.feed.kind)


def _bearing(slug: str) -> float:
    return int.from_bytes(_seed(slug)[:2], "big") / 65_536 * 2 * pi


def _at(radius: float, bearing: float) -> tuple[float, float]:
    return radius * sin(bearing), -radius * cos(bearing)


def _seed(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
