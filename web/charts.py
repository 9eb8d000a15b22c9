"""Posts per year as bars: numbers for the templates to draw with, each with its words.

Pure. The drawing is an inline SVG, and the numbers stand beside it for whoever cannot see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from index.finding import Tally

WIDTH, HEIGHT = 16.0, 48.0  # of a year and of the tallest bar, in units of the drawing
LEAST = 1.5  # a year with a post is seen to have one
MOST_YEARS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A year, how many posts it has, and where its bar stands."""

    year: str
    posts: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """A chart of posts per year, in a box of `width` by `height`."""

    bars: tuple[Bar, ...]
    width: float
    height: float = HEIGHT

    @property
    def most(self) -> Bar:
        """The year with the most posts, the latest of equals."""
        return max(self.bars, key=lambda bar: (bar.posts, bar.year))


def years(tallies: Iterable[Tally]) -> Years | None:
    """Draw posts per year, years without any among them; None of fewer than two years."""
    counts = {int(one.value): one.posts for one in tallies if one.value.isdigit()}
    if len(counts) < 2:
        return None
    last = max(counts)
    every = range(max(min(counts), last - MOST_YEARS + 1), last + 1)
    top = max(counts.values())
    return Years(
        bars=tuple(
            _bar(year, counts.get(year, 0), place, top) for place, year in enumerate(every)
        ),
        width=len(every) * WIDTH,
    )


def _bar(year: int, posts: int, place: int, top: int) -> Bar:
    height = max(HEIGHT * posts / top, LEAST) if posts else 0.0
    return Bar(
        year=str(year),
        posts=posts,
        x=place * WIDTH,
        y=round(HEIGHT - height, 1),
        height=round(height, 1),
    )
