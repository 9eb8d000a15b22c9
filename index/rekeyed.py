"""Entries that come back under new keys: a blog that moved, not a flood of news (rule 27). Pure.

When a blog changes its software, its domain or the way it numbers posts, the ids of its
feed change and its posts do not. Where at least half of what a visit brings is unknown,
and at least half of that are posts we know under another key, those keep their place, their
page and their date, and take the new key.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from index.address import normal
from index.model import Entry, Feed

HALF = 0.5
SAME_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What we know an entry by."""

    id: str
    key: str
    url: str
    title: str
    published: datetime | None
    digest: str
    held: bool = False


def enough_unknown(unknown: int, all_: int) -> bool:
    """Whether so many unknown entries of a visit hint at changed keys."""
    return unknown > 0 and unknown >= HALF * all_


def rekeyed(feed: Feed, kept: Sequence[Kept], unknown: Sequence[Entry]) -> dict[str, Kept]:
    """Return by its new key each entry that we know by another, or nothing if most are news.

    `kept` are the feed's entries that this visit did not bring under their own keys. Two
    are one if their links are, or their titles while their dates are less than a day apart;
    a link that several share tells nothing, nor does the blog's own.
    """
    linked = same_address(feed, kept, unknown)
    by_title = _once((one.title.casefold(), one) for one in kept)
    found: dict[str, Kept] = {}
    taken: set[str] = set()
    for entry in unknown:
        one = linked.get(entry.key) or _same_title(entry, by_title)
        if one is not None and one.id not in taken:
            taken.add(one.id)
            found[entry.key] = one
    return found if len(found) >= HALF * len(unknown) else {}


def same_address(feed: Feed, kept: Sequence[Kept], unknown: Sequence[Entry]) -> dict[str, Kept]:
    """Return, by the key of each, the entries that we know by their link, whatever their keys."""
    homes = {normal(feed.site), normal(feed.url)}
    by_link = _once((normal(one.url, fragment=True), one) for one in kept)
    links = Counter(normal(entry.url, fragment=True) for entry in unknown)
    found: dict[str, Kept] = {}
    for entry in unknown:
        link = normal(entry.url, fragment=True)
        if link in by_link and links[link] == 1 and link not in homes:
            found[entry.key] = by_link[link]
    return found


def _once(pairs: Iterable[tuple[str, Kept]]) -> Mapping[str, Kept]:
    """Return what belongs to one alone."""
    listed = list(pairs)
    counts = Counter(name for name, _ in listed)
    return {name: one for name, one in listed if counts[name] == 1}


def _same_title(entry: Entry, by_title: Mapping[str, Kept]) -> Kept | None:
    one = by_title.get(entry.title.casefold())
    if one is None or entry.published is None or one.published is None:
        return None
    return one if abs(entry.published - one.published) < SAME_DAY else None
