"""The nouns of a planet: the feeds it follows and the entries they publish.

Values are immutable and know nothing of HTTP, SQL or HTML; every other module
only passes them around. All times are timezone-aware and in UTC.

Each stage of an entry's life has a type of its own:

    ParsedEntry (crawler.parse)   what the feed said
    Entry                         what a visit made of it: safe HTML, absolute links, a key
    Post                          what a reader sees: an entry that was kept, and its feed
    Document (index.finding)      what a search engine is given
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b, sha256

EPOCH = datetime.fromtimestamp(0, UTC)


class Kind(StrEnum):
    """Who writes a blog."""

    COUNCIL = "council"
    PRACTITIONER = "practitioner"
    SECTOR_BODY = "sector-body"
    CENTRAL = "central-government"
    SUPPLIER = "supplier"
    COMMUNITY = "community"


class Status(StrEnum):
    """Where a feed stands with us. People decide it; a visit never does."""

    PENDING = "pending"  # suggested, visited, published nowhere
    LIVE = "live"  # visited, listed and searchable
    ARCHIVED = "archived"  # no longer in the list: not visited, its posts stay
    WITHDRAWN = "withdrawn"  # its owner asked to leave: nothing of it is shown
    REFUSED = "refused"  # turned down, and kept so that it is not suggested again


TOMBSTONES = frozenset({Status.WITHDRAWN, Status.REFUSED})
PUBLISHED = frozenset({Status.LIVE, Status.ARCHIVED})


class Aim(StrEnum):
    """What the next visit looks at."""

    FEED = "feed"
    HOME = "home"  # the blog's home page, to find out where its feed is
    MOVE = "move"  # the address where the feed may be now


class Health(StrEnum):
    """How a feed is doing, as its readers are told."""

    NEW = "new"  # not visited yet
    OK = "ok"
    QUIET = "quiet"  # alive, with nothing new for a year
    SEARCHING = "searching"  # we do not know where its feed is
    FAILING = "failing"
    MOVED = "moved"  # it seems to be elsewhere now: a moderator has to confirm that
    HELD = "held"  # it does not seem to be itself: a moderator looks at its new posts first
    GONE = "gone"  # its server answered 410, or its owner left


class Excerpt(StrEnum):
    """How much of a post is shown, as the blog's owner wishes."""

    USUAL = "usual"
    SHORT = "short"
    TITLE = "title"  # nothing but that


class DateSource(StrEnum):
    """Where an entry's date comes from."""

    ENTRY = "entry"
    FEED = "feed"
    SEEN = "seen"  # the feed gave none that can be believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A blog we follow, or have been asked to.

    `url` is empty while the feed is still to be discovered from `site`. A
    `guessed` address follows the habit of the blog's platform, or was named by a page, and
    was never read. `pages` says whether its posts' pages may be read where it gives summaries.
    The last three are what the blog's owner told us (`index.owners`).
    """

    id: int = 0
    slug: str = ""
    url: str = ""
    site: str = ""
    title: str = ""
    kind: Kind = Kind.COMMUNITY
    councils: tuple[str, ...] = ()
    nation: str = ""
    guessed: bool = False
    status: Status = Status.LIVE
    pages: bool = True
    description: str = ""
    excerpt: Excerpt = Excerpt.USUAL
    full_text: bool = True  # whether the search may know more than the excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The crawler's memory of a feed: when to call again, and what to say then.

    The validators are kept as the server wrote them (rule 1) and are said again only
    to the address that gave them (rule 3). `not_before` is the server's own wish
    (Retry-After), which nobody overrules.

    `moving_to` is where the feed may have gone. It is proposed to a moderator once
    `moving_why` says why we think so: "redirect" or "found" (rule 10).
    """

    aim: Aim = Aim.FEED
    due: datetime = EPOCH
    not_before: datetime = EPOCH
    etag: str = ""
    last_modified: str = ""
    validated: str = ""  # the address that gave them: after a redirect, not the feed's own
    digest: str = ""  # of the entries last read, to tell "changed" from "sent again"
    rhythm: float = 0.0  # seconds between visits that the blog and its feed ask for
    unconditional: datetime | None = None  # when the whole feed was last fetched
    visited: datetime | None = None
    succeeded: datetime | None = None
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    strain: float = 0.0  # those failures, each by its weight (rule 22)
    ignored: int = 0  # conditional requests that were answered with what we had (rule 5)
    plain: bool = False  # the server takes us without our contact only (rule 14)
    skip_hours: tuple[int, ...] = ()  # of the day, in GMT: the feed asks us to stay away then
    skip_days: tuple[str, ...] = ()  # their English names (rule 18)
    moving_to: str = ""
    moving_why: str = ""
    moving_since: datetime | None = None
    moving_seen: int = 0  # visits in a row that were led there
    problem: str = ""  # a code for programs, empty while all is well
    detail: str = ""  # one plain sentence for people
    called: str = ""  # what the feed called itself when it last brought something
    older_way: str = ""  # how posts older than the feed's are reached (`index.backfill.Way`)
    older: str = ""  # and where


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post as a visit made it: safe HTML, absolute links, dates that can be believed.

    `key` tells the feed's entries apart and stays the same when a post is edited
    (rules 25 and 26).
    """

    key: str
    url: str
    title: str
    titled: bool = True  # False: the author gave none, and `title` is the post's first words
    html: str = ""
    text: str = ""
    excerpt: str = ""
    complete: bool = True  # False: the feed carries a summary only
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""  # as the feed says
    licence: str = ""
    published: datetime | None = None
    published_raw: str = ""
    date_source: DateSource = DateSource.SEEN
    updated: datetime | None = None

    @property
    def digest(self) -> str:
        """A fingerprint of what a reader or a search would see.

        `updated` is left out: some feeds stamp it afresh on every visit. So is a date
        that is only the feed's, which changes with every other post (rule 7).
        """
        dated = None if self.date_source is DateSource.FEED else self.published
        published = dated.timestamp() if dated else None
        seen = (
            self.url,
            self.title,
            self.html,
            self.excerpt,
            self.authors,
            self.tags,
            self.language,
            self.licence,
            published,
        )
        return sha256(repr(seen).encode()).hexdigest()


def entry_id(feed: str, key: str) -> str:
    """Return the public id of the entry `key` of the feed whose slug is `feed`.

    It depends on nothing that a database hands out, so that a planet built anew
    from the same list gives every post the address it had.
    """
    return blake2b(f"{feed}\n{key}".encode(), digest_size=8).hexdigest()


class Outcome(StrEnum):
    """What came of a visit."""

    READ = "read"  # a feed came, and was read
    SAME = "same"  # 304: nothing has changed
    FOUND = "found"  # we were told where the feed is, or found it there
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to visit one feed until `until`, which no other visitor has meanwhile."""

    feed: Feed
    poll: Poll
    token: str
    until: datetime

    @property
    def address(self) -> str:
        """Return what is to be fetched: the feed, or the home page that may name it."""
        return {
            Aim.FEED: self.feed.url,
            Aim.HOME: self.feed.site,
            Aim.MOVE: self.poll.moving_to,
        }[self.poll.aim]


