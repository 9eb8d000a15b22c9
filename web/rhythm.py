"""How often a blog posts, in words. Pure."""

from collections.abc import Sequence
from datetime import datetime

_WORDS = (
    (2, "nearly every day"),
    (5, "every few days"),
    (11, "about once a week"),
    (20, "about every two weeks"),
    (45, "about once a month"),
    (120, "every few months"),
    (400, "about once a year"),
)


def rhythm(moments: Sequence[datetime]) -> str:
    """Return how often posts of these moments come, or nothing for fewer than three."""
    if len(moments) < 3:
        return ""
    days = (max(moments) - min(moments)).total_seconds() / 86_400 / (len(moments) - 1)
    return next((words for most, words in _WORDS if days < most), "less than once a year")
