"""The back catalogue of a blog: what is known of its fetching, and what one step of it brought.

Values alone: `index.backfills` keeps them, and the crawler decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from index.model import Entry, Feed, Hold


class Way(StrEnum):
    """How a blog's older posts are reached."""

    UNKNOWN = ""  # its feed has to be read for that
    LINKS = "links"  # from one page of its feed to the next (RFC 5005)
    PAGED = "paged"  # WordPress: ?paged=2
    INDEX = "start-index"  # Blogger
    WHOLE = "whole"  # its feed has more than a visit reads
    SITEMAP = "sitemap"  # the posts' own pages, one by one


class State(StrEnum):
    """How far a back catalogue has come."""

    WANTED = "wanted"
    UNDER_WAY = "under-way"
    DONE = "done"
    STUCK = "stuck"


class What(StrEnum):
    """What an address holds."""

    FEED = "feed"
    SITEMAP = "sitemap"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """How far the back catalogue of a blog has come; `detail` says in a sentence why no further.

    `left` counts the pages of posts that are still to be asked for, where that is known.
    """

    way: Way = Way.UNKNOWN
    state: State = State.WANTED
    asked: int = 0  # requests so far
    found: int = 0  # posts that were new
    left: int = 0
    due: datetime
    began: datetime | None = None
    ended: datetime | None = None
    code: str = ""
    detail: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is asked for."""
        return self.state in (State.DONE, State.STUCK)


@dataclass(frozen=True, slots=True)
class Archive:
    """How far back the record of a blog goes, and how its back catalogue is doing."""

    oldest: datetime | None = None
    backfill: Backfill | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The addresses that were asked for, as they are compared, and the posts those brought."""

    addresses: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The right to ask for the next address of a back catalogue, as long as the lease lasts."""

    feed: Feed
    way: Way
    address: str
    what: What = What.FEED
    seen: Seen = Seen()
    asked: int = 0
    failures: int = 0  # in a row, of the server
    barren: int = 0  # answers in a row that brought no post
    lease: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An address that a sitemap names, and when it says that it was last changed."""

    address: str
    what: What
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Why nothing more is asked for: all is done (no code), or a code and a plain sentence."""

    state: State = State.DONE
    code: str = ""
    detail: str = ""


NO_PAGES = End(State.STUCK, "no-pages", "Its owner wants no pages of posts to be read.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one request brought, and what follows.

    The next `address`; else the next in the queue, and `last` when there is none; or `end`; or
    the same once more `again` after a while, for the server is in trouble. `keys` tell the posts
    that it brought from others, and `barren` counts the answers in a row that brought none.
    """

    at: datetime
    way: Way
    entries: tuple[Entry, ...] = ()
    keys: tuple[str, ...] = ()
    barren: int = 0
    address: str = ""
    what: What = What.FEED
    queue: tuple[Listed, ...] = ()
    last: End = End()
    end: End | None = None
    again: timedelta | None = None
    hold: Hold | None = None
    code: str = ""  # what was wrong with this one answer
    detail: str = ""
