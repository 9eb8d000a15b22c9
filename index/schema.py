"""The store's tables. Text holds the JSON arrays, and times are ISO 8601 in UTC, which sorts.

What a page lists and what a post contains are kept apart: marking 20,000 posts
with their bodies in the row wrote a 165 MB log, and 3 MB without.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnClause,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    literal_column,
    text,
    true,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond, as 27 characters that sort as the times do."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time down."""
        return None if value is None else write_moment(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the time back."""
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[tuple[Any, ...]]):
    """A tuple of strings or whole numbers, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str | None:
        """Write them down."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """Read them back."""
        return None if value is None else tuple(json.loads(value))


def write_moment(value: datetime) -> str:
    """Return `value` as the store writes it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("councils", Words, nullable=False),
    Column("nation", Text, nullable=False),
    Column("guessed", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("pages", Boolean, nullable=False, server_default=true()),  # may they be read?
    # What the blog's owner wishes. It stands here since whoever reads a post reads these columns
    # beside it: no list can forget to ask.
    Column("description", Text, nullable=False, server_default=""),
    Column("excerpt", Text, nullable=False, server_default="usual"),
    Column("full_text", Boolean, nullable=False, server_default=true()),
    Column("posts", Integer, nullable=False, server_default="0"),  # `index.counted`
)

# Every address a feed has or had, in the form that addresses are compared in, so that
# a line of the list finds its feed again after the feed has moved.
addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
)