@dataclass(frozen=True, slots=True)
class Hold:
    """A host's wish that nobody of ours comes before `until` (rule 13: that host alone)."""

    host: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit found, and what the crawler will remember of it."""

    at: datetime
    outcome: Outcome
    feed: Feed  # as it should be now: a discovered address, a title where there was none
    poll: Poll
    entries: tuple[Entry, ...] = ()
    status: int = 0  # of the last HTTP response; 0 if there was none
    seconds: float = 0.0
    size: int = 0  # bytes of the body, decompressed
    hold: Hold | None = None
    note: str = ""  # what came of it, in a sentence, where that is not the feed's own problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A visit as it is remembered: the last 50 of each feed are."""

    at: datetime
    outcome: Outcome
    status: int
    seconds: float
    size: int
    new: int  # entries that were new
    problem: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What `Store.record` changed. A `stale` visit was thrown away: its lease had ended."""

    new: int = 0
    changed: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Followings:
    """What reading the list of blogs changed, with a sentence for what it may not change."""

    added: int = 0
    changed: int = 0
    archived: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """An origin's robots.txt as we last read it; `status` 0 means that it could not be had."""

    origin: str
    status: int
    body: str
    fetched: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another place where a post was published: our id of it there, its address, and the blog."""

    id: str
    url: str
    blog: str  # what it is called
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An entry as readers see it, with the feed it came from.

    `sort_at` is the earlier of the published date and the moment we first saw the
    post; it is fixed then, so that no later edit moves it. `late` marks a post
    that arrived long after its own date (rule 34).
    """

    id: str
    feed: Feed
    url: str
    title: str
    titled: bool
    excerpt: str
    complete: bool
    words: int
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    topics: tuple[str, ...]  # slugs, best first
    councils: tuple[str, ...]  # slugs of those that it belongs to
    language: str
    licence: str
    published: datetime | None
    updated: datetime | None
    first_seen: datetime
    sort_at: datetime
    late: bool
    discussed: int = 0  # posts of other blogs that link to it
    cluster: str = ""  # of the posts that are this post, where it was published more than once
    lead: bool = True  # whether lists show it, and not another of its cluster
    also: tuple["Copy", ...] = ()  # where else it was published, the one that leads first

    @property
    def minutes(self) -> int:
        """How long it takes to read, at 230 words a minute."""
        return max(1, round(self.words / 230))


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """The posts of other blogs that discuss a post, and those that it answers, newest first."""

    by: tuple[Post, ...] = ()
    answers: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCount:
    """Of the posts that a blog's feed gives in part: how many pages were read, or are to be."""

    read: int = 0
    waiting: int = 0
    useless: int = 0  # lost, behind a login, or not ours to keep


@dataclass(frozen=True, slots=True)
class Held:
    """Why a blog's new posts wait for a moderator: a code, a sentence for moderators alone."""

    reason: str
    sentence: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A feed, how it is doing, and what we have of it: a line of the directory."""

    feed: Feed
    poll: Poll
    health: Health
    posts: int
    newest: Post | None
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the world an answer is drawn from."""

    blogs: int = 0
    councils: int = 0
    posts: int = 0
    failing: int = 0
    oldest: datetime | None = None
    crawled: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the planet, between two posts: `sort_at` in microseconds, and the id."""

    sort_at: int
    id: str

    @classmethod
    def of(cls, post: Post) -> "Cursor":
        """Return the place of `post` itself."""
        since = post.sort_at - EPOCH
        return cls((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, post.id)

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read back what `str` wrote; raises ValueError."""
        moment, _, entry = text.partition("-")
        if not entry.isalnum() or len(moment) > 14:  # the year 4253; more would overflow
            raise ValueError(f"not a place in the list: {text[:40]!r}")
        return cls(int(moment, 16), entry)

    def __str__(self) -> str:
        return f"{self.sort_at:x}-{self.id}"
