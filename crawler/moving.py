"""Where a feed has gone, if it has: noticed, made sure of, and then proposed (rule 10). Pure.

    a redirect that says "for good"    followed each time, and counted while it stays the same
    the same, five times over a week   proposed to a moderator; or, where it only adds https,
                                       "www." or a slash, kept as the feed's address
    a page in the feed's place that    looked at once (rule 41)
      says where the feed is
    a feed lost three times over       its home page is looked at
    a feed found in either way, that   proposed to a moderator
      can be read

A visit changes no address by itself that readers would call another: the list of blogs
is people's. A proposal is dropped when the old address works again by itself.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.fetched import Hop
from crawler.trouble import LOST, Trouble
from index.address import normal
from index.model import Aim, Feed, Poll

FOR_GOOD = frozenset({301, 308})
AGREED = 5  # visits in a row that were led to the same address ...
FOR = timedelta(days=7)  # ... over at least as long
LOOK_HOME = 3  # the home page is looked at after every so many failures


def permanent(hops: Iterable[Hop]) -> str:
    """Return where the redirects lead that say they are for good, or "" if the first is not."""
    target = ""
    for hop in hops:
        if hop.status not in FOR_GOOD:
            break
        target = hop.url
    return target


def same(one: str, other: str) -> bool:
    """Whether two addresses are one to us: https, "www." and a slash aside (rule 28)."""
    return normal(one) == normal(other)


def after_reading(feed: Feed, poll: Poll, hops: Iterable[Hop], now: datetime) -> tuple[Feed, Poll]:
    """Return feed and poll after a visit that found the feed, led by `hops`."""
    target = permanent(hops)
    if not target:
        return feed, forgotten(poll)
    if target != poll.moving_to or poll.moving_since is None:
        return feed, replace(forgotten(poll), moving_to=target, moving_since=now, moving_seen=1)
    poll = replace(poll, moving_seen=poll.moving_seen + 1)
    if poll.moving_seen < AGREED or now - (poll.moving_since or now) < FOR:
        return feed, poll
    if same(target, feed.url):
        return replace(feed, url=target), forgotten(poll)
    return feed, replace(poll, moving_why="redirect")


def after_losing(feed: Feed, poll: Poll, trouble: Trouble) -> Poll:
    """Return the poll after a failed visit to the feed's own address: where to look next."""
    if poll.moving_why or trouble.code not in LOST:
        return poll
    offered = trouble.offered
    if offered and not same(offered, feed.url):
        return replace(poll, aim=Aim.MOVE, moving_to=offered, moving_since=None, moving_seen=0)
    gone_at_once = trouble.code == "gone" and poll.failures == 1
    if feed.site and (gone_at_once or poll.failures % LOOK_HOME == 0):
        return replace(poll, aim=Aim.HOME)
    return poll


def found(poll: Poll, now: datetime) -> Poll:
    """Return the poll after the feed was read at `moving_to`: a proposal."""
    return replace(poll, aim=Aim.FEED, moving_why="found", moving_since=now, moving_seen=1)


def forgotten(poll: Poll) -> Poll:
    """Return the poll without a thought of moving."""
    return replace(
        poll, aim=Aim.FEED, moving_to="", moving_why="", moving_since=None, moving_seen=0
    )