polls = Table(
    "polls",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),  # 0 before 1: submissions first
    Column("slot", Text, nullable=False),  # the host or platform that the visit will dial
    Column("host", Text, nullable=False),  # the host itself, whose Retry-After counts
    Column("leased_until", Moment),
    Column("token", Text, nullable=False),
    Column("aim", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("validated", Text, nullable=False),
    Column("rhythm", Float, nullable=False),
    Column("digest", Text, nullable=False),
    Column("unconditional", Moment),
    Column("visited", Moment),
    Column("succeeded", Moment),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("strain", Float, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("plain", Boolean, nullable=False),
    Column("skip_hours", Words, nullable=False),
    Column("skip_days", Words, nullable=False),
    Column("moving_to", Text, nullable=False),
    Column("moving_why", Text, nullable=False),
    Column("moving_since", Moment),
    Column("moving_seen", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("called", Text, nullable=False, server_default=""),
    Column("older_way", Text, nullable=False, server_default=""),
    Column("older", Text, nullable=False, server_default=""),
    Index("polls_of_a_host", "host"),
)
Index("polls_due", polls.c.due, sqlite_where=text("active"), postgresql_where=text("active"))
# In the index's own words: SQLite would not see that "active = 1" is the same.
ACTIVE: ColumnClause[bool] = literal_column("polls.active")
Index(
    "polls_leased",
    polls.c.leased_until,
    polls.c.slot,
    sqlite_where=text("leased_until IS NOT NULL"),
    postgresql_where=text("leased_until IS NOT NULL"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("size", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("visits_of_a_feed", "feed_id", "id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("titled", Boolean, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("words", Integer, nullable=False),
    Column("authors", Words, nullable=False),
    Column("tags", Words, nullable=False),
    Column("topics", Words, nullable=False),
    Column("councils", Words, nullable=False),  # that its text names, or its author worked for
    Column("linked", Float, nullable=False),  # the share of the words that are links
    Column("language", Text, nullable=False),  # what it reads like (`index.language`)
    Column("claimed", Text, nullable=False, server_default=""),  # the language its feed says
    Column("licence", Text, nullable=False),
    Column("published", Moment),
    Column("published_raw", Text, nullable=False),
    Column("date_source", Text, nullable=False),
    Column("updated", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("sort_at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),  # a moderator decides first
    Column("address", Text, nullable=False, server_default=""),  # of its own page, if it has one
    Column("cluster", Text, nullable=False, server_default=""),  # of posts that are one post
    Column("lead", Boolean, nullable=False, server_default=true()),  # the one that lists show
    UniqueConstraint("feed_id", "key"),
    Index("entries_by_address", "address"),
    Index("entries_by_time", "sort_at", "id"),
    Index("entries_of_a_feed", "feed_id", "sort_at", "id"),
)

# In the index's own words: of a value that it is only given later, SQLite cannot know that it is
# not empty, and would read every entry.
CLUSTERED: ColumnClause[bool] = literal_column("entries.cluster != ''")
Index(
    "entries_clustered",
    entries.c.cluster,
    sqlite_where=text("cluster != ''"),
    postgresql_where=text("cluster != ''"),
)
# What another post of its cluster is shown for. What is held is none of them (`index.clusters`).
COPIED: ColumnClause[bool] = literal_column("NOT entries.lead")
Index(
    "entries_copied",
    entries.c.feed_id,
    sqlite_where=text("NOT lead"),
    postgresql_where=text("NOT lead"),
)

# By what posts like a post are found (`index.likeness`).
bands = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("entry_id", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Index("bands_of_an_entry", "entry_id"),
    sqlite_with_rowid=False,
)

NAMING: ColumnClause[bool] = literal_column("entries.councils != '[]'")
Index(
    "entries_naming",
    entries.c.feed_id,
    entries.c.councils,
    sqlite_where=text("councils != '[]'"),
    postgresql_where=text("councils != '[]'"),
)

# So that what is held can be taken off a count that an index alone gives.
HELD: ColumnClause[bool] = literal_column("entries.held")
Index(
    "entries_held",
    entries.c.feed_id,
    entries.c.sort_at,
    entries.c.id,
    sqlite_where=text("held"),
    postgresql_where=text("held"),
)

# Blogs whose new posts wait for a moderator (`index.holding`). One that was released keeps its
# row until the next posts have come, which nobody judges again.
holds = Table(
    "holds",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("released", Moment),
)

# Posts that were taken down: what they are known again by, and nothing of what they said.
removed = Table(
    "removed",
    metadata,
    Column("id", Text, primary_key=True),  # the entry's
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("address", Text, nullable=False),  # empty where it was not the post's alone
    Column("likeness", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("removed_of_a_feed", "feed_id"),
    Index("removed_by_address", "address"),
)

contents = Table(
    "contents",
    metadata,
    Column("entry_id", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("headings", Text, nullable=False),
)

# Where each post links to, as addresses are compared (`index.links`).
links = Table(
    "links",
    metadata,
    Column("entry_id", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("address", Text, primary_key=True),
    Index("links_to", "address", "entry_id"),
    sqlite_with_rowid=False,
)

# The pages of posts whose feed gives only a summary, and what they said (`index.pages`).
pages = Table(
    "pages",
    metadata,
    Column("entry_id", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("address", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked", Moment),
    Column("leased_until", Moment),
    Column("lease", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
)
Index(
    "pages_due",
    pages.c.due,
    sqlite_where=text("state = 'wanted'"),
    postgresql_where=text("state = 'wanted'"),
)
# The whole of a post, if its page was read: what is searched, and what topics are told by.
WHOLE = func.coalesce(func.nullif(pages.c.text, ""), contents.c.text)
WHOLE_HTML = func.coalesce(func.nullif(pages.c.html, ""), contents.c.html)
Index("pages_asked", pages.c.asked, pages.c.slot)
Index(
    "pages_leased",
    pages.c.leased_until,
    pages.c.slot,
    sqlite_where=text("leased_until IS NOT NULL"),
    postgresql_where=text("leased_until IS NOT NULL"),
)

generations = Table(
    "generations",
    metadata,
    Column("name", Text, primary_key=True),
)

# What each generation of the search index has still to be told. An entry that is gone
# keeps its row here, so no foreign key.
outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("generation", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    UniqueConstraint("generation", "entry_id"),
    sqlite_autoincrement=True,  # a sequence is never used twice
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("fetched", Moment, nullable=False),
)

# Single facts: the catalogue's version, the time of the last visit.
facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# What was looked for and not found, and how often: words alone, nothing of who asked.
wanted = Table(
    "wanted",
    metadata,
    Column("query", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last", Moment, nullable=False),
)

# Who may decide. A password is an argon2 hash, which says by itself how it was made.
moderators = Table(
    "moderators",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("created", Moment, nullable=False),
)

# The browsers that moderators are signed in with, by a digest of the token in their cookie.
sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),
    Column(
        "moderator_id", Integer, ForeignKey("moderators.id", ondelete="CASCADE"), nullable=False
    ),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("browser", Text, nullable=False),
    Index("sessions_of_a_moderator", "moderator_id"),
)

# Blogs that people suggest. Of the token its SHA-256 alone is kept.
submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("key", Text, nullable=False),  # the form that addresses are compared in
    Column("host", Text, nullable=False),
    Column("network", Text, nullable=False, server_default=""),  # the front that it is a member of
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("told", Text, nullable=False, server_default=""),  # the question that was mailed
    Column("email_until", Moment),
    Column("found", Text, nullable=False),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="SET NULL")),
    Column("listed", Text, nullable=False),  # the slug of the blog here
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("councils", Words, nullable=False),
    Column("approved", Boolean, nullable=False),  # its line is being written
    Column("looked", Moment),
    Column("leased_until", Moment),
    Column("lease", Text, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Index("submissions_by_state", "state", "created"),
    Index("submissions_of_a_feed", "feed_id"),
)

# Who decided what about which blog, when and why. It outlives what it tells of.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("submission_id", Integer),
    Column("about", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# What readers say about listed blogs, for moderators.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("what", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_until", Moment),
    Column("created", Moment, nullable=False),
    Column("done", Moment),
    Index("reports_of_a_feed", "feed_id"),
)

# How far the back catalogue of a blog has come, and the address that is to be asked for next.
backfills = Table(
    "backfills",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("address", Text, nullable=False),  # empty: the next of its pages
    Column("what", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("lease", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("barren", Integer, nullable=False),
    Column("automatic", Boolean, nullable=False),  # nobody asked for it
    Column("due", Moment, nullable=False),
    Column("began", Moment),
    Column("ended", Moment),
    Column("leased_until", Moment),
    Index("backfills_due", "state", "due"),
)

# The addresses that a back catalogue was asked for, with the posts they brought, and those that
# a sitemap named and that are still to come.
backfill_pages = Table(
    "backfill_pages",
    metadata,
    Column(
        "feed_id", Integer, ForeignKey("backfills.feed_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("key", Text, primary_key=True),  # the form that addresses are compared in
    Column("address", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("place", Integer, nullable=False),  # what is newest has the lowest
    Column("done", Boolean, nullable=False),
    Column("brought", Words, nullable=False),  # what tells its posts from others
    Index("backfill_pages_left", "feed_id", "done", "place"),
)

# Who says that a blog is theirs. Of the page's token its SHA-256 alone is kept, and so of the
# address of its feed; the code is what is to be shown on the blog, for all to see.
claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_until", Moment),
    Column("told", Moment),  # the beginning of the failure that was mailed
    Column("host", Text, nullable=False),
    Column("since", Moment),  # the hour that looks are counted in
    Column("looks", Integer, nullable=False),
    Column("leased_until", Moment),
    Column("lease", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Index("claims_by_state", "state", "changed"),
    Index("claims_of_a_feed", "feed_id"),
)
