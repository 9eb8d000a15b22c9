"""What taking in a list of blogs would come to: a preview, blog by blog. Pure.

new         it is not in our list: it would be added
there       our list has it, by this or another of its addresses
left        its owner asked us to leave, or moderators refused it: it stays away
refused
unvisitable the crawler may not go there: a private address, an odd port
unreadable  a line that names no blog, in the words of a warning
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.address import check_address, normal
from index.errors import FetchError, OpmlError
from index.known import Known
from index.model import Feed, Status
from index.opml import Outlines, parse
from index.public import Network

LARGEST = 10_000_000  # bytes
MOST = 5_000  # blogs
DEEPEST = 100  # elements inside one another


class Fate(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    THERE = "there"
    LEFT = "left"
    REFUSED = "refused"
    UNVISITABLE = "unvisitable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of somebody's list, and what becomes of it, with a sentence if need be."""

    fate: Fate
    sentence: str
    feed: Feed | None = None


def read_import(body: bytes) -> Outlines:
    """Read somebody's list, within limits; raises OpmlError."""
    if len(body) > LARGEST:
        raise OpmlError(f"The list is larger than {LARGEST // 1_000_000} MB. Split it.")
    outlines = parse(body, deepest=DEEPEST)
    if len(outlines.feeds) > MOST:
        raise OpmlError(
            f"The list has {len(outlines.feeds):,} blogs, and {MOST:,} at a time are taken. "
            "Split it."
        )
    return outlines


def preview(
    theirs: Outlines, ours: Sequence[Feed], known: Known, private_ok: Sequence[Network] = ()
) -> list[Line]:
    """Return what would become of each line of a list."""
    listed = {normal(feed.url) for feed in ours if feed.url}
    homes = {normal(feed.site) for feed in ours if feed.site}
    held = {found.id: found for feed in ours if (found := known.find(feed, {}))}

    def fate(feed: Feed) -> Line:
        same = known.at(feed) or known.find(feed, held)
        there = normal(feed.url) in listed if feed.url else normal(feed.site) in homes
        return _line(feed, same, there or (same is not None and same.id in held), private_ok)

    lines = [fate(feed) for feed in theirs.feeds]
    return [*lines, *(Line(Fate.UNREADABLE, warning) for warning in theirs.warnings)]


def _line(feed: Feed, same: Feed | None, there: bool, private_ok: Sequence[Network]) -> Line:
    if same and same.status is Status.WITHDRAWN:
        return Line(Fate.LEFT, "Its owner asked us to leave.", feed)
    if same and same.status is Status.REFUSED:
        return Line(Fate.REFUSED, "It was refused.", feed)
    if there:
        return Line(Fate.THERE, "", feed)
    try:
        check_address(feed.url or feed.site, private_ok=private_ok)
    except FetchError as error:
        return Line(Fate.UNVISITABLE, str(error), feed)
    return Line(Fate.NEW, "It was followed before, and would be again." if same else "", feed)
